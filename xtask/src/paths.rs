//! Where things are. All build output but `pkg/` lives outside the checkout.

use std::env;
use std::path::PathBuf;

/// The repository's top folder.
pub fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or(here.clone(), PathBuf::from)
}

/// The built site.
pub fn pkg() -> PathBuf {
    root().join("pkg")
}

/// `$XDG_CACHE_HOME/genscope`, or `~/.cache/genscope`.
pub fn cache() -> PathBuf {
    env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cache")))
        .unwrap_or_else(env::temp_dir)
        .join("genscope")
}

/// Cargo's output: `$CARGO_TARGET_DIR`, else in the cache, so that fresh clones share dependencies.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| cache().join("target"), PathBuf::from)
}

/// Programs installed by `fetch-tools`.
pub fn tools() -> PathBuf {
    cache().join("tools")
}
