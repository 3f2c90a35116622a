//! What the browser keeps for the visitor, where it keeps anything. (gloo-storage panics where site
//! data is blocked.)

use web_sys::Storage;

/// What was kept under `key`, if there is something.
pub fn recall(key: &str) -> Option<String> {
    let text = storage()?.get_item(key).ok()??;
    serde_json::from_str(&text).ok()
}

/// Keeps `value` under `key`. Without storage it lasts as long as the page.
pub fn remember(key: &str, value: &str) {
    if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(value)) {
        // Refused if the storage is full.
        let _ = storage.set_item(key, &text);
    }
}

/// Site data may be blocked: then even to ask is an error.
fn storage() -> Option<Storage> {
    gloo_utils::window().local_storage().ok()?
}
