//! The image GAN's snapshots: which there are, what was measured of them ahead, and the real digits
//! beside their fakes.
//!
//! Both the manifest and the timeline name them, so either may be missing: without the timeline
//! there are no figures, without the manifest an engine tells what is wrong.

use std::rc::Rc;

use yew::prelude::*;

use crate::data::DataSet;
use crate::models::gan::image::snapshot_step;
use crate::ui::components::fetched::{Fetched, failure, use_fetched};
use crate::ui::host::use_engines;
use crate::ui::samples::{Loaded, fetch_text, use_samples};
use crate::weights::manifest::Manifest;
use crate::weights::timeline::{TIMELINE_PATH, Timeline};

/// What a chapter of snapshots is made of.
pub struct Snapshots {
    /// What was measured.
    pub timeline: Fetched<Timeline>,
    /// Tries again to fetch it.
    pub on_retry: Callback<MouseEvent>,
    /// Updates before each snapshot there is, rising; empty while that is not known.
    pub steps: Rc<Vec<u32>>,
    /// Real test digits.
    pub reals: Loaded,
    /// Tries again to fetch them.
    on_retry_reals: Callback<()>,
}

/// The snapshots, as far as they are there.
#[hook]
pub fn use_snapshots() -> Snapshots {
    let (timeline, on_retry) = use_fetched(fetch);
    let steps = use_steps(&timeline);
    let (reals, on_retry_reals) = use_samples(DataSet::Mnist);
    Snapshots {
        timeline,
        on_retry,
        steps,
        reals,
        on_retry_reals,
    }
}

impl Snapshots {
    /// That there are no real digits, in the words of `sentence`.
    pub fn without_reals(&self, sentence: &'static str) -> Html {
        let Loaded::Failed(reason) = &self.reals else {
            return Html::default();
        };
        let on_retry = self.on_retry_reals.reform(|_| ());
        failure(sentence, reason, &on_retry, Some("pics-notice"))
    }

    /// That there is none after `asked` updates, in the words of `sentence`.
    pub fn none_after(
        &self,
        asked: Option<u32>,
        class: &'static str,
        sentence: impl FnOnce(&str) -> String,
    ) -> Html {
        match asked.filter(|asked| is_missing(&self.steps, *asked)) {
            Some(asked) => html! {
                <p {class} data-name="no-such-snapshot">{ sentence(&asked.to_string()) }</p>
            },
            None => Html::default(),
        }
    }
}

/// Is it known that there is no snapshot after `asked` updates?
fn is_missing(steps: &[u32], asked: u32) -> bool {
    !steps.is_empty() && !steps.contains(&asked)
}

async fn fetch() -> Result<Timeline, String> {
    read(&fetch_text(TIMELINE_PATH).await?)
}

fn read(text: &str) -> Result<Timeline, String> {
    let timeline: Timeline = serde_json::from_str(text).map_err(|_| "the file is damaged")?;
    timeline.check().map_err(|error| error.to_string())
}

#[hook]
fn use_steps(timeline: &Fetched<Timeline>) -> Rc<Vec<u32>> {
    let manifest = use_engines().manifest;
    use_memo(
        (manifest, timeline.clone()),
        |(manifest, timeline)| match (manifest, timeline) {
            (Some(manifest), _) => listed(manifest),
            (None, Fetched::Ready(timeline)) => timeline.snapshots.iter().map(|s| s.step).collect(),
            (None, _) => Vec::new(),
        },
    )
}

fn listed(manifest: &Manifest) -> Vec<u32> {
    let models = manifest.models.iter();
    let mut steps: Vec<u32> = models
        .filter_map(|model| snapshot_step(&model.id))
        .collect();
    steps.sort_unstable();
    steps
}

/// The place among `steps` of the snapshot after `step` updates, or of the last one before it;
/// `None` is `default`.
pub fn place(steps: &[u32], step: Option<u32>, default: usize) -> usize {
    let last = steps.len().saturating_sub(1);
    let before = |step| steps.partition_point(|s| *s <= step).saturating_sub(1);
    step.map_or(default.min(last), before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::gan::image::snapshot_id;
    use crate::weights::manifest::MANIFEST_PATH;

    const STEPS: [u32; 4] = [0, 50, 400, 1200];

    #[test]
    fn steps_have_their_place_and_others_the_one_before() {
        let at = |step| place(&STEPS, Some(step), 9);
        assert_eq!([0, 49, 50, 399, 1200, 9999].map(at), [0, 0, 1, 1, 3, 3]);
        assert_eq!(place(&STEPS, None, 2), 2);
        assert_eq!(place(&STEPS, None, 9), 3);
        assert_eq!((place(&[], None, 9), place(&[], Some(5), 9)), (0, 0));
        assert_eq!(place(&STEPS[1..], Some(10), 0), 0, "before the first");
    }

    #[test]
    fn only_what_is_known_to_be_missing_is_missing() {
        let missing = [0, 49, 50, 1200, 9999].map(|asked| is_missing(&STEPS, asked));
        assert_eq!(missing, [false, true, false, false, true]);
        assert!(!is_missing(&[], 49), "not known yet");
    }

    /// Manifest and timeline say the same.
    #[test]
    fn the_shipped_files_name_the_same_snapshots() {
        let www = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www");
        let text = |path: &str| std::fs::read_to_string(www.join(path)).expect("readable");
        let manifest: Manifest = serde_json::from_str(&text(MANIFEST_PATH)).expect("reads");
        let timeline = read(&text(TIMELINE_PATH)).expect("makes sense");
        let steps = listed(&manifest);
        assert!(steps.len() > 3 && steps[0] == 0, "{steps:?}");
        let ids: Vec<_> = steps.iter().map(|step| snapshot_id(*step)).collect();
        let named: Vec<_> = timeline.snapshots.iter().map(|s| s.model.clone()).collect();
        assert_eq!(ids, named);
    }

    #[test]
    fn files_that_make_no_sense_are_refused() {
        for text in [
            "",
            "{}",
            r#"{"snapshots":[],"points":[]}"#,
            r#"{"snapshots":[{"model":"gan-mnist-000000","step":0,"sha256":"a"}],"points":[]}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
