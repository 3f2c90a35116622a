//! Splitting a batch over workers, and putting their frames together again.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::data::PIXELS;
use crate::protocol::{Denoise, Frame, Start};

/// The part `range` of the pictures of `job`.
pub fn part(job: &Denoise, range: &Range<usize>) -> Denoise {
    Denoise {
        labels: job.labels[range.clone()].to_vec(),
        first_index: job.first_index + range.start as u32,
        start: job.start.as_ref().map(|start| {
            let cut = |x: &Vec<f32>| x[range.start * PIXELS..range.end * PIXELS].to_vec();
            Start {
                step: start.step,
                x: cut(&start.x),
                x0_before: start.x0_before.as_ref().map(cut),
            }
        }),
        ..job.clone()
    }
}

/// Collects the frames of the parts of a batch, step by step.
#[derive(Debug)]
pub struct Merge {
    parts: usize,
    waiting: BTreeMap<u32, Vec<Option<Frame>>>,
}

impl Merge {
    /// For so many parts.
    pub fn new(parts: usize) -> Self {
        Self {
            parts,
            waiting: BTreeMap::new(),
        }
    }

    /// Takes the frame of part number `part`; gives the whole one once all parts are there.
    /// Its time is that of the slowest part: they run side by side.
    pub fn add(&mut self, part: usize, frame: Frame) -> Option<Frame> {
        let step = frame.step;
        let frames = self
            .waiting
            .entry(step)
            .or_insert_with(|| vec![None; self.parts]);
        *frames.get_mut(part)? = Some(frame);
        if frames.iter().any(Option::is_none) {
            return None;
        }
        let parts = self.waiting.remove(&step)?;
        parts.into_iter().flatten().reduce(|mut whole, part| {
            whole.x.extend(part.x);
            whole.x0.extend(part.x0);
            whole.ms = whole.ms.max(part.ms);
            whole
        })
    }
}
