//! The way through the network: a tile for each block, drawn from the list of its blocks.

use std::rc::Rc;

use yew::prelude::*;

use crate::data::{PIXELS, SIDE};
use crate::models::vae::blocks::{Block, Half, Kind};
use crate::protocol::Maps;
use crate::protocol::vae::Look;
use crate::ui::components::feature_maps::{liveliest, pictures};
use crate::ui::components::picture::PictureView;
use crate::ui::content::{self, texts};

/// Feature maps in a row of the sheet.
const COLUMNS: usize = 8;

/// A block's name for people.
pub fn name(block: &Block) -> &'static str {
    match (block.kind, block.half, block.id) {
        (Kind::Halve, ..) => texts::vae_squeeze::block_halve::TITLE,
        (Kind::Code, _, "mean") => texts::vae_squeeze::block_mean::TITLE,
        (Kind::Code, ..) => texts::vae_squeeze::block_spread::TITLE,
        (Kind::Dense, Half::Encoder, _) => texts::vae_squeeze::block_gather::TITLE,
        (Kind::Dense, Half::Decoder, _) => texts::vae_squeeze::block_unfold::TITLE,
        (Kind::Double, ..) if block.side == SIDE => texts::vae_squeeze::block_last::TITLE,
        (Kind::Double, ..) => texts::vae_squeeze::block_double::TITLE,
    }
}

/// What such a block does.
fn told(block: &Block) -> &'static str {
    match (block.kind, block.half, block.id) {
        (Kind::Halve, ..) => texts::vae_squeeze::block_halve::HTML,
        (Kind::Code, _, "mean") => texts::vae_squeeze::block_mean::HTML,
        (Kind::Code, ..) => texts::vae_squeeze::block_spread::HTML,
        (Kind::Dense, Half::Encoder, _) => texts::vae_squeeze::block_gather::HTML,
        (Kind::Dense, Half::Decoder, _) => texts::vae_squeeze::block_unfold::HTML,
        (Kind::Double, ..) if block.side == SIDE => texts::vae_squeeze::block_last::HTML,
        (Kind::Double, ..) => texts::vae_squeeze::block_double::HTML,
    }
}

fn shape(block: &Block) -> String {
    match block.side {
        1 => block.channels.to_string(),
        side => format!("{}×{side}×{side}", block.channels),
    }
}

/// What a block gave.
fn maps(block: &Block, values: &[f32]) -> Maps {
    Maps {
        channels: block.channels as u32,
        side: block.side as u32,
        values: values.to_vec(),
    }
}

/// The tiles, and below them what the block gives at which the transport stands.
pub fn way(
    plan: &[Block],
    x: &Rc<Vec<f32>>,
    look: Option<&Look>,
    at: usize,
    on_block: &Callback<u32>,
) -> Html {
    let values = |number: usize| look.and_then(|look| look.blocks.get(number));
    let tile = |number: usize, class: &'static str, name: &str, shape: String, inside: Html| {
        html! {
            <button type="button" class={classes!("vae-block", class, (number > at).then_some("ahead"))}
                data-number={number.to_string()} aria-current={(number == at).then_some("step")}
                onclick={on_block.reform(move |_: MouseEvent| number as u32)}>
                { inside }
                <b>{ name }</b>
                <span class="num">{ shape }</span>
            </button>
        }
    };
    let picture = html! { <PictureView pixels={x.clone()} label="" /> };
    let block = |(index, block): (usize, &Block)| {
        let inside = values(index).map_or_else(Html::default, |values| inside(block, values));
        let class = match block.half {
            Half::Encoder => "encoder",
            Half::Decoder => "decoder",
        };
        tile(index + 1, class, name(block), shape(block), inside)
    };
    html! {
        <>
            <div class="vae-way" role="group" aria-label={texts::vae_squeeze::way::PLAIN}>
                { tile(0, "encoder", texts::vae_squeeze::picture::TITLE, format!("1×{SIDE}×{SIDE}"), picture) }
                { for plan.iter().enumerate().map(block) }
            </div>
            { match at.checked_sub(1).and_then(|index| Some((plan.get(index)?, values(index)))) {
                Some((block, values)) => detail(block, values),
                None => html! { <div class="vae-detail">{ content::section(texts::vae_squeeze::block_picture::HTML) }</div> },
            } }
        </>
    }
}

/// A small picture of what a block gave.
fn inside(block: &Block, values: &[f32]) -> Html {
    if block.side == 1 {
        return bars(values, 24);
    }
    let pixels = match block.side {
        SIDE => ink(values),
        _ => liveliest(&maps(block, values)),
    };
    html! { <PictureView pixels={Rc::new(pixels)} label="" /> }
}

/// Logits as probable ink, `-1..=1`.
fn ink(logits: &[f32]) -> Vec<f32> {
    let mut ink: Vec<f32> = logits.iter().map(|a| (a / 2.0).tanh()).collect();
    ink.resize(PIXELS, -1.0);
    ink
}

/// Values as bars from a middle line; at most so many.
fn bars(values: &[f32], most: usize) -> Html {
    let top = values.iter().fold(1e-6f32, |top, v| top.max(v.abs()));
    let shown = values.len().min(most);
    let width = 100.0 / shown.max(1) as f32;
    let bar = |(i, v): (usize, &f32)| {
        let height = 48.0 * (v / top).abs();
        let y = if *v > 0.0 { 50.0 - height } else { 50.0 };
        html! {
            <rect x={format!("{:.2}", i as f32 * width)} y={format!("{y:.1}")}
                width={format!("{:.2}", 0.8 * width)} height={format!("{:.1}", height.max(1.0))} />
        }
    };
    html! {
        <svg class="vae-bars" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
            { for values.iter().take(shown).enumerate().map(bar) }
        </svg>
    }
}

/// All that a block gave, and what it does.
fn detail(block: &Block, values: Option<&Vec<f32>>) -> Html {
    let shown = values.map(|values| match (block.kind, block.side) {
        (Kind::Code, _) => numbers(values),
        (_, 1) => html! { <div class="vae-wide">{ bars(values, values.len()) }</div> },
        (_, SIDE) => html! { <PictureView class="vae-large" pixels={Rc::new(ink(values))} label={name(block)} /> },
        _ => html! {
            <PictureView class="vae-maps" columns={COLUMNS} pixels={Rc::new(pictures(&maps(block, values)))}
                label={format!("{} feature maps", block.channels)} />
        },
    });
    html! {
        <div class="vae-detail" data-block={block.id}>
            <div>{ content::section(told(block)) }</div>
            { shown.unwrap_or_default() }
        </div>
    }
}

/// The numbers of a code.
fn numbers(values: &[f32]) -> Html {
    let one =
        |v: &f32| html! { <li class="num">{ format!("{v:.2}").replace('-', "\u{2212}") }</li> };
    html! {
        <div class="vae-wide">
            { bars(values, values.len()) }
            <ol class="vae-numbers">{ for values.iter().map(one) }</ol>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::vae::blocks::Sizes;

    #[test]
    fn every_block_has_a_name_and_a_shape() {
        let plan = Sizes::shipped(16).describe();
        let shapes: Vec<_> = plan.iter().map(shape).collect();
        assert_eq!(
            shapes,
            [
                "16×14×14",
                "16×7×7",
                "112",
                "16",
                "16",
                "112",
                "16×7×7",
                "16×14×14",
                "1×28×28"
            ]
        );
        for block in &plan {
            assert!(!name(block).is_empty() && !told(block).is_empty());
        }
        assert_ne!(name(&plan[3]), name(&plan[4]));
    }

    #[test]
    fn logits_become_ink() {
        let ink = ink(&[0.0, 100.0, -100.0]);
        assert_eq!(
            (ink[0], ink[1], ink[2], ink.len()),
            (0.0, 1.0, -1.0, PIXELS)
        );
    }
}
