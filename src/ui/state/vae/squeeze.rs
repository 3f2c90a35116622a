//! Controls of the chapter 'Squeeze and restore'.

use super::model_of;
use crate::data::DataSet;
use crate::models::vae::blocks::Sizes;
use crate::ui::chapters::Chapter;
use crate::ui::state::picture::visit_picture;
use crate::ui::state::{Controls, Picture, Query};

/// Which autoencoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Trained to restore, and for nothing else.
    Plain,
    /// Variational.
    Variational,
}

impl Kind {
    /// Both, in the order in which a control lists them.
    pub const ALL: [Self; 2] = [Self::Plain, Self::Variational];

    /// The name in links and in model ids.
    pub fn id(self) -> &'static str {
        match self {
            Self::Plain => "ae",
            Self::Variational => "vae",
        }
    }
}

/// What codes are good for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Use {
    /// To keep pictures small.
    #[default]
    Bytes,
    /// To take noise away.
    Clean,
    /// To notice what does not belong.
    Odd,
    /// To read from.
    Read,
}

impl Use {
    /// All of them, in the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Bytes, Self::Clean, Self::Odd, Self::Read];

    /// The name in links.
    pub fn id(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Clean => "clean",
            Self::Odd => "odd",
            Self::Read => "read",
        }
    }
}

/// Something that goes wrong, with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// Too few numbers.
    Small,
}

impl Case {
    /// All cases.
    pub const ALL: [Self; 1] = [Self::Small];

    /// The name in links.
    pub fn id(self) -> &'static str {
        match self {
            Self::Small => "small",
        }
    }
}

/// Controls of the chapter.
#[derive(Clone, Debug, PartialEq)]
pub struct SqueezeState {
    /// Where real pictures come from.
    pub set: DataSet,
    /// What is squeezed.
    pub picture: Picture,
    /// By which kind of network.
    pub kind: Kind,
    /// Numbers of the code, 2 or 16.
    pub code: u32,
    /// How far it has got, in blocks of the network, `0..=`[`Self::LAST`].
    pub block: u32,
    /// The tab of what codes are good for.
    pub tab: Use,
    /// Share of the pixels that are spoilt, percent, `0..=50`, for [`Use::Clean`].
    pub noise: u32,
    /// What goes wrong, if that is the subject.
    pub case: Option<Case>,
}

impl Default for SqueezeState {
    fn default() -> Self {
        Self {
            set: DataSet::default(),
            picture: Picture::Sample(96),
            kind: Kind::Variational,
            code: 16,
            block: Self::LAST,
            tab: Use::default(),
            noise: 15,
            case: None,
        }
    }
}

impl SqueezeState {
    /// The last place on the way: the last block's output.
    pub const LAST: u32 = 9;
    /// A picture that a code of two numbers spoils, and one of sixteen does not (`tests/browser/vae.rs`).
    const HARD: Picture = Picture::Sample(140);

    /// How a case opens.
    pub fn of(case: Case) -> Self {
        match case {
            Case::Small => Self {
                picture: Self::HARD,
                code: 2,
                case: Some(case),
                ..Self::default()
            },
        }
    }

    /// The manifest's id of the model. Where there is none of a kind, it is the other one's.
    pub fn model(&self) -> String {
        let of = |kind| model_of(kind, self.set, self.code);
        of(self.kind).or(of(Kind::Variational)).unwrap_or_default()
    }

    /// Is there a network of this kind and size?
    pub fn is_made(&self) -> bool {
        model_of(self.kind, self.set, self.code).is_some()
    }

    /// The network's sizes.
    pub fn sizes(&self) -> Sizes {
        Sizes::shipped(self.code as usize)
    }
}

impl Controls for SqueezeState {
    fn chapter(&self) -> Chapter {
        Chapter::Squeeze
    }

    fn visit(&mut self, q: &mut impl Query) {
        q.named_option("case", &mut self.case);
        let default = self.case.map_or_else(Self::default, Self::of);
        q.named("set", &mut self.set, default.set);
        visit_picture(&mut self.picture, &default.picture, q);
        q.named("kind", &mut self.kind, default.kind);
        q.one_of("code", &mut self.code, default.code, &[2, 16]);
        q.number("block", &mut self.block, default.block, 0..=Self::LAST);
        q.named("tab", &mut self.tab, default.tab);
        q.number("noise", &mut self.noise, default.noise, 0..=50);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip, state};

    #[test]
    fn links_are_short() {
        assert_eq!(round_trip(SqueezeState::default()), "#/vae/squeeze");
        let small = SqueezeState::of(Case::Small);
        assert_eq!(round_trip(small), "#/vae/squeeze?case=small");
        let plain = SqueezeState {
            kind: Kind::Plain,
            code: 2,
            block: 4,
            ..SqueezeState::default()
        };
        assert_eq!(round_trip(plain), "#/vae/squeeze?kind=ae&code=2&block=4");
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        falls_back(
            "vae/squeeze",
            &[("code=3&kind=x&block=10&tab=y&noise=51&case=z", 6)],
        );
    }

    #[test]
    fn every_state_has_a_model() {
        let (clothes, _) = state::<SqueezeState>("#/vae/squeeze?set=fashion-mnist&kind=ae");
        assert_eq!(clothes.model(), "vae-fashion-mnist-16");
        assert!(!clothes.is_made());
        assert_eq!(SqueezeState::default().model(), "vae-mnist-16");
        let blocks = SqueezeState::default().sizes().describe().len();
        assert_eq!(blocks, SqueezeState::LAST as usize);
    }
}
