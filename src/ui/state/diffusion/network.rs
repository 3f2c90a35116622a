//! Controls of the chapter 'Inside the network'.

use crate::models::diffusion::blocks::{Block, POSITIONS, SHIPPED};
use crate::ui::state::{ModelChoice, Reader, Wanted, Writer};

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

    pub(crate) fn read(query: &mut Reader) -> Self {
        let default = Self::default();
        let block = query.choice("block", place).unwrap_or(default.block);
        let channels = SHIPPED.blocks().get(block).map_or(1, |b| b.channels);
        Self {
            model: ModelChoice::read(query),
            digit: query.choice("digit", read_digit).unwrap_or(default.digit),
            seed: query.number("seed", 0..=u64::MAX).unwrap_or(default.seed),
            step: query.number("step", 0..=Self::STEPS),
            cut: query.choice("cut", read_cut).unwrap_or(default.cut),
            block,
            channel: query
                .number("channel", 0..=channels - 1)
                .unwrap_or(default.channel),
            position: query
                .number("at", 0..=POSITIONS - 1)
                .unwrap_or(default.position),
        }
    }

    pub(crate) fn write(&self, query: &mut Writer) {
        let default = Self::default();
        self.model.write(query);
        query.put_unless("digit", self.digit.id(), default.digit.id());
        query.put_unless("seed", self.seed, default.seed);
        if self.cut != default.cut {
            query.put("cut", write_cut(self.cut));
        }
        if let Some(block) = self.chosen().filter(|_| self.block != default.block) {
            query.put("block", block.id());
        }
        query.put_unless("channel", self.channel, default.channel);
        query.put_unless("at", self.position, default.position);
        if let Some(step) = self.step {
            query.put("step", step);
        }
    }
}

/// The place of the block called `id`.
fn place(id: &str) -> Option<usize> {
    SHIPPED.blocks().iter().position(|block| block.id() == id)
}

fn read_digit(id: &str) -> Option<Wanted> {
    Wanted::from_id(id).filter(|wanted| *wanted != Wanted::Each)
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
    use crate::ui::state::{Page, Route, parse};

    #[test]
    fn every_control_survives_the_link() {
        let state = NetworkState {
            digit: Wanted::Any,
            seed: 7,
            step: Some(12),
            cut: NetworkState::ALL_CUT,
            block: place("attention").expect("a block"),
            channel: 95,
            position: 48,
            ..NetworkState::default()
        };
        for cut in 0..=NetworkState::ALL_CUT {
            let page = Page {
                route: Route::Network(NetworkState { cut, ..state }),
                ..Page::default()
            };
            let parsed = parse(&page.hash());
            assert_eq!((parsed.page, parsed.problems), (page, vec![]));
        }
        let default = Route::Network(NetworkState::default());
        assert_eq!(default.href(), "#/diffusion/network");
    }

    #[test]
    fn nonsense_falls_back_and_is_said() {
        let hash = "#/diffusion/network?digit=each&cut=3&block=stem&channel=48&at=49&step=21";
        let parsed = parse(hash);
        let route = Route::Network(NetworkState::default());
        assert_eq!(parsed.page.route, route);
        assert_eq!(parsed.problems.len(), 6, "{:?}", parsed.problems);
    }
}
