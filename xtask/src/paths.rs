//! Where things are.

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

/// Cargo's output: `$CARGO_TARGET_DIR`, else the folder into which cargo has put this very program, so
/// that nothing is compiled once for it and once by it.
pub fn target() -> PathBuf {
    let named = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let own = || target_of(&env::current_exe().ok()?);
    named.or_else(own).unwrap_or_else(|| root().join("target"))
}

/// The target folder of a program: that above its profile's, `debug`.
fn target_of(program: &Path) -> Option<PathBuf> {
    let profile = program.ancestors().find(|folder| folder.ends_with("debug"));
    profile?.parent().map(Path::to_path_buf)
}

/// Programs installed by `fetch-tools`.
pub fn tools() -> PathBuf {
    cache().join("tools")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_knows_its_target_folder() {
        for program in ["target/debug/xtask", "target/debug/deps/xtask-0123"] {
            let found = target_of(&Path::new("/checkout").join(program));
            assert_eq!(found, Some("/checkout/target".into()));
        }
        assert_eq!(target_of(Path::new("/usr/bin/xtask")), None);
    }
}
