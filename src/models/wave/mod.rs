//! Sound by predicting the next sample: WaveNet.
//!
//! Van den Oord and others 2016 (arXiv:1609.03499). Samples are told in 256 steps by the µ-law (ITU-T
//! G.711), fine where it is quiet and coarse where it is loud, and each is drawn from a distribution over
//! the 256 given those before it and what is asked for (a pitch, or a digit and who says it).
//!
//! | module | what |
//! |---|---|
//! | [`asked`] | what can be asked for, and what a network is told of it at each sample |
//! | [`net`] | the network: dilated causal convolutions with gates |
//! | `training` | its loss, for `lab` |
//! | [`step`] | the same sample by sample on plain numbers, with what is computed of the past kept in rings |

#[cfg(any(feature = "look", feature = "ui", not(target_family = "wasm")))]
pub mod asked;
#[cfg(feature = "look")]
pub mod net;
#[cfg(feature = "look")]
pub mod step;
#[cfg(feature = "lab")]
pub mod training;

use serde::{Deserialize, Serialize};

/// Samples a second of all sounds here.
pub const RATE: u32 = 8000;
/// Values that a sample can have.
pub const LEVELS: usize = 256;
/// The value of silence.
pub const SILENCE: u8 = 128;
/// The lowest note that a network of strings knows, as MIDI counts: C4.
pub const LOWEST: u16 = 60;
/// So many notes, a semitone apart: to B5.
pub const NOTES: u16 = 24;
/// By how much quiet sounds are told finer than loud ones.
const MU: f32 = 255.0;

/// A sample `-1..=1` as one of 256 values; what is beyond is taken for the end.
pub fn code(sample: f32) -> u8 {
    let x = sample.clamp(-1.0, 1.0);
    let bent = x.signum() * (MU * x.abs()).ln_1p() / MU.ln_1p();
    // The middle of 256 steps lies between two of them; silence is to be one.
    (128.0 + 127.0 * bent).round() as u8
}

/// The sample `-1..=1` of a value.
pub fn sample(code: u8) -> f32 {
    let bent = ((f32::from(code) - 128.0) / 127.0).clamp(-1.0, 1.0);
    bent.signum() * ((MU.ln_1p() * bent.abs()).exp() - 1.0) / MU
}

/// The numbers that make a network's shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Channels of a layer.
    pub width: u32,
    /// Stacks of layers; in each, dilations begin anew at 1.
    pub stacks: u32,
    /// Layers of a stack, each looking back twice as far as the one before.
    pub layers: u32,
    /// Things that can be asked for.
    pub conditions: u32,
}

impl Shape {
    /// Whether a network can be made of it.
    pub fn is_sound(&self) -> bool {
        (1..=256).contains(&self.width)
            && (1..=8).contains(&self.stacks)
            && (1..=12).contains(&self.layers)
            && (1..=1024).contains(&self.conditions)
    }

    /// How far each layer looks back, samples.
    pub fn dilations(&self) -> impl Iterator<Item = usize> + use<> {
        let layers = self.layers;
        (0..self.stacks).flat_map(move |_| (0..layers).map(|layer| 1 << layer))
    }

    /// Samples that the odds of one depend on.
    pub fn receptive_field(&self) -> usize {
        1 + self.dilations().sum::<usize>()
    }
}

/// Layers that do not look back, as bits: the first is bit 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deaf(pub u32);

impl Deaf {
    /// Is this layer one of them?
    pub fn has(self, layer: usize) -> bool {
        layer < 32 && self.0 >> layer & 1 == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table of the formula's own values, and of its edges.
    #[test]
    fn the_law_bends_as_it_says() {
        assert_eq!([0.0, -0.0, 1.0, -1.0].map(code), [128, 128, 255, 1]);
        assert_eq!([2.0, -7.0].map(code), [255, 1]);
        // ln(1 + 255 / 255) / ln 256 = 1/8 of the way up.
        assert_eq!(code(1.0 / 255.0), 144);
        // ln(1 + 15) / ln 256 = 1/2.
        assert_eq!(code(15.0 / 255.0), 192);
        assert!((sample(255) - 1.0).abs() < 1e-6 && (sample(1) + 1.0).abs() < 1e-6);
        assert!((sample(0) + 1.0).abs() < 1e-6, "below the least");
        assert_eq!(sample(SILENCE), 0.0);
    }

    #[test]
    fn values_come_back() {
        for value in 1..=255 {
            assert_eq!(code(sample(value)), value);
        }
        assert!(code(f32::NAN) == 0 || code(f32::NAN) == SILENCE);
    }

    #[test]
    fn layers_look_back_twice_as_far() {
        let shape = Shape {
            width: 8,
            stacks: 2,
            layers: 3,
            conditions: 1,
        };
        assert_eq!(shape.dilations().collect::<Vec<_>>(), [1, 2, 4, 1, 2, 4]);
        assert_eq!(shape.receptive_field(), 15);
        assert!(Deaf(0b10).has(1) && !Deaf(0b10).has(0) && !Deaf(0).has(40));
    }
}
