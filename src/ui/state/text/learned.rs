//! Chapter 'How it learned': `#/autoregressive/learned?text=the_cat&step=3&size=0&look=2`.

use super::prompt::Prompt;
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Query};

/// A text that is read has at most so many tokens.
pub const READ: u32 = 120;
/// So many tokens of it stand before the model goes on by itself.
pub const STANDS: u32 = 8;

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct LearnedState {
    /// What is read.
    pub text: Prompt,
    /// Names the draws of the model's own text.
    pub seed: u64,
    /// The token that is shown last, from 0; none while it plays.
    pub step: Option<u32>,
    /// Which size's way is shown, the smallest first.
    pub size: u32,
    /// Which look at it.
    pub look: u32,
}

impl Default for LearnedState {
    fn default() -> Self {
        Self {
            text: Prompt::new(
                "once upon a time, there was a little boy named tim. tim had a big red ball. he \
                 put the ball into the refrigerator. his mom laughed and said, \"why is it so cold?\"",
            ),
            seed: 7,
            step: None,
            size: Self::SIZES - 1,
            look: Self::LOOKS - 1,
        }
    }
}

impl LearnedState {
    /// The model.
    pub const MODEL: &'static str = "text-stories";
    /// Sizes that were trained.
    pub const SIZES: u32 = 3;
    /// Looks at each.
    pub const LOOKS: u32 = 9;

    /// Another text.
    pub fn read(&mut self, text: Prompt) {
        (self.text, self.step) = (text, None);
    }
}

impl Controls for LearnedState {
    fn chapter(&self) -> Chapter {
        Chapter::Learned
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
        q.seed("seed", &mut self.seed, default.seed);
        q.number("size", &mut self.size, default.size, 0..=Self::SIZES - 1);
        q.number("look", &mut self.look, default.look, 0..=Self::LOOKS - 1);
        q.maybe("step", &mut self.step, 0..=READ);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(
            round_trip(LearnedState::default()),
            "#/autoregressive/learned"
        );
        let mut state = LearnedState {
            step: Some(3),
            size: 0,
            look: 2,
            ..LearnedState::default()
        };
        state.read(Prompt::new("a cat"));
        assert_eq!(
            round_trip(state),
            "#/autoregressive/learned?text=a_cat&size=0&look=2"
        );
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        let query = "text=~&seed=x&size=3&look=9&step=121";
        falls_back("autoregressive/learned", &[(query, 5)]);
    }
}
