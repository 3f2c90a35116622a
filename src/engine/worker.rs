//! An engine as a dedicated worker: requests in, events out, one run at a time. Files come meanwhile,
//! and become models between runs.
//!
//! Messages are postcard bytes in a `Uint8Array`, both ways (see [`crate::protocol`]).
//! `www/worker.js` loads the engine's wasm and hands over what arrived meanwhile.

use std::cell::Cell;
use std::collections::HashMap;
use std::future::Future;

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
#[cfg(feature = "look")]
use crate::models::{
    gan::image::GanPair,
    pixel::Net,
    text::net::Transformer,
    vae::{blocks::Sizes, net::Vae},
    wave::{self, net::WaveNet},
};
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

/// The loaded models, each with the hash of its file, by model id.
struct Models {
    loaded: HashMap<String, (String, Model)>,
    memory: Memory,
}

/// A model of one of the kinds that this engine knows.
#[cfg_attr(
    not(any(feature = "sample", feature = "look")),
    expect(dead_code, reason = "what trains brings its weights along")
)]
#[allow(clippy::large_enum_variant, reason = "there are few of them")]
enum Model {
    Denoiser(Network),
    #[cfg(feature = "look")]
    Gan(GanPair),
    #[cfg(feature = "look")]
    Vae(Vae),
    #[cfg(feature = "look")]
    Text(Transformer),
    #[cfg(feature = "look")]
    Pixels(Net),
    #[cfg(feature = "look")]
    Wave(WaveNet, wave::Shape),
}

impl Default for Models {
    fn default() -> Self {
        Self {
            loaded: HashMap::new(),
            memory: Memory::new(LIMIT),
        }
    }
}

impl Models {
    /// Is this model loaded, from the file that the manifest names?
    fn hold(&self, model: &ModelEntry) -> bool {
        let loaded = self.loaded.get(&model.id);
        loaded.is_some_and(|(hash, _)| *hash == model.sha256)
    }

    /// Puts a file's model on the shelf, and lets go of what no longer fits beside it.
    fn put(&mut self, file: File, device: &Device) {
        let File {
            model: entry,
            bytes,
            since_ms,
        } = file;
        let model = match bytes.and_then(|bytes| unpack(&entry, bytes, device)) {
            Ok(model) => model,
            Err(error) => return post(&Event::Failed { run: None, error }),
        };
        let in_memory = entry.parameters * size_of::<f32>() as u64;
        for model in self.memory.keep(&entry.id, in_memory) {
            self.loaded.remove(&model);
            post(&Event::Dropped { model });
        }
        self.loaded.insert(entry.id.clone(), (entry.sha256, model));
        post(&Event::Loaded {
            model: entry.id,
            ms: (now_ms() - since_ms) as f32,
        });
    }

    #[cfg(feature = "look")]
    fn get(&self, id: &str) -> Option<&Model> {
        self.loaded.get(id).map(|(_, model)| model)
    }
}

/// Makes a file's bytes into the network that the manifest names.
#[cfg_attr(
    not(any(feature = "sample", feature = "look")),
    expect(unused_variables, reason = "what trains brings its weights along")
)]
fn unpack(entry: &ModelEntry, bytes: Vec<u8>, device: &Device) -> Result<Model, EngineError> {
    match entry.network {
        #[cfg(feature = "sample")]
        NetworkKind::DiffusionUnet => {
            let net = load(UNetConfig::shipped().init(device), bytes, entry)?;
            Ok(Model::Denoiser(Network::new(net, device.clone())))
        }
        #[cfg(feature = "look")]
        NetworkKind::GanPair => Ok(Model::Gan(load(GanPair::new(device), bytes, entry)?)),
        #[cfg(feature = "look")]
        NetworkKind::Vae {
            code: code @ 1..=64,
        } => {
            let sizes = Sizes::shipped(code as usize);
            Ok(Model::Vae(load(sizes.init(device), bytes, entry)?))
        }
        #[cfg(feature = "look")]
        NetworkKind::PixelCnn(shape) if shape.is_sound() => {
            let net = load(shape.cnn(device), bytes, entry)?;
            Ok(Model::Pixels(Net::Cnn(net)))
        }
        #[cfg(feature = "look")]
        NetworkKind::PixelRnn(shape) if shape.is_sound() => {
            let net = load(shape.rnn(device), bytes, entry)?;
            Ok(Model::Pixels(Net::Rnn(net)))
        }
        #[cfg(feature = "look")]
        NetworkKind::Transformer(shape) if shape.is_sound() => {
            Ok(Model::Text(load(shape.init(device), bytes, entry)?))
        }
        #[cfg(feature = "look")]
        NetworkKind::WaveNet(shape) if shape.is_sound() => {
            let net = load(shape.init(device), bytes, entry)?;
            Ok(Model::Wave(net, shape))
        }
        _ => {
            let reason = format!("{} is of no use to this engine", entry.id);
            Err(EngineError::BadRequest(reason))
        }
    }
}

impl Shelf for Models {
    type Net = Network;
    fn denoiser(&mut self, id: &str) -> Option<&mut Network> {
        match self.loaded.get_mut(id)? {
            (_, Model::Denoiser(net)) => Some(net),
            #[cfg(feature = "look")]
            _ => None,
        }
    }
    #[cfg(feature = "look")]
    fn gan(&self, id: &str) -> Option<&GanPair> {
        match self.get(id)? {
            Model::Gan(pair) => Some(pair),
            _ => None,
        }
    }
    #[cfg(feature = "look")]
    fn vae(&self, id: &str) -> Option<&Vae> {
        match self.get(id)? {
            Model::Vae(net) => Some(net),
            _ => None,
        }
    }
    #[cfg(feature = "look")]
    fn pixels(&self, id: &str) -> Option<&Net> {
        match self.get(id)? {
            Model::Pixels(net) => Some(net),
            _ => None,
        }
    }
    #[cfg(feature = "look")]
    fn text(&self, id: &str) -> Option<&Transformer> {
        match self.get(id)? {
            Model::Text(net) => Some(net),
            _ => None,
        }
    }
    #[cfg(feature = "look")]
    fn wave(&self, id: &str) -> Option<(&WaveNet, wave::Shape)> {
        match self.get(id)? {
            Model::Wave(net, shape) => Some((net, *shape)),
            _ => None,
        }
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
        self.inbox.time_ms(now_ms())
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
