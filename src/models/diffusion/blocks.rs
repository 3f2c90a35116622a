//! The denoising network as a list of blocks, made from its sizes alone (no burn): what the
//! page draws, and what [`super::unet`] is tested against, block by block.
//!
//! A block is a stretch of the network with one output. They are listed in the order in which
//! the network computes them.

use crate::data::SIDE;

/// Side of the trunk's feature maps: the input's 2x2 patches become channels.
pub const TRUNK_SIDE: usize = SIDE / 2;
/// Side of the feature maps in the middle.
pub const DEEP_SIDE: usize = TRUNK_SIDE / 2;
/// Positions between which attention looks.
pub const POSITIONS: usize = DEEP_SIDE * DEEP_SIDE;

/// Sizes of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Channels at 14x14.
    pub base: usize,
    /// Channels at 7x7.
    pub deep: usize,
    /// ResBlocks at 14x14, each way; also the number of skips. At most 8.
    pub blocks: usize,
    /// Attention heads at 7x7.
    pub heads: usize,
    /// Width of the embedding of time and class.
    pub embedding: usize,
}

/// The network that ships with the page.
pub const SHIPPED: Sizes = Sizes {
    base: 48,
    deep: 96,
    blocks: 2,
    heads: 4,
    embedding: 96,
};

/// What a block does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Time and class become one vector.
    Embed,
    /// 2x2 patches become channels, then a convolution.
    Input,
    /// Two convolutions with a residual connection, scaled and shifted by time and class.
    Res,
    /// A convolution of stride 2.
    Halve,
    /// Every position looks at every other.
    Attention,
    /// A convolution, and nearest-neighbour doubling.
    Double,
    /// A 1x1 convolution over the maps from below and those of a skip.
    Merge,
    /// Normalisation, ReLU, a convolution, and channels become 2x2 patches: v.
    Output,
}

/// Where on the U a block stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Down,
    Deep,
    Up,
}

/// One block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it does.
    pub kind: Kind,
    part: Part,
    /// Its number among its kind and part, from 1; 0 where there is only one.
    number: usize,
    /// Channels of its output.
    pub channels: usize,
    /// Height and width of its output; 1 for the embedding.
    pub side: usize,
    /// The skip that leaves it (a ResBlock on the way down) or enters it (a merge), from 0,
    /// the outermost.
    pub skip: Option<usize>,
}

impl Block {
    /// A name for links and tests, unique in its network: `down-1`, `attention`, `merge-2`.
    pub fn id(&self) -> String {
        let name = match (self.kind, self.part) {
            (Kind::Embed, _) => "embed",
            (Kind::Input, _) => "input",
            (Kind::Halve, _) => "halve",
            (Kind::Attention, _) => "attention",
            (Kind::Double, _) => "double",
            (Kind::Merge, _) => "merge",
            (Kind::Output, _) => "output",
            (Kind::Res, Part::Down) => "down",
            (Kind::Res, Part::Deep) => "deep",
            (Kind::Res, Part::Up) => "up",
        };
        match self.number {
            0 => name.into(),
            number => format!("{name}-{number}"),
        }
    }

    /// Do time and class enter here?
    pub fn is_conditioned(&self) -> bool {
        self.kind == Kind::Res
    }

    /// Values of its output for one picture.
    pub fn values(&self) -> usize {
        self.channels * self.side * self.side
    }
}

impl Sizes {
    /// The network's blocks, in the order in which they are computed.
    pub fn blocks(&self) -> Vec<Block> {
        let block = |kind, part, number, channels, side| Block {
            kind,
            part,
            number,
            channels,
            side,
            skip: None,
        };
        let one = |kind, part, channels, side| block(kind, part, 0, channels, side);
        let trunk = |kind, part, number| block(kind, part, number, self.base, TRUNK_SIDE);
        let deep = |kind, number| block(kind, Part::Deep, number, self.deep, DEEP_SIDE);
        let mut all = vec![
            one(Kind::Embed, Part::Down, self.embedding, 1),
            trunk(Kind::Input, Part::Down, 0),
        ];
        all.extend((0..self.blocks).map(|skip| Block {
            skip: Some(skip),
            ..trunk(Kind::Res, Part::Down, skip + 1)
        }));
        all.extend([
            deep(Kind::Halve, 0),
            deep(Kind::Res, 1),
            deep(Kind::Attention, 0),
            deep(Kind::Res, 2),
            one(Kind::Double, Part::Up, self.base, TRUNK_SIDE),
        ]);
        for number in 1..=self.blocks {
            // The skip that left last comes in first.
            let skip = Some(self.blocks - number);
            all.push(Block {
                skip,
                ..trunk(Kind::Merge, Part::Up, number)
            });
            all.push(trunk(Kind::Res, Part::Up, number));
        }
        all.push(one(Kind::Output, Part::Up, 1, SIDE));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_each_skip_leaves_before_it_enters() {
        for sizes in [
            SHIPPED,
            Sizes {
                blocks: 3,
                ..SHIPPED
            },
        ] {
            let blocks = sizes.blocks();
            let names: std::collections::HashSet<_> = blocks.iter().map(Block::id).collect();
            assert_eq!(names.len(), blocks.len());
            for skip in 0..sizes.blocks {
                let ends: Vec<_> = (0..blocks.len())
                    .filter(|&i| blocks[i].skip == Some(skip))
                    .collect();
                let [from, to] = ends[..] else {
                    panic!("skip {skip} has the ends {ends:?}")
                };
                assert_eq!(
                    (blocks[from].kind, blocks[to].kind),
                    (Kind::Res, Kind::Merge)
                );
                assert!(from < to && blocks[from].side == blocks[to].side);
            }
        }
    }

    #[test]
    fn the_output_is_as_large_as_the_input() {
        let blocks = SHIPPED.blocks();
        let last = blocks.last().expect("blocks");
        assert_eq!((last.id().as_str(), last.values()), ("output", SIDE * SIDE));
        assert_eq!(blocks.iter().filter(|b| b.is_conditioned()).count(), 6);
    }
}
