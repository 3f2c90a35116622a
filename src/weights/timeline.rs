//! How the image GAN came about: `www/quality/gan-mnist-timeline.json`.
//!
//! `lab train gan-mnist` measures it while it trains, with f32 weights; `lab pack gan-mnist` puts
//! it beside the snapshots that ship; the page draws it.

use serde::{Deserialize, Serialize};

use crate::models::gan::image::snapshot_id;

/// Where the timeline lies, relative to the site's root.
pub const TIMELINE_PATH: &str = "quality/gan-mnist-timeline.json";

/// The course of one training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// What ships of it, by step: the same noise has a fake of each.
    pub snapshots: Vec<Snapshot>,
    /// What was measured, by step.
    pub points: Vec<Point>,
}

/// One snapshot of both players.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The manifest's id.
    pub model: String,
    /// Updates of each player before it.
    pub step: u32,
    /// SHA-256 of its weights file, lower-case hex.
    pub sha256: String,
}

/// One measurement.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Updates of each player.
    pub step: u32,
    /// Real pictures seen, repeats counted.
    pub images: u64,
    /// Mean hinge losses since the point before: discriminator, generator. None before the first
    /// update.
    pub losses: Option<[f64; 2]>,
    /// Share of [`SCORED`] held-out real digits that the discriminator takes for real, `0..=1`.
    pub real_accuracy: f64,
    /// Share of as many fakes that it takes for fake, `0..=1`.
    pub fake_accuracy: f64,
    /// Number of fakes that the judge read.
    pub n: u32,
    /// Share of them in which it reads the intended digit, `0..=1`.
    pub class_accuracy: f64,
    /// Fréchet distance of the judge's features to the real test set's.
    pub fid: f64,
    /// The same distance of as many real training pictures.
    pub floor: f64,
}

/// Pictures of each kind that the discriminator is asked about.
pub const SCORED: usize = 1000;

impl Timeline {
    /// Does all of it make sense?
    pub fn check(self) -> Result<Self, TimelineError> {
        let sound = |p: &Point| {
            let shares = [p.real_accuracy, p.fake_accuracy, p.class_accuracy];
            shares.iter().all(|share| (0.0..=1.0).contains(share))
                && [p.fid, p.floor].iter().all(|d| d.is_finite() && *d > 0.0)
                && p.n > 0
                && p.losses.is_none_or(|l| l.iter().all(|l| l.is_finite()))
                && (p.step == 0) == (p.images == 0)
        };
        let points = &self.points;
        let sorted = points.is_sorted_by(|a, b| a.step < b.step && a.images < b.images)
            && self.snapshots.is_sorted_by(|a, b| a.step < b.step);
        let named = |s: &Snapshot| s.model == snapshot_id(s.step);
        let measured = |s: &Snapshot| points.iter().any(|p| p.step == s.step);
        let good = !self.snapshots.is_empty()
            && sorted
            && points.iter().all(sound)
            && self.snapshots.iter().all(|s| named(s) && measured(s));
        if good { Ok(self) } else { Err(TimelineError) }
    }

    /// The measurement at a snapshot.
    pub fn at(&self, step: u32) -> Option<&Point> {
        self.points.iter().find(|point| point.step == step)
    }
}

/// A timeline that makes no sense.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("its numbers make no sense")]
pub struct TimelineError;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::manifest::{MANIFEST_PATH, Manifest, NetworkKind};

    fn point(step: u32) -> Point {
        Point {
            step,
            images: 64 * u64::from(step),
            losses: (step > 0).then_some([1.5, -0.2]),
            real_accuracy: 0.7,
            fake_accuracy: 0.8,
            n: 2000,
            class_accuracy: 0.5,
            fid: 120.0,
            floor: 1.8,
        }
    }

    fn snapshot(step: u32) -> Snapshot {
        Snapshot {
            model: snapshot_id(step),
            step,
            sha256: "ab".into(),
        }
    }

    fn timeline() -> Timeline {
        Timeline {
            snapshots: [0, 100].map(snapshot).to_vec(),
            points: [0, 50, 100].map(point).to_vec(),
        }
    }

    #[test]
    fn a_sound_one_is_taken_and_found_in() {
        let timeline = timeline().check().expect("makes sense");
        assert_eq!(timeline.at(50), Some(&point(50)));
        assert_eq!(timeline.at(51), None);
        let text = serde_json::to_string(&timeline).expect("writes");
        assert_eq!(serde_json::from_str::<Timeline>(&text).ok(), Some(timeline));
    }

    /// What ships was measured on the weights that ship, before they became 8 bits wide.
    #[test]
    fn the_shipped_timeline_belongs_to_the_shipped_weights() {
        let www = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www");
        let read = |path: &str| std::fs::read_to_string(www.join(path)).expect("readable");
        let manifest: Manifest = serde_json::from_str(&read(MANIFEST_PATH)).expect("reads");
        let timeline: Timeline = serde_json::from_str(&read(TIMELINE_PATH)).expect("reads");
        let timeline = timeline.check().expect("makes sense");
        for snapshot in &timeline.snapshots {
            let entry = manifest.find(&snapshot.model).expect("is listed");
            assert_eq!(entry.sha256, snapshot.sha256, "{}", entry.id);
            let point = timeline.at(snapshot.step).expect("is measured");
            assert_eq!(entry.images_seen, point.images, "{}", entry.id);
        }
        let listed = manifest.models.iter();
        let listed = listed.filter(|m| m.network == NetworkKind::GanPair);
        assert_eq!(listed.count(), timeline.snapshots.len());
        // From obviously fake to what was aimed at.
        let ends = [timeline.snapshots.first(), timeline.snapshots.last()];
        let [first, last] = ends.map(|s| *timeline.at(s.expect("some").step).expect("measured"));
        assert!(first.step == 0 && first.fid > 10.0 * last.fid, "{first:?}");
        assert!(last.class_accuracy >= 0.93 && last.fid <= 25.0 * last.floor);
        assert_eq!(last.step, timeline.points.last().expect("points").step);
    }

    #[test]
    fn nonsense_is_refused() {
        type Break = fn(&mut Timeline);
        let breaks: [Break; 11] = [
            |t| t.snapshots.clear(),
            |t| t.snapshots.reverse(),
            |t| t.points.reverse(),
            |t| t.snapshots[1] = snapshot(75),
            |t| t.snapshots[1].model = snapshot_id(50),
            |t| t.points[1].losses = Some([1.0, f64::NAN]),
            |t| t.points[1].images = 0,
            |t| t.points[0].n = 0,
            |t| t.points[2].fid = f64::INFINITY,
            |t| t.points[2].floor = 0.0,
            |t| t.points[1].real_accuracy = 1.5,
        ];
        for (number, spoil) in breaks.into_iter().enumerate() {
            let mut timeline = timeline();
            spoil(&mut timeline);
            assert_eq!(timeline.check(), Err(TimelineError), "break {number}");
        }
    }
}
