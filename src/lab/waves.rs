//! What `lab` does with sounds: make or read them, let a network go on, say whether it is in tune.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::RngCore;

use super::Folders;
use crate::models::next::{Choosing, choose};
use crate::models::wave::asked::{Asked, DIGITS, ROWS, SPEAKERS};
use crate::models::wave::step::Stepper;
use crate::models::wave::training::Sounds;
use crate::models::wave::{Deaf, NOTES, RATE, SILENCE, Shape, code};
use crate::noise;
use crate::sound::{LENGTH, LOUD, VOICES, frequency, heard, string};

/// What is learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Notes of a plucked string, made by `crate::sound`.
    Notes,
    /// Spoken digits, read.
    Digits,
}

/// Which part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// To learn from.
    Train,
    /// To judge by.
    HeldOut,
}

/// Notes of a round of learning: each pitch 150 times, plucked anew.
const PLUCKS: usize = 3600;
/// Recordings of a digit and speaker, of which the first are held out.
const TAKES: usize = 50;
const HELD_OUT: usize = 5;

impl Recorded {
    /// The shape of the network.
    pub fn shape(self) -> Shape {
        Shape {
            width: 32,
            stacks: 3,
            layers: 6,
            conditions: match self {
                Self::Notes => NOTES.into(),
                Self::Digits => ROWS.into(),
            },
        }
    }

    /// The data set as the manifest names it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Notes => "Notes of a plucked string, C4 to B5, made by our own program",
            Self::Digits => "Free Spoken Digit Dataset (CC BY-SA 4.0), 2,700 recordings",
        }
    }

    /// What a sheet lets be heard.
    pub fn shown(self) -> Vec<u16> {
        match self {
            Self::Notes => (0..NOTES).step_by(5).collect(),
            // Each digit by another speaker.
            Self::Digits => (0..DIGITS)
                .map(|digit| digit * SPEAKERS + digit % SPEAKERS)
                .collect(),
        }
    }

    /// The sounds.
    pub(super) fn load(self, folders: &Folders, part: Part) -> Result<Loaded> {
        Ok(match self {
            Self::Notes => Loaded::Plucked(part),
            Self::Digits => Loaded::Read(recordings(&folders.data.join("sound/recordings"), part)?),
        })
    }
}

/// Sounds to learn from, or to judge by.
pub enum Loaded {
    /// Made when they are asked for.
    Plucked(Part),
    /// From files: values, and what was asked for.
    Read(Vec<(Vec<u8>, Asked)>),
}

impl Sounds for Loaded {
    fn count(&self) -> usize {
        match self {
            Self::Plucked(_) => PLUCKS,
            Self::Read(sounds) => sounds.len(),
        }
    }

    fn sound(&self, i: usize, rng: &mut ChaCha8Rng) -> (Vec<u8>, Asked) {
        match self {
            Self::Plucked(part) => {
                let note = (i % usize::from(NOTES)) as u16;
                // Even seeds are learned from, odd ones held out.
                let seed = rng.next_u64() & !1 | u64::from(*part == Part::HeldOut);
                (string(note, seed), Asked::Note(note))
            }
            Self::Read(sounds) => sounds[i].clone(),
        }
    }
}

/// `digit_speaker_take.wav` of a folder.
fn recordings(folder: &Path, part: Part) -> Result<Vec<(Vec<u8>, Asked)>> {
    let mut all = Vec::new();
    let takes = match part {
        Part::Train => HELD_OUT..TAKES,
        Part::HeldOut => 0..HELD_OUT,
    };
    for digit in 0..DIGITS {
        for speaker in 0..SPEAKERS {
            let who = VOICES[usize::from(speaker)].to_lowercase();
            for take in takes.clone() {
                let path = folder.join(format!("{digit}_{who}_{take}.wav"));
                let samples = read_wav(&path).with_context(|| {
                    format!("{} (tar xzf fsdd.tar.gz -C data/sound)", path.display())
                })?;
                let (codes, lasts) = word(&samples);
                let asked = Asked::Word {
                    digit,
                    speaker,
                    lasts,
                };
                all.push((codes, asked));
            }
        }
    }
    Ok(all)
}

/// What is softer than this share of a recording's loudest sample, before the word and after it, is not of the
/// word.
const SOFT: f32 = 0.03;
/// But for so many samples, in which it begins and dies away.
const AROUND: [usize; 2] = [80, 160];

/// The word in a recording, as loud as all others, and its length; made as long as all others by cutting its
/// end off, or by silence.
fn word(samples: &[f32]) -> (Vec<u8>, u32) {
    let most = samples.iter().map(|v| v.abs()).fold(1e-4, f32::max);
    let is_loud = |v: &f32| v.abs() > SOFT * most;
    let first = samples.iter().position(is_loud).unwrap_or(0);
    let last = samples.iter().rposition(is_loud).unwrap_or(0);
    let first = first.saturating_sub(AROUND[0]);
    let end = samples.len().min(last + AROUND[1]);
    let word = &samples[first..end];
    let mut codes: Vec<u8> = word.iter().map(|v| code(LOUD * v / most)).collect();
    codes.resize(LENGTH, SILENCE);
    (codes, word.len().max(1) as u32)
}

fn read_wav(path: &Path) -> Result<Vec<f32>> {
    let mut reader = hound::WavReader::open(path)?;
    let spec = reader.spec();
    ensure!(
        spec.sample_rate == RATE && spec.channels == 1 && spec.bits_per_sample == 16,
        "not 8 kHz, 16 bits, one channel"
    );
    let samples = reader.samples::<i16>();
    samples.map(|v| Ok(f32::from(v?) / 32_768.0)).collect()
}

/// Writes samples `-1..=1` as a file.
pub fn write_wav(path: &Path, samples: &[f32]) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec)?;
    for v in samples {
        writer.write_sample((v.clamp(-1.0, 1.0) * 32_767.0) as i16)?;
    }
    Ok(writer.finalize()?)
}

/// One sound for each thing that is asked for, by number, drawn from the network's own odds; `on_each` is told how many are done.
pub fn draw_sounds(
    stepper: &Stepper,
    conditions: &[u16],
    seed: u64,
    mut on_each: impl FnMut(usize),
) -> Vec<Vec<u8>> {
    let choosing = Choosing::default();
    let draw = |(i, condition): (usize, &u16)| {
        let asked = stepper.shape().asked(*condition).expect("one of them");
        let mut walk = stepper.begin(asked, Deaf::default());
        let mut next = |at: usize| {
            let logits = stepper.logits(&mut walk);
            let u = noise::unit(&mut noise::stream(seed, i as u32, at as u32));
            let code = choose(&choosing.probabilities(&logits), u) as u8;
            walk.put(code);
            code
        };
        let sound = (0..LENGTH).map(&mut next).collect();
        on_each(i + 1);
        sound
    };
    conditions.iter().enumerate().map(draw).collect()
}

/// By how many cents the pitch of each sound is off; none of one without pitch.
pub fn in_tune(sounds: &[Vec<u8>], conditions: &[u16]) -> Vec<Option<i32>> {
    let off = |(sound, condition): (&Vec<u8>, &u16)| {
        let heard = heard(sound)?;
        Some((1200.0 * (heard / frequency(*condition)).log2()).round() as i32)
    };
    sounds.iter().zip(conditions).map(off).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::wave::sample;

    #[test]
    fn strings_that_are_plucked_are_in_tune() {
        let sounds = Loaded::Plucked(Part::HeldOut);
        let mut rng = noise::stream(5, 0, 0);
        let all: Vec<_> = (0..usize::from(NOTES))
            .map(|i| sounds.sound(i, &mut rng))
            .collect();
        let sounds: Vec<_> = all.into_iter().map(|(sound, _)| sound).collect();
        let conditions: Vec<u16> = (0..NOTES).collect();
        for (condition, off) in in_tune(&sounds, &conditions).into_iter().enumerate() {
            let off = off.expect("a pitch");
            assert!(off.abs() <= 15, "{condition}: {off} cents");
        }
    }

    #[test]
    fn words_are_as_loud_and_as_long() {
        let quiet = [0.001; 1000];
        let (codes, lasts) = word(&[&quiet[..], &[0.0, 0.1, -0.05], &quiet].concat());
        assert_eq!((codes.len(), lasts), (LENGTH, 80 + 160 + 1));
        let loudest = sample(*codes.iter().max().expect("some"));
        assert!((loudest - LOUD).abs() < 0.02);
        assert_eq!(codes[300], SILENCE);
        assert_eq!(word(&[0.5; 9000]).1, 9000);
        assert_eq!(word(&[0.0; 10]).1, 10);
    }
}
