//! The figures of statsmodels (`tests/data/sarimax.py`), and ours.

use serde::Deserialize;

use super::choose::Went;
use super::fit::{Fit, Fitting, arma};
use super::forecast::{WIDE, forecast};
use super::{Order, Spec};

#[derive(Deserialize)]
struct Golden {
    fits: Vec<Theirs>,
}

#[derive(Deserialize)]
struct Theirs {
    series: String,
    log: bool,
    order: [u32; 3],
    seasonal: [u32; 3],
    season: u32,
    constant: bool,
    names: Vec<String>,
    params: Vec<f64>,
    errors: Vec<f64>,
    llf: f64,
    aic: f64,
    bic: f64,
    mean: Vec<f64>,
    low: Vec<f64>,
    high: Vec<f64>,
}

#[derive(Deserialize)]
struct Shown {
    values: Vec<f64>,
}

/// Our weights, in their order and by their names.
fn ours(fit: &Fit) -> Vec<(String, f64, f64)> {
    let spec = &fit.spec;
    let mut all = Vec::new();
    let left = 1.0 - arma(spec, &fit.weights).ar.iter().sum::<f64>();
    let names = super::Weights::names(spec);
    for ((name, weight), error) in names.iter().zip(fit.weights.list(spec)).zip(&fit.errors) {
        let error = error.unwrap_or(f64::NAN);
        let s = spec.season;
        all.push(match name {
            super::Weight::Ar(lag) => (format!("ar.L{lag}"), weight, error),
            super::Weight::Ma(lag) => (format!("ma.L{lag}"), weight, error),
            super::Weight::SeasonalAr(lag) => (format!("ar.S.L{}", s * lag), weight, error),
            super::Weight::SeasonalMa(lag) => (format!("ma.S.L{}", s * lag), weight, error),
            // Theirs is what is added at each step; its error is of another quantity.
            super::Weight::Mean => ("intercept".into(), weight * left, f64::NAN),
        });
    }
    all.push(("sigma2".into(), fit.variance, f64::NAN));
    all
}

/// So near, relative to `size`.
fn near(a: f64, b: f64, share: f64, size: f64) -> bool {
    (a - b).abs() <= share * size.abs()
}

#[test]
fn figures_are_those_of_statsmodels() {
    let golden: Golden =
        serde_json::from_str(include_str!("../../../tests/data/sarimax.json")).expect("reads");
    let series: std::collections::HashMap<String, Shown> =
        serde_json::from_str(include_str!("../../../www/samples/series.json")).expect("reads");
    assert!(golden.fits.len() >= 8);
    let mut wrong = Vec::new();
    for theirs in &golden.fits {
        let order = |[p, d, q]: [u32; 3]| Order::new(p, d, q);
        let spec = Spec {
            order: order(theirs.order),
            seasonal: order(theirs.seasonal),
            season: theirs.season,
            constant: theirs.constant,
        };
        let y: Vec<f64> = series[&theirs.series]
            .values
            .iter()
            .map(|y| if theirs.log { y.ln() } else { *y })
            .collect();
        let fit = Fitting::new(&spec, &y, false).expect("fits").run();
        let mut check = |what: &str, ours: f64, theirs_: f64, size: f64| {
            if !near(ours, theirs_, 0.005, size) {
                wrong.push(format!("{} {spec}: {what} {ours} {theirs_}", theirs.series));
            }
        };
        let ours = ours(&fit);
        for ((name, value), error) in theirs.names.iter().zip(&theirs.params).zip(&theirs.errors) {
            let own = ours
                .iter()
                .find(|(own, _, _)| own == name)
                .expect("the same weights");
            check(name, own.1, *value, *value);
            // Of numerical second derivatives: to a twentieth.
            if own.2.is_finite() {
                check(&format!("error of {name}"), own.2, *error, 10.0 * error);
            }
        }
        check("ln p", fit.log_likelihood, theirs.llf, theirs.llf);
        check("AIC", fit.aic(), theirs.aic, theirs.aic);
        check("BIC", fit.bic(), theirs.bic, theirs.bic);
        for (i, ahead) in forecast(&y, &fit, theirs.mean.len()).iter().enumerate() {
            check("mean", ahead.mean, theirs.mean[i], theirs.mean[i]);
            let width = theirs.high[i] - theirs.low[i];
            check("width", 2.0 * WIDE * ahead.spread, width, width);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The automatic choice for what the page shows; printed with `--nocapture`.
#[test]
fn shown_series_get_a_sound_model() {
    let series: std::collections::BTreeMap<String, Shown> =
        serde_json::from_str(include_str!("../../../www/samples/series.json")).expect("reads");
    for (name, season) in [
        ("airline", 12),
        ("co2", 12),
        ("flights", 7),
        ("seattle", 1),
        ("apple", 1),
    ] {
        let y: Vec<f64> = series[name].values.iter().map(|y| y.ln()).collect();
        let begin = std::time::Instant::now();
        let mut choice = super::choose::Choice::new(&y, season);
        let (mut tried, mut steps) = (0, 0);
        loop {
            steps += 1;
            match choice.step() {
                Went::On => {}
                Went::Tried(_) => tried += 1,
                Went::Over => break,
            }
        }
        let best = choice.best.as_ref().expect("one is sound");
        println!(
            "{name}: {} AIC {:.2}, {tried} tried, {steps} steps, {:?}, {:?}",
            best.spec,
            best.aic(),
            begin.elapsed(),
            choice.grounds
        );
        assert!(tried > 3 && best.arrived && !best.at_edge);
    }
}
