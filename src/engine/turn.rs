//! A worker lets its messages in.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// A way to let a worker's waiting messages in: a message to oneself queues up behind them.
///
/// A timer would do the same, but browsers make nested timers wait 4 ms.
pub struct Turn(MessageChannel);

impl Turn {
    /// Opens the channel to oneself.
    pub fn new() -> Result<Self, JsValue> {
        Ok(Self(MessageChannel::new()?))
    }

    /// Comes back when all messages that had arrived have been handled.
    pub async fn pass(&self) -> Result<(), JsValue> {
        let echo = Promise::new(&mut |resolve, _| self.0.port1().set_onmessage(Some(&resolve)));
        self.0.port2().post_message(&JsValue::UNDEFINED)?;
        JsFuture::from(echo).await.map(drop)
    }
}
