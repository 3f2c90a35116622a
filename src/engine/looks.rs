//! From a packed job to the work that does it, for what the CPU alone holds.

use super::jobs::{Shelf, found};
use super::pixel::draw::PixelRun;
use super::series::{compare::CompareRun, fit::FitRun, look::LookRun};
use super::session::{Line, drive};
use super::text::clock::ClockRun;
use super::text::inside::InsideRun;
use super::text::write::TextRun;
use super::wave::play::WaveRun;
use crate::protocol::pixel::PixelAsk;
use crate::protocol::series::{CompareAsk, FitAsk, LookAsk};
use crate::protocol::text::{ClockAsk, InsideAsk, TextAsk};
use crate::protocol::wave::WaveAsk;
use crate::protocol::{EngineError, PackedJob, RunId};

/// `false` if cancelled.
pub async fn look<S: Shelf, L: Line>(
    run: RunId,
    job: &PackedJob,
    models: &S,
    line: &mut L,
) -> Result<bool, EngineError> {
    match job.form.as_str() {
        TextAsk::FORM => {
            let ask: TextAsk = job.unpacked()?;
            let net = found(models.text(&ask.model), &ask.model)?;
            drive(run, &mut TextRun::new(run, ask, net)?, line).await
        }
        ClockAsk::FORM => {
            let ask: ClockAsk = job.unpacked()?;
            let net = found(models.text(&ask.model), &ask.model)?;
            drive(run, &mut ClockRun::new(run, ask, net)?, line).await
        }
        InsideAsk::FORM => {
            let ask: InsideAsk = job.unpacked()?;
            let net = found(models.text(&ask.model), &ask.model)?;
            drive(run, &mut InsideRun::new(run, ask, net)?, line).await
        }
        PixelAsk::FORM => {
            let ask: PixelAsk = job.unpacked()?;
            let net = found(models.pixels(&ask.model), &ask.model)?;
            drive(run, &mut PixelRun::new(run, ask, net)?, line).await
        }
        WaveAsk::FORM => {
            let ask: WaveAsk = job.unpacked()?;
            let net = found(models.wave(&ask.model), &ask.model)?;
            drive(run, &mut WaveRun::new(run, ask, net)?, line).await
        }
        LookAsk::FORM => drive(run, &mut LookRun::new(run, job.unpacked()?)?, line).await,
        CompareAsk::FORM => drive(run, &mut CompareRun::new(run, job.unpacked()?)?, line).await,
        FitAsk::FORM => drive(run, &mut FitRun::new(run, job.unpacked()?)?, line).await,
        other => Err(EngineError::BadRequest(format!(
            "no job has the form {other}"
        ))),
    }
}
