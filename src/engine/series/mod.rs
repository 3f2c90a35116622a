//! Series, at work: all of it is for the CPU alone.

#[cfg(feature = "look")]
pub mod compare;
#[cfg(feature = "train")]
pub mod deep;
#[cfg(feature = "look")]
pub mod fit;
#[cfg(feature = "look")]
pub mod look;

use crate::engine::session::demand;
use crate::models::series::{LEAST_VALUES, MOST_VALUES};
use crate::protocol::EngineError;

/// Steps ahead that are scored.
const AHEAD: usize = 12;

/// Refuses what is no series.
fn sound(values: &[f64]) -> Result<(), EngineError> {
    let n = values.len();
    demand(
        (LEAST_VALUES..=MOST_VALUES).contains(&n),
        format!("{n} values"),
    )?;
    demand(values.iter().all(|v| v.is_finite()), "a value that is none")
}
