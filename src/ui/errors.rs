//! The one place where an error becomes a sentence for the visitor.
