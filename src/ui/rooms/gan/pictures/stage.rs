//! The stage of 'The story in pictures': the fakes, one of them large, and real digits, each with
//! what the snapshot's own discriminator says of it.

use std::rc::Rc;

use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::super::gallery::{Made, takes_for_real, verdict};
use crate::data::{CLASSES, PIXELS};
use crate::models::gan::image::snapshot_step;
use crate::ui::components::picture::{PictureView, image};
use crate::ui::content::{self, texts};
use crate::ui::rooms::ChapterProps;
use crate::ui::state::PicturesState;
use crate::ui::state::gan::{SHEET, WALK_EVERY, WALK_PARTS, Walk};

/// Every so many pictures of a walk one is in its row.
pub const EVERY: usize = WALK_EVERY as usize;

/// What is in view.
pub struct View<'a> {
    /// The chapter.
    pub props: &'a ChapterProps<PicturesState>,
    /// Its controls.
    pub state: &'a PicturesState,
    /// Updates before each snapshot.
    pub steps: Rc<Vec<u32>>,
    /// The snapshot that playback stands at.
    pub cursor: usize,
    /// The newest pictures of these controls' kind, if there are any.
    pub made: Option<Rc<Made>>,
}

impl View<'_> {
    /// Updates before the snapshot whose pictures these are.
    pub fn step(&self) -> Option<u32> {
        snapshot_step(&self.made.as_ref()?.job.model)
    }

    /// Fake number `index`, or a stand-in that was made ahead.
    pub fn fake(&self, index: usize, label: String) -> Html {
        match self.made.as_ref().and_then(|made| made.fakes.get(index)) {
            Some(pixels) => html! { <PictureView class="fake" pixels={pixels.clone()} {label} /> },
            None if self.state.walk.is_none() => {
                let row = self.steps.get(self.cursor).map(|_| self.cursor);
                ahead(index, row, self.steps.len(), label)
            }
            None => html! {
                <PictureView class="fake" pixels={Rc::new(vec![-1.0; PIXELS])} {label} />
            },
        }
    }
}

/// A picture of `samples/gan-opening.png`: column `index` of the row of a snapshot, or of the last
/// row while it is not known how many there are.
pub fn ahead(index: usize, row: Option<usize>, rows: usize, label: String) -> Html {
    let share = |place: usize, n: usize| 100.0 * place as f64 / (n.max(2) - 1) as f64;
    let (x, y) = (
        share(index, CLASSES),
        row.map_or(100.0, |row| share(row, rows)),
    );
    let style = format!(
        "background-image:url(samples/gan-opening.png);background-position:{x:.3}% {y:.3}%"
    );
    let (role, name, hidden) = image(&label.into());
    html! { <span class="fake ahead-fake" {role} aria-label={name} aria-hidden={hidden} {style} /> }
}

/// The pictures.
pub fn stage(view: &View) -> Html {
    let busy = view.made.is_some() && view.step() != view.steps.get(view.cursor).copied();
    html! {
        <div class={classes!("pics-stage", busy.then_some("stale"))}>
            { large(view) }
            <div class="pics-fakes">
                { match view.state.walk {
                    None => sheet(view),
                    Some(walk) => way(view, walk),
                } }
                { summary(view) }
                { reals(view) }
            </div>
        </div>
    }
}

/// The class of fake `index`.
fn class_of(view: &View, index: usize) -> u8 {
    let made = view
        .made
        .as_ref()
        .and_then(|made| made.job.labels.get(index).copied());
    made.or(view.state.labels().get(index).copied())
        .unwrap_or_default()
}

fn score_of(view: &View, index: usize) -> Option<f32> {
    view.made.as_ref()?.scores.get(index).copied()
}

/// The chosen fake.
fn large(view: &View) -> Html {
    let (state, index) = (view.state, view.state.shown());
    let values = [
        ("class", class_of(view, index).to_string()),
        ("pick", state.pick.to_string()),
        ("seed", state.seed.to_string()),
        ("to", state.walk.map_or(0, |walk| walk.to).to_string()),
        ("percent", percent(index).to_string()),
    ];
    let caption = match state.walk {
        None => content::fill(texts::gan_pictures::large_sheet::PLAIN, &values),
        Some(_) => content::fill(texts::gan_pictures::large_walk::PLAIN, &values),
    };
    html! {
        <figure class="pics-large">
            { view.fake(index, caption.clone()) }
            <figcaption>
                { &caption }
                { match score_of(view, index) {
                    Some(score) => said(score),
                    None => html! { <p class="hint">{ texts::gan_pictures::ahead::PLAIN }</p> },
                } }
            </figcaption>
        </figure>
    }
}

/// The discriminator's words on the chosen fake.
fn said(score: f32) -> Html {
    let values = [("verdict", verdict(score)), ("score", &signed(score))];
    html! { <p class="pics-said" data-verdict={verdict(score)}>{ content::fill(texts::gan_pictures::said::PLAIN, &values) }</p> }
}

/// A score with its sign.
fn signed(score: f32) -> String {
    format!("{score:+.2}").replace('-', "\u{2212}")
}

/// How far along a walk, in percent.
fn percent(share: usize) -> usize {
    (100 * share + WALK_PARTS as usize / 2) / WALK_PARTS as usize
}

/// One fake to choose.
fn tile(view: &View, index: usize, is_chosen: bool, name: String, chosen: PicturesState) -> Html {
    let score = score_of(view, index);
    html! {
        <button type="button" class="pics-tile" data-fake={index.to_string()}
            aria-pressed={is_chosen.to_string()} onclick={view.props.edit(move |state, _| *state = chosen.clone())}>
            { view.fake(index, name) }
            { badge(score) }
        </button>
    }
}

/// What the discriminator says, below a small picture.
pub fn badge(score: Option<f32>) -> Html {
    let verdict = score.map(verdict);
    html! { <span class="verdict" data-verdict={verdict}>{ verdict.unwrap_or("\u{2026}") }</span> }
}

/// Ten fakes.
fn sheet(view: &View) -> Html {
    let state = view.state;
    let one = |index| {
        let name = format!("Fake {}, the digit {}", index + 1, class_of(view, index));
        let chosen = PicturesState {
            pick: index,
            ..state.clone()
        };
        tile(view, index, index == state.pick, name, chosen)
    };
    html! {
        <div class="pics-sheet" role="group" aria-label="Ten fakes">{ for (0..SHEET).map(one) }</div>
    }
}

/// Fakes along a walk, and the slider.
fn way(view: &View, walk: Walk) -> Html {
    let to = |share: u32| PicturesState {
        walk: Some(Walk { share, ..walk }),
        ..view.state.clone()
    };
    let one = |index: usize| {
        let name = format!("Fake {} % along the walk", percent(index));
        tile(
            view,
            index,
            index == walk.share as usize,
            name,
            to(index as u32),
        )
    };
    let oninput = view.props.edit(move |state, event: InputEvent| {
        let input = event.target_dyn_into::<HtmlInputElement>();
        let share = input.map_or(0.0, |input| input.value_as_number()) as u32;
        state.walk = Some(Walk { share, ..walk });
    });
    let spoken = format!("{} % along the walk", percent(walk.share as usize));
    html! {
        <div class="pics-way">
            <div class="pics-row" role="group" aria-label="Nine fakes along the walk">
                { for (0..=WALK_PARTS as usize).step_by(EVERY).map(one) }
            </div>
            <input type="range" name="share" min="0" max={WALK_PARTS.to_string()} step="1"
                value={walk.share.to_string()} aria-label="Along the walk" aria-valuetext={spoken} {oninput} />
            <p class="pics-ends" aria-hidden="true">
                <span>{ format!("seed {}", view.state.seed) }</span><span>{ format!("seed {}", walk.to) }</span>
            </p>
            <p class="hint">{ texts::gan_pictures::walk_how::PLAIN }</p>
        </div>
    }
}

/// How many of all the discriminator takes for real.
fn summary(view: &View) -> Html {
    let Some(made) = &view.made else {
        return Html::default();
    };
    let taken = |scores: &[f32]| scores.iter().filter(|s| takes_for_real(**s)).count();
    let values = [
        ("step", view.step().unwrap_or_default().to_string()),
        ("fakes", made.scores.len().to_string()),
        ("taken", taken(&made.scores).to_string()),
        ("reals", made.real_scores.len().to_string()),
        ("right", taken(&made.real_scores).to_string()),
    ];
    let real = (!made.real_scores.is_empty())
        .then(|| content::fill(texts::gan_pictures::summary_real::PLAIN, &values));
    html! {
        <p class="pics-summary">
            { content::fill(texts::gan_pictures::summary_fake::PLAIN, &values) }{ " " }{ real.unwrap_or_default() }
        </p>
    }
}

/// Real test digits with the discriminator's word on each.
fn reals(view: &View) -> Html {
    let Some(made) = view.made.as_ref().filter(|made| !made.reals.is_empty()) else {
        return Html::default();
    };
    let one = |(index, pixels): (usize, &Rc<Vec<f32>>)| {
        let class = made.job.real_labels.get(index).copied().unwrap_or_default();
        html! {
            <span class="pics-real">
                <PictureView pixels={pixels.clone()} label={format!("A real {class}")} />
                { badge(made.real_scores.get(index).copied()) }
            </span>
        }
    };
    html! {
        <div class="pics-reals" role="group" aria-label="Real test digits">
            { for made.reals.iter().enumerate().map(one) }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_signed_and_shares_rounded() {
        assert_eq!([signed(-0.5), signed(1.25)], ["\u{2212}0.50", "+1.25"]);
        assert_eq!([0, 4, 16, 31, 32].map(percent), [0, 13, 50, 97, 100]);
    }
}
