//! The built site in a real browser. Run by `cargo xtask test`, which builds it first.
//!
//! Tests that need the GPU engine have `gpu` in their names, so that `--quick` can leave them out.

mod denoise;
mod engine;
mod landing;
mod noise;
mod shell;
mod smoke;
