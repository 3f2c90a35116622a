//! The drawing of the network, laid out from the list of its blocks.
//!
//! The drawing is a grid. Along one axis blocks follow one another, two tracks each, so that
//! their middles are grid lines too; across it lie the levels: skips, 14x14, 7x7, and the line
//! that brings time and class. A narrow screen turns the whole by its writing mode, so that the
//! network runs from top to bottom.

use std::ops::Range;
use std::rc::Rc;

use yew::prelude::*;

use super::look::Look;
use super::maps::name;
use crate::data::SIDE;
use crate::models::diffusion::blocks::{Block, DEEP_SIDE, Kind, SHIPPED, TRUNK_SIDE};
use crate::ui::components::feature_maps::liveliest;
use crate::ui::components::picture::PictureView;
use crate::ui::content::texts;
use crate::ui::rooms::ChapterProps;
use crate::ui::state::NetworkState;

/// Grid lines from one to another, along the network and across it.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    along: Range<usize>,
    across: Range<usize>,
}

impl Place {
    fn style(&self) -> String {
        let Self { along, across } = self;
        format!(
            "grid-column:{}/{};grid-row:{}/{}",
            along.start, along.end, across.start, across.end
        )
    }
}

/// A line of the drawing: its place and which sides of it are drawn.
struct Line {
    place: Place,
    class: &'static str,
    skip: Option<usize>,
}

/// Where everything lies.
struct Layout {
    blocks: Vec<Block>,
    /// Number of skips, one level each.
    skips: usize,
}

impl Layout {
    /// Levels after those of the skips: both halves of 14x14, a gap, both halves of 7x7, a gap.
    fn level(&self, n: usize) -> usize {
        self.skips + 1 + n
    }

    /// Grid lines along the network.
    fn end(&self) -> usize {
        2 * self.blocks.len() + 1
    }

    /// The number of a block along the network: x comes first, in the embedding's stead.
    fn along(number: usize) -> Range<usize> {
        2 * number + 1..2 * number + 3
    }

    fn middle(number: usize) -> usize {
        2 * number + 2
    }

    fn across(&self, block: &Block) -> Range<usize> {
        match block.side {
            SIDE => 1..self.level(2),
            TRUNK_SIDE => self.level(0)..self.level(2),
            _ => self.level(3)..self.level(5),
        }
    }

    fn place(&self, number: usize) -> Place {
        match self.blocks.get(number) {
            Some(block) if block.kind != Kind::Embed => Place {
                along: Self::along(number),
                across: self.across(block),
            },
            _ => Place {
                along: 1..6,
                across: self.level(3)..self.level(6),
            },
        }
    }

    /// The input picture.
    fn x(&self) -> Place {
        Place {
            along: Self::along(0),
            across: 1..self.level(2),
        }
    }

    /// From each block to the next.
    fn flow(&self) -> Vec<Line> {
        let deep = |n: usize| self.blocks.get(n).is_some_and(|b| b.side == DEEP_SIDE);
        (1..self.blocks.len())
            .map(|to| {
                let along = Self::middle(to - 1)..Self::middle(to);
                let (upper, lower) = (self.level(1), self.level(4));
                // The first block follows the input picture.
                let (across, class) = match (deep(to - 1), deep(to)) {
                    (false, false) => (upper..upper + 1, "flow"),
                    (true, true) => (lower..lower + 1, "flow"),
                    (false, true) => (upper..lower, "flow goes-down"),
                    (true, false) => (upper..lower, "flow goes-up"),
                };
                Line {
                    place: Place { along, across },
                    class,
                    skip: None,
                }
            })
            .collect()
    }

    /// The two ends of a skip, as block numbers.
    fn ends(&self, skip: usize) -> Option<(usize, usize)> {
        let mut ends = (0..self.blocks.len()).filter(|&n| self.blocks[n].skip == Some(skip));
        Some((ends.next()?, ends.next()?))
    }

    /// The skips, each on a level of its own.
    fn skips(&self) -> Vec<Line> {
        (0..self.skips)
            .filter_map(|skip| {
                let (from, to) = self.ends(skip)?;
                Some(Line {
                    place: Place {
                        along: Self::middle(from)..Self::middle(to),
                        across: skip + 1..self.level(0),
                    },
                    class: "skip-line",
                    skip: Some(skip),
                })
            })
            .collect()
    }

    /// The switch of a skip, half-way along it.
    fn switch(&self, line: &Line) -> Place {
        let Range { start, end } = line.place.along;
        let middle = (start + end) / 2;
        let level = line.place.across.start;
        Place {
            along: middle - 2..middle + 2,
            across: level..level + 1,
        }
    }

    /// What brings time and class to the blocks that are told them.
    fn told(&self) -> Vec<Line> {
        let told = (0..self.blocks.len()).filter(|&n| self.blocks[n].is_conditioned());
        let gap = self.level(5);
        let line = |place, class| Line {
            place,
            class,
            skip: None,
        };
        let mut lines: Vec<_> = told
            .map(|n| {
                let along = Self::middle(n)..Self::middle(n) + 1;
                let across = self.across(&self.blocks[n]).end..gap + 1;
                line(Place { along, across }, "told-line")
            })
            .collect();
        if let Some(last) = lines.last() {
            let along = 6..last.place.along.start;
            let across = gap..gap + 1;
            lines.push(line(Place { along, across }, "told-bus"));
        }
        lines
    }
}

/// Properties of [`Diagram`].
#[derive(Properties, PartialEq)]
pub struct DiagramProps {
    /// The controls.
    pub chapter: ChapterProps<NetworkState>,
    /// The input picture, x_t.
    pub x: Rc<Vec<f32>>,
    /// What was seen last.
    pub look: Look,
    /// Does it belong to what is shown?
    pub fresh: bool,
}

/// The network.
#[component]
pub fn Diagram(props: &DiagramProps) -> Html {
    let blocks = SHIPPED.blocks();
    let layout = Layout {
        blocks,
        skips: SHIPPED.blocks,
    };
    let thumbs = use_memo(props.look.anatomy.clone(), |anatomy| {
        let blocks = anatomy.as_ref().map(|anatomy| &anatomy.blocks[..]);
        let pictures = blocks
            .unwrap_or_default()
            .iter()
            .map(|b| Rc::new(liveliest(b)));
        pictures.collect::<Vec<_>>()
    });
    let lines = [layout.flow(), layout.told(), layout.skips()];
    let style = format!("--tracks:{};--skips:{}", layout.end() - 1, layout.skips);
    html! {
        <div class={classes!("unet", (!props.fresh).then_some("stale"))} {style} role="group"
            aria-label={texts::network::diagram::PLAIN} aria-busy={(!props.fresh).to_string()}>
            { for lines.iter().flatten().map(|line| line_view(line, props.chapter.state.cut)) }
            <figure class="unet-x" style={layout.x().style()}>
                <PictureView pixels={props.x.clone()} label="The input: x" />
                <figcaption>{ "x" }<sub>{ "t" }</sub><small>{ size(1, SIDE) }</small></figcaption>
            </figure>
            { for layout.blocks.iter().enumerate().map(|(number, block)| {
                block_view(props, &layout.place(number), number, block, thumbs.get(number))
            }) }
            { for layout.skips().iter().map(|line| switch_view(&props.chapter, &layout, line)) }
        </div>
    }
}

fn line_view(line: &Line, cut: u8) -> Html {
    let cut = line.skip.is_some_and(|skip| cut >> skip & 1 == 1);
    html! {
        <i class={classes!("unet-line", line.class, cut.then_some("cut"))} style={line.place.style()}
            aria-hidden="true" />
    }
}

fn block_view(
    props: &DiagramProps,
    place: &Place,
    number: usize,
    block: &Block,
    thumb: Option<&Rc<Vec<f32>>>,
) -> Html {
    let onclick = props.chapter.edit(move |state, _: MouseEvent| {
        // A map's number says nothing about another block's maps.
        (state.block, state.channel) = (number, 0);
    });
    let pressed = (props.chapter.state.block == number).to_string();
    let share = props.look.share(number).map(|share| 100.0 * share);
    html! {
        <button type="button" class="unet-block" style={place.style()} data-block={block.id()}
            aria-pressed={pressed} {onclick}>
            if block.kind != Kind::Embed {
                <PictureView pixels={thumb.cloned().unwrap_or_default()} label="" />
            }
            <span>
                <b>{ name(block) }</b>
                <small>{ size(block.channels, block.side) }</small>
                <small class="share">{ share.map_or_else(String::new, |share| format!("{share:.1} %")) }</small>
            </span>
            <i class="share-bar" style={format!("width:{:.1}%", share.unwrap_or_default())} />
        </button>
    }
}

/// `48 × 14²`, or the length of a vector.
fn size(channels: usize, side: usize) -> String {
    match side {
        1 => format!("{channels} numbers"),
        side => format!("{channels} × {side}²"),
    }
}

fn switch_view(chapter: &ChapterProps<NetworkState>, layout: &Layout, line: &Line) -> Html {
    let Some(skip) = line.skip else {
        return Html::default();
    };
    let onclick = chapter.edit(move |state, _: MouseEvent| state.cut ^= 1 << skip);
    let whole = chapter.state.cut >> skip & 1 == 0;
    let state = if whole { "on" } else { "cut" };
    html! {
        <button type="button" class="skip-switch" role="switch" data-skip={(skip + 1).to_string()}
            style={layout.switch(line).style()} aria-checked={whole.to_string()}
            aria-label={format!("Skip {}", skip + 1)} {onclick}>
            { format!("skip {}: {state}", skip + 1) }
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::diffusion::blocks::Sizes;

    fn layout(blocks: usize) -> Layout {
        let sizes = Sizes { blocks, ..SHIPPED };
        Layout {
            blocks: sizes.blocks(),
            skips: blocks,
        }
    }

    fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
        a.start < b.end && b.start < a.end
    }

    #[test]
    fn no_two_blocks_share_a_place() {
        for layout in [layout(2), layout(4)] {
            let mut places: Vec<_> = (0..layout.blocks.len()).map(|n| layout.place(n)).collect();
            places.push(layout.x());
            for (n, a) in places.iter().enumerate() {
                assert!(a.along.end <= layout.end());
                for b in &places[..n] {
                    let both = overlap(&a.along, &b.along) && overlap(&a.across, &b.across);
                    assert!(!both, "{a:?} {b:?}");
                }
            }
        }
    }

    /// Each skip has its own level and starts and ends at its blocks' middles, above them.
    #[test]
    fn skips_are_nested_brackets() {
        let layout = layout(3);
        let lines = layout.skips();
        assert_eq!(lines.len(), 3);
        for pair in lines.windows(2) {
            let [outer, inner] = [&pair[0].place, &pair[1].place];
            assert!(outer.along.start < inner.along.start && inner.along.end < outer.along.end);
            assert!(outer.across.start < inner.across.start);
            assert_eq!(outer.across.end, layout.level(0));
        }
    }

    /// The drawing's lines end where its blocks are.
    #[test]
    fn lines_lead_from_block_to_block() {
        let layout = layout(2);
        let flow = layout.flow();
        assert_eq!(flow.len(), layout.blocks.len() - 1);
        let bends: Vec<_> = flow.iter().filter(|line| line.class != "flow").collect();
        assert_eq!(bends.len(), 2, "one way down, one way up");
        // Six ResBlocks are told time and class, from one line.
        assert_eq!(layout.told().len(), 6 + 1);
    }
}
