//! Transformers of texts, at work.
//!
//! | module | what it does | feature |
//! |---|---|---|
//! | [`write`] | goes on with a text, token by token | `look` |
//! | [`inside`] | looks inside while a text is read | `look` |
//! | [`clock`] | measures what a token costs | `look` |
//! | [`train`] | learns a text of the visitor's | `train` |

#[cfg(feature = "look")]
pub mod clock;
#[cfg(feature = "look")]
pub mod inside;
#[cfg(feature = "train")]
pub mod train;
#[cfg(feature = "look")]
pub mod write;
