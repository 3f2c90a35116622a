//! What only the chapters on series can do.

use std::time::Duration;

use anyhow::{Result, ensure};
use harness::{Gpu, Tab, browse};

use crate::chapters::CATCH;

/// Work of an engine on two busy cores.
const SLOW: Duration = Duration::from_secs(120);

/// Puts numbers into the box for one's own.
async fn paste(tab: &Tab, text: &str) -> Result<()> {
    let put = format!(
        "(() => {{ const area = document.querySelector('textarea[name=values]');
            area.value = {text:?};
            area.dispatchEvent(new Event('change', {{ bubbles: true }})); }})()"
    );
    tab.js(&put).await.map(drop)
}

/// The airline model is fitted in the page as by statsmodels (tests/data/sarimax.json), and its forecast is
/// the same from its link; it can be saved, and so can its picture.
#[test]
fn the_airline_model_is_the_known_one() {
    // Twice as wide as the chart, and how many colours.
    const LOOK: &str = "new Promise((ok, no) => { const image = new Image(); image.onerror = no;
        image.onload = () => {
            const canvas = document.createElement('canvas');
            [canvas.width, canvas.height] = [image.width, image.height];
            const context = canvas.getContext('2d');
            context.drawImage(image, 0, 0);
            const all = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
            const width = document.querySelector('.series-picture svg').getBoundingClientRect().width;
            ok([image.width === Math.floor(2 * width), new Set(all).size]); };
        image.src = window.saved.href; })";
    browse(Gpu::None, async |tab| {
        tab.before_load(CATCH).await?;
        tab.open_at("#/autoregressive/arima?at=0").await?;
        let done = ".series-arima[data-run-state=done][data-model='ARIMA(0,1,1)(0,1,1)12']";
        tab.wait_for_within(done, SLOW).await?;
        let aic: f64 = tab.data(".series-arima", "aic").await?.parse()?;
        ensure!((aic + 483.393).abs() < 0.01, "{aic}");
        tab.click(".transport [aria-label='Last step computed']")
            .await?;
        tab.wait_for(".series-arima[data-at='24']").await?;
        tab.click(".save").await?;
        tab.wait_until("window.saved?.name === 'genscope-forecast.png'")
            .await?;
        let (is_wide, colours): (bool, u32) = serde_json::from_value(tab.js_promise(LOOK).await?)?;
        ensure!(is_wide && colours > 20, "{is_wide} {colours}");
        tab.click(".csv").await?;
        tab.wait_until("window.saved.name === 'genscope-forecast.csv'")
            .await?;
        let rows = tab
            .js("decodeURIComponent(window.saved.href).split('\\n').length")
            .await?;
        ensure!(rows == 26, "{rows} rows, with a head and an end");
        let expected = tab.text("[data-name=expected]").await?;
        let link = tab.wait_for_link(&["at=24"]).await?;
        tab.open_at(&link).await?;
        tab.wait_for_within(&format!("{done}[data-at='24']"), SLOW)
            .await?;
        let again = tab.text("[data-name=expected]").await?;
        ensure!(
            again == expected && !again.is_empty(),
            "{expected}: {again}"
        );
        Ok(())
    });
}

/// No weights are better than those of least squares, which can be taken.
#[test]
fn least_squares_is_the_best_of_all() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/past").await?;
        tab.wait_for_within(".series-past[data-least]", SLOW)
            .await?;
        let mut errors = Vec::new();
        for name in ["error", "least"] {
            errors.push(tab.data(".series-past", name).await?.parse::<f64>()?);
        }
        ensure!(errors[1] < 0.9 * errors[0], "{errors:?}");
        tab.click(".least").await?;
        tab.wait_for(".series-past:not([data-weights='50,0,0'])")
            .await?;
        let own: f64 = tab.data(".series-past", "error").await?.parse()?;
        ensure!(
            (own - errors[1]).abs() < 0.01 * errors[1],
            "{own} {errors:?}"
        );
        Ok(())
    });
}

/// One's own numbers: what is wrong with them is said, what was done to them too, and they are modelled.
#[test]
fn own_numbers_are_read_and_modelled() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/past?series=own").await?;
        tab.wait_for("textarea[name=values]").await?;
        for (text, said) in [
            ("Once upon a time.", "no numbers"),
            ("1 2 3", "at least 8"),
            ("7 7 7 7 7 7 7 7 7 7", "nothing to predict"),
        ] {
            paste(tab, text).await?;
            tab.wait_until(&format!(
                "document.querySelector('.series-own .notice')?.textContent.includes('{said}')"
            ))
            .await?;
        }
        let rows: String = (0..40)
            .map(|t| match t {
                9 => "2024-10,n,\n".to_owned(),
                t => format!(
                    "{}-{:02},n,{}\n",
                    2024 + t / 12,
                    t % 12 + 1,
                    t * 7 % 13 + t % 4
                ),
            })
            .collect();
        paste(tab, &format!("month,name,value\n{rows}")).await?;
        tab.wait_for_within(".series-past[data-values='40'][data-least]", SLOW)
            .await?;
        let notes = tab.text("[data-name=notes]").await?;
        ensure!(notes.contains("1 places had no number"), "{notes}");
        // A curve drawn by hand takes their place, and back.
        tab.draw(
            ".series-sketch .sheet",
            &[(0.1, 0.5), (0.3, 0.2), (0.6, 0.8), (0.9, 0.4)],
        )
        .await?;
        tab.wait_for_within(".series-past[data-least]:not([data-values='40'])", SLOW)
            .await?;
        ensure!(tab.data(".series-past", "values").await?.parse::<usize>()? > 50);
        paste(tab, &format!("month,name,value\n{rows}")).await?;
        tab.wait_for_within(".series-past[data-values='40'][data-least]", SLOW)
            .await?;
        // The next chapter has them too.
        tab.set_hash("#/autoregressive/arima?series=own&orders=1.0.0_0.0.0m&at=4")
            .await?;
        tab.wait_for_within(
            ".series-arima[data-model='ARIMA(1,0,0) with mean'][data-at='4']",
            SLOW,
        )
        .await?;
        ensure!(tab.all(".notice.stop").await?.is_empty());
        Ok(())
    });
}

/// Of a series with a season the model is far better than repeating; of a share price it is not.
#[test]
fn models_beat_repeating_where_they_can() {
    browse(Gpu::None, async |tab| {
        let mut shares = Vec::new();
        for series in ["airline", "apple"] {
            tab.open_at(&format!("#/autoregressive/rivals?series={series}&at=5"))
                .await?;
            tab.wait_for_within(
                ".series-rivals[data-run-state=done][data-at='5'][data-arima]",
                SLOW,
            )
            .await?;
            let mut crps = Vec::new();
            for who in ["arima", "last"] {
                crps.push(tab.data(".series-rivals", who).await?.parse::<f64>()?);
            }
            shares.push(crps[0] / crps[1]);
        }
        ensure!(shares[0] < 0.5 && shares[1] > 0.9, "{shares:?}");
        Ok(())
    });
}

/// A network beats the last value; with a leak it seems far better, and is not; and it competes with the others.
#[test]
fn a_network_learns_and_a_leak_is_found() {
    browse(Gpu::None, async |tab| {
        tab.open_at("#/autoregressive/deep?steps=100&at=36").await?;
        let number = async |name: &str| -> Result<f64> {
            Ok(tab.data(".series-deep", name).await?.parse()?)
        };
        const DONE: &str = ".series-deep[data-run-state=done][data-rivals='5']";
        tab.wait_for_within(DONE, SLOW).await?;
        let [net, last, kept] = [
            number("rmse").await?,
            number("last").await?,
            number("kept").await?,
        ];
        ensure!(net < 0.8 * last, "{net} {last}");
        tab.set_hash("#/autoregressive/deep?case=leak&steps=100&at=36")
            .await?;
        tab.wait_for("[data-case=leak][data-done=false]").await?;
        tab.wait_for_within(DONE, SLOW).await?;
        ensure!(number("kept").await? < kept - 0.5, "it seems better");
        ensure!(number("rmse").await? > last, "and is not");
        tab.click(".task [data-guess='3']").await?;
        tab.click(".task .mend").await?;
        tab.wait_for_within("[data-case=leak][data-done=true]", SLOW)
            .await?;
        tab.set_hash("#/autoregressive/rivals?series=flights&at=5")
            .await?;
        tab.wait_for_within(".series-rivals[data-run-state=done][data-rivals='4']", SLOW)
            .await?;
        tab.click(".nets").await?;
        tab.wait_for_within(".series-rivals[data-rivals='6']", SLOW)
            .await?;
        tab.wait_for_link(&["nets=1"]).await?;
        // What went wrong in the classical machine, too.
        tab.set_hash("#/autoregressive/arima?case=unit&at=24")
            .await?;
        tab.wait_for("[data-case=unit][data-done=false]").await?;
        tab.click(".task [data-guess='0']").await?;
        tab.wait_for("[data-guessed=false]").await?;
        tab.click(".task .mend").await?;
        tab.wait_for_within("[data-case=unit][data-done=true]", SLOW)
            .await?;
        Ok(())
    });
}
