//! What links say in the chapters on sound.

mod forced;
mod own;
mod sample;

pub use forced::ForcedState;
pub use own::{AFTER, OWN, OwnState};
pub use sample::{LENGTH, SampleState};

use crate::models::next::Choosing;
use crate::models::wave::Deaf;
use crate::protocol::wave::WaveAsk;
use crate::ui::state::{Controls, Query};

/// The model of plucked strings, by its id.
pub const STRINGS: &str = "wave-notes";
/// That of spoken digits.
pub const WORDS: &str = "wave-digits";

/// What all of them have.
pub struct Dials<'a> {
    /// Temperature, hundredths.
    pub temperature: &'a mut u32,
    /// Names the draws.
    pub seed: &'a mut u64,
    /// The sample that is shown as the last; none while it plays.
    pub step: &'a mut Option<u32>,
}

/// A state that has them.
pub trait Played: Controls + Clone + Default + PartialEq + 'static {
    /// Them.
    fn dials(&mut self) -> Dials<'_>;

    /// All that is asked for, whatever is shown of it.
    fn asked(&self) -> Self {
        let mut asked = self.clone();
        *asked.dials().step = None;
        asked
    }

    /// The model goes on with what is given, to `count` samples.
    fn ask(&self, model: &str, condition: u16, given: Vec<u8>, count: u32) -> WaveAsk {
        let mut now = self.clone();
        let dials = now.dials();
        WaveAsk {
            model: model.into(),
            condition,
            given,
            count,
            choosing: choosing(*dials.temperature),
            seed: *dials.seed,
            deaf: Deaf::default(),
            looked_at: [0; 2],
        }
    }
}

/// How samples are chosen at a temperature, hundredths.
fn choosing(temperature: u32) -> Choosing {
    Choosing {
        temperature: temperature as f32 / 100.0,
        ..Choosing::default()
    }
}

/// Reads or writes them, of a sound of so many samples at most.
fn visit<S: Played>(state: &mut S, q: &mut impl Query, samples: u32) {
    let mut default = S::default();
    let [default, now] = [default.dials(), state.dials()];
    q.number(
        "temperature",
        now.temperature,
        *default.temperature,
        0..=200,
    );
    q.seed("seed", now.seed, *default.seed);
    q.maybe("step", now.step, 0..=samples - 1);
}

/// The dials of a state that has them by these names.
macro_rules! played {
    ($state:ty) => {
        impl crate::ui::state::wave::Played for $state {
            fn dials(&mut self) -> crate::ui::state::wave::Dials<'_> {
                crate::ui::state::wave::Dials {
                    temperature: &mut self.temperature,
                    seed: &mut self.seed,
                    step: &mut self.step,
                }
            }
        }
    };
}
use played;
