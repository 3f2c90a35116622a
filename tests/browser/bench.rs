//! The site's sizes and speeds as JSON on standard output; `cargo xtask bench` builds it first.
//!
//! Times come from the page itself, so that the harness does not count:
//! - marks (`performance.mark`): [`INTERACTIVE`] when the page answers to input,
//!   [`FIRST_DIGIT`] when the first computed picture is finished;
//! - `window.genscope_bench(engine, what)`, which does one piece of work on a warm engine
//!   (`cpu` or `gpu`) and resolves to its milliseconds. See [`CPU_WORK`] for what it can do.
//!
//! - what the text chapter measures of a token, as it shows it.
//!
//! What a page does not offer (yet) is `null`. WebGPU is SwiftShader's here: software, whose times
//! say that it runs and not how fast a graphics card is.

use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use harness::{Gpu, Setup, Tab, in_window};
use serde::Serialize;
use serde_json::{Map, Value, json};
use xtask::{paths, sizes};

const INTERACTIVE: &str = "genscope-interactive";
const FIRST_DIGIT: &str = "genscope-first-digit";

/// Works `genscope_bench` knows; one run resolves to milliseconds.
const CPU_WORK: [&str; 11] = [
    // one evaluation of the network, for one picture and for 16: a median of nine in one run
    "evaluation-1",
    "evaluation-16",
    // DDIM, 20 guided steps: two evaluations a step
    "digits-1",
    "digits-16",
    // the distilled model's 4 steps: one evaluation a step
    "quick-1",
    "quick-16",
    // 1,000 steps of the training in two dimensions, with its 51 looks at samples
    "plane-1000",
    // 1,000 rounds of the GAN in two dimensions, one update of each player a round: with a frame
    // at both ends only, and with one every 10 rounds, as its chapter draws them
    "gan-1000",
    "gan-1000-watched",
    // the picture of one place of a VAE's map, as it is dragged over, and of all of it
    "vae-decode-1",
    "vae-decode-256",
];
/// What software is spared of it, and why.
const GPU_WORK: [&str; 3] = ["evaluation-1", "evaluation-16", "digits-1"];
const GPU_NOTE: &str = "SwiftShader: software. digits-16 is left out: it takes minutes and says \
                        nothing of a graphics card.";

/// A cold start takes this long at most.
const COLD: Duration = Duration::from_secs(60);

/// Measures pkg/.
#[derive(Parser)]
struct Bench {
    /// Cold loads, each in a new browser
    #[arg(long, default_value_t = 5)]
    loads: usize,
    /// Timed runs of each work on the CPU engine (one on the GPU engine)
    #[arg(long, default_value_t = 9)]
    runs: usize,
    /// The room that samples a digit
    #[arg(long, default_value = "#/diffusion/denoise")]
    room: String,
    /// Leave the GPU engine out
    #[arg(long)]
    no_gpu: bool,
}

/// Repeated measurements; the median is what counts.
#[derive(Serialize)]
struct Series {
    median: f64,
    min: f64,
    max: f64,
    count: usize,
}

impl Series {
    fn new(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let count = values.len();
        let median = (values.get(count.checked_sub(1)? / 2)? + values.get(count / 2)?) / 2.0;
        Some(Self {
            median,
            min: *values.first()?,
            max: *values.last()?,
            count,
        })
    }
}

fn main() -> Result<()> {
    let bench = Bench::parse();
    let sizes = sizes::measure(&paths::pkg())?;
    let times = bench.times()?;
    let report = json!({ "sizes": sizes, "times": times, "cores": cores() });
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(())
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(0, usize::from)
}

impl Bench {
    fn times(&self) -> Result<Value> {
        let mut engines = Map::new();
        let cpu = self.engine("cpu", &CPU_WORK, self.runs)?;
        engines.insert("cpu".to_owned(), cpu);
        if !self.no_gpu {
            let mut gpu = self.engine("gpu", &GPU_WORK, 1)?;
            if let Value::Object(gpu) = &mut gpu {
                gpu.insert("note".to_owned(), GPU_NOTE.into());
            }
            engines.insert("gpu_swiftshader".to_owned(), gpu);
        }
        Ok(json!({
            "cold_load_ms": self.cold_loads()?,
            "engines_ms": engines,
            "text": self.text()?,
            "series_ms": self.series()?,
            "samples_of_sound_a_second": self.sound()?,
        }))
    }

    /// The Transformer: its first token after a cold start, and then the chapter's own measurement of a
    /// token after so many others (see the inspector 'What a token costs').
    fn text(&self) -> Result<Value> {
        let mut first_token = Vec::new();
        let mut lengths = Value::Null;
        for load in 0..self.loads {
            eprintln!("    text: cold load {} of {}", load + 1, self.loads);
            let setup = Setup {
                fresh: true,
                ..Setup::default()
            };
            in_window(&setup, async |tab| {
                tab.goto("#/autoregressive/next").await?;
                // The page marks no token: the moment is taken when the first is in the document.
                const FIRST: &str = "new Promise(done => { const look = () =>
                    document.querySelector('.written .token') ? done(performance.now())
                        : requestAnimationFrame(look); look(); })";
                first_token.extend(tab.js_promise(FIRST).await?.as_f64());
                if load + 1 == self.loads {
                    tab.wait_for_within(".next-token[data-run-state=done]", COLD)
                        .await?;
                    tab.click(".next-clock .measure").await?;
                    tab.wait_for_within(".next-clock[data-us]", COLD).await?;
                    const ROWS: &str = "[...document.querySelectorAll('.next-clock tbody tr')]
                        .map(row => [...row.children].map(cell => +cell.textContent))";
                    lengths = tab.js(ROWS).await?;
                }
                Ok(())
            })?;
        }
        Ok(json!({
            "first_token_ms": Series::new(first_token),
            "columns": ["tokens before", "ms", "MB", "ms, 8 bits", "MB, 8 bits", "ms without cache"],
            "lengths": lengths,
        }))
    }

    /// The chapters on series, on 144 months, with both engines warm: milliseconds from the link to the answer.
    fn series(&self) -> Result<Value> {
        const WORKS: [(&str, &str, &str); 4] = [
            (
                "order by AIC",
                "arima?orders=best&at=1",
                ".series-arima[data-run-state=done]:not([data-tried='0'])",
            ),
            (
                "convolutions, 300 steps, 36 origins",
                "deep?at=1",
                ".series-deep[data-run-state=done][data-rmse]",
            ),
            (
                "recurrent, 300 steps, 36 origins",
                "deep?net=gru&at=1",
                ".series-deep[data-run-state=done][data-rmse]",
            ),
            (
                "four forecasters, 36 origins",
                "rivals?at=1",
                ".series-rivals[data-run-state=done][data-rivals='4']",
            ),
        ];
        let mut times = Map::new();
        in_window(&Setup::default(), async |tab| {
            tab.goto("#/autoregressive/deep?steps=20&at=1").await?;
            tab.wait_for_within(".series-deep[data-run-state=done][data-rivals='5']", COLD)
                .await?;
            for (what, link, there) in WORKS {
                eprintln!("    series: {what}, {} times", self.runs);
                let mut values = Vec::new();
                for _ in 0..self.runs {
                    tab.set_hash("#/autoregressive/past?at=1").await?;
                    tab.wait_for_within(".series-past[data-run-state=done]", COLD)
                        .await?;
                    let wait = format!(
                        "new Promise(done => {{ const begin = performance.now();
                            location.hash = '#/autoregressive/{link}';
                            const look = () => document.querySelector({there})
                                ? done(performance.now() - begin) : requestAnimationFrame(look);
                            look(); }})",
                        there = json!(there)
                    );
                    values.extend(tab.js_promise(&wait).await?.as_f64());
                }
                times.insert(what.to_owned(), serde_json::to_value(Series::new(values))?);
            }
            Ok(())
        })?;
        Ok(Value::Object(times))
    }

    /// WaveNet: samples a second, as its chapters measure them, of half a second of sound and of nearly a whole.
    fn sound(&self) -> Result<Value> {
        const WORKS: [(&str, &str, &str); 3] = [
            ("4096 samples", "sample?", ".wave-sample"),
            ("4096 samples of a word", "sample?digit=7&", ".wave-sample"),
            ("7296 samples", "sound?", ".wave-own"),
        ];
        let mut rates = Map::new();
        in_window(&Setup::default(), async |tab| {
            tab.goto("#/autoregressive/sample?step=1").await?;
            for (what, path, stage) in WORKS {
                eprintln!("    sound: {what}, {} times", self.runs);
                let mut values = Vec::new();
                for seed in 0..=self.runs {
                    let seed = seed + 100;
                    tab.set_hash(&format!("#/autoregressive/{path}seed={seed}&step=1"))
                        .await?;
                    let there = format!("{stage}[data-run-state=done][data-seed='{seed}']");
                    tab.wait_for_within(&there, COLD).await?;
                    let rate = format!("+document.querySelector({}).dataset.rate", json!(there));
                    values.extend(tab.js(&rate).await?.as_f64());
                }
                // The first warms up.
                values.remove(0);
                rates.insert(what.to_owned(), serde_json::to_value(Series::new(values))?);
            }
            Ok(())
        })?;
        Ok(Value::Object(rates))
    }

    /// Milliseconds since the navigation began, each load in a browser that has never seen the site.
    fn cold_loads(&self) -> Result<Value> {
        const MARKS: [&str; 4] = [
            "first-paint",
            "first-contentful-paint",
            INTERACTIVE,
            FIRST_DIGIT,
        ];
        let mut seen = MARKS.map(|_| Vec::new());
        for load in 0..self.loads {
            eprintln!("    cold load {} of {}", load + 1, self.loads);
            let setup = Setup {
                motion: true,
                fresh: true,
                ..Setup::default()
            };
            in_window(&setup, async |tab| {
                tab.goto(&self.room).await?;
                for (mark, values) in MARKS.iter().zip(&mut seen) {
                    // What the first load did not show is not waited for again.
                    if load == 0 || !values.is_empty() {
                        values.extend(mark_ms(tab, mark).await);
                    }
                }
                Ok(())
            })?;
        }
        let series = MARKS.iter().zip(seen).map(|(mark, values)| {
            Ok((
                (*mark).to_owned(),
                serde_json::to_value(Series::new(values))?,
            ))
        });
        Ok(Value::Object(series.collect::<Result<_>>()?))
    }

    fn engine(&self, engine: &str, work: &[&str], runs: usize) -> Result<Value> {
        let gpu = if engine == "gpu" {
            Gpu::Swiftshader
        } else {
            Gpu::None
        };
        let setup = Setup {
            gpu,
            motion: true,
            fresh: true,
            ..Setup::default()
        };
        in_window(&setup, async |tab| {
            self.works(tab, engine, work, runs).await
        })
    }

    async fn works(&self, tab: &Tab, engine: &str, work: &[&str], runs: usize) -> Result<Value> {
        tab.goto(&self.room).await?;
        let offered = "typeof window.genscope_bench === 'function'";
        if tab
            .wait_until_within(offered, Duration::from_secs(10))
            .await
            .is_err()
        {
            eprintln!("    {engine}: the page offers no genscope_bench");
            return Ok(Value::Null);
        }
        let mut times = Map::new();
        for what in work {
            eprintln!("    {engine}: {what}, {runs} times");
            times.insert((*what).to_owned(), series(tab, engine, what, runs).await?);
        }
        Ok(Value::Object(times))
    }
}

/// When a mark or paint was, once it is there; `None` if it never comes.
async fn mark_ms(tab: &Tab, name: &str) -> Option<f64> {
    let look = format!("performance.getEntriesByName('{name}')[0]?.startTime ?? null");
    tab.wait_until_within(&look, COLD).await.ok()?.as_f64()
}

/// One run to warm up, then the runs that count. Evaluations warm up by themselves.
async fn series(tab: &Tab, engine: &str, what: &str, runs: usize) -> Result<Value> {
    let call = format!("window.genscope_bench('{engine}', '{what}')");
    if !what.starts_with("evaluation") {
        tab.js_promise(&call).await?;
    }
    let mut values = Vec::new();
    for _ in 0..runs {
        let ms = tab.js_promise(&call).await?;
        values.push(
            ms.as_f64()
                .with_context(|| format!("{call} gave {ms}, not a number"))?,
        );
    }
    Ok(serde_json::to_value(Series::new(values))?)
}
