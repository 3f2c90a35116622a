//! From a job to the work that does it.
//!
//! Each engine holds the jobs that are sent to it (`Job::needs`), by its cargo features: `sample` are
//! those of a diffusion network, `look` those for the CPU alone, `train` those that train.

use std::collections::HashMap;

use super::diffusion::denoise::Denoiser;
#[cfg(feature = "train")]
use super::diffusion::plane::{PlaneSampleRun, PlaneTrainRun};
#[cfg(feature = "sample")]
use super::diffusion::{denoise::DenoiseRun, timing::TimingRun};
#[cfg(feature = "look")]
use super::diffusion::{inspect::InspectRun, noise_stats::NoiseStatsRun};
#[cfg(feature = "look")]
use super::gan::images::GanImagesRun;
#[cfg(feature = "train")]
use super::gan::play::GanPlayRun;
#[cfg(feature = "look")]
use super::looks;
use super::session::{Line, drive};
#[cfg(feature = "train")]
use super::trainings;
#[cfg(feature = "look")]
use super::vae::ask::VaeAskRun;
#[cfg(feature = "train")]
use super::vae::train::VaeTrainRun;
#[cfg(feature = "look")]
use crate::models::{
    gan::image::GanPair,
    pixel::Net,
    text::net::Transformer,
    vae::net::Vae,
    wave::{self, net::WaveNet},
};
#[cfg(any(feature = "look", feature = "train"))]
use crate::protocol::Home;
use crate::protocol::{EngineError, Event, Job, RunId};

/// The loaded models by id.
pub trait Shelf {
    /// Its diffusion networks.
    type Net: Denoiser;
    /// A diffusion network.
    fn denoiser(&mut self, id: &str) -> Option<&mut Self::Net>;
    /// A snapshot of a GAN.
    #[cfg(feature = "look")]
    fn gan(&self, _id: &str) -> Option<&GanPair> {
        None
    }
    /// A Transformer.
    #[cfg(feature = "look")]
    fn text(&self, _id: &str) -> Option<&Transformer> {
        None
    }
    /// A network of pixels.
    #[cfg(feature = "look")]
    fn pixels(&self, _id: &str) -> Option<&Net> {
        None
    }
    /// A WaveNet, and its shape.
    #[cfg(feature = "look")]
    fn wave(&self, _id: &str) -> Option<(&WaveNet, wave::Shape)> {
        None
    }
    /// An autoencoder.
    #[cfg(feature = "look")]
    fn vae(&self, _id: &str) -> Option<&Vae> {
        None
    }
}

/// Diffusion networks alone.
impl<D: Denoiser> Shelf for HashMap<String, D> {
    type Net = D;
    fn denoiser(&mut self, id: &str) -> Option<&mut D> {
        self.get_mut(id)
    }
}

/// Runs `job` to its end, cancelled or not, and sends all its events.
pub async fn run<S: Shelf, L: Line>(run: RunId, job: Job, models: &mut S, line: &mut L) {
    let start = line.now_ms();
    let end = match work(run, job, models, line).await {
        Ok(true) => Event::Done {
            run,
            ms: (line.now_ms() - start) as f32,
        },
        Ok(false) => Event::Cancelled { run },
        Err(error) => Event::Failed {
            run: Some(run),
            error,
        },
    };
    line.send(end);
}

/// `false` if cancelled.
#[cfg_attr(
    not(any(feature = "sample", feature = "look")),
    expect(unused_variables, reason = "what trains brings its weights along")
)]
async fn work<S: Shelf, L: Line>(
    run: RunId,
    job: Job,
    models: &mut S,
    line: &mut L,
) -> Result<bool, EngineError> {
    match job {
        #[cfg(feature = "sample")]
        Job::Denoise(job) => {
            let net = found(models.denoiser(&job.model), &job.model)?;
            drive(run, &mut DenoiseRun::new(run, job, net)?, line).await
        }
        #[cfg(feature = "look")]
        Job::NoiseStats(job) => drive(run, &mut NoiseStatsRun::new(run, job)?, line).await,
        #[cfg(feature = "look")]
        Job::Inspect(job) => {
            let net = found(models.denoiser(&job.model), &job.model)?;
            drive(run, &mut InspectRun::new(run, job, net)?, line).await
        }
        #[cfg(feature = "sample")]
        Job::Time {
            model,
            batch,
            repeats,
        } => {
            let net = found(models.denoiser(&model), &model)?;
            drive(run, &mut TimingRun::new(run, batch, repeats, net)?, line).await
        }
        #[cfg(feature = "train")]
        Job::PlaneTrain(job) => drive(run, &mut PlaneTrainRun::new(run, job)?, line).await,
        #[cfg(feature = "train")]
        Job::PlaneSample(job) => drive(run, &mut PlaneSampleRun::new(run, job)?, line).await,
        #[cfg(feature = "look")]
        Job::GanImages(job) => {
            let pair = found(models.gan(&job.model), &job.model)?;
            drive(run, &mut GanImagesRun::new(run, job, pair)?, line).await
        }
        #[cfg(feature = "look")]
        Job::Vae(ask) => {
            let net = found(models.vae(&ask.model), &ask.model)?;
            drive(run, &mut VaeAskRun::new(run, ask, net)?, line).await
        }
        #[cfg(feature = "look")]
        Job::Packed(job) if job.home == Home::Cpu => looks::look(run, &job, models, line).await,
        #[cfg(feature = "train")]
        Job::Packed(job) if job.home == Home::Trainer => trainings::train(run, &job, line).await,
        #[cfg(feature = "train")]
        Job::VaeTrain(job) => drive(run, &mut VaeTrainRun::new(run, *job)?, line).await,
        #[cfg(feature = "train")]
        Job::GanPlay(job) => drive(run, &mut GanPlayRun::new(run, *job)?, line).await,
        _ => Err(EngineError::BadRequest(
            "this engine does not hold that job".into(),
        )),
    }
}

#[cfg(any(feature = "sample", feature = "look"))]
pub(super) fn found<M>(model: Option<M>, id: &str) -> Result<M, EngineError> {
    model.ok_or_else(|| EngineError::BadRequest(format!("model {id} is not loaded")))
}
