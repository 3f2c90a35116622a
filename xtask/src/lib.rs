//! Builds, serves, tests and measures the site.
//!
//! - [`tools`]: the programs needed, their versions, how to get them
//! - [`site`]: source -> `pkg/`, with the engines cached by content
//! - [`server`]: a static file server that can misbehave on demand (for tests)
//! - [`check`]: everything a commit must pass
//! - [`sizes`]: what a visitor downloads
//! - [`checkout`]: keeps checkouts that share a target folder apart
//! - [`paths`], [`process`], [`steps`]: where things are, running programs, timing them

pub mod check;
pub mod checkout;
pub mod paths;
pub mod process;
pub mod server;
pub mod site;
pub mod sizes;
pub mod steps;
pub mod tools;
