//! The one place where an error becomes a sentence for the visitor, with a way on.

use crate::protocol::EngineError;
use crate::ui::host::scheduler::{GoesOn, Trouble};

/// What the visitor can do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayOn {
    /// Try the same again.
    Retry,
    /// Compute on the CPU.
    UseCpu,
    /// Load the page anew.
    Reload,
}

impl WayOn {
    /// The button's text.
    pub fn label(self) -> &'static str {
        match self {
            Self::Retry => "Try again",
            Self::UseCpu => "Use the CPU",
            Self::Reload => "Reload the page",
        }
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Good to know.
    Hint,
    /// Something stopped.
    Stop,
}

/// A sentence or two for the visitor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What happened, and what that means.
    pub text: String,
    /// The machine's own words, for who wants to report it.
    pub details: Option<String>,
    /// How bad it is.
    pub weight: Weight,
    /// What to do, if there is something to do.
    pub way_on: Option<WayOn>,
}

impl Notice {
    /// For a link that said things that make no sense.
    pub fn nonsense(problems: &[String]) -> Self {
        hint(format!(
            "Part of this link was ignored. {}",
            problems.join(" ")
        ))
    }

    /// For a trouble of the host.
    pub fn trouble(trouble: &Trouble) -> Self {
        match trouble {
            Trouble::Rescued { error, from } => {
                let from = match from {
                    GoesOn::FromStart => "starts again".into(),
                    GoesOn::FromStep(step) => format!("goes on from step {step}"),
                    GoesOn::FromLast => "goes on from where it was last seen".into(),
                };
                let more = format!("A new one was started, and the run {from}.");
                Self::of(error, &more, Weight::Hint, None)
            }
            Trouble::Stopped(error) => {
                let more = "What was computed so far is kept.";
                Self::of(error, more, Weight::Stop, Some(WayOn::Retry))
            }
            Trouble::NoGpu => hint(
                "No WebGPU answered in this browser, so the CPU computes. The pictures are the same."
                    .into(),
            ),
            Trouble::GpuFailed(error) => {
                let more = "The CPU goes on from the last step.";
                Self::of(error, more, Weight::Hint, Some(WayOn::UseCpu))
            }
            Trouble::Stale => Self {
                text: "There is a new version of this page, and the parts of the one that is open \
                       no longer fit. The link keeps what you have set."
                    .into(),
                details: None,
                weight: Weight::Stop,
                way_on: Some(WayOn::Reload),
            },
        }
    }

    fn of(error: &EngineError, more: &str, weight: Weight, way_on: Option<WayOn>) -> Self {
        Self {
            text: format!("{} {more}", sentence(error)),
            details: Some(error.to_string()),
            weight,
            way_on,
        }
    }
}

fn hint(text: String) -> Notice {
    Notice {
        text,
        details: None,
        weight: Weight::Hint,
        way_on: None,
    }
}

/// An engine's error as a plain sentence; its reason is not for everybody.
fn sentence(error: &EngineError) -> String {
    match error {
        EngineError::NoAdapter(_) => "The graphics card cannot be used.".into(),
        EngineError::DeviceLost(_) => "The graphics card stopped answering.".into(),
        EngineError::Fetch { file, .. } => {
            format!("The file {file} could not be loaded. Is the network there?")
        }
        EngineError::BadWeights { file, .. } => {
            format!("The file {file} arrived damaged, so it is not used.")
        }
        EngineError::BadRequest(_) => "The engine did not understand the page.".into(),
        EngineError::Silent(seconds) => {
            format!("The engine did not answer for {seconds} seconds and was ended.")
        }
        EngineError::NotFinite => "The model’s numbers ran out of range.".into(),
        EngineError::Panicked(_) => "The engine stopped.".into(),
    }
}
