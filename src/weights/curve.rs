//! How good a model's samples are for how many network evaluations: `www/quality/…-steps.json`.
//!
//! `lab curve` measures it ahead, with the weights as they ship; the page draws it.

use serde::{Deserialize, Serialize};

/// Where a model's curve lies, relative to the site's root.
pub fn curve_path(model: &str) -> String {
    format!("quality/{model}-steps.json")
}

/// The curve of one model, with one guidance weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The manifest's id of the model.
    pub model: String,
    /// SHA-256 of its weights file, lower-case hex.
    pub sha256: String,
    /// Guidance weight of all samples.
    pub guidance: f32,
    /// What was measured, by sampler and then by steps.
    pub points: Vec<Point>,
}

/// A sampler of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CurveSampler {
    /// Ancestral sampling.
    Ddpm,
    /// Deterministic, first order.
    Ddim,
    /// DPM-Solver++(2M): deterministic, second order.
    DpmSolver,
}

impl CurveSampler {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ddpm, Self::Ddim, Self::DpmSolver];
}

/// One measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// The rule.
    pub sampler: CurveSampler,
    /// Steps from pure noise to picture, `1..=1000`.
    pub steps: u32,
    /// Network evaluations a picture: two a step with guidance, else one.
    pub evaluations: u32,
    /// Number of samples.
    pub n: u32,
    /// Share of samples in which the judge reads the intended class, `0..=1`.
    pub accuracy: f64,
    /// Fréchet distance of the judge's features to the real test set's.
    pub fid: f64,
    /// How far chance moves that, with so many samples: its standard deviation.
    #[serde(default)]
    pub fid_sd: Option<f64>,
    /// The same distance of as many real training pictures.
    pub floor: f64,
}

impl Curve {
    /// Does all of it make sense?
    pub fn check(self) -> Result<Self, CurveError> {
        let sound = |p: &Point| {
            (1..=1000).contains(&p.steps)
                && [p.steps, 2 * p.steps].contains(&p.evaluations)
                && p.n > 0
                && (0.0..=1.0).contains(&p.accuracy)
                && [p.fid, p.floor, p.fid_sd.unwrap_or(1.0)]
                    .iter()
                    .all(|d| d.is_finite() && *d > 0.0)
        };
        let sorted = self
            .points
            .is_sorted_by(|a, b| (a.sampler, a.steps) < (b.sampler, b.steps));
        if self.points.is_empty() || !sorted || !self.points.iter().all(sound) {
            return Err(CurveError);
        }
        Ok(self)
    }

    /// The points of one sampler, by steps.
    pub fn of(&self, sampler: CurveSampler) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(move |p| p.sampler == sampler)
    }

    /// Puts a measurement in its place, over an older one of the same sampler and steps.
    pub fn put(&mut self, point: Point) {
        let key = |p: &Point| (p.sampler, p.steps);
        self.points.retain(|p| key(p) != key(&point));
        self.points.push(point);
        self.points.sort_by_key(key);
    }
}

/// A curve that makes no sense.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("its numbers make no sense")]
pub struct CurveError;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::manifest::Manifest;

    fn point(sampler: CurveSampler, steps: u32) -> Point {
        Point {
            sampler,
            steps,
            evaluations: 2 * steps,
            n: 500,
            accuracy: 0.9,
            fid: 7.5,
            fid_sd: Some(0.5),
            floor: 2.5,
        }
    }

    fn curve() -> Curve {
        let mut curve = Curve {
            model: "m".into(),
            sha256: "ab".into(),
            guidance: 1.5,
            points: Vec::new(),
        };
        for steps in [20, 4] {
            for sampler in [CurveSampler::DpmSolver, CurveSampler::Ddpm] {
                curve.put(point(sampler, steps));
            }
        }
        curve
    }

    #[test]
    fn points_are_kept_in_order_and_replaced() {
        let mut curve = curve();
        assert!(curve.clone().check().is_ok());
        curve.put(Point {
            n: 1000,
            ..point(CurveSampler::Ddpm, 20)
        });
        let ddpm: Vec<_> = curve
            .of(CurveSampler::Ddpm)
            .map(|p| (p.steps, p.n))
            .collect();
        assert_eq!(ddpm, [(4, 500), (20, 1000)]);
        assert_eq!(curve.of(CurveSampler::Ddim).count(), 0);
        assert_eq!(curve.points.len(), 4);
    }

    #[test]
    fn nonsense_is_refused() {
        type Break = fn(&mut Curve);
        let breaks: [Break; 8] = [
            |c| c.points.clear(),
            |c| c.points.reverse(),
            |c| c.points[0].steps = 0,
            |c| c.points[1].evaluations = 7,
            |c| c.points[0].n = 0,
            |c| c.points[2].accuracy = 1.2,
            |c| c.points[3].fid = f64::NAN,
            |c| c.points[3].floor = -1.0,
        ];
        for (number, spoil) in breaks.into_iter().enumerate() {
            let mut curve = curve();
            spoil(&mut curve);
            assert_eq!(curve.check(), Err(CurveError), "break {number}");
        }
    }

    /// What ships was measured on the weights that ship.
    #[test]
    fn the_shipped_curve_belongs_to_the_shipped_weights() {
        let www = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www");
        let read = |path: &str| std::fs::read_to_string(www.join(path)).expect("readable");
        let manifest: Manifest =
            serde_json::from_str(&read("weights/manifest.json")).expect("reads");
        let curves = ["diffusion-mnist", "diffusion-mnist-quick"].map(|model| {
            let curve: Curve = serde_json::from_str(&read(&curve_path(model))).expect("reads");
            let entry = manifest.find(model).expect("is listed");
            assert_eq!(
                (curve.model.as_str(), &entry.sha256),
                (model, &curve.sha256)
            );
            curve.check().expect("makes sense")
        });
        for sampler in CurveSampler::ALL {
            let steps: Vec<_> = curves[0].of(sampler).map(|point| point.steps).collect();
            assert_eq!(steps, [4, 8, 20, 50], "{sampler:?}");
        }
        // What the page sets side by side was measured alike.
        let [teacher, student] = &curves;
        let quick = &student.points[0];
        assert_eq!((student.points.len(), quick.evaluations), (1, 4));
        assert!(teacher.points.iter().all(|point| point.n == quick.n));
    }
}
