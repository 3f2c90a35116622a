//! What several rooms use. Components only show state and report what the visitor does.

pub mod chart;
pub mod equation;
pub mod pad;
pub mod picture;
pub mod transport;
