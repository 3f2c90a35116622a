//! Controls of the chapter 'Inside the network'.

use super::denoise::visit_digit;
use crate::models::diffusion::blocks::{Block, POSITIONS, SHIPPED};
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, ModelChoice, Query, Wanted};

/// Controls of the chapter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NetworkState {
    /// Whose weights.
    pub model: ModelChoice,
    /// What is asked for; a digit, or any.
    pub digit: Wanted,
    /// Seed of all noise.
    pub seed: u64,
    /// The step shown, `0..=NetworkState::STEPS`; `None` plays the run from its start.
    pub step: Option<u32>,
    /// Skips that are cut: bit i for skip i.
    pub cut: u8,
    /// The block looked into, by its place among the network's blocks.
    pub block: usize,
    /// Which of its feature maps is shown large.
    pub channel: usize,
    /// The position whose attention is shown, row by row, `0..49`.
    pub position: usize,
}

impl Default for NetworkState {
    fn default() -> Self {
        Self {
            model: ModelChoice::default(),
            digit: Wanted::Digit(3),
            seed: 42,
            step: None,
            cut: 0,
            block: place("up-2").unwrap_or_default(),
            channel: 0,
            position: POSITIONS / 2,
        }
    }
}

impl NetworkState {
    /// Network evaluations of the chapter's runs.
    pub const STEPS: u32 = 20;
    /// All skips cut.
    pub const ALL_CUT: u8 = (1 << SHIPPED.blocks) - 1;

    /// The block looked into; `None` only for a place that does not exist.
    pub fn chosen(&self) -> Option<Block> {
        SHIPPED.blocks().get(self.block).copied()
    }
}

impl Controls for NetworkState {
    fn chapter(&self) -> Chapter {
        Chapter::Network
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        self.model.visit(q);
        visit_digit(&mut self.digit, default.digit, Wanted::Each, q);
        q.seed("seed", &mut self.seed, default.seed);
        q.setting("cut", &mut self.cut, default.cut, read_cut, |cut| {
            write_cut(*cut)
        });
        let block_id = |block: &usize| SHIPPED.blocks()[*block].id().to_string();
        q.setting("block", &mut self.block, default.block, place, block_id);
        let channels = self.chosen().map_or(1, |block| block.channels);
        q.number(
            "channel",
            &mut self.channel,
            default.channel,
            0..=channels - 1,
        );
        q.number(
            "at",
            &mut self.position,
            default.position,
            0..=POSITIONS - 1,
        );
        q.maybe("step", &mut self.step, 0..=Self::STEPS);
    }
}

/// The place of the block called `id`.
fn place(id: &str) -> Option<usize> {
    SHIPPED.blocks().iter().position(|block| block.id() == id)
}

/// The numbers of the skips, counted from 1 at the outermost: `1`, `2`, `1~2`.
fn write_cut(cut: u8) -> String {
    let cut: Vec<_> = (0..SHIPPED.blocks)
        .filter(|skip| cut >> skip & 1 == 1)
        .map(|skip| (skip + 1).to_string())
        .collect();
    cut.join("~")
}

fn read_cut(text: &str) -> Option<u8> {
    text.split('~').try_fold(0, |cut, number| {
        let number: usize = number.parse().ok()?;
        let known = (1..=SHIPPED.blocks).contains(&number);
        known.then(|| cut | 1 << (number - 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn skips_are_named_from_the_outermost() {
        let cut = |cut| NetworkState {
            cut,
            ..NetworkState::default()
        };
        assert_eq!(round_trip(cut(0)), "#/diffusion/network");
        assert_eq!(round_trip(cut(2)), "#/diffusion/network?cut=2");
        let all = round_trip(cut(NetworkState::ALL_CUT));
        assert_eq!(all, "#/diffusion/network?cut=1~2");
    }

    #[test]
    fn nonsense_falls_back_and_is_said() {
        let nonsense = "digit=each&cut=3&block=stem&channel=48&at=49&step=21";
        falls_back("diffusion/network", &[(nonsense, 6)]);
    }
}
