//! How long a step takes on each kind of engine, for each size of batch.

use std::collections::HashMap;

use crate::protocol::{Denoise, EngineKind};

/// So many steps on each engine tell which is quicker.
const PROBE: usize = 3;
/// A GPU compiles its shaders in its first steps, and they do not count.
const GPU_WARM_UP: u32 = 2;

/// A class of batches: the power of two below the evaluations of a step.
pub type Size = u32;

/// The class of a job: a guided picture is evaluated twice, in most steps at least.
pub fn size(job: &Denoise) -> Size {
    let guided = job.labels.iter().filter(|label| label.is_some()).count();
    let evaluations = match job.guidance {
        1.0 => job.labels.len(),
        _ => job.labels.len() + guided,
    };
    evaluations.max(1).ilog2()
}

/// What a step takes on each kind of engine, ms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepTimes {
    /// On the CPU's.
    pub cpu_ms: f32,
    /// On the GPU's.
    pub gpu_ms: f32,
}

impl StepTimes {
    /// Where a step takes less; the GPU leaves the processor to the page where both are alike.
    pub fn quicker(self) -> EngineKind {
        if self.cpu_ms < self.gpu_ms {
            EngineKind::Cpu
        } else {
            EngineKind::Gpu
        }
    }
}

/// All that was measured in this visit.
#[derive(Debug, Default)]
pub struct Paces(HashMap<(Size, EngineKind), Vec<f32>>);

impl Paces {
    /// A step took `ms`, the `number`th since the run came to the engine, from 0.
    pub fn add(&mut self, size: Size, kind: EngineKind, number: u32, ms: f32) {
        if kind == EngineKind::Gpu && number < GPU_WARM_UP {
            return;
        }
        let steps = self.0.entry((size, kind)).or_default();
        if steps.len() < PROBE {
            steps.push(ms);
        }
    }

    /// The middle one of the steps that were probed, ms, once there are enough.
    pub fn ms(&self, size: Size, kind: EngineKind) -> Option<f32> {
        let steps = self.0.get(&(size, kind))?;
        let mut steps = steps.clone();
        steps.sort_by(f32::total_cmp);
        (steps.len() == PROBE).then(|| steps[PROBE / 2])
    }

    /// Both, once both are known.
    pub fn times(&self, size: Size) -> Option<StepTimes> {
        Some(StepTimes {
            cpu_ms: self.ms(size, EngineKind::Cpu)?,
            gpu_ms: self.ms(size, EngineKind::Gpu)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guided_pictures_count_twice() {
        let mut job = Denoise {
            labels: vec![Some(3); 8],
            guidance: 1.0,
            ..Denoise::default()
        };
        assert_eq!(size(&job), 3);
        job.guidance = 1.5;
        assert_eq!(size(&job), 4);
        job.labels = vec![None; 8];
        assert_eq!(size(&job), 3);
    }

    #[test]
    fn the_middle_of_the_first_steps_counts() {
        let mut paces = Paces::default();
        for (number, ms) in [900.0, 500.0, 4.0, 90.0, 5.0, 1.0].into_iter().enumerate() {
            assert_eq!(paces.ms(4, EngineKind::Gpu).is_some(), number > 4);
            paces.add(4, EngineKind::Gpu, number as u32, ms);
        }
        assert_eq!(paces.ms(4, EngineKind::Gpu), Some(5.0));
        assert_eq!(paces.times(4), None);
        for number in 0..3 {
            paces.add(4, EngineKind::Cpu, number, 3.0);
        }
        let times = paces.times(4).expect("both");
        assert_eq!(times.quicker(), EngineKind::Cpu);
        assert_eq!(paces.times(5), None, "of another size");
    }
}
