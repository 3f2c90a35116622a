//! How three sizes learned, as it was recorded.

use yew::prelude::*;

use crate::quality::learning::{LEARNING_PATH, Learning, Point, Size};
use crate::ui::components::chart::{Axis, Chart, Label, Mark, Tone};
use crate::ui::components::fetched::use_fetched;
use crate::ui::components::save::csv_link;
use crate::ui::components::slider::Slider;
use crate::ui::content::{self, texts};
use crate::ui::rooms::ChapterProps;
use crate::ui::samples::fetch_text;
use crate::ui::state::LearnedState;

const NAMES: [&str; LearnedState::SIZES as usize] = ["0", "1", "2"];

async fn fetch() -> Result<Learning, String> {
    let text = fetch_text(LEARNING_PATH).await?;
    let learning: Learning = serde_json::from_str(&text).map_err(|bad| bad.to_string())?;
    let looks = LearnedState::LOOKS as usize;
    let is_sound = learning.sizes.len() == NAMES.len()
        && learning.sizes.iter().all(|size| size.points.len() == looks);
    is_sound
        .then_some(learning)
        .ok_or_else(|| "it is incomplete".into())
}

/// The two cards.
#[component]
pub fn Record(props: &ChapterProps<LearnedState>) -> Html {
    let (record, on_retry) = use_fetched(fetch);
    let show = |record: &Learning| {
        html! { <>{ way(props, record) }{ scaling(record) }</> }
    };
    html! {
        <div class="learned-record" data-record={record.id()}>
            { record.show(show, texts::learned::failed::PLAIN, &on_retry) }
        </div>
    }
}

fn millions(n: u64) -> String {
    match n {
        1_000_000.. => format!("{:.1} M", n as f64 / 1e6),
        n => format!("{} k", n / 1000),
    }
}

fn line(
    size: &Size,
    of: fn(&Point) -> f32,
    tone: Tone,
    dashed: bool,
    label: Option<Label>,
) -> Mark {
    let place = |point: &Point| (point.tokens as f64, f64::from(of(point)));
    Mark::line(size.points.iter().map(place).collect(), tone)
        .dashed_if(dashed)
        .named(label)
}

fn tokens_axis(record: &Learning) -> Axis {
    let points = record.sizes.iter().flat_map(|size| &size.points);
    let tokens = points.map(|point| point.tokens as f64);
    let [low, high] = [
        tokens.clone().fold(f64::MAX, f64::min),
        tokens.fold(1.0, f64::max),
    ];
    Axis {
        label: texts::learned::tokens::PLAIN.into(),
        range: [low, high],
        ticks: vec![1e4, 1e5, 1e6],
    }
}

/// One size's way, with what it wrote on it.
fn way(props: &ChapterProps<LearnedState>, record: &Learning) -> Html {
    let state = &props.state;
    let size = &record.sizes[state.size as usize];
    let point = &size.points[state.look as usize];
    let names: Vec<String> = record
        .sizes
        .iter()
        .map(|size| millions(size.parameters))
        .collect();
    let on_size = props.edit(|state: &mut LearnedState, size| state.size = size as u32);
    let on_look = props.edit(|state: &mut LearnedState, look: f32| state.look = look as u32);
    let mut marks = vec![
        line(size, |point| point.train, Tone::Second, true, None),
        line(size, |point| point.held_out, Tone::Accent, false, None),
    ];
    marks.push(Mark::Rule {
        x: point.tokens as f64,
    });
    let values = [
        ("tokens", millions(point.tokens)),
        ("train", format!("{:.2}", point.train)),
        ("held", format!("{:.2}", point.held_out)),
    ];
    let csv = |size: &Size| {
        let row = |p: &Point| {
            format!(
                "{},{},{},{}\n",
                size.parameters, p.tokens, p.train, p.held_out
            )
        };
        size.points.iter().map(row).collect::<String>()
    };
    let csv: String = record.sizes.iter().map(csv).collect();
    html! {
        <section class="card" aria-labelledby="way-title">
            <h3 id="way-title">{ texts::learned::way::TITLE }</h3>
            <div class="learned-controls">
                { segments_of(texts::learned::size::PLAIN, "size", &names, state.size as usize, on_size) }
                <Slider label={texts::learned::look::PLAIN} name="look" max={(LearnedState::LOOKS - 1) as f32} step={1.0} digits={0}
                    value={state.look as f32} on_value={on_look} />
            </div>
            <Chart x={tokens_axis(record)} y={Axis::new(texts::learned::bits::PLAIN, [0.0, 4.0], 4)} log={[true, false]}
                {marks} message={texts::learned::way::PLAIN} height=170.0 />
            <p>{ content::fill(texts::learned::at_look::PLAIN, &values) }</p>
            <blockquote class="learned-sample">{ &point.sample }</blockquote>
            <p class="hint">{ texts::learned::way::PLAIN }{ " " }{ csv_link(&format!("parameters,tokens,train,held_out\n{csv}"), "genscope-learning.csv") }</p>
        </section>
    }
}

/// Buttons of names that are known late.
fn segments_of(
    label: &'static str,
    name: &'static str,
    names: &[String],
    chosen: usize,
    on: Callback<usize>,
) -> Html {
    let button = |(i, text): (usize, &String)| {
        let onclick = on.reform(move |_: MouseEvent| i);
        html! { <button type="button" aria-pressed={(i == chosen).to_string()} {onclick}>{ text }</button> }
    };
    html! {
        <span class="field" data-lock={name}>{ label }{ " " }
            <span class="seg" role="group" aria-label={label} data-value={NAMES[chosen]}>{ for names.iter().enumerate().map(button) }</span>
        </span>
    }
}

/// All sizes: loss over tokens, and over parameters.
fn scaling(record: &Learning) -> Html {
    let tones = [Tone::Muted, Tone::Second, Tone::Accent];
    let by_tokens = record.sizes.iter().zip(tones).map(|(size, tone)| {
        let label = Label {
            text: millions(size.parameters).into(),
            x: 4e4,
            above: tone == Tone::Muted,
        };
        line(size, |point| point.held_out, tone, false, Some(label))
    });
    let end = |size: &Size| {
        let last = size.points.last().map_or(0.0, |point| point.held_out);
        (size.parameters as f64, f64::from(last))
    };
    let ends: Vec<_> = record.sizes.iter().map(end).collect();
    let dots = ends.iter().map(|(x, y)| Mark::Point {
        x: *x,
        y: *y,
        tone: Tone::Accent,
    });
    let through = Mark::line(ends.clone(), Tone::Muted).dashed();
    let bits = |range: [f64; 2], ticks: Vec<f64>| Axis {
        label: texts::learned::bits::PLAIN.into(),
        range,
        ticks,
    };
    let parameters = Axis {
        label: texts::learned::parameters::PLAIN.into(),
        range: [2e4, 2e6],
        ticks: vec![2e4, 1e5, 1e6],
    };
    html! {
        <section class="card" aria-labelledby="scaling-title">
            <h3 id="scaling-title">{ texts::learned::scaling::TITLE }</h3>
            <Chart x={tokens_axis(record)} y={bits([1.0, 4.0], vec![1.0, 2.0, 3.0, 4.0])} log={[true, true]}
                marks={by_tokens.collect::<Vec<_>>()} message={texts::learned::by_tokens::PLAIN} height=170.0 />
            <Chart x={parameters} y={bits([1.0, 3.0], vec![1.0, 1.5, 2.0, 3.0])} log={[true, true]}
                marks={std::iter::once(through).chain(dots).collect::<Vec<_>>()} message={texts::learned::by_parameters::PLAIN} height=150.0 />
            <p class="hint">{ texts::learned::scaling::PLAIN }</p>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_numbers_are_short() {
        assert_eq!([52_000, 1_070_976].map(millions), ["52 k", "1.1 M"]);
    }
}
