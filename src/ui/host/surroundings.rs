//! What the host asks of the browser: where the site lies, how many cores, which GPU, and the
//! manifest.

use gloo_net::http::{Request, Response};
use gloo_timers::future::sleep;
use js_sys::{Function, Promise, Reflect};
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::RequestCache;

use super::scheduler::Adapter;
use crate::protocol::EngineError;
use crate::weights::manifest::{MANIFEST_PATH, Manifest};
use crate::weights::stall::Stall;

/// Waits between attempts to fetch the manifest, ms.
const BACK_OFF_MS: [u64; 2] = [400, 1500];

/// The absolute URL of the folder of the weights.
pub fn weights_url() -> String {
    let base = gloo_utils::document()
        .base_uri()
        .ok()
        .flatten()
        .unwrap_or_default();
    web_sys::Url::new_with_base("weights/", &base).map_or_else(|_| "weights/".into(), |u| u.href())
}

/// Logical processors, at least one.
pub fn cores() -> usize {
    (gloo_utils::window().navigator().hardware_concurrency() as usize).max(1)
}

/// Milliseconds since the page was opened.
pub fn now_ms() -> f64 {
    gloo_utils::window()
        .performance()
        .map_or(0.0, |clock| clock.now())
}

/// Asks for a WebGPU adapter. By reflection: web-sys has WebGPU only behind a compiler flag.
pub async fn adapter() -> Adapter {
    match request_adapter().await {
        Some(adapter) if is_software(&adapter) => Adapter::Software,
        Some(_) => Adapter::Hardware,
        None => Adapter::Missing,
    }
}

async fn request_adapter() -> Option<JsValue> {
    let gpu = property(&gloo_utils::window().navigator(), "gpu")?;
    let request = property(&gpu, "requestAdapter")?
        .dyn_into::<Function>()
        .ok()?;
    let promise = request.call0(&gpu).ok()?.dyn_into::<Promise>().ok()?;
    JsFuture::from(promise)
        .await
        .ok()
        .filter(JsValue::is_object)
}

/// Has the site been replaced by another release while this page was open? False where its address
/// does not answer.
pub async fn is_outdated() -> bool {
    async fn page() -> Option<String> {
        let request = Request::get("./").cache(RequestCache::NoStore);
        let response = request.send().await.ok().filter(Response::ok)?;
        response.text().await.ok()
    }
    // Each release loads it with a version of its own; see xtask/src/site.rs.
    let script = gloo_utils::document().query_selector("script[src^='offline.js']");
    let ours = script.ok().flatten().and_then(|s| s.get_attribute("src"));
    match (ours, page().await) {
        (Some(ours), Some(page)) => page.contains("offline.js?v=") && !page.contains(&ours),
        _ => false,
    }
}

fn is_software(adapter: &JsValue) -> bool {
    let info = property(adapter, "info").unwrap_or_default();
    let flagged = [adapter, &info]
        .into_iter()
        .any(|object| property(object, "isFallbackAdapter").is_some_and(|flag| flag.is_truthy()));
    let described = ["vendor", "architecture", "description"]
        .into_iter()
        .any(|name| {
            let text = property(&info, name)
                .and_then(|text| text.as_string())
                .unwrap_or_default();
            let text = text.to_lowercase();
            ["swiftshader", "llvmpipe", "basic render"]
                .iter()
                .any(|known| text.contains(known))
        });
    flagged || described
}

/// A property that is neither missing nor null.
fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    let value = Reflect::get(object, &name.into()).ok()?;
    (!value.is_undefined() && !value.is_null()).then_some(value)
}

/// Fetches the manifest, trying a few times; `patience_s` is how long nothing may come.
pub async fn manifest(patience_s: u32) -> Result<Manifest, EngineError> {
    for wait in BACK_OFF_MS {
        if let Ok(manifest) = fetch_manifest(patience_s).await {
            return Ok(manifest);
        }
        sleep(Duration::from_millis(wait)).await;
    }
    fetch_manifest(patience_s)
        .await
        .map_err(|reason| EngineError::Fetch {
            file: MANIFEST_PATH.into(),
            reason,
        })
}

async fn fetch_manifest(patience_s: u32) -> Result<Manifest, String> {
    // A small file: its parts are not listened for.
    let stall = Stall::new(patience_s).map_err(|error| format!("{error:?}"))?;
    let response = Request::get(MANIFEST_PATH)
        .abort_signal(Some(&stall.signal()))
        .send()
        .await
        .map_err(|error| error.to_string())?;
    if !response.ok() {
        return Err(format!("HTTP status {}", response.status()));
    }
    let text = response.text().await.map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}
