//! The image GAN's part of `lab pack`: the snapshots along its training, one weights file each.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use burn::module::Module;
use burn::tensor::Device;

use super::super::source::{draw_fakes, manifest};
use super::super::watch::{look_path, points};
use super::super::{Folders, ModelId, pictures};
use super::{command, data_set, write, write_fingerprint, write_manifest};
use crate::data::CLASSES;
use crate::models::gan::image::{GanPair, snapshot_id, training};
use crate::nn::checkpoint::{RunDir, RunState, load_module};
use crate::weights::load::{load, sha256_hex};
use crate::weights::manifest::{ModelEntry, NetworkKind};
use crate::weights::pack::pack;
use crate::weights::timeline::{Point, Snapshot, TIMELINE_PATH, Timeline};

/// Updates after which a snapshot ships, beside the last one: the fakes change most at first.
const SHIPPED: [u32; 9] = [0, 50, 100, 200, 300, 400, 600, 1200, 3200];
/// Seed of the opening pictures: the one that the stage opens with.
const OPENING_SEED: u64 = 42;

/// Writes every snapshot with its manifest entry and recorded answer, the timeline, and the
/// opening pictures.
pub fn run(folders: &Folders, model: ModelId) -> Result<()> {
    let run = RunDir::open(&folders.runs, model.name())?;
    let state = run.state(training::SHAPE)?;
    let points = points(run.path())?;
    let mut manifest = manifest(folders)?;
    clear(folders, &manifest.models)?;
    manifest.models.retain(|m| !is_snapshot(m));
    let mut timeline = Timeline {
        snapshots: Vec::new(),
        points,
    };
    let mut opening = Vec::new();
    for point in shipped(&timeline.points)? {
        let trained: GanPair = load_module(
            GanPair::new(&Device::flex()),
            &look_path(run.path(), point.step),
        )?;
        let parameters = trained.num_params() as u64;
        let bytes = pack(trained)?;
        let entry = entry(model, &state, point, parameters, &bytes);
        write(&folders.www.join("weights").join(&entry.file), &bytes)?;
        println!("{}: {} bytes", entry.file, entry.bytes);
        let pair = load(GanPair::new(&Device::flex()), bytes, &entry)?;
        write_fingerprint(&entry, &pair)?;
        let digits: Vec<u8> = (0..CLASSES as u8).collect();
        opening.extend(draw_fakes(&pair, &digits, OPENING_SEED, |_| {}));
        timeline.snapshots.push(Snapshot {
            model: entry.id.clone(),
            step: point.step,
            sha256: entry.sha256.clone(),
        });
        manifest.models.push(entry);
    }
    manifest.models.sort_by(|a, b| a.id.cmp(&b.id));
    write_manifest(folders, &manifest)?;
    let text = serde_json::to_string(&timeline.check()?)? + "\n";
    write(&folders.www.join(TIMELINE_PATH), text.as_bytes())?;
    let path = folders.www.join("samples/gan-opening.png");
    pictures::sheet(&path, &pictures::to_bytes(&opening), CLASSES)
}

/// The points whose players ship: those of [`SHIPPED`] that were reached, and the last one.
fn shipped(points: &[Point]) -> Result<Vec<Point>> {
    let last = points.last().context("nothing was looked at")?.step;
    let is_shipped = |p: &Point| SHIPPED.contains(&p.step) || p.step == last;
    let chosen: Vec<_> = points.iter().copied().filter(is_shipped).collect();
    ensure!(last > 0, "nothing has been learned yet");
    Ok(chosen)
}

fn is_snapshot(model: &ModelEntry) -> bool {
    model.network == NetworkKind::GanPair
}

/// Removes the files of an earlier pack: its last snapshot may have been another.
fn clear(folders: &Folders, models: &[ModelEntry]) -> Result<()> {
    for old in models.iter().filter(|m| is_snapshot(m)) {
        remove(&folders.www.join("weights").join(&old.file))?;
        remove(&super::recording(&old.id))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(e).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

fn entry(
    model: ModelId,
    state: &RunState,
    point: Point,
    parameters: u64,
    bytes: &[u8],
) -> ModelEntry {
    let id = snapshot_id(point.step);
    ModelEntry {
        file: format!("{id}.bpk"),
        id,
        network: model.network(),
        bytes: bytes.len() as u64,
        sha256: sha256_hex(bytes),
        parameters,
        data_set: data_set(model),
        images_seen: point.images,
        command: command(model, state),
        commit: state.commit.clone(),
        quality: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(step: u32) -> Point {
        Point {
            step,
            images: 64 * u64::from(step),
            losses: None,
            real_accuracy: 0.5,
            fake_accuracy: 0.5,
            n: 10,
            class_accuracy: 0.1,
            fid: 9.0,
            floor: 2.0,
        }
    }

    #[test]
    fn the_last_look_always_ships() {
        let steps = |reached: &[u32]| {
            let points: Vec<_> = reached.iter().copied().map(point).collect();
            let shipped = shipped(&points).expect("something");
            shipped.iter().map(|p| p.step).collect::<Vec<_>>()
        };
        assert_eq!(steps(&[0, 25, 50, 75]), [0, 50, 75]);
        assert_eq!(steps(&[0, 100, 150, 200]), [0, 100, 200]);
        assert!(shipped(&[]).is_err() && shipped(&[point(0)]).is_err());
    }
}
