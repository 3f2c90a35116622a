//! Several checkouts may share one target folder. Cargo tells their crates apart by file times only:
//! whatever another checkout built later counts as up to date here, though its sources differ. So
//! when the target folder was last used from elsewhere, our sources are marked as changed.

use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;

use anyhow::{Context, Result};

use crate::paths;

/// Names the checkout that used the target folder last.
const MARK: &str = "genscope-checkout";

/// The sources of the workspace's crates.
const SOURCES: [&str; 3] = ["src", "xtask", "tests"];

/// To be called before cargo is.
pub fn claim_target() -> Result<()> {
    let root = paths::root();
    let mark = paths::target().join(MARK);
    let here = root.to_string_lossy();
    if fs::read_to_string(&mark).is_ok_and(|last| last == here) {
        return Ok(());
    }
    for folder in SOURCES {
        touch(&root.join(folder), SystemTime::now())
            .context("could not mark sources as changed")?;
    }
    fs::create_dir_all(paths::target())?;
    fs::write(mark, here.as_bytes()).context("could not write to the target folder")
}

/// Sets the time of every Rust file under a folder.
fn touch(path: &Path, time: SystemTime) -> Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            touch(&entry?.path(), time)?;
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        File::options()
            .append(true)
            .open(path)?
            .set_modified(time)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_rust_files_are_touched() {
        let folder = std::env::temp_dir().join(format!("xtask-touch-{}", std::process::id()));
        fs::create_dir_all(folder.join("deep")).unwrap();
        for name in ["deep/a.rs", "b.txt"] {
            fs::write(folder.join(name), "kept").unwrap();
        }
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        touch(&folder, time).unwrap();
        let of = |name| fs::metadata(folder.join(name)).unwrap().modified().unwrap();
        assert_eq!(of("deep/a.rs"), time);
        assert_ne!(of("b.txt"), time);
        assert_eq!(
            fs::read_to_string(folder.join("deep/a.rs")).unwrap(),
            "kept"
        );
        fs::remove_dir_all(&folder).unwrap();
    }
}
