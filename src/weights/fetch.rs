//! A weights file from the site: streamed with progress, retried, checked.

use gloo_net::http::{Request, Response};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ReadableStreamDefaultReader, RequestCache};

use super::load::verify;
use super::manifest::ModelEntry;
use super::stall::Stall;
use crate::protocol::EngineError;

/// Waits before the second and the third try, ms.
const BACK_OFF_MS: [u32; 2] = [300, 1000];

/// Fetches the file of `entry` from `url` and checks its length and hash.
///
/// `progress` hears how many bytes have come. The hash is part of the address, so the
/// browser's cache can keep the file for good. What arrives damaged is fetched once more past
/// that cache; what does not arrive, or stalls for `patience_s`, is tried three times.
///
/// # Errors
/// [`EngineError::Fetch`] if it does not arrive, [`EngineError::BadWeights`] if it is damaged.
pub async fn fetch(
    url: &str,
    entry: &ModelEntry,
    patience_s: u32,
    mut progress: impl FnMut(u64),
) -> Result<Vec<u8>, EngineError> {
    let url = versioned(url, &entry.sha256);
    let source = |cache| Source {
        url: &url,
        cache,
        patience_s,
    };
    let cached = source(RequestCache::Default);
    let bytes = download(&cached, entry, &mut progress).await?;
    if verify(&bytes, entry).is_ok() {
        return Ok(bytes);
    }
    let bytes = download(&source(RequestCache::Reload), entry, &mut progress).await?;
    verify(&bytes, entry)?;
    Ok(bytes)
}

/// Where bytes come from, and how long they may stay away.
struct Source<'a> {
    url: &'a str,
    cache: RequestCache,
    patience_s: u32,
}

/// The address with the file's hash as its version.
fn versioned(url: &str, sha256: &str) -> String {
    let separator = if url.contains('?') { '&' } else { '?' };
    let version: String = sha256.chars().take(16).collect();
    format!("{url}{separator}v={version}")
}

/// Three tries, unless the server says that there is no such file.
async fn download(
    source: &Source<'_>,
    entry: &ModelEntry,
    progress: &mut impl FnMut(u64),
) -> Result<Vec<u8>, EngineError> {
    let mut waits = BACK_OFF_MS.iter();
    loop {
        let failure = match attempt(source, progress).await {
            Ok(bytes) => return Ok(bytes),
            Err(failure) => failure,
        };
        match waits.next() {
            Some(&ms) if failure.is_passing => TimeoutFuture::new(ms).await,
            _ => {
                return Err(EngineError::Fetch {
                    file: entry.file.clone(),
                    reason: failure.reason,
                });
            }
        }
    }
}

/// Why one try failed, and whether another may do better.
struct Failure {
    reason: String,
    is_passing: bool,
}

impl From<JsValue> for Failure {
    fn from(error: JsValue) -> Self {
        let message = Reflect::get(&error, &"message".into())
            .ok()
            .and_then(|m| m.as_string());
        Self {
            reason: message.unwrap_or_else(|| format!("{error:?}")),
            is_passing: true,
        }
    }
}

async fn attempt(source: &Source<'_>, progress: &mut impl FnMut(u64)) -> Result<Vec<u8>, Failure> {
    let mut stall = Stall::new(source.patience_s)?;
    let response = Request::get(source.url)
        .cache(source.cache)
        .abort_signal(Some(&stall.signal()))
        .send()
        .await
        .map_err(|e| Failure {
            reason: e.to_string(),
            is_passing: true,
        })?;
    if !response.ok() {
        let status = response.status();
        // 408 and 429 are 'later'; other 4xx are final.
        let is_passing = status >= 500 || status == 408 || status == 429;
        return Err(Failure {
            reason: format!("HTTP status {status}"),
            is_passing,
        });
    }
    Ok(read(&response, &mut stall, progress).await?)
}

/// The body, chunk by chunk.
async fn read(
    response: &Response,
    stall: &mut Stall,
    progress: &mut impl FnMut(u64),
) -> Result<Vec<u8>, JsValue> {
    let body = response
        .body()
        .ok_or_else(|| JsValue::from("an answer without a body"))?;
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        let chunk = JsFuture::from(reader.read()).await?;
        stall.heard();
        if Reflect::get(&chunk, &"done".into())?.is_truthy() {
            return Ok(bytes);
        }
        let chunk = Uint8Array::new(&Reflect::get(&chunk, &"value".into())?);
        let old = bytes.len();
        bytes.resize(old + chunk.length() as usize, 0);
        chunk.copy_to(&mut bytes[old..]);
        progress(bytes.len() as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_part_of_the_address() {
        assert_eq!(
            versioned("http://a/w.bpk", "0123456789abcdef01"),
            "http://a/w.bpk?v=0123456789abcdef"
        );
        assert_eq!(versioned("http://a/w?x=1", "ab"), "http://a/w?x=1&v=ab");
    }
}
