//! The judges that decide what ships: nobody tunes a model to them.
//!
//! A small `classifier` trained on the real training set reads each sample; `distance`
//! compares its 128 features on samples and on real pictures; `report` puts it together.
//! [`energy`] and [`grid`] compare clouds of points, also live on the page.

#[cfg(not(feature = "engine"))]
pub mod answers;
#[cfg(feature = "lab")]
pub mod classifier;
#[cfg(feature = "lab")]
pub mod distance;
pub mod energy;
pub mod grid;
#[cfg(not(feature = "engine"))]
pub mod learning;
#[cfg(feature = "lab")]
pub mod report;
pub mod uses;
