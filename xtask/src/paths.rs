//! Where things are. All build output but `pkg/` lives outside the checkout.

use std::env;
use std::path::{Path, PathBuf};

/// The repository's top folder, above the crate that cargo runs or the current folder. Not fixed
/// when compiled: checkouts that share a target folder share this very binary.
pub fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let here = here.or_else(|| env::current_dir().ok()).unwrap_or_default();
    let is_top = |folder: &&Path| folder.join("Trunk.toml").is_file();
    here.ancestors().find(is_top).unwrap_or(&here).to_path_buf()
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
