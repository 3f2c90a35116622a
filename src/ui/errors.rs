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
    /// How bad it is.
    pub weight: Weight,
    /// What to do, if there is something to do.
    pub way_on: Option<WayOn>,
}

impl Notice {
    /// For a link that said things that make no sense.
    pub fn nonsense(problems: &[String]) -> Self {
        let text = format!("Part of this link was ignored. {}", problems.join(" "));
        Self {
            text,
            weight: Weight::Hint,
            way_on: None,
        }
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
                hint(format!(
                    "{} A new one was started, and the run {from}.",
                    sentence(error)
                ))
            }
            Trouble::Stopped(error) => Self {
                text: format!("{} What was computed so far is kept.", sentence(error)),
                weight: Weight::Stop,
                way_on: Some(WayOn::Retry),
            },
            Trouble::NoGpu => hint(
                "This browser offers no WebGPU, so the CPU computes. The pictures are the same."
                    .into(),
            ),
            Trouble::GpuFailed(error) => Self {
                text: format!("{} The CPU goes on from the last step.", sentence(error)),
                weight: Weight::Hint,
                way_on: Some(WayOn::UseCpu),
            },
            Trouble::Stale => Self {
                text: "The page was updated while it was open, and its parts no longer fit.".into(),
                weight: Weight::Stop,
                way_on: Some(WayOn::Reload),
            },
        }
    }
}

fn hint(text: String) -> Notice {
    Notice {
        text,
        weight: Weight::Hint,
        way_on: None,
    }
}

/// An engine's error as a sentence.
pub fn sentence(error: &EngineError) -> String {
    match error {
        EngineError::NoAdapter(reason) => {
            format!("The graphics card cannot be used ({reason}).")
        }
        EngineError::DeviceLost(reason) => {
            format!("The graphics card stopped answering ({reason}).")
        }
        EngineError::Fetch { file, reason } => {
            format!("The file {file} could not be loaded ({reason}). Is the network there?")
        }
        EngineError::BadWeights { file, reason } => {
            format!("The file {file} arrived damaged ({reason}), so it is not used.")
        }
        EngineError::BadRequest(reason) => {
            format!("The engine did not understand the page ({reason}).")
        }
        EngineError::Silent(seconds) => {
            format!("The engine did not answer for {seconds} seconds and was ended.")
        }
        EngineError::NotFinite => "The model’s numbers ran out of range.".into(),
        // Before the last line a panic says where in the source it was.
        EngineError::Panicked(reason) => {
            format!(
                "The engine stopped ({}).",
                reason.lines().last().unwrap_or("no reason given")
            )
        }
    }
}
