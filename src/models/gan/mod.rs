//! Generative adversarial networks: a generator makes fakes out of noise, a discriminator tells
//! them from real data, and each learns from the other (Goodfellow et al. 2014, arXiv:1406.2661).
//!
//! ```text
//! z ~ noise ──> G ──> G(z) ──┐
//!                            ├──> D ──> score ──> loss
//!               data ──> x ──┘
//! ```
//!
//! G's only teacher is D: the gradient of its loss comes back through D to the fake, and from there
//! into G. The losses are in [`loss`]. [`plane`] is the game in two dimensions, small enough to be
//! played while one looks; [`image`] is a class-conditional GAN of digits, trained by `lab`.

pub mod image;
pub mod loss;
pub mod plane;
