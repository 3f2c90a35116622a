//! From what cargo makes to what a browser loads: wasm-bindgen, then `wasm-opt`. Engines are cached
//! under a key that this file is part of.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::index::{Binary, Kind};
use crate::process::{self, command};

/// Makes `name.js` and `name_bg.wasm` of a wasm file, in the folder `out`.
pub(super) fn bind(wasm: &Path, name: &str, kind: Kind, out: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    match kind {
        // The parts of a page share its function table.
        Kind::Page => bindgen.web(true)?.keep_lld_exports(true),
        Kind::Worker => bindgen.no_modules(true)?,
    };
    bindgen
        .input_path(wasm)
        .out_name(name)
        .typescript(false)
        .generate(out)
        .with_context(|| format!("could not bind {}", wasm.display()))
}

/// Shrinks a wasm file as its binary's link in `index.html` says.
pub(super) fn shrink(binary: &Binary, from: &Path, to: &Path) -> Result<()> {
    process::run(
        command("wasm-opt")
            .arg(format!("-O{}", binary.optimizer_level))
            .args(binary.optimizer_flags.split_whitespace())
            .arg(from)
            .arg("-o")
            .arg(to),
    )
}

/// Binds and shrinks an engine into the folder `out`, which is there only when it is whole.
pub(super) fn finish(engine: &Binary, wasm: &Path, out: &Path) -> Result<()> {
    let part = out.with_extension("part");
    bind(wasm, &engine.name, Kind::Worker, &part)?;
    let bound = part.join(format!("{}_bg.wasm", engine.name));
    let small = part.join("small.wasm");
    shrink(engine, &bound, &small)?;
    fs::rename(&small, &bound)?;
    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::rename(&part, out).with_context(|| format!("could not keep {}", engine.name))
}
