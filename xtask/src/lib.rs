//! Builds, serves, tests and measures the site.
//!
//! - [`tools`]: the programs needed, their versions, how to get them
//! - [`site`]: source -> `pkg/`, with the engines cached by what they are made of
//! - [`server`]: a static file server that can misbehave on demand (for tests)
//! - [`check`]: everything a commit must pass
//! - [`sizes`], [`budget`]: what a visitor downloads, and the most it may be
//! - [`checkout`]: keeps checkouts that share a target folder apart
//! - [`paths`], [`process`], [`steps`]: where things are, running programs, timing them

pub mod budget;
#[cfg(feature = "site")]
pub mod check;
pub mod checkout;
pub mod paths;
pub mod process;
pub mod server;
#[cfg(feature = "site")]
pub mod site;
pub mod sizes;
pub mod steps;
pub mod tools;
