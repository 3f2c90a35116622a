//! `test`, `bench` and `shot`: what needs the sources to be right and a browser to be there.
//!
//! What is cheap comes first. Profiles and features are chosen so that nothing is compiled twice
//! without need: native tests use `lab` (burn is unusably slow unoptimised; training uses it too), and all else
//! `dev`, which is the quickest to compile; what is tested is linted while it is compiled. Neither is a profile
//! of the site's, so that the site can be built meanwhile.

use std::fs;
use std::panic::resume_unwind;
use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};

use crate::process::{self, cargo};
use crate::site::{self, Binary, Engines, Kind, Options};
use crate::steps::Steps;
use crate::{budget, paths, tools};

const BROWSER: &str = "genscope-browser";

/// The engine that `--quick` leaves out.
const ENGINE_GPU: &str = "engine_gpu";

/// `-D warnings` as `cargo clippy` hands it on.
const DENY_WARNINGS: &str = "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__";

/// Everything a commit must pass, with a table of times at the end. `quick` leaves out whatever
/// needs the GPU engine.
pub fn test(quick: bool) -> Result<()> {
    let mut steps = Steps::default();
    let result = stages(quick, &mut steps);
    eprint!("\n{}", steps.table());
    result
}

fn stages(quick: bool, steps: &mut Steps) -> Result<()> {
    let engines = if quick {
        Engines::CpuOnly
    } else {
        Engines::All
    };
    tools::fetch_for_build(steps)?;
    steps.run("formatting", || {
        process::run(&mut cargo("fmt --all --check"))
    })?;
    // Cargo works at once on what has profiles of its own. Each of these ends with what has one thread, and
    // the others have the second core then.
    beside(
        steps,
        vec![
            Box::new(move |steps| build(engines, steps)),
            Box::new(check_native),
            Box::new(move |steps| check(quick, steps)),
        ],
    )?;
    steps.run("tests: browser", || process::run(&mut browser_tests(quick)))
}

type Work = Box<dyn FnOnce(&mut Steps) -> Result<()> + Send>;

/// Does all of these at once; the first error of them in this order counts.
fn beside(steps: &mut Steps, all: Vec<Work>) -> Result<()> {
    thread::scope(|scope| {
        let begin = |work: Work| {
            scope.spawn(move || {
                let mut steps = Steps::default();
                (work(&mut steps), steps)
            })
        };
        let threads: Vec<_> = all.into_iter().map(begin).collect();
        let mut result = Ok(());
        for thread in threads {
            let (done, beside) = thread.join().unwrap_or_else(|panic| resume_unwind(panic));
            steps.add(beside);
            result = result.and(done);
        }
        result
    })
}

/// The site in its limits, and the browsers to look at it with.
fn build(engines: Engines, steps: &mut Steps) -> Result<()> {
    let options = Options {
        dev: false,
        shrunk: true,
        engines,
    };
    site::build(options, steps)?;
    steps.run("sizes", || {
        let absent: &[&str] = match engines {
            Engines::All => &[],
            _ => &[ENGINE_GPU],
        };
        budget::check(&paths::pkg(), absent)
    })?;
    tools::fetch_browser(steps)?;
    tools::fetch_other_browsers(steps)
}

/// Everything in the profile `dev`, which needs no site.
fn check(quick: bool, steps: &mut Steps) -> Result<()> {
    steps.run("clippy and tests: xtask", || {
        process::run(&mut linted("test --package xtask"))
    })?;
    steps.run("clippy: browser tests", || {
        process::run(linted("test --no-run --package").arg(BROWSER))
    })?;
    // Not with `lab`: the page's features would have burn compiled a second time.
    steps.run("clippy and tests: page", || {
        process::run(&mut linted(
            "test --no-default-features --features ui --lib",
        ))
    })?;
    let mut binaries = site::binaries()?;
    // Each waits until its build is done; that of the page gives way to all others.
    binaries.sort_by_key(|binary| binary.kind == Kind::Page);
    for binary in binaries {
        if quick && binary.name == ENGINE_GPU {
            continue;
        }
        steps.run(&format!("clippy: {}", binary.name), || {
            process::run(&mut lint(&binary))
        })?;
    }
    Ok(())
}

/// Lints the library with the features of a binary of the site, and upon what its build has compiled: so nothing
/// below it is looked at again. What comes of it is thrown away, and need not be fast.
fn lint(binary: &Binary) -> Command {
    let feature = match binary.kind {
        Kind::Page => site::IN_PARTS,
        Kind::Worker => &binary.feature,
    };
    let mut cargo = linted("rustc --target wasm32-unknown-unknown --no-default-features --lib");
    cargo
        .args(["--profile", &binary.profile, "--features", feature])
        .args(["--", "-C", "opt-level=0"]);
    cargo
}

/// Everything in the profile `lab`.
fn check_native(steps: &mut Steps) -> Result<()> {
    // A browser test asks it.
    steps.run("clippy: lab", || {
        process::run(&mut linted(
            "build --profile lab --features lab --lib --bin lab",
        ))
    })?;
    steps.run("clippy and tests: native", || {
        process::run(&mut linted("test --profile lab --features lab --lib"))
    })
}

/// `cargo` with Clippy as the compiler of our own packages, warnings being errors. `cargo clippy` only checks,
/// and what we depend on would be checked for it and compiled for the tests: minutes. Its makers warn that what it
/// compiles is less optimised; tests and `lab` in a browser test are none the worse for it.
fn linted(line: &str) -> Command {
    let mut cargo = cargo(line);
    cargo
        .env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver")
        .env("CLIPPY_ARGS", DENY_WARNINGS);
    cargo
}

/// Two tests at a time, for each waits a lot; those that take every core wait for their turn. Tests
/// that need the GPU engine have `gpu` in their names.
fn browser_tests(quick: bool) -> Command {
    let mut tests = linted("test --package");
    tests.args([BROWSER, "--", "--test-threads=2"]);
    if quick {
        tests.args(["--skip", "gpu"]);
    }
    tests
}

/// Builds the site, measures it, and prints JSON.
pub fn bench(out: Option<&Path>, steps: &mut Steps) -> Result<()> {
    tools::fetch_browser(steps)?;
    site::fetch_and_build(Options::RELEASE, steps)?;
    let measured = steps.run("measure", || {
        let mut run = cargo("run --quiet --package");
        let output = run
            .args([BROWSER, "--bin", "bench"])
            .stderr(std::process::Stdio::inherit())
            .output()
            .context("could not start the bench")?;
        anyhow::ensure!(
            output.status.success(),
            "the bench failed ({})",
            output.status
        );
        Ok(output.stdout)
    })?;
    print!("{}", String::from_utf8_lossy(&measured));
    match out {
        Some(file) => fs::write(file, &measured)
            .with_context(|| format!("could not write {}", file.display())),
        None => Ok(()),
    }
}

/// Takes a picture of `pkg/` as it is; the arguments are those of `tests/browser/shot.rs`.
pub fn shot(arguments: &[String], steps: &mut Steps) -> Result<()> {
    tools::fetch_browser(steps)?;
    let here = std::env::current_dir().context("no current folder")?;
    let mut run = cargo("run --quiet --package");
    run.args([BROWSER, "--bin", "shot", "--"]).args(arguments);
    process::run(run.env("SHOT_FOLDER", here))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_done_though_one_fails() {
        let work = |name: &'static str, fails: bool| -> Work {
            Box::new(move |steps| {
                steps.run(name, || {
                    anyhow::ensure!(!fails, "no");
                    Ok(())
                })
            })
        };
        let mut steps = Steps::default();
        let all = vec![work("one", false), work("two", true), work("three", true)];
        let error = beside(&mut steps, all).unwrap_err().to_string();
        assert!(error.contains("two"), "{error}");
        let table = steps.table();
        assert!(
            ["one", "two", "three"]
                .iter()
                .all(|name| table.contains(name))
        );
    }

    /// Other features, another profile or target, and cargo would compile all of burn for it.
    #[test]
    fn lints_find_compiled_what_an_engine_stands_on() {
        let binaries = site::binaries().unwrap();
        let of = |name: &str| {
            let binary = binaries.iter().find(|one| one.name == name).unwrap();
            let command = lint(binary);
            let words = command.get_args().map(|word| word.to_string_lossy());
            words.collect::<Vec<_>>().join(" ")
        };
        let gpu = of(ENGINE_GPU);
        assert!(gpu.contains("--target wasm32-unknown-unknown"), "{gpu}");
        assert!(gpu.contains("--profile release --features gpu --"), "{gpu}");
        assert!(of("engine_cpu").contains("--profile engine-cpu --features cpu --"));
        assert!(of("app").contains(&format!("--profile page --features {} --", site::IN_PARTS)));
    }
}
