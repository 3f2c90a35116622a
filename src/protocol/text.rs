//! A text that is gone on with, token by token.
//!
//! Its answers are packed ([`super::Report::Packed`]): only the part of the page that shows them knows
//! their form.

use serde::{Deserialize, Serialize};

use crate::models::next::Choosing;
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
