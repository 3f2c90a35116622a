//! What is being computed, and the button that stops it or lets it go on.

use yew::prelude::*;

use super::header::engine_name;
use crate::ui::host::Phase;
use crate::ui::runs::booked::{Action, Booked, Store, sender};

/// The line below a stage. `running` and `done` say what is computed, given the engine's name.
pub fn progress<S: Store>(
    run: &UseReducerHandle<Booked<S>>,
    running: impl FnOnce(&str) -> String,
    done: impl FnOnce(&str) -> String,
) -> Html {
    let engine = run.book.engine.map(engine_name).unwrap_or_default();
    let text = match run.book.phase.unwrap_or_default() {
        Phase::Loading => loading_text(run.book.loading),
        Phase::Running => running(engine),
        Phase::Cancelled => "Stopped; what was computed is kept.".into(),
        Phase::Failed => "The run stopped; what was computed is kept.".into(),
        Phase::Done => done(engine),
    };
    let button = match run.book.phase {
        Some(Phase::Loading | Phase::Running) => Some(("Stop", sender(run, || Action::Stop))),
        Some(Phase::Cancelled) => Some(("Go on", sender(run, || Action::GoOn))),
        Some(Phase::Failed | Phase::Done) | None => None,
    };
    html! {
        <p class="progress">
            { text }
            if let Some((label, onclick)) = button {
                <button type="button" class="button small" {onclick}>{ label }</button>
            }
        </p>
    }
}

/// The line of a run by steps: those done, all, and the time that all took, ms.
pub fn step_progress<S: Store>(
    run: &UseReducerHandle<Booked<S>>,
    (done, all): (u32, u32),
    took_ms: Option<f32>,
) -> Html {
    progress(
        run,
        |engine| format!("{engine}: step {done} of {all}"),
        |engine| computed(took_ms.unwrap_or_default(), engine),
    )
}

/// What is on its way before the first step: `loading` is bytes received, and in all.
fn loading_text(loading: Option<(u64, u64)>) -> String {
    match loading {
        Some((received, total)) if received < total => {
            let (received, total) = (received / 1000, total / 1000);
            format!("Fetching: {received} of {total} kB")
        }
        Some((received, 0)) if received > 0 => format!("Fetching: {} kB", received / 1000),
        _ => "Starting the engine".into(),
    }
}

/// That it is computed, and how long it took; nothing if it took no time.
pub fn computed(ms: f32, engine: &str) -> String {
    if ms > 0.0 {
        let seconds = ms / 1000.0;
        format!("Computed here in {seconds:.1} s, on the {engine} engine")
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_download_tells_how_far_it_is() {
        let fetching = [400_000, 0].map(|total| loading_text(Some((1000, total))));
        assert_eq!(fetching, ["Fetching: 1 of 400 kB", "Fetching: 1 kB"]);
        for nothing_to_fetch in [None, Some((0, 0)), Some((400_000, 400_000))] {
            assert_eq!(loading_text(nothing_to_fetch), "Starting the engine");
        }
        let computed = [0.0, 1234.0].map(|ms| computed(ms, "CPU"));
        assert_eq!(computed, ["", "Computed here in 1.2 s, on the CPU engine"]);
    }
}
