//! Running other programs: the environment they get, and errors that name the command.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::paths;

/// A command run at the repository's top, with our tools first on its PATH, the shared target
/// folder and no stdin.
pub fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .current_dir(paths::root())
        .stdin(Stdio::null())
        .env("PATH", search_path())
        .env("CARGO_TARGET_DIR", paths::target());
    command
}

/// `cargo` with arguments given as one line.
pub fn cargo(line: &str) -> Command {
    let mut cargo = command("cargo");
    cargo.args(line.split_whitespace());
    cargo
}

/// `cargo`, for what others need not wait for: it takes what they leave of the processors.
pub fn patient_cargo(line: &str) -> Command {
    if find(&["nice"]).is_none() {
        return cargo(line);
    }
    let mut nice = command("nice");
    nice.args(["-n", "10", "cargo"])
        .args(line.split_whitespace());
    nice
}

/// PATH with the tools installed by `fetch-tools` in front.
fn search_path() -> OsString {
    let ours = [
        paths::tools().join("bin"),
        paths::tools().join("npm/node_modules/.bin"),
    ];
    let old = env::var_os("PATH").unwrap_or_default();
    let all = ours.into_iter().chain(env::split_paths(&old));
    env::join_paths(all).unwrap_or(old)
}

/// Runs to the end; an error says which command failed and how.
pub fn run(command: &mut Command) -> Result<()> {
    let shown = show(command);
    let status = command
        .status()
        .with_context(|| format!("could not start `{shown}`"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})");
    }
    Ok(())
}

/// Standard output of a command, or `None` if it is not there or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let out = command.stderr(Stdio::null()).output().ok()?;
    out.status
        .success()
        .then(|| String::from_utf8_lossy(&out.stdout).into_owned())
}

/// The first of some programs that the PATH of [`command`] has.
pub fn find(names: &[&str]) -> Option<std::path::PathBuf> {
    let path = search_path();
    let folders: Vec<_> = env::split_paths(&path).collect();
    let at = |name: &&str| folders.iter().map(|f| f.join(name)).find(|p| is_program(p));
    names.iter().find_map(at)
}

fn is_program(path: &Path) -> bool {
    path.is_file()
}

fn show(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}
