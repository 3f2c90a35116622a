//! A text that is gone on with, token by token.
//!
//! Jobs and answers are packed ([`super::PackedJob`]): only the part of the page that shows them knows
//! their form.

use serde::{Deserialize, Serialize};

use super::ask::Ask;
use super::{Home, Job, PackedJob};
use crate::models::next::Choosing;
pub use crate::models::text::course::Checkpoint;
use crate::models::text::inside::{Inside, Off};
use crate::tokens::Token;

/// Tokens that may be asked for, those given included.
pub const MAX_TOKENS: u32 = 1024;

/// Goes on with a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextAsk {
    /// Model id.
    pub model: String,
    /// What stands there; evaluated in one pass. At least one token, at most
    /// [`CONTEXT`](crate::models::text::CONTEXT); a text's beginning is [`END`](crate::tokens::END).
    pub prompt: Vec<Token>,
    /// Tokens after the prompt that are not drawn; `count` at most.
    pub given: Vec<Token>,
    /// So many tokens after the prompt, `1..=MAX_TOKENS`, or until the text ends.
    pub count: u32,
    /// How each is chosen.
    pub choosing: Choosing,
    /// Names the random number of each place.
    pub seed: u64,
}

/// What may come next, and what did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextStep {
    /// Logits of all tokens.
    pub logits: Vec<f32>,
    /// The token that was given or drawn.
    pub token: Token,
    /// Time for the logits, ms.
    pub ms: f32,
}

/// Steps of a text, after those that were sent before.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TextSteps {
    /// Place of the first of them after the prompt, from 0.
    pub first: u32,
    /// In a row.
    pub steps: Vec<TextStep>,
}

/// Measures what a token costs. Answered by one [`ClockStep`] for each number of tokens in
/// [`CLOCK_LENGTHS`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClockAsk {
    /// Model id.
    pub model: String,
    /// The text that it is measured on, from its beginning: at least one token. It is gone through again
    /// where it is too short.
    pub tokens: Vec<Token>,
}

/// So many tokens stand before the one that is measured.
pub const CLOCK_LENGTHS: [u32; 8] = [1, 16, 32, 64, 128, 192, 256, 384];

/// What the next token costs after `length` others.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClockStep {
    /// Tokens before it.
    pub length: u32,
    /// A token with the cache: ms, bytes of weights, keys and values that are read.
    pub cached: Cost,
    /// The same with weights of 8 bits.
    pub eight_bit: Cost,
    /// The token without a cache: all that it can see is computed anew, in one pass.
    pub whole_ms: f32,
    /// All tokens before it, one after the other with the cache.
    pub one_by_one_ms: f32,
    /// Largest difference that weights of 8 bits make to a probability.
    pub apart: f32,
}

/// What a token costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    /// Time.
    pub ms: f32,
    /// Bytes that are read for it.
    pub bytes: u64,
}

impl TextAsk {
    /// See [`PackedJob::form`].
    pub const FORM: &str = "text";
}

impl Ask for TextAsk {
    type Answer = TextSteps;

    fn into_job(self) -> Job {
        let job = PackedJob::new(Self::FORM, Home::Cpu, Some(&self.model), &self);
        Job::Packed(job)
    }
}

impl ClockAsk {
    /// See [`PackedJob::form`].
    pub const FORM: &str = "text-clock";
}

impl Ask for ClockAsk {
    type Answer = ClockStep;

    fn into_job(self) -> Job {
        let job = PackedJob::new(Self::FORM, Home::Cpu, Some(&self.model), &self);
        Job::Packed(job)
    }
}

/// Tokens of a text that is looked into, at most: what is seen of it grows with their square.
pub const MOST_LOOKED_AT: usize = 64;

/// Looks inside the network while it reads a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InsideAsk {
    /// Model id.
    pub model: String,
    /// The text, `1..=MOST_LOOKED_AT` tokens.
    pub tokens: Vec<Token>,
    /// What is switched off.
    pub off: Off,
}

impl InsideAsk {
    /// See [`PackedJob::form`].
    pub const FORM: &str = "text-inside";
}

impl Ask for InsideAsk {
    type Answer = Inside;

    fn into_job(self) -> Job {
        let job = PackedJob::new(Self::FORM, Home::Cpu, Some(&self.model), &self);
        Job::Packed(PackedJob {
            interactive: true,
            ..job
        })
    }
}

/// Trains a small Transformer on a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextTrain {
    /// The text; its bytes are within [`BYTES`](crate::models::text::course::BYTES).
    pub text: String,
    /// Seed of first weights, batches and samples.
    pub seed: u64,
    /// Go on from here; `None` starts with fresh weights, and with a frame of them.
    pub from: Option<Checkpoint>,
    /// Until so many steps are done.
    pub steps: u32,
    /// Steps between two frames, `1..`.
    pub frame_every: u32,
    /// Frames between two with a checkpoint, `1..`; the last always has one.
    pub kept_every: u32,
}

/// Where a training stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TextFrame {
    /// Steps done.
    pub step: u32,
    /// Loss of each step since the frame before, nats a token.
    pub losses: Vec<f32>,
    /// Bits a character: of what is learned from, and of what is held out.
    pub bits: [f32; 2],
    /// Characters of a token, mean.
    pub characters_a_token: f32,
    /// Tokens that there are.
    pub vocabulary: u32,
    /// What it writes of one seed.
    pub sample: String,
    /// How to go on from here.
    pub checkpoint: Option<Checkpoint>,
    /// The loss has left all bounds: the last frame.
    pub diverged: bool,
    /// Time that the steps since the frame before took, ms.
    pub ms: f32,
}

impl TextTrain {
    /// See [`PackedJob::form`].
    pub const FORM: &str = "text-train";
}

impl Ask for TextTrain {
    type Answer = TextFrame;

    fn into_job(self) -> Job {
        Job::Packed(PackedJob::new(Self::FORM, Home::Trainer, None, &self))
    }
}
