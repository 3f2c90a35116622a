//! Networks of pixels, at work.
//!
//! | module | what it does | feature |
//! |---|---|---|
//! | [`draw`] | draws pictures, pixel by pixel | `look` |
//! | [`sees`] | finds which pixels can matter to one | `train` |

#[cfg(feature = "look")]
pub mod draw;
#[cfg(feature = "train")]
pub mod sees;
