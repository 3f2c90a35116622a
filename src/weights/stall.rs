//! Ends a request that has gone silent: a connection can stay open for hours without a byte.

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsValue;
use web_sys::{AbortController, AbortSignal};

/// Aborts its request when it is not [heard of](Stall::heard) in time. Dropping it ends the watch.
pub struct Stall {
    controller: AbortController,
    patience_s: u32,
    timer: Option<Timeout>,
}

impl Stall {
    /// Watches from now on, for the first byte too.
    ///
    /// # Errors
    /// If the browser cannot abort requests.
    pub fn new(patience_s: u32) -> Result<Self, JsValue> {
        let mut stall = Self {
            controller: AbortController::new()?,
            patience_s,
            timer: None,
        };
        stall.heard();
        Ok(stall)
    }

    /// What the request has to be sent with.
    pub fn signal(&self) -> AbortSignal {
        self.controller.signal()
    }

    /// Something has come: the time starts anew.
    pub fn heard(&mut self) {
        let (controller, seconds) = (self.controller.clone(), self.patience_s);
        // The old timer is cancelled as it is dropped.
        self.timer = Some(Timeout::new(seconds * 1000, move || {
            let reason = js_sys::Error::new(&format!("nothing came for {seconds} s"));
            controller.abort_with_reason(&reason);
        }));
    }
}
