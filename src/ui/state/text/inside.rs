//! Chapter 'Inside': `#/autoregressive/inside?text=the_cat&block=2&head=1&off=5&step=3`.

use super::prompt::Prompt;
use crate::models::text::inside::Off;
use crate::protocol::text::MOST_LOOKED_AT;
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Query};

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct InsideState {
    /// What is read.
    pub text: Prompt,
    /// The head that is looked at: its block, from 0.
    pub block: u32,
    /// Its place in the block, from 0.
    pub head: u32,
    /// What is switched off.
    pub off: Off,
    /// The token that is looked at, from 0; none: the last.
    pub step: Option<u32>,
}

impl Default for InsideState {
    fn default() -> Self {
        Self {
            text: Prompt::new("lily had a red ball and tom had a blue car. lily gave tom her red"),
            block: 2,
            head: 0,
            off: Off::default(),
            step: None,
        }
    }
}

impl InsideState {
    /// The model.
    pub const MODEL: &'static str = "text-stories";
    /// Its blocks, and heads of each.
    pub const SHAPE: [u32; 2] = [5, 4];

    /// Another text.
    pub fn read(&mut self, text: Prompt) {
        (self.text, self.step) = (text, None);
    }

    /// Switches a part off, or on again.
    pub fn switch(&mut self, bit: u64) {
        self.off = Off(self.off.0 ^ bit);
    }
}

impl Controls for InsideState {
    fn chapter(&self) -> Chapter {
        Chapter::Inside
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        let [blocks, heads] = Self::SHAPE;
        q.setting(
            "text",
            &mut self.text,
            default.text,
            Prompt::read,
            Prompt::code,
        );
        q.number("block", &mut self.block, default.block, 0..=blocks - 1);
        q.number("head", &mut self.head, default.head, 0..=heads - 1);
        let all = (1 << (blocks * heads + blocks)) - 1;
        q.number("off", &mut self.off.0, default.off.0, 0..=all);
        q.maybe("step", &mut self.step, 0..=MOST_LOOKED_AT as u32 - 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(
            round_trip(InsideState::default()),
            "#/autoregressive/inside"
        );
        let mut state = InsideState {
            step: Some(3),
            head: 2,
            ..InsideState::default()
        };
        state.read(Prompt::new("a cat"));
        state.switch(Off::head(InsideState::SHAPE, 0, 1));
        state.switch(Off::mlp(InsideState::SHAPE, 0));
        state.switch(Off::head(InsideState::SHAPE, 0, 1));
        assert_eq!(
            round_trip(state),
            "#/autoregressive/inside?text=a_cat&head=2&off=1048576"
        );
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        let query = "text=~&block=5&head=4&off=33554432&step=64";
        falls_back("autoregressive/inside", &[(query, 5)]);
    }
}
