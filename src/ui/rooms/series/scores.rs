//! How good forecasts came out: a table, and the error by steps ahead.

use std::rc::Rc;

use yew::prelude::*;

use super::data::Series;
use super::number;
use crate::models::series::told::Net;
use crate::protocol::series::{Course as Way, Rival};
use crate::ui::components::chart::{Axis, Chart, Label, Mark, Tone};
use crate::ui::content::{self, texts};

/// What a forecaster is called.
pub fn name(rival: Rival) -> &'static str {
    match rival {
        Rival::Last => texts::series_rivals::last::PLAIN,
        Rival::Season => texts::series_rivals::season::PLAIN,
        Rival::Ar => texts::series_rivals::ar::PLAIN,
        Rival::Arima => texts::series_rivals::arima::PLAIN,
        Rival::Net(Net::Conv) => texts::series_deep::conv::PLAIN,
        Rival::Net(Net::Recurrent) => texts::series_deep::gru::PLAIN,
    }
}

/// All of them, by four measures.
pub fn scores(series: &Series, courses: &[Rc<Way>], who: Rival) -> Html {
    let row = |way: &Rc<Way>| {
        let scores = &way.scores;
        let spec = way.spec.map(|spec| spec.to_string());
        html! {
            <tr aria-current={(way.rival == who).then_some("true")}><th scope="row">{ name(way.rival) }{ " " }<span class="hint">{ spec }</span></th>
                <td class="num">{ scores.rmse.first().map(|rmse| number(*rmse)) }</td><td class="num">{ format!("{:.2}", scores.mase) }</td>
                <td class="num">{ number(scores.crps) }</td><td class="num">{ content::percent(scores.coverage as f32) }</td></tr>
        }
    };
    let heads = [
        ("RMSE", texts::series_rivals::rmse::PLAIN),
        ("MASE", texts::series_rivals::mase::PLAIN),
        ("CRPS", texts::series_rivals::crps::PLAIN),
        (
            texts::series_rivals::inside::PLAIN,
            texts::series_rivals::coverage::PLAIN,
        ),
    ];
    let head = |(short, meaning): (&'static str, &'static str)| html! { <th scope="col"><abbr title={meaning}>{ short }</abbr></th> };
    html! {
        <div class="series-sum series-scores">
            <table>
                <thead><tr><th scope="col">{ texts::series_rivals::rival::PLAIN }</th>{ for heads.map(head) }</tr></thead>
                <tbody>{ for courses.iter().map(row) }</tbody>
            </table>
            if series.log { <p class="hint">{ texts::series_rivals::in_logs::PLAIN }</p> }
        </div>
    }
}

/// The error by steps ahead.
pub fn horizons(courses: &[Rc<Way>]) -> Html {
    let most = courses
        .iter()
        .flat_map(|way| way.scores.rmse.iter().copied())
        .fold(1e-9, f64::max);
    let n = courses
        .iter()
        .map(|way| way.scores.rmse.len())
        .max()
        .unwrap_or(12)
        .max(2) as f64;
    let line = |way: &Rc<Way>| {
        let points: Vec<(f64, f64)> = (1..)
            .map(f64::from)
            .zip(way.scores.rmse.iter().copied())
            .collect();
        let (tone, dashed, x) = match way.rival {
            Rival::Last => (Tone::Muted, true, 0.75),
            Rival::Season => (Tone::Muted, false, 0.3),
            Rival::Ar => (Tone::Second, true, 0.55),
            Rival::Arima => (Tone::Accent, false, 0.9),
            Rival::Net(Net::Conv) => (Tone::Second, false, 0.15),
            Rival::Net(Net::Recurrent) => (Tone::Accent, true, 0.4),
        };
        let label = Label {
            text: name(way.rival).into(),
            x: 1.0 + x * (n - 1.0),
            above: way.rival != Rival::Arima,
        };
        Mark::line(points, tone).dashed_if(dashed).named(label)
    };
    html! {
        <div class="card">
            <h3>{ texts::series_rivals::horizon::TITLE }</h3>
            <Chart x={Axis::new(texts::series_rivals::ahead::PLAIN, [1.0, n], 6)} y={Axis::new("RMSE", [0.0, 1.08 * most], 4)}
                marks={courses.iter().map(line).collect::<Vec<_>>()} message={texts::series_rivals::horizon::PLAIN} height=200.0 />
            { content::section(texts::series_rivals::horizon::HTML) }
        </div>
    }
}
