//! Decides which engine does what. Pure: events in, effects out.
