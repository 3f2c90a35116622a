//! A class-conditional GAN of digits: what the page knows of it without burn.
//!
//! The generator makes a digit of 48 random numbers and a class in one pass ([`generator`]); the
//! discriminator says in one number how real a picture looks, given its class
//! ([`discriminator`]). Both ship as they were at a few steps of their training, as one file a
//! snapshot: the same noise gives a fake of each.
//!
//! ```text
//! z [48], class ──> G ──> picture [28,28] ──┐
//!                                           ├── with its class ──> D ──> score
//!                    real picture [28,28] ──┘                     > 0: takes it for real
//! ```

#[cfg(feature = "look")]
pub mod discriminator;
#[cfg(feature = "look")]
pub mod generator;
#[cfg(feature = "look")]
mod pair;
#[cfg(feature = "lab")]
pub mod training;

#[cfg(feature = "look")]
pub use pair::{GanPair, pictures};

use crate::noise::{self, INITIAL_DRAW};

/// Numbers of one noise vector.
pub const Z: usize = 48;

/// What the snapshots' model ids begin with; the number of generator updates follows.
const PREFIX: &str = "gan-mnist-";

/// Model id of the snapshot after `step` updates of each player, such as `gan-mnist-000400`:
/// ids in alphabetical order are in the order of training.
pub fn snapshot_id(step: u32) -> String {
    format!("{PREFIX}{step:06}")
}

/// The updates before a snapshot, from its model id; `None` for any other model.
pub fn snapshot_step(id: &str) -> Option<u32> {
    let digits = id.strip_prefix(PREFIX)?;
    let number = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit());
    number.then(|| digits.parse().ok())?
}

/// Noise of fake `index` of a seed: independent standard normal values, `[Z]`.
pub fn noise_vector(seed: u64, index: u32) -> Vec<f32> {
    noise::normal(seed, index, INITIAL_DRAW, Z)
}

/// On the way from `a` (share 0) to `b` (share 1) along the sphere (Shoemake 1985), while the
/// length goes evenly from one's to the other's: what lies between is as long as noise is, where
/// a straight line leads through vectors too short to be drawn.
pub fn slerp(a: &[f32], b: &[f32], share: f32) -> Vec<f32> {
    let length = |v: &[f32]| v.iter().map(|x| x * x).sum::<f32>().sqrt();
    let (length_a, length_b) = (length(a), length(b));
    let dot: f32 = a.iter().zip(b).map(|(a, b)| a * b).sum();
    let cosine = (dot / (length_a * length_b)).clamp(-1.0, 1.0);
    let angle = cosine.acos();
    let (from, to) = if angle.sin() > 1e-3 {
        let weight = |share: f32| (share * angle).sin() / angle.sin();
        (weight(1.0 - share), weight(share))
    } else {
        // The same direction, opposite ones, or no length: there is no arc to go along.
        (1.0 - share, share)
    };
    let (mean, scale_a, scale_b) = (
        (1.0 - share) * length_a + share * length_b,
        from / length_a.max(f32::MIN_POSITIVE),
        to / length_b.max(f32::MIN_POSITIVE),
    );
    let between = a.iter().zip(b).map(|(a, b)| scale_a * a + scale_b * b);
    between.map(|x| mean * x).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tell_their_step() {
        assert_eq!(snapshot_id(400), "gan-mnist-000400");
        assert_eq!(snapshot_step("gan-mnist-000400"), Some(400));
        let others = [
            "gan-mnist-400",
            "gan-mnist-+00400",
            "gan-mnist",
            "diffusion-mnist",
        ];
        for other in others {
            assert_eq!(snapshot_step(other), None, "{other}");
        }
    }

    fn close(got: &[f32], want: &[f32]) {
        assert_eq!(got.len(), want.len());
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() < 1e-5, "{got} {want}");
        }
    }

    #[test]
    fn ways_begin_and_end_where_they_should() {
        let (a, b) = (noise_vector(42, 0), noise_vector(42, 1));
        close(&slerp(&a, &b, 0.0), &a);
        close(&slerp(&a, &b, 1.0), &b);
        close(&slerp(&a, &a, 0.3), &a);
    }

    #[test]
    fn half_way_is_on_the_sphere() {
        let half = std::f32::consts::FRAC_1_SQRT_2;
        close(&slerp(&[1.0, 0.0], &[0.0, 1.0], 0.5), &[half, half]);
        // Lengths 1 and 3: half way it is 2.
        close(
            &slerp(&[1.0, 0.0], &[0.0, 3.0], 0.5),
            &[2.0 * half, 2.0 * half],
        );
    }

    #[test]
    fn no_length_or_no_arc_gives_numbers_all_the_same() {
        for (a, b) in [([0.0, 0.0], [1.0, 0.0]), ([1.0, 0.0], [-1.0, 0.0])] {
            let between = slerp(&a, &b, 0.25);
            assert!(between.iter().all(|x| x.is_finite()), "{between:?}");
        }
    }

    /// A shared link must show the same fakes after an update.
    #[test]
    fn fakes_of_a_seed_stay_the_same() {
        assert_eq!(noise_vector(42, 0)[..2], [0.477_981_24, 1.334_070_6]);
        assert_ne!(noise_vector(42, 1), noise_vector(42, 0));
    }
}
