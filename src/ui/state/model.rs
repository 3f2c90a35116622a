//! Which trained diffusion model a chapter uses.

use super::{Reader, Writer};
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

    pub(super) fn read(query: &mut Reader) -> Self {
        let set = read_set(query);
        let training = query.choice("model", |name| match name {
            "full" => Some(Training::Full),
            "early" if set == DataSet::Mnist => Some(Training::Early),
            "quick" if set == DataSet::Mnist => Some(Training::Quick),
            _ => None,
        });
        Self {
            set,
            training: training.unwrap_or_default(),
        }
    }

    pub(super) fn write(self, query: &mut Writer) {
        write_set(self.set, query);
        match self.training {
            Training::Full => {}
            Training::Early => query.put("model", "early"),
            Training::Quick => query.put("model", "quick"),
        }
    }
}

/// The data set a link names.
pub(super) fn read_set(query: &mut Reader) -> DataSet {
    let set = query.choice("set", |name| {
        DataSet::ALL.into_iter().find(|set| set.id() == name)
    });
    set.unwrap_or_default()
}

/// Names the data set in a link.
pub(super) fn write_set(set: DataSet, query: &mut Writer) {
    query.put_unless("set", set.id(), DataSet::default().id());
}
