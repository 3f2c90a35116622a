//! One engine worker. `web_sys::Worker` directly: gloo-worker hears no `error` event, and an
//! engine that is missing or has panicked must be noticed.

use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use js_sys::{Array, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{ErrorEvent, MessageEvent, Worker};

use super::scheduler::Place;
use crate::protocol::{EngineError, Event, Request, decode, encode};

/// An engine of which so long nothing more has come, and which has not said that it is ready, will not.
const START_LIMIT_MS: u32 = 20_000;

/// What comes from a worker.
pub enum Heard {
    /// A message of the protocol.
    Event(Event),
    /// Part of it is here, in bytes; `total` is 0 if the host does not say.
    Coming { received: u64, total: u64 },
    /// It is gone, or talks nonsense.
    Gone(EngineError),
}

/// A running worker; dropping it ends it.
pub struct EngineWorker {
    worker: Worker,
    watchdog: Option<Timeout>,
    late: Rc<dyn Fn()>,
    _listeners: [EventListener; 2],
}

impl EngineWorker {
    /// Starts the engine for `place`.
    pub fn spawn(place: Place, heard: impl Fn(Heard) + Clone + 'static) -> Result<Self, JsValue> {
        let (engine, build) = (place.file(), place.build());
        // The build in the URL keeps a cached engine from meeting a newer page.
        let worker = Worker::new(&format!("worker.js?engine={engine}&v={build}"))?;
        let on_message = {
            let heard = heard.clone();
            EventListener::new(&worker, "message", move |event| heard(read(event)))
        };
        let on_error = {
            let heard = heard.clone();
            EventListener::new(&worker, "error", move |event| {
                // A script that is not there gives an event without a message.
                let message = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message);
                let reason = message.filter(|text| !text.is_empty());
                let reason = reason.unwrap_or_else(|| "its script cannot be loaded".into());
                heard(Heard::Gone(EngineError::Panicked(reason)));
            })
        };
        let late: Rc<dyn Fn()> = Rc::new(move || {
            let reason = format!("not ready after {} s", START_LIMIT_MS / 1000);
            heard(Heard::Gone(EngineError::Panicked(reason)));
        });
        Ok(Self {
            worker,
            watchdog: Some(watch(&late)),
            late,
            _listeners: [on_message, on_error],
        })
    }

    /// More of it has come: its time to start begins anew, unless it is ready already.
    pub fn is_coming(&mut self) {
        if self.watchdog.is_some() {
            self.watchdog = Some(watch(&self.late));
        }
    }

    /// It has said that it is ready.
    pub fn is_ready(&mut self) {
        self.watchdog = None;
    }

    /// Sends a request, without copying its bytes twice.
    pub fn send(&self, request: &Request) -> Result<(), EngineError> {
        let lost = |reason: String| EngineError::BadRequest(reason);
        let bytes = encode(request).map_err(|error| lost(error.to_string()))?;
        let bytes = Uint8Array::from(bytes.as_slice());
        self.worker
            .post_message_with_transfer(&bytes, &Array::of1(&bytes.buffer()))
            .map_err(|error| lost(format!("{error:?}")))
    }
}

fn watch(late: &Rc<dyn Fn()>) -> Timeout {
    let late = late.clone();
    Timeout::new(START_LIMIT_MS, move || late())
}

impl Drop for EngineWorker {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

/// Bytes are messages of the protocol; objects are the loader's words; see
/// `www/worker.js`.
fn read(event: &web_sys::Event) -> Heard {
    let data = event
        .dyn_ref::<MessageEvent>()
        .map_or(JsValue::UNDEFINED, MessageEvent::data);
    let Some(bytes) = data.dyn_ref::<Uint8Array>() else {
        let part = |name: &str| Reflect::get(&data, &name.into()).ok();
        let bytes = |name| Some(part(name)?.as_f64()? as u64);
        if let (Some(received), Some(total)) = (bytes("received"), bytes("total")) {
            return Heard::Coming { received, total };
        }
        let text = |name| part(name)?.as_string();
        if let (Some(file), Some(reason)) = (text("missing"), text("reason")) {
            return Heard::Gone(EngineError::Fetch { file, reason });
        }
        let fatal = text("fatal");
        let reason = fatal.unwrap_or_else(|| "it sent something that is no message".into());
        return Heard::Gone(EngineError::Panicked(reason));
    };
    match decode(&bytes.to_vec()) {
        Ok(event) => Heard::Event(event),
        Err(error) => Heard::Gone(EngineError::Panicked(error.to_string())),
    }
}
