//! The engines by themselves: driven by the protocol, without the page.
//!
//! What the visitor sees of their failures is tested with the chapters; here it is numbers
//! (native, CPU and WebGPU agree) and what happens below the surface (retries, shader errors).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use genscope::data::PIXELS;
use genscope::models::vae::random_code;
use genscope::noise::{INITIAL_DRAW, normal};
use genscope::protocol::vae::{Question, VaeAnswer, VaeAsk};
use genscope::protocol::{Denoise, EngineError, Event, Frame, Job, Request, Start, decode, encode};
use genscope::ui::state::DenoiseState;
use genscope::weights::PATIENCE_S;
use genscope::weights::manifest::{MANIFEST_PATH, Manifest, ModelEntry};
use harness::{Fault, Gpu, Server, Tab, browse, largest_difference};
use serde_json::{Value, json};
use xtask::paths;

/// Largest difference of a pixel between the engines after four guided steps; pixels are in -1..1.
const ENGINES_AGREE: f64 = 1e-3;
/// Largest difference from a picture made natively, in grey levels of 255: twenty guided steps,
/// and rounding on both sides.
const NATIVE_AGREES: f64 = 2.0;
/// WebGPU in software compiles its shaders on two busy cores.
const SLOW: Duration = Duration::from_secs(240);

/// Starts an engine, sends it `requests`, and returns its events up to the end of the last one:
/// `Loaded`, `Done`, `Cancelled` or `Failed`, as many as there are requests that are answered.
async fn drive(tab: &Tab, engine: &str, requests: &[Request]) -> Result<Vec<Event>> {
    let bytes: Vec<Vec<u8>> = requests.iter().map(encode).collect::<Result<_, _>>()?;
    let answers = requests
        .iter()
        .filter(|r| matches!(r, Request::Load { .. } | Request::Start { .. }))
        .count();
    let script = format!(
        "new Promise((ok, no) => {{
            const worker = new Worker('worker.js?engine={engine}&v=test');
            const events = [];
            let left = {answers};
            worker.onerror = event => no(event.message || 'no such script');
            worker.onmessage = ({{ data }}) => {{
                if (data.received) return;
                if (!(data instanceof Uint8Array)) return no(data.fatal ?? data.missing);
                events.push([...data]);
                if ({ends}.includes(data[0]) && --left === 0) {{ worker.terminate(); ok(events); }}
            }};
            for (const bytes of {bytes}) worker.postMessage(new Uint8Array(bytes));
        }})",
        ends = json!(end_tags()?),
        bytes = json!(bytes),
    );
    let events: Vec<Vec<u8>> = serde_json::from_value(tab.js_promise(&script).await?)?;
    let events: Result<_, _> = events.iter().map(|bytes| decode(bytes)).collect();
    Ok(events?)
}

/// First bytes of the events that end the answer to a request.
fn end_tags() -> Result<Vec<u8>> {
    let ends = [
        Event::Loaded {
            model: String::new(),
            ms: 0.0,
        },
        Event::Done { run: 0, ms: 0.0 },
        Event::Cancelled { run: 0 },
        Event::Failed {
            run: None,
            error: EngineError::NotFinite,
        },
    ];
    ends.iter().map(|event| Ok(encode(event)?[0])).collect()
}

/// A tab on the site's origin, with nothing of the page in it.
async fn empty_page(tab: &Tab) -> Result<()> {
    // Such a page has no icon, and what happens to the weights here is told there too.
    tab.let_errors_be();
    tab.goto("worker.js").await
}

fn entry(model: &str) -> Result<ModelEntry> {
    let manifest = fs::read_to_string(paths::pkg().join(MANIFEST_PATH))?;
    let manifest: Manifest = serde_json::from_str(&manifest)?;
    let entry = manifest.find(model).cloned();
    entry.with_context(|| format!("{model} is not in the manifest"))
}

fn digits() -> Result<ModelEntry> {
    entry("diffusion-mnist")
}

fn weights_path() -> Result<String> {
    Ok(format!("weights/{}", digits()?.file))
}

fn load(tab: &Tab) -> Result<Request> {
    let url = format!("{}{}", tab.site(), weights_path()?);
    Ok(Request::Load {
        model: digits()?,
        url,
        patience_s: PATIENCE_S,
    })
}

/// The run that the stage opens with, in `steps` steps.
fn opening(steps: u32) -> Denoise {
    let state = DenoiseState::default();
    Denoise {
        model: "diffusion-mnist".into(),
        labels: vec![Some(3)],
        seed: state.seed,
        sampler: state.sampler,
        steps,
        guidance: state.guidance,
        ..Denoise::default()
    }
}

fn start(run: u32, job: Denoise) -> Request {
    Request::Start {
        run,
        job: Job::Denoise(job),
    }
}

fn frames(events: &[Event]) -> Vec<&Frame> {
    events
        .iter()
        .filter_map(|event| match event {
            Event::Frame { frame, .. } => Some(frame),
            _ => None,
        })
        .collect()
}

/// Grey levels of 255, as pictures are saved.
fn grey(pixels: &[f32]) -> Vec<f64> {
    let level = |pixel: &f32| f64::from(pixel.clamp(-1.0, 1.0) + 1.0) * 127.5;
    pixels.iter().map(level).collect()
}

#[test]
fn the_cpu_engine_draws_what_was_drawn_natively() {
    browse(Gpu::None, async |tab| {
        empty_page(tab).await?;
        let steps = DenoiseState::default().steps;
        let events = drive(tab, "engine_cpu", &[load(tab)?, start(1, opening(steps))]).await?;
        let frames = frames(&events);
        assert_eq!(frames.len(), steps as usize + 1);
        // Drawn by the native tool with the shipped weights: x_t of all frames in a row, the
        // predicted x_0 below.
        let native = tab.digits_in("samples/opening.png").await?;
        assert_eq!(native.len(), 2 * frames.len(), "as many frames");
        for (column, frame) in frames.iter().enumerate() {
            for (row, pixels) in [&frame.x, &frame.x0].into_iter().enumerate() {
                let drawn = &native[row * frames.len() + column];
                let off = largest_difference(&grey(pixels), drawn);
                assert!(off <= NATIVE_AGREES, "frame {column}, row {row}: {off}");
            }
        }
        Ok(())
    });
}

/// An autoencoder's pictures of four random codes, and the code of one picture, as the native tool has
/// recorded them when its weights were packed.
#[test]
fn the_cpu_engine_encodes_and_decodes_as_was_done_natively() {
    const MODEL: &str = "vae-mnist-16";
    const SEED: u64 = 2021;
    const EVERY: usize = 49;
    browse(Gpu::None, async |tab| {
        empty_page(tab).await?;
        let model = entry(MODEL)?;
        let url = format!("{}weights/{}", tab.site(), model.file);
        let ask = |run, question| Request::Start {
            run,
            job: Job::Vae(VaeAsk {
                model: MODEL.into(),
                question,
            }),
        };
        let codes = (0..4).flat_map(|i| random_code(SEED, i, 16)).collect();
        let noise = normal(SEED, 0, INITIAL_DRAW, PIXELS);
        let picture = noise.iter().map(|v| v.clamp(-1.0, 1.0)).collect();
        let load = Request::Load {
            model,
            url,
            patience_s: PATIENCE_S,
        };
        let questions = [
            ask(1, Question::Pictures { codes }),
            ask(
                2,
                Question::Look {
                    picture,
                    draws: 1,
                    seed: 1,
                },
            ),
        ];
        let mut answers = Vec::new();
        for question in questions {
            let events = drive(tab, "engine_cpu", &[load.clone(), question]).await?;
            answers.extend(events.iter().filter_map(Event::answer));
        }
        let [VaeAnswer::Pictures { pictures, .. }, VaeAnswer::Look(look)] = &answers[..] else {
            bail!("{answers:?}");
        };
        let recorded = fs::read_to_string(paths::root().join(format!("tests/data/{MODEL}.json")))?;
        let recorded: Value = serde_json::from_str(&recorded)?;
        let recorded: Vec<f32> = serde_json::from_value(recorded["v"].clone())?;
        let ink = pictures.iter().step_by(EVERY).map(|v| (v + 1.0) / 2.0);
        let here: Vec<f32> = ink.chain(look.mean.iter().copied()).collect();
        let off = largest_difference(&here, &recorded[..here.len()]);
        ensure!(here.len() == 4 * PIXELS / EVERY + 16 && off < 1e-3, "{off}");
        Ok(())
    });
}

#[test]
fn the_gpu_engine_agrees_with_the_cpu_engine() {
    browse(Gpu::Swiftshader, async |tab| {
        empty_page(tab).await?;
        let cpu = drive(tab, "engine_cpu", &[load(tab)?, start(1, opening(4))]).await?;
        let gpu = drive(tab, "engine_gpu", &[load(tab)?, start(1, opening(4))]).await?;
        assert!(
            matches!(&gpu[0], Event::Ready { adapter: Some(name), .. } if name.contains("swiftshader")),
            "{:?}",
            gpu[0]
        );
        let (cpu, gpu) = (frames(&cpu), frames(&gpu));
        assert_eq!((cpu.len(), gpu.len()), (5, 5));
        for (cpu, gpu) in cpu.iter().zip(&gpu) {
            let off = largest_difference(&cpu.x, &gpu.x).max(largest_difference(&cpu.x0, &gpu.x0));
            assert!(off <= ENGINES_AGREE, "step {}: {off}", cpu.step);
        }
        // A run that moves from one engine to the other ends with the same picture.
        let branch = Denoise {
            start: Some(Start {
                step: 2,
                x: gpu[2].x.clone(),
                x0_before: None,
            }),
            ..opening(4)
        };
        let moved = drive(tab, "engine_cpu", &[load(tab)?, start(2, branch)]).await?;
        let end = frames(&moved)
            .last()
            .map(|frame| frame.x.clone())
            .unwrap_or_default();
        assert!(largest_difference(&end, &cpu[4].x) <= ENGINES_AGREE);
        Ok(())
    });
}

#[test]
fn a_newer_run_ends_the_one_before_it() {
    browse(Gpu::None, async |tab| {
        empty_page(tab).await?;
        let requests = [load(tab)?, start(1, opening(1000)), start(2, opening(2))];
        let events = drive(tab, "engine_cpu", &requests).await?;
        let ends: Vec<_> = events
            .iter()
            .filter(|e| !matches!(e, Event::Frame { .. }))
            .collect();
        let order = matches!(
            ends[ends.len() - 2..],
            [Event::Cancelled { run: 1 }, Event::Done { run: 2, .. }]
        );
        assert!(order, "{ends:?}");
        assert!(frames(&events).len() < 10, "the first run ended at once");
        Ok(())
    });
}

#[test]
fn what_is_not_loaded_or_makes_no_sense_is_refused() {
    browse(Gpu::None, async |tab| {
        empty_page(tab).await?;
        let nonsense = Denoise {
            steps: 0,
            ..opening(4)
        };
        let requests = [
            [start(1, opening(4))].to_vec(),
            vec![load(tab)?, start(1, nonsense)],
        ];
        for requests in requests {
            let events = drive(tab, "engine_cpu", &requests).await?;
            let refused = matches!(
                events.last(),
                Some(Event::Failed {
                    run: Some(1),
                    error: EngineError::BadRequest(_)
                })
            );
            assert!(refused, "{events:?}");
        }
        Ok(())
    });
}

/// As [`load`], from an address of its own, so that the browser's cache does not help, and
/// without much patience.
fn load_as(tab: &Tab, name: &str) -> Result<Request> {
    match load(tab)? {
        Request::Load { model, url, .. } => Ok(Request::Load {
            model,
            url: format!("{url}?test={name}"),
            patience_s: 2,
        }),
        _ => bail!("a load"),
    }
}

/// How often the weights were asked for.
fn fetches(tab: &Tab) -> Result<usize> {
    let path = weights_path()?;
    Ok(tab
        .server()
        .requests()
        .iter()
        .filter(|r| r.starts_with(&path))
        .count())
}

#[test]
fn weights_that_come_damaged_late_or_not_at_all_are_fetched_again() {
    browse(Gpu::None, async |tab| {
        tab.server().let_keep("engine*");
        empty_page(tab).await?;
        let path = weights_path()?;
        // A download that stalls does it in the middle, and before the first byte.
        for fault in [
            Fault::FlipByte(5000),
            Fault::Truncate(1000),
            Fault::StallAfter(100_000),
            Fault::StallAfter(0),
        ] {
            tab.server().forget_requests();
            tab.server().fault_times(&path, fault, 1);
            let request = load_as(tab, &format!("{fault:?}"))?;
            let events = drive(tab, "engine_cpu", &[request]).await?;
            assert!(
                matches!(events.last(), Some(Event::Loaded { .. })),
                "{fault:?}: {events:?}"
            );
            assert_eq!(fetches(tab)?, 2, "{fault:?}");
        }

        // They are tried three times, and progress is told.
        tab.server().forget_requests();
        tab.server().fault_times(&path, Fault::Unavailable, 1);
        tab.server()
            .fault_times(&path, Fault::DropAfter(100_000), 2);
        let events = drive(tab, "engine_cpu", &[load_as(tab, "twice")?]).await?;
        assert!(
            matches!(events.last(), Some(Event::Loaded { .. })),
            "{events:?}"
        );
        assert_eq!(fetches(tab)?, 3);
        let whole = digits()?.bytes;
        let told = |event: &Event| matches!(event, Event::Loading { received, total, .. } if *received == whole && *total == whole);
        assert!(events.iter().any(told), "{events:?}");

        tab.server().forget_requests();
        tab.server().fault(&path, Fault::NotFound);
        let events = drive(tab, "engine_cpu", &[load_as(tab, "missing")?]).await?;
        let failed = matches!(
            events.last(),
            Some(Event::Failed { run: None, error: EngineError::Fetch { reason, .. } }) if reason.contains("404")
        );
        assert!(failed, "{events:?}");
        assert_eq!(fetches(tab)?, 1, "what is not there is not asked for again");
        Ok(())
    });
}

#[test]
fn a_run_with_nothing_to_show_says_that_it_is_busy() {
    browse(Gpu::None, async |tab| {
        empty_page(tab).await?;
        // Long enough on any machine: a quick one is asked for more.
        for repeats in [20, 80, 320] {
            let timing = Request::Start {
                run: 1,
                job: Job::Time {
                    model: "diffusion-mnist".into(),
                    batch: 16,
                    repeats,
                },
            };
            let events = drive(tab, "engine_cpu", &[load(tab)?, timing]).await?;
            let busy = |event: &&Event| matches!(event, Event::Busy { run: 1 });
            let Some(&Event::Done { ms, .. }) = events.last() else {
                bail!("{events:?}")
            };
            if ms > 2000.0 {
                // Once a second, and a step between.
                let busy = events.iter().filter(busy).count() as f32;
                let right = (ms / 2000.0).floor()..=ms / 1000.0;
                assert!(right.contains(&busy), "{busy} in {ms} ms");
                return Ok(());
            }
        }
        bail!("too quick to tell")
    });
}

#[test]
fn an_engine_that_cannot_start_says_why() {
    browse(Gpu::None, async |tab| {
        tab.server();
        empty_page(tab).await?;
        let why = async |engine: &str| match drive(tab, engine, &[load(tab)?]).await {
            Ok(events) => bail!("it started: {events:?}"),
            Err(error) => Ok(format!("{error:#}")),
        };
        ensure!(why("engine_of_doom").await?.contains("no engine is called"));
        tab.server().fault("engine_cpu.js", Fault::NotFound);
        ensure!(why("engine_cpu").await?.contains("engine_cpu.js"));
        tab.server().clear_faults();
        tab.server()
            .fault("engine_cpu_bg.wasm", Fault::Truncate(2000));
        ensure!(why("engine_cpu").await?.contains("WebAssembly"));
        Ok(())
    });
}

#[test]
fn without_an_adapter_the_gpu_engine_says_so() {
    browse(Gpu::None, async |tab| {
        empty_page(tab).await?;
        let events = drive(tab, "engine_gpu", &[load(tab)?]).await?;
        let no_adapter = matches!(
            events[..],
            [Event::Failed {
                run: None,
                error: EngineError::NoAdapter(_)
            }]
        );
        assert!(no_adapter, "{events:?}");
        Ok(())
    });
}

/// The built site in a folder of its own, with `patch` before the engines' loader.
struct PatchedSite(PathBuf);

impl PatchedSite {
    fn new(patch: &str) -> Result<Self> {
        let name = format!("genscope-patched-{}", std::process::id());
        let site = Self(std::env::temp_dir().join(name));
        copy(&paths::pkg(), &site.0)?;
        let loader = site.0.join("worker.js");
        let script = fs::read_to_string(&loader)?;
        fs::write(&loader, format!("{patch}\n{script}"))?;
        Ok(site)
    }
}

impl Drop for PatchedSite {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (entry, to) = (entry?.path(), to);
        let to = to.join(entry.file_name().context("a name")?);
        if entry.is_dir() {
            copy(&entry, &to)?;
        } else {
            fs::copy(&entry, &to)?;
        }
    }
    Ok(())
}

/// A driver that cannot compile what it is given: the page goes on with the CPU and says so.
#[test]
fn a_gpu_shader_error_hands_over_to_the_cpu() {
    const BREAK: &str = "if (self.GPUDevice) {
        const make = GPUDevice.prototype.createShaderModule;
        GPUDevice.prototype.createShaderModule = function (descriptor) {
            return make.call(this, { ...descriptor, code: 'this is no shader' });
        };
    }";
    browse(Gpu::Swiftshader, async |tab| {
        let site = PatchedSite::new(BREAK)?;
        let server = Server::start(&site.0, 0, "")?;
        let url = format!(
            "{}#/diffusion/denoise?engine=gpu&steps=4&step=4",
            server.url()
        );
        tab.let_errors_be();
        tab.driver.goto(url).await?;
        let done = ".denoise[data-run-state=done][data-engine=cpu]";
        tab.wait_for_within(done, SLOW).await?;
        let said = tab.text(".notices").await?;
        assert!(
            said.contains("The graphics card stopped answering"),
            "{said}"
        );
        assert_eq!(tab.data(done, "frames").await?, "5");
        Ok(())
    });
}
