//! Chapter 'Noise it': what is shown is the formula's result, by mouse, by keyboard, by link.

use std::time::Duration;

use anyhow::{Result, ensure};
use harness::{Fault, Gpu, Tab, browse};

const SLIDER: &str = ".transport input[type=range]";
const RUN: &str = ".compare button.go";
const PAD: &str = ".pad canvas";

/// Grey levels 0..=255 of the views: 0 is x_0, 1 the noise, 2 x_t.
async fn view(tab: &Tab, number: usize) -> Result<Vec<f64>> {
    let mut views = tab.greys(".noise-views canvas").await?;
    ensure!(number < views.len(), "{} views", views.len());
    Ok(views.swap_remove(number))
}

/// Loads the chapter and waits until a real digit is shown.
async fn open(tab: &Tab, query: &str) -> Result<()> {
    open_link(tab, &format!("#/diffusion/noise{query}")).await
}

async fn open_link(tab: &Tab, link: &str) -> Result<()> {
    tab.goto(link).await?;
    tab.wait_for(".digits .digit, .pad canvas").await?;
    let drawn = "(() => { const c = document.querySelector('.noise-views canvas');
        return c && c.getContext('2d').getImageData(0, 0, 28, 28).data.some((v, i) => i % 4 === 0 && v > 200); })()";
    tab.wait_until(drawn).await.map(drop)
}

/// The numbers in the equation: signal and noise.
async fn factors(tab: &Tab) -> Result<Vec<String>> {
    let read = "[...document.querySelectorAll('.eq .value')].map(e => e.textContent)";
    Ok(serde_json::from_value(tab.js(read).await?)?)
}

async fn wait_for_factors(tab: &Tab, signal: &str, noise: &str) -> Result<()> {
    let same = format!(
        "JSON.stringify([...document.querySelectorAll('.eq .value')].map(e => e.textContent)) === \
         '[\"{signal}\",\"{noise}\"]'"
    );
    tab.wait_until(&same).await.map(drop)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Correlation of two pictures.
fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (ma, mb) = (mean(a), mean(b));
    let product =
        |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(a, b)| f(a - ma, b - mb)).sum::<f64>();
    product(&|a, b| a * b) / (product(&|a, _| a * a) * product(&|_, b| b * b)).sqrt()
}

#[test]
fn scrubbing_and_schedules_follow_the_formula() {
    browse(Gpu::None, async |tab| {
        open(tab, "?picture=96").await?;
        assert_eq!(
            view(tab, 0).await?,
            view(tab, 2).await?,
            "at t = 0 nothing is noised"
        );
        tab.set_value(SLIDER, "500").await?;
        // sqrt(alpha_bar_500) of Nichol and Dhariwal's schedule, and of Ho's.
        wait_for_factors(tab, "0.70", "0.71").await?;
        let (x_0, noise, cosine) = (
            view(tab, 0).await?,
            view(tab, 1).await?,
            view(tab, 2).await?,
        );
        assert!(correlation(&cosine, &x_0) > 0.3 && correlation(&cosine, &noise) > 0.3);
        tab.click("[aria-label=Schedule] button:nth-of-type(2)")
            .await?;
        wait_for_factors(tab, "0.28", "0.96").await?;
        let linear = view(tab, 2).await?;
        assert!(correlation(&linear, &x_0) < correlation(&cosine, &x_0));
        assert!(correlation(&linear, &noise) > correlation(&cosine, &noise));
        // The link gives the same picture.
        let link = tab.wait_for_link(&["schedule=linear", "t=500"]).await?;
        open_link(tab, &link).await?;
        wait_for_factors(tab, "0.28", "0.96").await?;
        assert_eq!(view(tab, 2).await?, linear);
        tab.set_value(SLIDER, "1000").await?;
        wait_for_factors(tab, "0.01", "1.00").await?;
        assert!(correlation(&view(tab, 2).await?, &x_0).abs() < 0.15);
        // Another digit, and another seed.
        tab.click("[data-digit='7']").await?;
        tab.wait_for("[aria-label='Real pictures of class 7']")
            .await?;
        tab.click(".digits label:nth-of-type(3)").await?;
        tab.wait_for("canvas[aria-label*='a real 7']").await?;
        assert_ne!(view(tab, 0).await?, x_0);
        assert_eq!(view(tab, 1).await?, noise, "the noise belongs to the seed");
        tab.click(".more summary").await?;
        tab.click("[aria-label='New seed']").await?;
        tab.wait_for_link(&["seed="]).await?;
        assert_ne!(view(tab, 1).await?, noise);
        Ok(())
    });
}

/// Where the ink's weight is, px from the left and the top.
fn centre_of_mass(picture: &[f64]) -> (f64, f64) {
    let mass: f64 = picture.iter().sum();
    let along = |of: fn(usize) -> usize| {
        picture
            .iter()
            .enumerate()
            .map(|(i, v)| v * (of(i) as f64 + 0.5))
            .sum::<f64>()
            / mass
    };
    (along(|i| i % 28), along(|i| i / 28))
}

#[test]
fn a_drawing_is_centred_noised_and_kept_in_the_link() {
    browse(Gpu::None, async |tab| {
        open(tab, "?t=100").await?;
        tab.click(".draw").await?;
        let hint = "Nothing is drawn yet";
        assert!(tab.text(".draw-it").await?.contains(hint));
        // A 7 in the upper left corner.
        tab.draw(PAD, &[(0.1, 0.1), (0.5, 0.1), (0.25, 0.6)])
            .await?;
        tab.wait_for("canvas[aria-label*='your drawing']").await?;
        assert!(!tab.text(".draw-it").await?.contains(hint));
        let drawn = view(tab, 0).await?;
        let (x, y) = centre_of_mass(&drawn);
        assert!(
            (x - 14.0).abs() < 0.5 && (y - 14.0).abs() < 0.5,
            "({x}, {y})"
        );
        assert!(correlation(&view(tab, 2).await?, &drawn) > 0.8);
        tab.wait_until("/drawing=[A-Za-z0-9_-]{523}(&|$)/.test(location.hash)")
            .await?;
        open_link(tab, &tab.hash().await?).await?;
        assert_eq!(
            view(tab, 0).await?,
            drawn,
            "the link gives the same drawing"
        );
        Ok(())
    });
}

/// What the verdict says once there is one.
const VERDICT: &str = "document.querySelector('.verdict')?.textContent";

#[test]
fn one_jump_and_many_steps_agree() {
    browse(Gpu::None, async |tab| {
        open(tab, "?picture=96&t=400").await?;
        tab.click(RUN).await?;
        // The histograms grow while the runs go on.
        tab.wait_for("[data-name=runs]").await?;
        let first = tab.number("runs").await?;
        let verdict = tab
            .wait_until_within(VERDICT, Duration::from_secs(120))
            .await?;
        let runs = tab.number("runs").await?;
        assert!(first <= runs && runs == 200.0, "{first}, {runs}");
        let (ks, critical) = (tab.number("ks").await?, tab.number("ks-critical").await?);
        assert!(ks > 0.0 && ks < critical, "{ks} against {critical}");
        assert!(
            verdict.as_str().is_some_and(|v| v.contains("agree")),
            "{verdict}"
        );
        // Pooled over 200 runs of 784 pixels, two equal distributions differ no more than this.
        assert!(critical < 0.01, "{critical}");
        let sd = "[...document.querySelectorAll('.figures tbody tr:last-child td')].map(e => +e.textContent)";
        let sd: Vec<f64> = serde_json::from_value(tab.js(sd).await?)?;
        let expected: f64 = factors(tab).await?[1].parse()?;
        for value in &sd {
            ensure!(
                (value - expected).abs() < 0.02,
                "{sd:?}, expected {expected}"
            );
        }
        tab.wait_for(".compare svg[role=img][aria-label*='200 runs']")
            .await?;
        Ok(())
    });
}

#[test]
fn real_clothes_are_noised() {
    browse(Gpu::None, async |tab| {
        open(tab, "?t=300").await?;
        tab.click(".more summary").await?;
        tab.click("[data-set=fashion-mnist]").await?;
        tab.click("[data-digit='9']").await?;
        tab.wait_for("[aria-label='Real pictures of class ankle boot']")
            .await?;
        tab.click(".digits label:nth-of-type(2)").await?;
        tab.wait_for("[aria-label^='The clean picture: a real ankle boot']")
            .await?;
        tab.wait_for_link(&["set=fashion-mnist"]).await.map(drop)
    });
}

#[test]
fn without_real_digits_the_rest_is_alive() {
    browse(Gpu::None, async |tab| {
        tab.fault("samples/*", Fault::NotFound);
        tab.goto("#/diffusion/noise?t=300").await?;
        tab.wait_for(".notice[role=alert]").await?;
        // The rest is alive: the schedule can be scrubbed.
        tab.set_value(SLIDER, "500").await?;
        wait_for_factors(tab, "0.70", "0.71").await
    });
}
