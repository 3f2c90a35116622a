//! Where the attention block looks from a chosen position.

use std::rc::Rc;

use yew::prelude::*;

use super::look::Look;
use crate::models::diffusion::blocks::{DEEP_SIDE, POSITIONS};
use crate::ui::components::board::{Board, mark};
use crate::ui::components::feature_maps::{picture, span};
use crate::ui::components::picture::PictureView;
use crate::ui::content::{self, texts};
use crate::ui::rooms::ChapterProps;
use crate::ui::state::NetworkState;

/// Properties of [`AttentionCard`].
#[derive(Properties, PartialEq)]
pub struct AttentionCardProps {
    /// The controls.
    pub chapter: ChapterProps<NetworkState>,
    /// The input picture, x_t.
    pub x: Rc<Vec<f32>>,
    /// What was seen.
    pub look: Look,
}

/// A position on the input, and what each head looks at from there.
#[component]
pub fn AttentionCard(props: &AttentionCardProps) -> Html {
    let position = props.chapter.state.position.min(POSITIONS - 1);
    let on_pick = props
        .chapter
        .edit(|state, position| state.position = position);
    let weights = props
        .look
        .anatomy
        .as_ref()
        .map(|anatomy| &anatomy.attention[..]);
    let heads = weights
        .map(|weights| rows(weights, position))
        .unwrap_or_default();
    html! {
        <section class="card attention" aria-labelledby="attention-title">
            <h3 id="attention-title">{ texts::network::attention::TITLE }</h3>
            { content::section(texts::network::attention::HTML) }
            <div class="heads">
                <figure>
                    <Board columns={DEEP_SIDE} count={POSITIONS} chosen={position} {on_pick}
                        label="Position that looks" spoken={place(position)}>
                        <PictureView class="pix" pixels={props.x.clone()} label="The input, x" />
                    </Board>
                    <figcaption>{ "from here" }</figcaption>
                </figure>
                { for heads.iter().enumerate().map(|(head, row)| head_view(head, row, position)) }
            </div>
            <p class="hint">{ texts::network::attention_scale::PLAIN }</p>
        </section>
    }
}

/// One head's weights from a position, `[49]` each.
fn rows(weights: &[f32], position: usize) -> Vec<&[f32]> {
    weights
        .chunks_exact(POSITIONS * POSITIONS)
        .filter_map(|head| head.chunks_exact(POSITIONS).nth(position))
        .collect()
}

fn head_view(head: usize, row: &[f32], position: usize) -> Html {
    let [_, most] = span(row);
    let pixels = Rc::new(picture(row, DEEP_SIDE, [0.0, most]));
    let at = row.iter().position(|w| *w == most).unwrap_or_default();
    let label = format!(
        "Head {} looks most at {}, {:.0} %",
        head + 1,
        place(at),
        100.0 * most
    );
    html! {
        <figure key={head}>
            <div class="marked">
                <PictureView class="pix" {pixels} {label} />
                <i class="board-mark" style={mark(position, DEEP_SIDE, DEEP_SIDE)} />
            </div>
            <figcaption>{ format!("head {}: at most {:.0} %", head + 1, 100.0 * most) }</figcaption>
        </figure>
    }
}

/// `row 4, column 2`.
fn place(position: usize) -> String {
    format!(
        "row {}, column {}",
        position / DEEP_SIDE + 1,
        position % DEEP_SIDE + 1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_belongs_to_the_position_that_looks() {
        let n = POSITIONS * POSITIONS;
        let weights: Vec<f32> = (0..2 * n).map(|i| i as f32).collect();
        let rows = rows(&weights, 3);
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0][0], rows[1][0]), (147.0, (n + 147) as f32));
        assert_eq!(rows[1].len(), POSITIONS);
        assert_eq!(place(48), "row 7, column 7");
    }
}
