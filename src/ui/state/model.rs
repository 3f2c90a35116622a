//! Which trained diffusion model a chapter uses.

use super::query::{Named, Query};
use crate::data::DataSet;

/// How far a model was trained, and for what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Training {
    /// To the end.
    #[default]
    Full,
    /// Stopped early, to see what that looks like. Digits only.
    Early,
    /// Distilled to few steps, with guidance baked in. Digits only.
    Quick,
}

/// A trained model: its data set and its training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ModelChoice {
    /// What it was trained on.
    pub set: DataSet,
    /// How.
    pub training: Training,
}

impl ModelChoice {
    /// The distilled model of digits.
    pub const DISTILLED: Self = Self {
        set: DataSet::Mnist,
        training: Training::Quick,
    };

    /// The fully trained model of a set.
    pub fn of(set: DataSet) -> Self {
        Self {
            set,
            training: Training::Full,
        }
    }

    /// Its id in the manifest.
    pub fn id(self) -> &'static str {
        match (self.set, self.training) {
            (DataSet::FashionMnist, _) => "diffusion-fashion-mnist",
            (DataSet::Mnist, Training::Full) => "diffusion-mnist",
            (DataSet::Mnist, Training::Early) => "diffusion-mnist-early",
            (DataSet::Mnist, Training::Quick) => "diffusion-mnist-quick",
        }
    }

    pub(super) fn visit(&mut self, q: &mut impl Query) {
        q.named("set", &mut self.set, DataSet::default());
        let digits = self.set == DataSet::Mnist;
        let read = |id: &str| Training::called(id).filter(|t| digits || *t == Training::Full);
        q.setting("model", &mut self.training, Training::Full, read, |t| {
            t.name().into()
        });
    }
}

impl Named for Training {
    const VALUES: &'static [Self] = &[Self::Full, Self::Early, Self::Quick];

    fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Early => "early",
            Self::Quick => "quick",
        }
    }
}
