//! Chapter 'Pieces of words': `#/autoregressive/pieces?text=strawberry&step=3`.

use super::prompt::Prompt;
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Named, Query};

/// More merges than any text here needs.
const MOST_STEPS: u32 = 1000;

/// How a text is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shown {
    /// The pieces as they are written.
    #[default]
    Letters,
    /// What the model gets: a number for each.
    Numbers,
}

impl Named for Shown {
    const VALUES: &'static [Self] = &[Self::Letters, Self::Numbers];

    fn name(self) -> &'static str {
        match self {
            Self::Letters => "letters",
            Self::Numbers => "numbers",
        }
    }
}

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct PiecesState {
    /// What is cut.
    pub text: Prompt,
    /// How it is shown.
    pub shown: Shown,
    /// After so many merges; none: after all.
    pub step: Option<u32>,
    /// The piece that is looked at, from 0.
    pub piece: Option<u32>,
}

impl Default for PiecesState {
    fn default() -> Self {
        Self {
            text: Prompt::new("how many r are in strawberry? the dog said hello."),
            shown: Shown::default(),
            step: None,
            piece: None,
        }
    }
}

impl PiecesState {
    /// Another text.
    pub fn cut(&mut self, text: Prompt) {
        (self.text, self.step, self.piece) = (text, None, None);
    }
}

impl Controls for PiecesState {
    fn chapter(&self) -> Chapter {
        Chapter::Pieces
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        q.setting(
            "text",
            &mut self.text,
            default.text,
            Prompt::read,
            Prompt::code,
        );
        q.named("shown", &mut self.shown, default.shown);
        q.maybe("step", &mut self.step, 0..=MOST_STEPS);
        q.maybe("piece", &mut self.piece, 0..=MOST_STEPS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(
            round_trip(PiecesState::default()),
            "#/autoregressive/pieces"
        );
        let mut state = PiecesState {
            step: Some(3),
            ..PiecesState::default()
        };
        state.cut(Prompt::new("a cat"));
        state.shown = Shown::Numbers;
        state.piece = Some(1);
        assert_eq!(
            round_trip(state),
            "#/autoregressive/pieces?text=a_cat&shown=numbers&piece=1"
        );
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        let query = "text=~&shown=x&step=1001&piece=-1";
        falls_back("autoregressive/pieces", &[(query, 4)]);
    }
}
