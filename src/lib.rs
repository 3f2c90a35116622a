//! genscope: generative AI explained by running it, in the visitor's own browser.
//!
//! Modules in the order in which data flows:
//!
//! | module | what it holds | features |
//! |---|---|---|
//! | [`data`] | data sets: where they come from, how they are read and checked | always (files: `lab`) |
//! | [`noise`] | seeded random numbers, one stream a sample | always |
//! | [`tokens`] | text as numbers | always |
//! | [`sound`] | sound that is computed | `ui`; natively too |
//! | [`tunes`] | melodies as numbers | `ui`; natively too |
//! | [`models`] | one folder a family: config, network, training, sampler | schedules always, networks `nn`, live training `train` |
//! | [`quality`] | the judges: of what ships (`lab`), and of points in the plane (always) | |
//! | [`weights`] | manifest, 8-bit packing, verified loading | manifest always, the rest `nn` |
//! | [`protocol`] | requests and events between page and engine | always |
//! | [`engine`] | sessions, the one cancellable loop, the worker | `engine`; sessions `nn` |
//! | [`ui`] | the page | `ui`; state, timeline, scheduling natively too |
//!
//! The page and the engines meet in [`protocol`], [`noise`], [`weights::manifest`] and the
//! burn-free parts of [`models`] (schedules); the page's wasm holds no burn.

pub mod data;
#[cfg(feature = "nn")]
pub mod engine;
#[cfg(feature = "lab")]
pub mod lab;
pub mod models;
#[cfg(feature = "nn")]
pub mod nn;
pub mod noise;
pub mod protocol;
pub mod quality;
pub mod tokens;
// Natively for their tests; in a browser the page alone is made of them.
#[cfg(any(feature = "ui", not(target_family = "wasm")))]
pub mod sound;
#[cfg(any(feature = "ui", not(target_family = "wasm")))]
pub mod tunes;
#[cfg(any(feature = "ui", not(target_family = "wasm")))]
pub mod ui;
pub mod weights;
