//! Ten pictures of a family, made anew whenever the engine has a rest.

use std::rc::Rc;

use yew::prelude::*;

use crate::data::{CLASSES, PIXELS};
use crate::models::gan::image::{noise_vector, slerp};
use crate::models::vae::random_code;
use crate::protocol::gan::{GanImages, GanPictures};
use crate::protocol::vae::{Question, VaeAnswer, VaeAsk};
use crate::protocol::{Job, Report};
use crate::ui::components::picture::PictureView;
use crate::ui::content::{self, texts};
use crate::ui::host::{RunEvent, RunHandle, use_engines, use_host};
use crate::weights::manifest::{Manifest, NetworkKind};

/// Whose pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// Fakes, one of each digit.
    Gan,
    /// A walk between two random codes.
    Vae,
}

/// Numbers of the VAE's code.
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
        let kind = match self {
            Self::Gan => NetworkKind::GanPair,
            Self::Vae => NetworkKind::Vae { code: CODE as u32 },
        };
        let models = manifest.models.iter();
        // The last snapshot; of the variational autoencoders that of digits, the first.
        let mut of_kind =
            models.filter(|model| model.network == kind && !model.id.starts_with("ae-"));
        Some(match self {
            Self::Gan => Job::GanImages(GanImages {
                model: of_kind.max_by_key(|model| model.images_seen)?.id.clone(),
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
                    model: of_kind.next()?.id.clone(),
                    question: Question::Pictures {
                        codes: codes.collect(),
                    },
                })
            }
        })
    }
}

/// Properties of [`LiveTen`].
#[derive(Properties, PartialEq)]
pub struct LiveTenProps {
    /// Whose pictures.
    pub maker: Maker,
    /// How often the engine has had a rest; none yet: it is left alone.
    pub turn: Option<u32>,
    /// The pictures of this turn are there.
    #[prop_or_default]
    pub on_rest: Callback<u32>,
}

/// Ten pictures, or what they are waiting for.
#[component]
pub fn LiveTen(props: &LiveTenProps) -> Html {
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
                    RunEvent::Report(
                        Report::GanPictures(GanPictures { pictures, .. })
                        | Report::Vae(VaeAnswer::Pictures { pictures, .. }),
                    ) => made.set(Some(Rc::new(pictures))),
                    RunEvent::Done { .. } => on_rest.emit(turn),
                    _ => {}
                });
                *kept.borrow_mut() = Some(host.run(job, on));
            }
        });
    }
    let (waiting, live, what) = match props.maker {
        Maker::Gan => (
            texts::landing::gan_waiting::PLAIN,
            texts::landing::gan_live::HTML,
            "A fake",
        ),
        Maker::Vae => (
            texts::landing::vae_waiting::PLAIN,
            texts::landing::vae_live::HTML,
            "Stop",
        ),
    };
    let Some(pixels) = &*made else {
        return html! { <p class="hint live-fakes">{ waiting }</p> };
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
