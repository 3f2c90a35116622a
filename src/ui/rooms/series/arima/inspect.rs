//! What the fitted model is, how sure it is, and what it leaves over.

use yew::prelude::*;

use super::super::data::Series;
use super::super::past::{correlations, stem};
use super::super::stage::about;
use super::super::{number, range};
use crate::models::series::told::Tried;
use crate::models::series::{Spec, Weight, Weights};
use crate::protocol::series::Fitted;
use crate::ui::components::chart::{Axis, Chart, Mark, Tone};
use crate::ui::content::{self, texts};

/// Past values whose shares are shown.
const SHARES: usize = 36;
/// Models that are listed.
const LISTED: usize = 12;

/// All cards.
pub fn inspectors(series: &Series, fitted: &Fitted, tried: &[Tried]) -> Html {
    html! {
        <>
            { stages(series, fitted) }
            { weights(fitted) }
            if !tried.is_empty() { { table(fitted, tried) } }
            { shares(fitted) }
            { correlations(&fitted.acf, fitted.fit.surprises.len(), texts::series_arima::left::TITLE, texts::series_arima::left::HTML) }
            { tests(fitted) }
            { about(series) }
        </>
    }
}

/// The series after each difference.
fn stages(series: &Series, fitted: &Fitted) -> Html {
    let spec = &fitted.fit.spec;
    let name = |i: usize| {
        let words = match i {
            0 if series.log => texts::series_arima::stage_log::PLAIN,
            0 => texts::series_arima::stage_first::PLAIN,
            i if i <= spec.seasonal.d as usize => texts::series_arima::stage_season::PLAIN,
            _ => texts::series_arima::stage_step::PLAIN,
        };
        content::fill(words, &[("season", spec.season.to_string())])
    };
    let stage = |(i, values): (usize, &Vec<f64>)| {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let spread = (values.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / n).sqrt();
        let points: Vec<(f64, f64)> = values
            .iter()
            .enumerate()
            .map(|(t, y)| (t as f64, *y))
            .collect();
        let told = content::fill(
            texts::series_arima::stage::PLAIN,
            &[
                ("name", name(i)),
                ("spread", number(spread)),
                ("n", values.len().to_string()),
            ],
        );
        html! {
            <div>
                <Chart x={Axis { label: "".into(), range: [0.0, n], ticks: vec![] }} y={Axis::new("", range(values.iter().copied()), 2)}
                    marks={vec![Mark::line(points, Tone::Accent)]} message={told.clone()} height=96.0 />
                <p class="hint">{ told }</p>
            </div>
        }
    };
    html! {
        <div class="card series-stages">
            <h3>{ texts::series_arima::stages::TITLE }</h3>
            { for fitted.stages.iter().enumerate().map(stage) }
            { content::section(texts::series_arima::stages::HTML) }
        </div>
    }
}

fn sign(weight: Weight) -> Html {
    let (letter, lag) = match weight {
        Weight::Ar(lag) => ("\u{3c6}", lag.to_string()),
        Weight::Ma(lag) => ("\u{3b8}", lag.to_string()),
        Weight::SeasonalAr(lag) => ("\u{3a6}", lag.to_string()),
        Weight::SeasonalMa(lag) => ("\u{398}", lag.to_string()),
        Weight::Mean => ("\u{3bc}", String::new()),
    };
    html! { <>{ letter }<sub>{ lag }</sub></> }
}

/// The estimated weights, and how well the model fits.
fn weights(fitted: &Fitted) -> Html {
    let fit = &fitted.fit;
    let names = Weights::names(&fit.spec);
    let rows = names
        .into_iter()
        .zip(fit.weights.list(&fit.spec))
        .zip(&fit.errors);
    let row = |((name, value), error): ((Weight, f64), &Option<f64>)| {
        let error = error.map_or_else(|| "\u{2013}".into(), number);
        html! { <tr><th scope="row">{ sign(name) }</th><td class="num">{ number(value) }</td><td class="num">{ "± " }{ error }</td></tr> }
    };
    let fact = |name: &'static str, value: String, id: &'static str| {
        html! { <><dt>{ name }</dt><dd class="num" data-name={id}>{ value }</dd></> }
    };
    html! {
        <div class="card series-weights">
            <h3>{ fit.spec.to_string() }</h3>
            <table><tbody>{ for rows.map(row) }</tbody></table>
            <dl>
                { fact(texts::series_arima::sigma::PLAIN, number(fit.variance.sqrt()), "sigma") }
                { fact(texts::series_arima::likelihood::PLAIN, format!("{:.2}", fit.log_likelihood), "likelihood") }
                { fact("AIC", format!("{:.2}", fit.aic()), "aic") }
                { fact("BIC", format!("{:.2}", fit.bic()), "bic") }
            </dl>
            { content::section(texts::series_arima::weights::HTML) }
        </div>
    }
}

/// What was tried, the best first.
fn table(fitted: &Fitted, tried: &[Tried]) -> Html {
    let mut sorted: Vec<&Tried> = tried.iter().collect();
    let key = |tried: &Tried| tried.aic.unwrap_or(f64::INFINITY);
    sorted.sort_by(|a, b| key(a).total_cmp(&key(b)));
    let row = |tried: &&Tried| {
        let aic = tried.aic.map_or_else(
            || texts::series_arima::not_fitted::PLAIN.into(),
            |aic| format!("{aic:.2}"),
        );
        html! { <tr><th scope="row">{ tried.spec.to_string() }</th><td class="num">{ aic }</td></tr> }
    };
    let grounds = fitted.grounds.unwrap_or_default();
    let spec: &Spec = &fitted.fit.spec;
    let told = content::fill(
        texts::series_arima::grounds::PLAIN,
        &[
            ("season", format!("{:.2}", grounds.season)),
            ("kpss", format!("{:.2}", grounds.kpss)),
            ("seasonal", spec.seasonal.d.to_string()),
            ("d", spec.order.d.to_string()),
            ("n", tried.len().to_string()),
        ],
    );
    html! {
        <div class="card series-tried">
            <h3>{ texts::series_arima::tried::TITLE }</h3>
            <table>
                <thead><tr><th scope="col">{ texts::series_arima::model_name::PLAIN }</th><th scope="col">{ "AIC" }</th></tr></thead>
                <tbody>{ for sorted.iter().take(LISTED).map(row) }</tbody>
            </table>
            <p class="hint">{ told }</p>
        </div>
    }
}

/// What each past value weighs in the next one.
fn shares(fitted: &Fitted) -> Html {
    let shown = &fitted.shares[..fitted.shares.len().min(SHARES)];
    let bars = (1..).zip(shown).map(|(lag, share)| stem(lag, *share));
    let mut largest: Vec<(usize, f64)> = shown.iter().copied().enumerate().collect();
    largest.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let told: Vec<String> = largest
        .iter()
        .take(3)
        .map(|(i, share)| format!("{} ({})", i + 1, number(*share)))
        .collect();
    let message = content::fill(
        texts::series_arima::shares::PLAIN,
        &[("lags", told.join(", "))],
    );
    let ends = shown.iter().copied().chain([0.0, 1.0]);
    html! {
        <div class="card">
            <h3>{ texts::series_arima::shares::TITLE }</h3>
            <Chart x={Axis::new(texts::series::lag::PLAIN, [0.0, shown.len() as f64 + 1.0], 6)} y={Axis::new("", range(ends), 4)}
                marks={bars.collect::<Vec<_>>()} message={message.clone()} height=170.0 />
            <p class="hint">{ message }</p>
        </div>
    }
}

/// Is what is left like noise, and normal?
fn tests(fitted: &Fitted) -> Html {
    let (lags, q, p) = fitted.ljung_box;
    let verdict = match p < 0.05 {
        true => texts::series_arima::not_noise::PLAIN,
        false => texts::series_arima::noise::PLAIN,
    };
    let values = [
        ("lags", lags.to_string()),
        ("q", number(q)),
        ("p", format!("{p:.3}")),
    ];
    let told = content::fill(verdict, &values);
    let most = fitted
        .quantiles
        .iter()
        .flat_map(|(a, b)| [a.abs(), b.abs()])
        .fold(2.0, f64::max);
    let ends = [-1.05 * most, 1.05 * most];
    let marks = vec![
        Mark::line(vec![(ends[0], ends[0]), (ends[1], ends[1])], Tone::Second).dashed(),
        Mark::Dots {
            points: fitted.quantiles.clone(),
            tone: Tone::Accent,
        },
    ];
    html! {
        <div class="card series-tests">
            <h3>{ texts::series_arima::tests::TITLE }</h3>
            <p data-name="ljung-box">{ told }</p>
            <Chart x={Axis::new(texts::series_arima::normal::PLAIN, ends, 5)} y={Axis::new("", ends, 5)} {marks} message={texts::series_arima::tests::PLAIN} height=200.0 />
            { content::section(texts::series_arima::tests::HTML) }
        </div>
    }
}
