//! From a packed job to the work that does it, for what trains.

use super::pixel::sees::SeesRun;
use super::series::deep::DeepRun;
use super::session::{Line, drive};
use super::text::train::TextTrainRun;
use crate::protocol::pixel::SeesAsk;
use crate::protocol::series::DeepAsk;
use crate::protocol::text::TextTrain;
use crate::protocol::{EngineError, PackedJob, RunId};

/// `false` if cancelled.
pub async fn train<L: Line>(
    run: RunId,
    job: &PackedJob,
    line: &mut L,
) -> Result<bool, EngineError> {
    match job.form.as_str() {
        TextTrain::FORM => {
            let job: TextTrain = job.unpacked()?;
            drive(run, &mut TextTrainRun::new(run, job)?, line).await
        }
        SeesAsk::FORM => {
            let ask: SeesAsk = job.unpacked()?;
            drive(run, &mut SeesRun::new(run, ask)?, line).await
        }
        DeepAsk::FORM => drive(run, &mut DeepRun::new(run, job.unpacked()?)?, line).await,
        other => Err(EngineError::BadRequest(format!(
            "no training has the form {other}"
        ))),
    }
}
