//! Controls of the VAE room's chapters.

mod holes;
mod spread;
mod squeeze;
mod train;
mod walk;

pub use holes::HolesState;
pub use spread::SpreadState;
pub use squeeze::{Case, Kind, SqueezeState, Use};
pub use train::{
    BETAS, COST_WANTED, FRAME_EVERY, GO, IN_USE, NEAR, SHARE_WANTED, Standing, TrainCase,
    TrainState, cost, near,
};
pub use walk::{LATENTS, REACH, WALK_PARTS, WalkState, Way};

use super::query::named;
use crate::data::DataSet;

/// The manifest's id of the model of a kind, with a code of so many numbers, for a set; there is none for
/// some.
pub fn model_of(kind: Kind, set: DataSet, code: u32) -> Option<String> {
    let is_made = (kind, set, code) != (Kind::Plain, DataSet::FashionMnist, 16);
    is_made.then(|| format!("{}-{}-{code}", kind.id(), set.id()))
}

/// The manifest's id of the model of a kind with a 2-D code.
pub fn flat_model(kind: Kind, set: DataSet) -> String {
    model_of(kind, set, 2).unwrap_or_default()
}

named!(Kind, Use, Way, Case);
