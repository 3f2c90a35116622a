//! The card that shows the feature maps of one block.

use std::rc::Rc;

use yew::prelude::*;

use super::look::Look;
use crate::data::PIXELS;
use crate::models::diffusion::blocks::{Block, Kind};
use crate::protocol::Maps;
use crate::ui::components::board::Board;
use crate::ui::components::feature_maps::{pictures, span};
use crate::ui::components::picture::PictureView;
use crate::ui::content::{self, texts};
use crate::ui::rooms::ChapterProps;
use crate::ui::state::NetworkState;

/// Feature maps a row.
pub const COLUMNS: usize = 12;

/// Properties of [`MapsCard`].
#[derive(Properties, PartialEq)]
pub struct MapsCardProps {
    /// The controls.
    pub chapter: ChapterProps<NetworkState>,
    /// What was seen.
    pub look: Look,
}

/// What one block does, and its feature maps at this step.
#[component]
pub fn MapsCard(props: &MapsCardProps) -> Html {
    let state = props.chapter.state;
    let maps = props.look.anatomy.as_ref();
    let maps = maps
        .and_then(|anatomy| anatomy.blocks.get(state.block))
        .cloned();
    let sheet = use_memo(maps.clone(), |maps| {
        Rc::new(maps.as_ref().map(pictures).unwrap_or_default())
    });
    let Some(block) = state.chosen() else {
        return Html::default();
    };
    html! {
        <section class="card maps" aria-labelledby="maps-title" data-block={block.id()}>
            <div class="maps-text">
                <h3 id="maps-title">{ texts::network::maps::TITLE }{ ": " }{ name(&block) }</h3>
                { content::section(told(block.kind).1) }
                { facts(&block, state.block, &props.look) }
            </div>
            { maps.map_or_else(
                || html! { <p class="hint">{ texts::network::maps_wait::PLAIN }</p> },
                |maps| views(props, &block, &maps, &sheet),
            ) }
        </section>
    }
}

/// The sheet of all maps, and one of them large.
fn views(props: &MapsCardProps, block: &Block, maps: &Maps, sheet: &Rc<Vec<f32>>) -> Html {
    let chapter = &props.chapter;
    let count = maps.channels.max(1) as usize;
    let chosen = chapter.state.channel.min(count - 1);
    let size = (maps.side * maps.side) as usize;
    let values = maps.values.get(chosen * size..(chosen + 1) * size);
    let [low, high] = span(values.unwrap_or_default());
    let large = sheet.get(chosen * PIXELS..(chosen + 1) * PIXELS);
    let large = Rc::new(large.unwrap_or_default().to_vec());
    let on_pick = chapter.edit(|state, channel| state.channel = channel);
    let spoken = format!("Map {} of {count}: from {low:.2} to {high:.2}", chosen + 1);
    let columns = COLUMNS.min(count);
    html! {
        <div class="maps-views">
            <Board {columns} {count} {chosen} {on_pick} label="Feature map" spoken={spoken.clone()}>
                <PictureView pixels={sheet.clone()} {columns} class="sheet-of-maps"
                    label={format!("{count} feature maps of {}", name(block))} />
            </Board>
            <figure class="large-map">
                <PictureView class="pix" pixels={large} label={spoken.clone()} />
                <figcaption>{ spoken }</figcaption>
            </figure>
            <p class="hint">{ texts::network::maps_scale::PLAIN }</p>
        </div>
    }
}

/// Shape and time.
fn facts(block: &Block, at: usize, look: &Look) -> Html {
    let shape = format!(
        "{} × {} × {} = {}",
        block.channels,
        block.side,
        block.side,
        block.values()
    );
    let time = look.share(at).zip(look.times_ms.get(at)).map_or_else(
        || "not measured yet".into(),
        |(share, ms)| format!("{ms:.2} ms, {:.1} %", 100.0 * share),
    );
    html! {
        <dl>
            if let Some(of) = &look.of {
                <dt>{ "Seen at step" }</dt><dd class="num">{ format!("{}, t = {}", of.step, of.job.t) }</dd>
            }
            <dt>{ "Numbers it gives" }</dt><dd class="num">{ shape }</dd>
            <dt>{ "Time here, share of a pass" }</dt><dd class="num" data-name="block-time">{ time }</dd>
            if let Some(skip) = block.skip {
                <dt>{ if block.kind == Kind::Merge { "Takes" } else { "Feeds" } }</dt>
                <dd>{ format!("skip {}", skip + 1) }</dd>
            }
            if block.is_conditioned() {
                <dt>{ "Told time and class" }</dt><dd>{ "by a scale and a shift" }</dd>
            }
        </dl>
    }
}

/// The block's name for people.
pub fn name(block: &Block) -> &'static str {
    told(block.kind).0
}

/// A kind's name for people, and what such a block is for.
fn told(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Embed => ("Time, class", texts::network::block_embed::HTML),
        Kind::Input => ("Input", texts::network::block_input::HTML),
        Kind::Res => ("ResBlock", texts::network::block_res::HTML),
        Kind::Halve => ("Halve", texts::network::block_halve::HTML),
        Kind::Attention => ("Attention", texts::network::block_attention::HTML),
        Kind::Double => ("Double", texts::network::block_double::HTML),
        Kind::Merge => ("Merge", texts::network::block_merge::HTML),
        Kind::Output => ("Output", texts::network::block_output::HTML),
    }
}
