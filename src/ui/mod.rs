//! The page: what the visitor sees and drives.
//!
//! | module | what it is for |
//! |---|---|
//! | [`chapters`] | the table of chapters (pure) |
//! | [`state`] | the URL's hash as typed state (pure) |
//! | [`runs::playback`] | play, step, scrub: where a timeline stands (pure) |
//! | [`runs::timeline`] | the kept frames of a run and its branches (pure) |
//! | [`host`] | engine workers, runs, fail-over; its [`host::scheduler`] is pure |
//! | [`ink`] | a drawn digit: strokes to a picture, and its code in a link (pure) |
//! | `bench` | timing on request, for `cargo xtask bench` |
//! | `content` | the prose, from Markdown files |
//! | `samples`, `digits` | the real pictures that ship with the page |
//! | `table` | tables that a visitor brings (pure) |
//! | `errors` | the one place where an error becomes a sentence |
//! | `media`, `memory` | what the visitor's system prefers, and what the browser keeps |
//! | `app`, `router` | the root component; hash and history |
//! | `components` | what several rooms use |
//! | `rooms` | one folder a room |
//!
//! The pure modules need no browser and are tested natively; the rest is behind the feature
//! `ui`.

pub mod chapters;
pub mod host;
pub mod ink;
pub mod runs;
pub mod state;

#[cfg(feature = "ui")]
pub mod app;
#[cfg(feature = "ui")]
pub mod bench;
#[cfg(feature = "ui")]
pub mod components;
#[cfg(feature = "ui")]
pub mod content;
#[cfg(feature = "ui")]
pub mod digits;
#[cfg(feature = "ui")]
pub mod errors;
#[cfg(feature = "ui")]
pub mod media;
#[cfg(feature = "ui")]
pub mod memory;
#[cfg(feature = "ui")]
pub mod parts;
#[cfg(feature = "ui")]
pub mod rooms;
#[cfg(feature = "ui")]
pub mod router;
#[cfg(feature = "ui")]
pub mod samples;
#[cfg(feature = "ui")]
pub mod table;
