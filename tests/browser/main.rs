//! The built site in a real browser. Run by `cargo xtask test`, which builds it first.
//!
//! Tests that need the GPU engine have `gpu` in their names, so that `--quick` can leave them out.

mod chapters;
mod denoise;
mod drawing;
mod engine;
mod fewer;
mod first_paint;
mod gan_game;
mod gan_guess;
mod gan_pictures;
mod guide;
mod landing;
mod network;
mod noise;
mod offline;
mod parts;
mod pixel;
mod plane;
mod readers;
mod series;
mod shell;
mod surroundings;
mod text;
mod tune;
mod vae;
mod watchdog;
mod wave;
