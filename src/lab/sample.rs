//! `lab sample MODEL`: pictures into a NumPy file.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use npyz::{AutoSerialize, WriterBuilder};

use crate::data::{CLASSES, SIDE};

use super::source::{Sampling, Weights, draw};
use super::{Folders, ModelId, pictures};

/// Arguments of `lab sample`.
#[derive(clap::Args)]
pub struct Args {
    /// Which model.
    model: ModelId,
    /// Number of pictures.
    #[arg(long, default_value_t = 100)]
    n: usize,
    /// Class of all pictures; without it they take turns.
    #[arg(long, value_parser = clap::value_parser!(u8).range(0..CLASSES as i64))]
    class: Option<u8>,
    #[command(flatten)]
    sampling: Sampling,
    /// Which weights.
    #[arg(long, value_enum, default_value_t = Weights::Shipped)]
    weights: Weights,
    /// Pictures, float32 `[n, 28, 28]` in `[-1, 1]` (`.npy`), or a sheet to look at (`.png`).
    #[arg(long)]
    out: PathBuf,
    /// Intended classes, uint8 `[n]` (`.npy`).
    #[arg(long)]
    labels: Option<PathBuf>,
}

/// Samples.
pub fn run(folders: &Folders, args: &Args) -> Result<()> {
    ensure!(args.n > 0, "--n has to be at least 1");
    let labels = labels(args.n, args.class);
    let values = draw(folders, args.model, args.weights, &labels, &args.sampling)?;
    if args.out.extension().is_some_and(|e| e == "png") {
        pictures::sheet(&args.out, &pictures::to_bytes(&values), CLASSES)?;
    } else {
        write_npy(
            &args.out,
            &[args.n as u64, SIDE as u64, SIDE as u64],
            values,
        )?;
    }
    match &args.labels {
        Some(path) => write_npy(path, &[args.n as u64], labels),
        None => Ok(()),
    }
}

/// Intended classes: all `class`, or 0 to 9 in turn.
pub fn labels(n: usize, class: Option<u8>) -> Vec<u8> {
    (0..n)
        .map(|i| class.unwrap_or((i % CLASSES) as u8))
        .collect()
}

fn write_npy<V: AutoSerialize>(path: &Path, shape: &[u64], values: Vec<V>) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let mut writer = npyz::WriteOptions::new()
            .default_dtype()
            .shape(shape)
            .writer(BufWriter::new(File::create(path)?))
            .begin_nd()?;
        writer.extend(values)?;
        writer.finish()
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn npy_is_read_back() {
        let path = std::env::temp_dir().join(format!("genscope-{}.npy", std::process::id()));
        write_npy(&path, &[2, 2], vec![1.0f32, 2.0, 3.0, 4.5]).expect("writes");
        let file = npyz::NpyFile::new(File::open(&path).expect("opens")).expect("reads");
        assert_eq!(file.shape(), [2, 2]);
        assert_eq!(file.into_vec::<f32>().expect("f32"), [1.0, 2.0, 3.0, 4.5]);
        std::fs::remove_file(path).expect("cleans up");
    }

    #[test]
    fn classes_take_turns() {
        assert_eq!(labels(12, None)[9..], [9, 0, 1]);
        assert_eq!(labels(3, Some(7)), [7, 7, 7]);
    }
}
