//! Ten pictures of a family, made anew whenever the engine has a rest.

use std::rc::Rc;

use yew::prelude::*;

use crate::data::{CLASSES, PIXELS};
use crate::models::gan::image::{noise_vector, slerp};
use crate::models::vae::random_code;
use crate::part;
use crate::protocol::ask::Ask;
use crate::protocol::gan::GanImages;
use crate::protocol::vae::{Question, VaeAnswer, VaeAsk};
use crate::protocol::{Job, Report};
use crate::ui::components::picture::PictureView;
use crate::ui::content::{self, texts};
use crate::ui::host::{RunEvent, RunHandle, use_engines, use_host};
use crate::ui::parts::{self, use_text};
use crate::weights::manifest::{Manifest, NetworkKind};

/// Whose pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// Fakes, one of each digit.
    Gan,
    /// A walk between two random codes.
    Vae,
}

/// The model of the walk, and the numbers of its code.
const WALKED: &str = "vae-mnist-16";
const CODE: usize = 16;

impl Maker {
    fn id(self) -> &'static str {
        match self {
            Self::Gan => "gan",
            Self::Vae => "vae",
        }
    }

    /// The job of a turn; `None` without its model.
    fn job(self, turn: u32, manifest: &Manifest) -> Option<Job> {
        let models = manifest.models.iter();
        let snapshots = models.filter(|model| model.network == NetworkKind::GanPair);
        Some(match self {
            Self::Gan => Job::GanImages(GanImages {
                model: snapshots.max_by_key(|model| model.images_seen)?.id.clone(),
                z: (0..CLASSES as u32)
                    .flat_map(|fake| noise_vector(u64::from(turn), fake))
                    .collect(),
                labels: (0..CLASSES as u8).collect(),
                ..GanImages::default()
            }),
            Self::Vae => {
                let [from, to] = [0, 1].map(|end| random_code(u64::from(turn), end, CODE));
                let share = |stop: usize| stop as f32 / (CLASSES - 1) as f32;
                let codes = (0..CLASSES).flat_map(|stop| slerp(&from, &to, share(stop)));
                Job::Vae(VaeAsk {
                    model: manifest.find(WALKED)?.id.clone(),
                    question: Question::Pictures {
                        codes: codes.collect(),
                    },
                })
            }
        })
    }
}

impl Maker {
    /// The pictures of an answer.
    fn pictures(self, report: &Report) -> Option<Vec<f32>> {
        match self {
            Self::Gan => Some(GanImages::report(report)?.pictures),
            Self::Vae => match VaeAsk::report(report)? {
                VaeAnswer::Pictures { pictures, .. } => Some(pictures),
                _ => None,
            },
        }
    }
}

/// Properties of [`LiveTen`], and what it hands to the part that makes the pictures.
#[derive(Clone, Properties, PartialEq)]
pub struct LiveTenProps {
    /// Whose pictures.
    pub maker: Maker,
    /// How often the engine has had a rest; none yet: it is left alone.
    pub turn: Option<u32>,
    /// The pictures of this turn are there.
    #[prop_or_default]
    pub on_rest: Callback<u32>,
}

part!(text landing_ten: || html! { <Made /> });

/// Ten pictures, or what they are waiting for. What makes them is fetched when there is time for it.
#[component]
pub fn LiveTen(props: &LiveTenProps) -> Html {
    if props.turn.is_none() {
        return waiting();
    }
    html! {
        <ContextProvider<LiveTenProps> context={props.clone()}><Part /></ContextProvider<LiveTenProps>>
    }
}

#[component]
fn Part() -> Html {
    use_text(parts::Part("landing_ten", landing_ten))
}

fn waiting() -> Html {
    html! { <p class="hint live-fakes">{ texts::landing::ten_waiting::PLAIN }</p> }
}

/// The pictures, once they are made.
#[component]
fn Made() -> Html {
    let Some(props) = use_context::<LiveTenProps>() else {
        return Html::default();
    };
    let host = use_host();
    let manifest = use_engines().manifest;
    let made = use_state_eq(|| None::<Rc<Vec<f32>>>);
    let kept = use_mut_ref(|| None::<RunHandle>);
    {
        let (made, maker, on_rest) = (made.setter(), props.maker, props.on_rest.clone());
        let job = props.turn.zip(manifest.as_ref());
        let job = job.and_then(|(turn, manifest)| Some((turn, maker.job(turn, manifest)?)));
        use_effect_with(job, move |job| {
            if let Some((turn, job)) = job.clone() {
                let on = Callback::from(move |event| match event {
                    RunEvent::Report(report) => {
                        if let Some(pictures) = maker.pictures(&report) {
                            made.set(Some(Rc::new(pictures)));
                        }
                    }
                    RunEvent::Done { .. } => on_rest.emit(turn),
                    _ => {}
                });
                *kept.borrow_mut() = Some(host.run(job, on));
            }
        });
    }
    let (live, what) = match props.maker {
        Maker::Gan => (texts::landing::gan_live::HTML, "A fake"),
        Maker::Vae => (texts::landing::vae_live::HTML, "Stop"),
    };
    let Some(pixels) = &*made else {
        return waiting();
    };
    let picture = |(number, pixels): (usize, &[f32])| {
        let pixels = Rc::new(pixels.to_vec());
        html! { <PictureView class="pix" {pixels} label={format!("{what} {number}")} /> }
    };
    html! {
        <figure class="live-fakes" data-maker={props.maker.id()} data-fakes={props.turn.map(|turn| turn.to_string())}>
            <div>{ for pixels.chunks_exact(PIXELS).enumerate().map(picture) }</div>
            <figcaption>{ content::section(live) }</figcaption>
        </figure>
    }
}
