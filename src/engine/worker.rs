//! An engine as a dedicated worker: requests in, events out, one run at a time. Files come meanwhile,
//! and become models between runs.
//!
//! Messages are postcard bytes in a `Uint8Array`, both ways (see [`crate::protocol`]).
//! `www/worker.js` loads the engine's wasm and hands over what arrived meanwhile.

use std::cell::Cell;
use std::collections::HashMap;
use std::future::Future;

#[cfg(feature = "sample")]
use burn::module::Module;
use burn::tensor::Device;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent, console};

use super::device::Accelerator;
use super::diffusion::network::Network;
use super::inbox::{File, Inbox, Mail};
use super::jobs::{self, Shelf};
use super::memory::{LIMIT, Memory};
use super::session::Line;
use super::turn::Turn;
#[cfg(feature = "sample")]
use crate::models::diffusion::unet::UNetConfig;
use crate::models::gan::image::GanPair;
#[cfg(feature = "look")]
use crate::models::pixel::Net;
use crate::models::text::net::Transformer;
#[cfg(feature = "look")]
use crate::models::vae::blocks::Sizes;
use crate::models::vae::net::Vae;
#[cfg(feature = "look")]
use crate::models::wave::{self, net::WaveNet};
use crate::protocol::{
    BUILD_ID, EngineError, EngineKind, Event, Fault, Request, RunId, decode, encode,
};
use crate::weights::fetch::fetch;
use crate::weights::manifest::ModelEntry;
#[cfg(any(feature = "sample", feature = "look"))]
use crate::weights::{load::load, manifest::NetworkKind};

/// A run that shows nothing says once in this time that it goes on, ms.
const SILENCE_MS: f64 = 1000.0;

/// Starts the engine in this worker, on the device that `open` opens.
pub fn start<F>(engine: EngineKind, open: F)
where
    F: Future<Output = Result<Accelerator, EngineError>> + 'static,
{
    std::panic::set_hook(Box::new(|info| tell_panic(&info.to_string())));
    let inbox = Inbox::default();
    listen(inbox.clone());
    spawn_local(async move {
        match open.await {
            Ok(accelerator) => serve(engine, accelerator, inbox).await,
            Err(error) => post(&Event::Failed { run: None, error }),
        }
    });
}

/// Answers requests until the page ends the worker.
async fn serve(engine: EngineKind, accelerator: Accelerator, inbox: Inbox) {
    let turn = match Turn::new() {
        Ok(turn) => turn,
        Err(error) => return tell_panic(&format!("no message channel: {error:?}")),
    };
    post(&Event::Ready {
        engine,
        build: BUILD_ID.into(),
        adapter: accelerator.adapter.clone(),
    });
    let mut models = Models::default();
    let mut page = Page {
        inbox,
        turn,
        accelerator,
        spoke_ms: now_ms(),
    };
    loop {
        match page.inbox.next().await {
            Mail::Request(Request::Load {
                model,
                url,
                patience_s,
            }) => {
                if models.hold(&model) {
                    let model = model.id;
                    post(&Event::Loaded { model, ms: 0.0 });
                } else {
                    page.inbox.expect(&model.id);
                    spawn_local(load_file(page.inbox.clone(), model, url, patience_s));
                }
            }
            Mail::File(file) => models.put(file, &page.accelerator.device),
            Mail::Request(Request::Start { run, job }) => {
                CURRENT_RUN.set(Some(run));
                page.spoke_ms = now_ms();
                if let Some(model) = job.needs().model {
                    models.memory.touch(model);
                }
                jobs::run(run, job, &mut models, &mut page).await;
                CURRENT_RUN.set(None);
            }
            // The run is over, or was ended by the loop in `session`.
            Mail::Request(Request::Cancel { .. }) => {}
            // The inbox keeps faults apart.
            Mail::Request(Request::Fault(_)) => {}
        }
    }
}

/// Fetches a weights file while other requests are answered, and puts it into the inbox.
async fn load_file(inbox: Inbox, model: ModelEntry, url: String, patience_s: u32) {
    let since_ms = now_ms();
    let progress = |received| {
        post(&Event::Loading {
            model: model.id.clone(),
            received,
            total: model.bytes,
        });
    };
    let bytes = fetch(&url, &model, patience_s, progress).await;
    inbox.deliver(File {
        model,
        bytes,
        since_ms,
    });
}

/// The loaded models and the hashes of their files, by model id.
struct Models {
    networks: HashMap<String, Network>,
    gans: HashMap<String, GanPair>,
    vaes: HashMap<String, Vae>,
    texts: HashMap<String, Transformer>,
    #[cfg(feature = "look")]
    pixels: HashMap<String, Net>,
    #[cfg(feature = "look")]
    waves: HashMap<String, (WaveNet, wave::Shape)>,
    hashes: HashMap<String, String>,
    memory: Memory,
}

impl Default for Models {
    fn default() -> Self {
        Self {
            networks: HashMap::new(),
            gans: HashMap::new(),
            vaes: HashMap::new(),
            texts: HashMap::new(),
            #[cfg(feature = "look")]
            pixels: HashMap::new(),
            #[cfg(feature = "look")]
            waves: HashMap::new(),
            hashes: HashMap::new(),
            memory: Memory::new(LIMIT),
        }
    }
}

impl Models {
    /// Is this model loaded, from the file that the manifest names?
    fn hold(&self, model: &ModelEntry) -> bool {
        self.hashes.get(&model.id) == Some(&model.sha256)
    }

    /// Puts a file's model on the shelf, and lets go of what no longer fits beside it.
    fn put(&mut self, file: File, device: &Device) {
        let File {
            model,
            bytes,
            since_ms,
        } = file;
        if let Err(error) = bytes.and_then(|bytes| self.unpack(&model, bytes, device)) {
            return post(&Event::Failed { run: None, error });
        }
        let in_memory = model.parameters * size_of::<f32>() as u64;
        for model in self.memory.keep(&model.id, in_memory) {
            self.networks.remove(&model);
            self.gans.remove(&model);
            self.vaes.remove(&model);
            self.texts.remove(&model);
            #[cfg(feature = "look")]
            self.pixels.remove(&model);
            #[cfg(feature = "look")]
            self.waves.remove(&model);
            self.hashes.remove(&model);
            post(&Event::Dropped { model });
        }
        self.hashes.insert(model.id.clone(), model.sha256);
        post(&Event::Loaded {
            model: model.id,
            ms: (now_ms() - since_ms) as f32,
        });
    }

    /// Makes a file's bytes into the network that the manifest names. Unpacking is the CPU's work,
    /// even in the GPU engine.
    #[cfg_attr(
        not(any(feature = "sample", feature = "look")),
        expect(unused_variables, reason = "what trains brings its weights along")
    )]
    fn unpack(
        &mut self,
        model: &ModelEntry,
        bytes: Vec<u8>,
        device: &Device,
    ) -> Result<(), EngineError> {
        let cpu = Device::flex();
        match model.network {
            #[cfg(feature = "sample")]
            NetworkKind::DiffusionUnet => {
                let net = load(UNetConfig::shipped().init(&cpu), bytes, model)?;
                let network = Network::new(net.to_device(device), device.clone());
                self.networks.insert(model.id.clone(), network);
                Ok(())
            }
            #[cfg(feature = "look")]
            NetworkKind::GanPair => {
                let pair = load(GanPair::new(&cpu), bytes, model)?;
                self.gans.insert(model.id.clone(), pair);
                Ok(())
            }
            #[cfg(feature = "look")]
            NetworkKind::Vae {
                code: code @ 1..=64,
            } => {
                let net = load(Sizes::shipped(code as usize).init(&cpu), bytes, model)?;
                self.vaes.insert(model.id.clone(), net);
                Ok(())
            }
            #[cfg(feature = "look")]
            NetworkKind::PixelCnn(shape) if shape.is_sound() => {
                let net = Net::Cnn(load(shape.cnn(&cpu), bytes, model)?);
                self.pixels.insert(model.id.clone(), net);
                Ok(())
            }
            #[cfg(feature = "look")]
            NetworkKind::PixelRnn(shape) if shape.is_sound() => {
                let net = Net::Rnn(load(shape.rnn(&cpu), bytes, model)?);
                self.pixels.insert(model.id.clone(), net);
                Ok(())
            }
            #[cfg(feature = "look")]
            NetworkKind::Transformer(shape) if shape.is_sound() => {
                let net = load(shape.init(&cpu), bytes, model)?;
                self.texts.insert(model.id.clone(), net);
                Ok(())
            }
            #[cfg(feature = "look")]
            NetworkKind::WaveNet(shape) if shape.is_sound() => {
                let net = load(shape.init(&cpu), bytes, model)?;
                self.waves.insert(model.id.clone(), (net, shape));
                Ok(())
            }
            _ => {
                let reason = format!("{} is of no use to this engine", model.id);
                Err(EngineError::BadRequest(reason))
            }
        }
    }
}

impl Shelf for Models {
    type Net = Network;
    fn denoiser(&mut self, id: &str) -> Option<&mut Network> {
        self.networks.get_mut(id)
    }
    fn gan(&self, id: &str) -> Option<&GanPair> {
        self.gans.get(id)
    }
    fn vae(&self, id: &str) -> Option<&Vae> {
        self.vaes.get(id)
    }
    #[cfg(feature = "look")]
    fn pixels(&self, id: &str) -> Option<&Net> {
        self.pixels.get(id)
    }
    fn text(&self, id: &str) -> Option<&Transformer> {
        self.texts.get(id)
    }
    #[cfg(feature = "look")]
    fn wave(&self, id: &str) -> Option<(&WaveNet, wave::Shape)> {
        self.waves.get(id).map(|(net, shape)| (net, *shape))
    }
}

/// The sessions' line to the page that owns this worker.
struct Page {
    inbox: Inbox,
    turn: Turn,
    accelerator: Accelerator,
    /// When the page last heard of a run.
    spoke_ms: f64,
}

impl Line for Page {
    fn send(&mut self, event: Event) {
        post(&event);
        self.spoke_ms = now_ms();
    }

    async fn go_on(&mut self, run: RunId) -> bool {
        if let Err(error) = self.turn.pass().await {
            console::error_1(&error);
        }
        match self.inbox.take_fault() {
            None => {}
            Some(Fault::Panic) => panic!("a panic on purpose"),
            Some(Fault::LoseDevice) => self.accelerator.lose(),
            Some(Fault::Hang) => std::future::pending().await,
        }
        if now_ms() - self.spoke_ms >= SILENCE_MS {
            self.send(Event::Busy { run });
        }
        !self.inbox.ends(run)
    }

    fn now_ms(&self) -> f64 {
        now_ms()
    }
}

thread_local! {
    static CURRENT_RUN: Cell<Option<RunId>> = const { Cell::new(None) };
}

/// The last word of an instance that has panicked: nothing runs in it afterwards.
fn tell_panic(message: &str) {
    console::error_1(&message.into());
    // wgpu panics on errors that nobody catches: shaders, validation, memory.
    let error = match message.split_once("wgpu error:") {
        Some((_, reason)) => EngineError::DeviceLost(reason.trim().into()),
        None => EngineError::Panicked(message.into()),
    };
    post(&Event::Failed {
        run: CURRENT_RUN.get(),
        error,
    });
}

fn listen(inbox: Inbox) {
    let on_message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        match decode::<Request>(&Uint8Array::new(&message.data()).to_vec()) {
            Ok(request) => inbox.push(request),
            Err(error) => {
                let error = EngineError::BadRequest(error.to_string());
                post(&Event::Failed { run: None, error });
            }
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    // The worker listens as long as it lives.
    on_message.forget();
}

fn post(event: &Event) {
    let sent = encode(event)
        .map_err(|e| JsValue::from(e.to_string()))
        .and_then(|bytes| {
            let bytes = Uint8Array::from(bytes.as_slice());
            scope().post_message_with_transfer(&bytes, &Array::of1(&bytes.buffer()))
        });
    if let Err(error) = sent {
        console::error_1(&error);
    }
}

fn now_ms() -> f64 {
    scope().performance().map_or(0.0, |p| p.now())
}

fn scope() -> DedicatedWorkerGlobalScope {
    js_sys::global().unchecked_into()
}
