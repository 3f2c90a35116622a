//! Shrinks many small wasm files.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use anyhow::{Context, Result, ensure};

use super::index::Binary;
use crate::paths;
use crate::process::command;

const SCRIPT: &str = include_str!("shrink.mjs");

/// A Binaryen that shrinks one file after another; it ends with this.
pub(super) struct Shrinker {
    node: Child,
    lines: (ChildStdin, BufReader<ChildStdout>),
}

impl Shrinker {
    /// One that shrinks as the binary's link in `index.html` says.
    pub(super) fn start(binary: &Binary) -> Result<Self> {
        let mut node = command("node")
            .current_dir(paths::tools().join("npm"))
            .args(["--input-type=module", "--eval", SCRIPT, "--"])
            .arg(format!("-O{}", binary.optimizer_level))
            .args(binary.optimizer_flags.split_whitespace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("could not start node")?;
        let to = node.stdin.take().context("node has no input")?;
        let from = node.stdout.take().context("node has no output")?;
        Ok(Self {
            node,
            lines: (to, BufReader::new(from)),
        })
    }

    /// As `bind::shrink`.
    pub(super) fn shrink(&mut self, from: &Path, to: &Path) -> Result<()> {
        let (input, output) = &mut self.lines;
        writeln!(input, "{}\t{}", from.display(), to.display())?;
        let mut said = String::new();
        output.read_line(&mut said).context("Binaryen is gone")?;
        ensure!(said == "ok\n", "{}: {said}", from.display());
        Ok(())
    }
}

impl Drop for Shrinker {
    fn drop(&mut self) {
        let _ = self.node.kill();
        let _ = self.node.wait();
    }
}
