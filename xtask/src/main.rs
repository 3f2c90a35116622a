//! `cargo xtask serve | build | test | bench | shot | fetch-tools`

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

use xtask::site::{self, Engines, Options};
use xtask::steps::Steps;
use xtask::{budget, check, checkout, paths, tools};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Builds, serves, tests and measures the genscope site."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the site and serve it at http://127.0.0.1:8080, installing what is missing
    Serve {
        /// Rebuild and reload on every change (without the GPU engine, unless --gpu)
        #[arg(long)]
        dev: bool,
        /// With --dev: build the GPU engine too
        #[arg(long, requires = "dev")]
        gpu: bool,
        #[arg(long, default_value_t = 8080)]
        port: u16,
        #[command(flatten)]
        less: Less,
    },
    /// Build the site into pkg/
    Build {
        /// Compile quickly instead of making it small and fast
        #[arg(long)]
        dev: bool,
        #[command(flatten)]
        less: Less,
    },
    /// Check everything: formatting, lints, native tests, the site in a real browser
    Test {
        /// Skip the GPU engine: its lints, its build and its tests
        #[arg(long)]
        quick: bool,
    },
    /// Measure the built site in a real browser; JSON on standard output
    Bench {
        /// Write the JSON to this file as well
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Take a picture of pkg/ in a real browser (`cargo xtask shot --help`)
    #[command(disable_help_flag = true)]
    Shot {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Compare the sizes of pkg/ with their limits
    Sizes,
    /// Install the tools for building, testing and measuring
    FetchTools,
}

/// Leaves engines out, for quick loops on the page.
#[derive(Args)]
struct Less {
    /// Leave the GPU engine out
    #[arg(long)]
    no_gpu: bool,
    /// Leave both engines out
    #[arg(long)]
    page_only: bool,
}

impl Less {
    fn engines(&self) -> Engines {
        match (self.page_only, self.no_gpu) {
            (true, _) => Engines::None,
            (_, true) => Engines::CpuOnly,
            _ => Engines::All,
        }
    }
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    checkout::claim_target()?;
    let mut steps = Steps::default();
    match command {
        Command::Serve {
            dev: true,
            gpu,
            port,
            less,
        } => {
            let engines = match less.engines() {
                Engines::All if !gpu => Engines::CpuOnly,
                engines => engines,
            };
            tools::fetch_for_build(&mut steps)?;
            site::watch(engines, port)
        }
        Command::Serve {
            dev: false,
            port,
            less,
            ..
        } => {
            let engines = less.engines();
            site::serve(
                Options {
                    dev: false,
                    shrunk: true,
                    engines,
                },
                port,
                &mut steps,
            )
        }
        Command::Build { dev, less } => build(
            Options {
                dev,
                shrunk: !dev,
                engines: less.engines(),
            },
            &mut steps,
        ),
        Command::Test { quick } => check::test(quick),
        Command::Bench { out } => check::bench(out.as_deref(), &mut steps),
        Command::Shot { arguments } => check::shot(&arguments, &mut steps),
        Command::Sizes => budget::check(&paths::pkg(), &[]),
        Command::FetchTools => {
            tools::fetch_for_build(&mut steps)?;
            tools::fetch_browser(&mut steps)?;
            tools::fetch_other_browsers(&mut steps)?;
            eprintln!("{}", tools::report());
            Ok(())
        }
    }
}

fn build(options: Options, steps: &mut Steps) -> Result<()> {
    site::fetch_and_build(options, steps)?;
    eprint!("{}", steps.table());
    Ok(())
}
