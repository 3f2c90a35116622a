//! The network as a list of blocks, made from its sizes alone (no burn): what a page draws, and
//! what [`super::net`] is tested against, block by block.

use crate::data::SIDE;

/// Side of the feature maps next to the picture.
pub const OUTER_SIDE: usize = SIDE / 2;
/// Side of the feature maps next to the dense layers.
pub const INNER_SIDE: usize = OUTER_SIDE / 2;

/// Sizes of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Numbers of a code.
    pub code: usize,
    /// Channels at 14x14.
    pub outer: usize,
    /// Channels at 7x7.
    pub inner: usize,
    /// Width of the dense layers.
    pub hidden: usize,
}

impl Sizes {
    /// The network that ships, with a code of so many numbers: 2 or 16.
    pub const fn shipped(code: usize) -> Self {
        Self {
            code,
            outer: 16,
            inner: 16,
            hidden: 112,
        }
    }

    /// The network's blocks in the order in which they are computed: the encoder's, up to the
    /// code's log-variance, then the decoder's.
    pub fn describe(&self) -> Vec<Block> {
        use Kind::{Code, Dense, Double, Halve};
        let block = |id, half, kind, channels, side| Block {
            id,
            half,
            kind,
            channels,
            side,
        };
        let encoder = |id, kind, channels, side| block(id, Half::Encoder, kind, channels, side);
        let decoder = |id, kind, channels, side| block(id, Half::Decoder, kind, channels, side);
        vec![
            encoder("halve", Halve, self.outer, OUTER_SIDE),
            encoder("quarter", Halve, self.inner, INNER_SIDE),
            encoder("gather", Dense, self.hidden, 1),
            encoder("mean", Code, self.code, 1),
            encoder("log-variance", Code, self.code, 1),
            decoder("spread", Dense, self.hidden, 1),
            decoder("unfold", Dense, self.inner, INNER_SIDE),
            decoder("double", Double, self.outer, OUTER_SIDE),
            decoder("logits", Double, 1, SIDE),
        ]
    }
}

/// Which half of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// From the picture to the code.
    Encoder,
    /// From the code to the picture.
    Decoder,
}

/// What a block does. All but the code and the logits end with a rectifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A 3x3 convolution to half the side.
    Halve,
    /// A dense layer over everything before it.
    Dense,
    /// A dense layer without rectifier: one half of what the code is.
    Code,
    /// A 3x3 convolution whose channels become 2x2 patches.
    Double,
}

/// One block: a stretch of the network with one output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// A name for links and tests, unique in its network.
    pub id: &'static str,
    /// Where it stands.
    pub half: Half,
    /// What it does.
    pub kind: Kind,
    /// Channels of its output; its width if it has no sides.
    pub channels: usize,
    /// Height and width of its output; 1 where it has none.
    pub side: usize,
}

impl Block {
    /// Values of its output for one picture.
    pub fn values(&self) -> usize {
        self.channels * self.side * self.side
    }
}
