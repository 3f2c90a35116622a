//! The model card: what a model is, what it was trained on, how good and how fast it is.

use yew::prelude::*;

use super::header::engine_name;
use crate::models::text::CONTEXT;
use crate::ui::host::use_engines;
use crate::weights::manifest::{Figure, Measure, ModelEntry, NetworkKind, Quality, Unit};

/// Properties of [`ModelCard`].
#[derive(Properties, PartialEq)]
pub struct ModelCardProps {
    /// The model's id in the manifest.
    pub model: AttrValue,
    /// How fast it runs here and now, where that is not told in steps.
    #[prop_or_default]
    pub speed: Option<AttrValue>,
}

/// The card, from the manifest and from what is measured here.
#[component]
pub fn ModelCard(props: &ModelCardProps) -> Html {
    let engines = use_engines();
    let entry = engines
        .manifest
        .as_ref()
        .and_then(|manifest| manifest.find(&props.model));
    let steps = engines.status.engine.zip(engines.status.step_ms);
    let speed = match (&props.speed, steps) {
        (Some(told), _) => told.to_string(),
        (None, Some((engine, ms))) => format!("{ms:.0} ms a step, {}", engine_name(engine)),
        (None, None) => "no step yet".into(),
    };
    html! {
        <div class="card model-card">
            <h3>{ "Model card" }</h3>
            <dl>
                { entry.map_or_else(|| html! { <><dt>{ "Model" }</dt><dd>{ "not here yet" }</dd></> }, facts) }
                <dt>{ "Speed here, now" }</dt>
                <dd class="num" data-name="speed">{ speed }</dd>
            </dl>
            { entry.and_then(footnote).unwrap_or_default() }
        </div>
    }
}

fn facts(entry: &ModelEntry) -> Html {
    let (seen, n) = match entry.network {
        NetworkKind::Transformer(_) => ("Tokens seen", entry.images_seen * CONTEXT as u64),
        NetworkKind::WaveNet(_) => ("Sounds heard", entry.images_seen),
        _ => ("Pictures seen", entry.images_seen),
    };
    html! {
        <>
            <dt>{ "Parameters" }</dt>
            <dd class="num">{ format!("{:.2} M", entry.parameters as f64 / 1e6) }</dd>
            <dt>{ "Download" }</dt>
            <dd class="num">{ format!("{:.2} MB, 8 bits each", entry.bytes as f64 / 1e6) }</dd>
            <dt>{ "Trained on" }</dt>
            <dd>{ &entry.data_set }</dd>
            <dt>{ seen }</dt><dd class="num">{ count(n) }</dd>
            { entry.quality.as_ref().map(figures).unwrap_or_default() }
        </>
    }
}

/// A number of pictures, in millions where they are many.
fn count(n: u64) -> String {
    match n {
        ..100_000 => n.to_string(),
        _ => format!("{:.1} M", n as f64 / 1e6),
    }
}

fn figures(quality: &Quality) -> Html {
    quality.figures.iter().map(figure).collect()
}

fn figure(figure: &Figure) -> Html {
    let told = |value: f64| match figure.unit {
        Unit::Share => format!("{:.1} %", 100.0 * value),
        Unit::Distance => format!("{value:.1}"),
        Unit::Nats => format!("{value:.1} nats"),
        Unit::Bits => format!("{value:.2} bits"),
    };
    let mut value = told(figure.value);
    if let Some(sd) = figure.sd {
        value += &format!(" ± {}", told(sd));
    }
    if let Some(floor) = figure.floor {
        value += &format!(", {}", told(floor));
    }
    html! {
        <>
            <dt>{ name(figure.name) }{ if figure.floor.is_some() { ", of real ones" } else { "" } }</dt>
            <dd class="num">{ value }</dd>
        </>
    }
}

/// A measure's name, with its meaning where that says more.
fn name(measure: Measure) -> Html {
    let (short, meaning) = match measure {
        Measure::ClassAccuracy => return html! { "Right class" },
        Measure::ClassifierFid => (
            "FID",
            "Fréchet distance to real test pictures by the features of our own classifier: it compares with no published FID; less is better",
        ),
        Measure::ClassifierKid => (
            "KID",
            "Kernel distance to real test pictures by the features of our own classifier, and its spread over subsets. The estimate is unbiased, so it may come out below 0: then no distance could be told; less is better",
        ),
        Measure::Confident => (
            "Read with confidence",
            "Samples in which a classifier reads some class with a probability over 90 %",
        ),
        Measure::Bound => (
            "Bound",
            "At most so many nats, on average, are needed to tell a test picture; less is better",
        ),
        Measure::ImportanceBound => (
            "Tighter bound",
            "The same bound by importance weighting of 50 draws",
        ),
        Measure::Reconstruction => (
            "Reconstruction",
            "What a test picture costs once its code is known",
        ),
        Measure::Divergence => (
            "KL",
            "What a test picture’s code costs: its divergence from the standard normal",
        ),
        Measure::BitsPerCharacter => (
            "A character costs",
            "Bits that the model needs, on average, for a character of texts it never saw; less is better, and guessing among 27 letters would cost 4.75",
        ),
        Measure::BitsPerDimension => (
            "A pixel costs",
            "Bits that the model needs, on average, for a pixel of a test picture of 8 grey levels, given its class: exact, not a bound; less is better, and guessing would cost 3",
        ),
        Measure::BitsCounted => (
            "\u{2026} by counting",
            "The same if for each place of each class it is counted how often each level stands there, and no pixel knows of another",
        ),
        Measure::BitsPng => (
            "\u{2026} as PNG",
            "The same if all test pictures are packed into one PNG, which does not know their classes",
        ),
        Measure::BitsPerSample => (
            "A sample costs",
            "Bits that the model needs, on average, for a sample of a sound it never saw, one of 256 values, told what was asked for: exact, not a bound; less is better, and guessing would cost 8",
        ),
        Measure::BitsLinear => (
            "\u{2026} by a linear predictor",
            "The same if each sample is predicted as a weighted sum of the 16 before it, with the same weights for all sounds, and Laplace errors whose size is followed as it goes",
        ),
        Measure::BitsEntropy => (
            "\u{2026} by counting",
            "The same if it is counted how often each value comes, and no sample knows of another",
        ),
        Measure::InTune => (
            "In tune",
            "Notes within 30 cents, three tenths of a semitone, of the pitch that was asked for",
        ),
    };
    html! { <abbr title={meaning}>{ short }</abbr> }
}

/// How the figures came about, if there are any.
fn footnote(entry: &ModelEntry) -> Option<Html> {
    let quality = entry.quality.as_ref()?;
    let made = match entry.network {
        NetworkKind::WaveNet(_) => "sounds",
        _ => "samples",
    };
    Some(html! {
        <p class="hint">
            { format!("Quality was measured ahead, on {} {made} ({}).", quality.samples, quality.sampler) }
        </p>
    })
}
