//! The judges that decide what ships: nobody tunes a model to them.
//!
//! A small [`classifier`] trained on the real training set reads each sample; [`distance`]
//! compares its 128 features on samples and on real pictures; [`report`] puts it together.

pub mod classifier;
pub mod distance;
pub mod report;
