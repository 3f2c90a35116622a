//! The engine: sessions, and the worker they run in.
//!
//! A [`session`] turns one job into events, step by step, and can be cancelled between steps.
//! The jobs are [`denoise`], [`inspect`], [`noise_stats`] and [`timing`], none of which knows
//! burn or the browser, and [`gan_images`], on the CPU. With the feature `train` there are also `plane` and `gan_play`, which train
//! small networks on the CPU. [`network`] is the denoiser on a burn device. In a browser, `worker`
//! takes the page's requests from its `inbox`, fetches weights for its `device`, and runs the
//! sessions.

pub mod denoise;
#[cfg(feature = "engine")]
pub mod device;
pub mod gan_images;
#[cfg(feature = "train")]
pub mod gan_play;
#[cfg(feature = "engine")]
pub mod inbox;
pub mod inspect;
pub mod network;
pub mod noise_stats;
#[cfg(feature = "train")]
pub mod plane;
mod probes;
pub mod session;
pub mod timing;
#[cfg(feature = "engine")]
pub mod worker;
