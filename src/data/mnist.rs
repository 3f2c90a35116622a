//! Handwritten digits: MNIST (LeCun, Cortes, Burges), 60,000 training and 10,000 test pictures.
//!
//! Read from the four IDX files in `data/mnist/`, which `lab data` fetches. Licence of the
//! data: CC BY-SA 3.0. Fashion-MNIST (MIT licence) has the same format and shape.

use std::fs;
use std::path::Path;

use super::{CLASSES, DataSet, PIXELS, SIDE};

/// Training or test half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// 60,000 pictures; models learn from these only.
    Train,
    /// 10,000 pictures; judges compare with these.
    Test,
}

impl Split {
    /// Number of pictures.
    pub fn size(self) -> usize {
        match self {
            Self::Train => 60_000,
            Self::Test => 10_000,
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "t10k",
        }
    }

    /// Names of the files with pictures and labels.
    pub fn files(self) -> [String; 2] {
        let prefix = self.prefix();
        [
            format!("{prefix}-images-idx3-ubyte"),
            format!("{prefix}-labels-idx1-ubyte"),
        ]
    }
}

/// Labelled pictures in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Images {
    /// `[n, 28, 28]`, 0 is background, 255 ink.
    pub pixels: Vec<u8>,
    /// `[n]`, `0..=9`.
    pub labels: Vec<u8>,
}

/// Why a data set cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file is not there or cannot be read.
    #[error("cannot read {path}: {source} (`lab data` fetches the data)")]
    Read {
        /// The file.
        path: String,
        /// The system's word.
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("{path} is damaged: {reason} (delete it and run `lab data` again)")]
    Damaged {
        /// The file.
        path: String,
        /// What does not fit.
        reason: String,
    },
}

impl Images {
    /// Reads one half of a set from `root/<set>/`.
    pub fn load(root: &Path, set: DataSet, split: Split) -> Result<Self, DataError> {
        let dir = root.join(set.id());
        let [images, labels] = split.files();
        let pixels = read_idx(&dir.join(images), &[split.size(), SIDE, SIDE])?;
        let labels_path = dir.join(labels);
        let labels = read_idx(&labels_path, &[split.size()])?;
        if labels.iter().any(|&l| usize::from(l) >= CLASSES) {
            return Err(DataError::Damaged {
                path: labels_path.display().to_string(),
                reason: "a label is not 0 to 9".into(),
            });
        }
        Ok(Self { pixels, labels })
    }

    /// Number of pictures.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Picture `i` in `[-1, 1]`.
    pub fn picture(&self, i: usize) -> impl Iterator<Item = f32> + '_ {
        self.pixels[i * PIXELS..(i + 1) * PIXELS]
            .iter()
            .map(|&p| to_unit(p))
    }
}

/// `0..=255` to `[-1, 1]`.
pub fn to_unit(pixel: u8) -> f32 {
    f32::from(pixel) / 127.5 - 1.0
}

/// Reads an IDX file of unsigned bytes and checks its dimensions.
fn read_idx(path: &Path, dims: &[usize]) -> Result<Vec<u8>, DataError> {
    let bytes = fs::read(path).map_err(|source| DataError::Read {
        path: path.display().to_string(),
        source,
    })?;
    parse_idx(&bytes, dims)
        .map(<[u8]>::to_vec)
        .map_err(|reason| DataError::Damaged {
            path: path.display().to_string(),
            reason,
        })
}

/// The payload of an IDX file: magic `00 00 08 rank`, then big-endian sizes, then bytes.
fn parse_idx<'a>(bytes: &'a [u8], dims: &[usize]) -> Result<&'a [u8], String> {
    let mut header = vec![0, 0, 8, dims.len() as u8];
    for &d in dims {
        header.extend((d as u32).to_be_bytes());
    }
    let Some(payload) = bytes.strip_prefix(header.as_slice()) else {
        return Err(format!("its header does not say bytes of shape {dims:?}"));
    };
    let want: usize = dims.iter().product();
    if payload.len() != want {
        return Err(format!("{} bytes of data instead of {want}", payload.len()));
    }
    Ok(payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn idx_is_checked() {
        let good = [0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 7, 9];
        assert_eq!(parse_idx(&good, &[1, 2]), Ok([7u8, 9].as_slice()));
        assert!(parse_idx(&good, &[2, 1]).is_err());
        assert!(parse_idx(&good[..13], &[1, 2]).is_err());
        assert!(parse_idx(&[], &[1, 2]).is_err());
    }

    #[test]
    fn unit_range() {
        assert_eq!((to_unit(0), to_unit(255)), (-1.0, 1.0));
    }
}
