//! What fewer steps cost in quality, as `lab curve` measured it ahead.

use yew::prelude::*;

use super::super::DIGITS_MODEL;
use crate::ui::components::chart::{Axis, Chart, Mark, Tone};
use crate::ui::components::fetched::use_fetched;
use crate::ui::components::save::csv_link;
use crate::ui::content::{self, texts};
use crate::ui::samples::fetch_text;
use crate::ui::state::ModelChoice;
use crate::weights::curve::{Curve, CurveSampler, Point, curve_path};

/// Room between the outermost values and the axes, as a factor.
const ROOM: f64 = 1.25;

/// Which figure.
#[derive(Clone, Copy, PartialEq)]
enum Figure {
    Fid,
    Accuracy,
}

/// The curve of the model of digits, and the one point of the distilled model.
async fn fetch() -> Result<(Curve, Point), String> {
    let curve = read(&fetch_text(&curve_path(DIGITS_MODEL)).await?)?;
    let quick = read(&fetch_text(&curve_path(ModelChoice::DISTILLED.id())).await?)?;
    let point = quick.points.into_iter().next();
    Ok((curve, point.ok_or("the file is empty")?))
}

fn read(text: &str) -> Result<Curve, String> {
    let curve: Curve = serde_json::from_str(text).map_err(|_| "the file is damaged")?;
    curve.check().map_err(|error| error.to_string())
}

/// Two charts and what they say.
#[component]
pub fn Measured() -> Html {
    let (fetched, retry) = use_fetched(fetch);
    html! {
        <section class="card measured" aria-labelledby="measured-title" data-curve={fetched.id()}>
            <h3 id="measured-title">{ texts::fewer::measured::TITLE }</h3>
            { fetched.show(
                |(curve, quick)| charts(curve, quick),
                texts::fewer::measured_failed::PLAIN,
                &retry,
            ) }
        </section>
    }
}

fn charts(curve: &Curve, quick: &Point) -> Html {
    let values = [("n", samples(curve)), ("w", curve.guidance.to_string())];
    html! {
        <>
            <div class="measured-charts">
                { for [Figure::Fid, Figure::Accuracy].map(|figure| chart(curve, quick, figure)) }
            </div>
            <p class="fewer-key" aria-hidden="true">
                { for measured(curve).map(|sampler| {
                    let (name, tone, dashed) = look(sampler);
                    let class = classes!(tone_class(tone), dashed.then_some("dashed"));
                    html! { <span><i {class} />{ name }</span> }
                }) }
                <span><i class="muted dashed" />{ "real digits" }</span>
                <span><i class="dot" />{ "distilled" }</span>
            </p>
            <p class="hint">{ content::fill(texts::fewer::measured_how::PLAIN, &values) }{ " " }
                { csv_link(&csv(curve), "genscope-fewer-steps.csv") }
            </p>
        </>
    }
}

/// The numbers of samples of the points: `500`, or `200 to 500`.
fn samples(curve: &Curve) -> String {
    let all = || curve.points.iter().map(|point| point.n);
    match (all().min(), all().max()) {
        (Some(least), Some(most)) if least < most => format!("{least} to {most}"),
        (_, most) => most.unwrap_or_default().to_string(),
    }
}

/// The samplers that have points.
fn measured(curve: &Curve) -> impl Iterator<Item = CurveSampler> {
    let has = |sampler: &CurveSampler| curve.of(*sampler).next().is_some();
    CurveSampler::ALL.into_iter().filter(has)
}

/// Name and line of a sampler.
fn look(sampler: CurveSampler) -> (&'static str, Tone, bool) {
    match sampler {
        CurveSampler::Ddpm => ("DDPM", Tone::Second, false),
        CurveSampler::Ddim => ("DDIM", Tone::Accent, true),
        CurveSampler::DpmSolver => ("DPM-Solver++(2M)", Tone::Accent, false),
    }
}

fn tone_class(tone: Tone) -> &'static str {
    match tone {
        Tone::Accent => "accent",
        Tone::Second => "second",
        Tone::Muted => "muted",
    }
}

/// The floor under the Fréchet distance: of the measurement with the most samples.
fn floor(curve: &Curve) -> f64 {
    let best = curve.points.iter().max_by_key(|point| point.n);
    best.map_or(0.0, |point| point.floor)
}

fn value(figure: Figure, point: &Point) -> f64 {
    match figure {
        Figure::Fid => point.fid,
        Figure::Accuracy => 100.0 * point.accuracy,
    }
}

fn chart(curve: &Curve, quick: &Point, figure: Figure) -> Html {
    let evaluations = || {
        curve
            .points
            .iter()
            .map(|point| f64::from(point.evaluations))
    };
    let values = || {
        let all = curve.points.iter().chain([quick]);
        all.map(move |point| value(figure, point))
    };
    let first = evaluations().fold(f64::from(quick.evaluations), f64::min);
    let x_range = [first, ROOM * evaluations().fold(first, f64::max)];
    let x = Axis::powers("network evaluations a picture", x_range);
    let (y, log_y) = match figure {
        Figure::Fid => {
            let low = values().fold(floor(curve), f64::min) / ROOM;
            let high = values().fold(low, f64::max) * ROOM;
            (Axis::powers("FID: less is better", [low, high]), true)
        }
        Figure::Accuracy => {
            let low = 10.0 * (values().fold(90.0, f64::min) / 10.0).floor();
            (Axis::new("% right digits", [low, 102.0], 4), false)
        }
    };
    let mut marks = Vec::new();
    if figure == Figure::Fid {
        marks.push(Mark::line(x_range.map(|x| (x, floor(curve))).to_vec(), Tone::Muted).dashed());
    }
    for sampler in measured(curve) {
        let (_, tone, dashed) = look(sampler);
        let points: Vec<_> = curve
            .of(sampler)
            .map(|point| (f64::from(point.evaluations), value(figure, point)))
            .collect();
        marks.extend(points.iter().map(|&(x, y)| Mark::Point { x, y, tone }));
        if figure == Figure::Fid {
            marks.extend(curve.of(sampler).filter_map(|point| bar(point, tone)));
        }
        marks.push(Mark::line(points, tone).dashed_if(dashed));
    }
    marks.push(Mark::Point {
        x: f64::from(quick.evaluations),
        y: value(figure, quick),
        tone: Tone::Muted,
    });
    if figure == Figure::Fid {
        marks.extend(bar(quick, Tone::Muted));
    }
    html! {
        <Chart {x} {y} {marks} log={[true, log_y]} height={190.0} message={message(curve, quick, figure)} />
    }
}

/// How far chance moves a distance: one standard deviation up and down.
fn bar(point: &Point, tone: Tone) -> Option<Mark> {
    let sd = point.fid_sd?;
    let x = f64::from(point.evaluations);
    Some(Mark::line(
        vec![(x, point.fid - sd), (x, point.fid + sd)],
        tone,
    ))
}

/// A distance, and how far chance moves it.
fn with_sd(figure: Figure, point: &Point) -> String {
    let value = format!("{:.1}", value(figure, point));
    match point.fid_sd.filter(|_| figure == Figure::Fid) {
        Some(sd) => format!("{value} ± {sd:.1}"),
        None => value,
    }
}

/// What a chart shows, in words and numbers.
fn message(curve: &Curve, quick: &Point, figure: Figure) -> String {
    let lines = measured(curve).map(|sampler| {
        let points: Vec<_> = curve
            .of(sampler)
            .map(|point| format!("{} at {}", with_sd(figure, point), point.evaluations))
            .collect();
        format!("{}: {}.", look(sampler).0, points.join(", "))
    });
    let (quick, evaluations) = (with_sd(figure, quick), quick.evaluations);
    let quick = format!(" Distilled: {quick} at {evaluations}.");
    let rows = lines.collect::<Vec<_>>().join(" ") + &quick;
    match figure {
        Figure::Fid => content::fill(
            texts::fewer::measured_fid::PLAIN,
            &[("rows", &rows), ("floor", &format!("{:.1}", floor(curve)))],
        ),
        Figure::Accuracy => {
            content::fill(texts::fewer::measured_accuracy::PLAIN, &[("rows", &rows)])
        }
    }
}

/// One line a point.
fn csv(curve: &Curve) -> String {
    let mut out = String::from("sampler,steps,evaluations,samples,accuracy,fid,fid_sd,floor\n");
    for p in &curve.points {
        let name = look(p.sampler).0;
        let sd = p.fid_sd.map_or_else(String::new, |sd| sd.to_string());
        out += &format!(
            "{name},{},{},{},{},{},{sd},{}\n",
            p.steps, p.evaluations, p.n, p.accuracy, p.fid, p.floor
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT_OF_TWO: &str = r#"{"model":"m","sha256":"a","guidance":1.5,"points":[
        {"sampler":"ddpm","steps":4,"evaluations":8,"n":200,"accuracy":0.5,"fid":90.25,"fid_sd":2.5,"floor":3.0},
        {"sampler":"dpm-solver","steps":20,"evaluations":40,"n":500,"accuracy":0.99,"fid":6.0,"floor":2.5}]}"#;

    #[test]
    fn files_that_make_no_sense_are_refused() {
        assert!(read(TEXT_OF_TWO).is_ok());
        for (from, to) in [
            ("\"fid\":6.0", "\"fid\":-6.0"),
            ("\"fid_sd\":2.5", "\"fid_sd\":-2.5"),
            ("\"accuracy\":0.5", "\"accuracy\":5"),
            ("dpm-solver", "euler"),
            ("\"n\":200,", ""),
            ("]}", ""),
        ] {
            let broken = TEXT_OF_TWO.replace(from, to);
            assert!(broken != TEXT_OF_TWO && read(&broken).is_err(), "{to}");
        }
    }

    #[test]
    fn the_message_and_the_file_hold_the_numbers() {
        let curve = read(TEXT_OF_TWO).expect("reads");
        let quick = Point {
            steps: 4,
            evaluations: 4,
            fid: 7.0,
            ..curve.points[1].clone()
        };
        let fid = message(&curve, &quick, Figure::Fid);
        for part in ["DDPM: 90.2 ± 2.5 at 8.", "6.0 at 40", "7.0 at 4", "2.5"] {
            assert!(fid.contains(part), "{fid}");
        }
        let accuracy = message(&curve, &quick, Figure::Accuracy);
        assert!(
            accuracy.contains("50.0 at 8") && accuracy.contains("99.0 at 40"),
            "{accuracy}"
        );
        assert!(!fid.contains("DDIM"), "it has no points: {fid}");
        assert!(!fid.contains('{') && !accuracy.contains('{'));
        assert_eq!(samples(&curve), "200 to 500");
        assert_eq!(floor(&curve), 2.5);
        let csv = csv(&curve);
        let rows: Vec<_> = csv.lines().skip(1).collect();
        let solver = "DPM-Solver++(2M),20,40,500,0.99,6,,2.5";
        assert_eq!(rows, ["DDPM,4,8,200,0.5,90.25,2.5,3", solver]);
    }
}
