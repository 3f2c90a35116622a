//! The map of a 2-D code: where the codes of real pictures lie, and where one points.

use std::rc::Rc;

use yew::prelude::*;

use super::answers::{Answers, Asked, codes};
use crate::data::points::EXTENT;
use crate::data::{DataSet, PIXELS};
use crate::protocol::vae::Question;
use crate::ui::components::fetched::Fetched;
use crate::ui::components::pen::{Pen, pen_mark};
use crate::ui::components::plane_view::{CLASS_COLOURS, Layer, PlaneView};
use crate::ui::digits::{Digits, use_digits};
use crate::ui::samples::{Loaded, use_samples};

/// The map reaches from minus this to this in both numbers of the code.
pub const EDGE: f32 = 4.0;
/// An arrow key moves the pointer so far.
const NUDGE: f32 = 0.1;
/// Pictures whose codes are asked for at once: some tens of milliseconds of work.
const PART: usize = 100;
/// Pictures in a row of the decoded grid.
pub const GRID: usize = 16;

/// Real pictures whose codes make up a map.
#[derive(Clone, Debug, PartialEq)]
pub struct Reals {
    /// `[n, 28, 28]`, 255 for ink.
    pixels: Rc<Vec<u8>>,
    /// `[n]`
    pub labels: Rc<Vec<u8>>,
}

impl Reals {
    fn of_digits(digits: &Digits) -> Self {
        let Digits { pixels, labels } = digits.clone();
        Self { pixels, labels }
    }

    fn of_samples(samples: &crate::ui::samples::Samples) -> Self {
        let all = (0..samples.len()).filter_map(|i| samples.pixels(i));
        let grey = |v: &f32| (127.5 * (v + 1.0)).round() as u8;
        Self {
            pixels: Rc::new(all.flatten().map(grey).collect()),
            labels: Rc::new(
                (0..samples.len())
                    .filter_map(|i| samples.label(i))
                    .collect(),
            ),
        }
    }

    /// Picture `index`, `[28, 28]` in `-1..=1`.
    pub fn picture(&self, index: usize) -> Option<Vec<f32>> {
        let grey = self.pixels.chunks_exact(PIXELS).nth(index)?;
        Some(grey.iter().map(|v| f32::from(*v) / 127.5 - 1.0).collect())
    }

    /// The questions for the codes of all of them by a model.
    pub fn ask(&self, model: &str, rank: u8) -> Vec<Asked> {
        let parts = self.pixels.chunks(PART * PIXELS);
        let ask = |part: &[u8]| {
            let pictures = part.to_vec();
            Asked::new(model, rank, Question::Codes { pictures })
        };
        parts.map(ask).collect()
    }
}

/// Thousands of real digits, or the few hundred garments that ship with the page; and why they are
/// not here, with a way to try again.
#[hook]
pub fn use_reals(set: DataSet) -> (Option<Reals>, Option<String>, Callback<MouseEvent>) {
    let (digits, on_digits) = use_digits();
    let (samples, on_samples) = use_samples(set);
    let is_digits = set == DataSet::Mnist;
    let reals = use_memo(
        (set, digits.clone(), samples.clone()),
        |(_, digits, samples)| {
            if is_digits {
                digits.ready().map(|digits| Reals::of_digits(digits))
            } else {
                samples.ready().map(|samples| Reals::of_samples(samples))
            }
        },
    );
    let failed = match (is_digits, digits, samples) {
        (true, Fetched::Failed(why), _) | (false, _, Loaded::Failed(why)) => Some(why),
        _ => None,
    };
    let on_retry = if is_digits {
        on_digits
    } else {
        on_samples.reform(|_| ())
    };
    ((*reals).clone(), failed, on_retry)
}

/// The codes that are known of those asked for: `[n, 2]` of the first n pictures.
pub fn known(answers: &Answers, asked: &[Asked]) -> Vec<f32> {
    let parts = asked.iter().map_while(|ask| codes(answers.to(ask)));
    parts.flatten().copied().collect()
}

/// How many codes are known of those asked for.
pub fn known_count(answers: &Answers, asked: &[Asked]) -> usize {
    let parts = asked.iter().map_while(|ask| codes(answers.to(ask)));
    parts.map(|codes| codes.len() / 2).sum()
}

/// Places on the plane that is drawn, of codes.
pub fn on_plane(codes: &[f32]) -> Rc<Vec<f32>> {
    Rc::new(codes.iter().map(|v| v * EXTENT / EDGE).collect())
}

/// Codes over the whole map, row by row from the upper left, `[GRID * GRID, 2]`: in the middle of
/// each cell.
pub fn grid_codes() -> Vec<f32> {
    let place = |i: usize| EDGE * (2.0 * (i as f32 + 0.5) / GRID as f32 - 1.0);
    let cell = |i: usize| [place(i % GRID), -place(i / GRID)];
    (0..GRID * GRID).flat_map(cell).collect()
}

/// The nearest of codes `[n, 2]` to a place, and how far it is.
pub fn nearest(codes: &[f32], at: [f32; 2]) -> Option<(usize, f32)> {
    let distances = codes
        .chunks_exact(2)
        .map(|code| (code[0] - at[0]).hypot(code[1] - at[1]));
    distances
        .enumerate()
        .min_by(|(_, a), (_, b)| a.total_cmp(b))
}

/// Which colour is which class.
pub fn legend(set: DataSet) -> Html {
    let one = |(class, colour): (u8, &'static str)| {
        html! { <span><i style={format!("background:{colour}")} />{ set.class_name(class) }</span> }
    };
    html! { <p class="vae-legend">{ for (0..).zip(CLASS_COLOURS).map(one) }</p> }
}

/// Properties of [`MapView`].
#[derive(Properties, PartialEq)]
pub struct MapViewProps {
    /// What is drawn, see [`on_plane`].
    pub layers: Vec<Layer>,
    /// What is seen, in words.
    pub label: AttrValue,
    /// Where one points.
    pub at: [f32; 2],
    /// The visitor points elsewhere; nobody does: it is a picture.
    #[prop_or_default]
    pub on_at: Option<Callback<[f32; 2]>>,
    /// The canvas, for saving it.
    #[prop_or_default]
    pub canvas: Option<NodeRef>,
}

/// The map. What is drawn does not change while one points, so it is not drawn anew.
#[component]
pub fn MapView(props: &MapViewProps) -> Html {
    let (at, on_at) = (props.at, props.on_at.clone());
    let on_pen = on_at.map(|on_at| {
        Callback::from(move |pen| {
            let moved = match pen {
                Pen::Down(place) | Pen::Move(place) => place.map(|v| v * EDGE / EXTENT),
                Pen::Nudge(dx, dy) => {
                    [at[0] + NUDGE * f32::from(dx), at[1] - NUDGE * f32::from(dy)]
                }
                Pen::Up | Pen::Toggle | Pen::Dot | Pen::Undo => return,
            };
            on_at.emit(moved.map(|v| v.clamp(-EDGE, EDGE)));
        })
    });
    let [x, y] = at.map(|v| v / EDGE);
    let share = [0.5 + 0.5 * x, 0.5 - 0.5 * y];
    html! {
        <div class="vae-map">
            <PlaneView layers={props.layers.clone()} label={&props.label} {on_pen} canvas={props.canvas.clone()} />
            { pen_mark(Some(share), false) }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_covers_the_map_from_the_upper_left() {
        let codes = grid_codes();
        assert_eq!(codes.len(), 2 * GRID * GRID);
        assert_eq!(codes[..2], [-3.75, 3.75]);
        assert_eq!(codes[codes.len() - 2..], [3.75, -3.75]);
        assert_eq!(on_plane(&[EDGE, -EDGE]).as_slice(), [EXTENT, -EXTENT]);
    }

    #[test]
    fn the_nearest_code_is_found() {
        let codes = [0.0, 0.0, 1.0, 1.0, -3.0, 0.0];
        assert_eq!(nearest(&codes, [1.0, 0.5]), Some((1, 0.5)));
        assert_eq!(nearest(&[], [0.0, 0.0]), None);
    }

    #[test]
    fn all_codes_are_asked_for_in_parts() {
        let n = 2 * PART + 1;
        let reals = Reals {
            pixels: Rc::new(vec![0; n * PIXELS]),
            labels: Rc::new(vec![0; n]),
        };
        assert_eq!(reals.ask("m", 3).len(), 3);
        assert_eq!(reals.picture(n - 1), Some(vec![-1.0; PIXELS]));
        assert_eq!(reals.picture(n), None);
        assert!(known(&Answers::default(), &reals.ask("m", 3)).is_empty());
    }
}
