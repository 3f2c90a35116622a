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

/// All that some engine wants of burn and beside it, but for the GPU, and for it. Each engine is linted with
/// its own feature and with these, which change nothing for it: so burn is checked once for all of them.
const BURN: &str = "lint,burn/flex,burn/simd,burn/autodiff,burn/optim";
const BURN_ON_GPU: &str = "burn/webgpu,burn/fusion";

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
    for binary in site::binaries()? {
        if quick && binary.name == ENGINE_GPU {
            continue;
        }
        let name = &binary.name;
        let features = lint_features(&binary, quick);
        steps.run(&format!("clippy: {name}"), || {
            clippy(&format!(
                "--target wasm32-unknown-unknown --no-default-features \
                 --features {features} --lib --bin {name}"
            ))
        })?;
    }
    Ok(())
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

fn lint_features(binary: &Binary, quick: bool) -> String {
    let own = &binary.feature;
    match (binary.kind, quick) {
        (Kind::Page, _) => site::IN_PARTS.to_owned(),
        (Kind::Worker, true) => format!("{own},{BURN}"),
        (Kind::Worker, false) => format!("{own},{BURN},{BURN_ON_GPU}"),
    }
}

fn clippy(what: &str) -> Result<()> {
    process::run(
        cargo("clippy")
            .args(what.split_whitespace())
            .args(["--", "-D", "warnings"]),
    )
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
    use std::collections::BTreeSet;

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

    #[test]
    fn lints_know_what_engines_want_of_burn() {
        let manifest = fs::read_to_string(paths::root().join("Cargo.toml")).unwrap();
        let lines = manifest.lines();
        let of_burn = ["flex = ", "train = ", "gpu = "];
        let of_engines = lines.filter(|line| of_burn.iter().any(|name| line.starts_with(name)));
        let wanted: Vec<_> = of_engines
            .flat_map(|line| line.split('"'))
            .filter(|feature| feature.starts_with("burn/"))
            .collect();
        assert_eq!(
            format!("lint,{}", wanted.join(",")),
            format!("{BURN},{BURN_ON_GPU}")
        );
    }

    /// One feature more of one package below burn, and cargo checks all above it again: minutes.
    #[test]
    fn all_engines_are_linted_with_the_same_packages() {
        let packages = |binary: &Binary| {
            let features = lint_features(binary, false);
            let mut tree = cargo(
                "tree --target wasm32-unknown-unknown --no-default-features --edges normal,build",
            );
            tree.args([
                "--prefix",
                "none",
                "--format",
                "{p} {f}",
                "--features",
                &features,
            ]);
            let tree = process::output(&mut tree).expect("cargo tells the tree");
            let lines = tree.lines().filter(|line| !line.starts_with("genscope "));
            let all: BTreeSet<_> = lines
                .map(|line| line.trim_end_matches(" (*)").to_owned())
                .collect();
            assert!(
                all.iter()
                    .any(|package| package.starts_with("burn-cubecl "))
            );
            all
        };
        let binaries = site::binaries().unwrap();
        let engines: Vec<_> = binaries
            .iter()
            .filter(|one| matches!(one.kind, Kind::Worker))
            .collect();
        assert_eq!(engines.len(), 3);
        let first = packages(engines[0]);
        for engine in &engines[1..] {
            let other = packages(engine);
            let differ: Vec<_> = first.symmetric_difference(&other).collect();
            assert!(differ.is_empty(), "{}: {differ:?}", engine.name);
        }
    }

    #[test]
    fn the_quick_check_needs_nothing_of_the_gpu() {
        let binaries = site::binaries().unwrap();
        let cpu = binaries
            .iter()
            .find(|one| one.name == "engine_cpu")
            .unwrap();
        assert_eq!(lint_features(cpu, true), format!("cpu,{BURN}"));
        assert!(lint_features(cpu, false).ends_with(BURN_ON_GPU));
        assert_eq!(lint_features(&binaries[0], false), site::IN_PARTS);
    }
}
