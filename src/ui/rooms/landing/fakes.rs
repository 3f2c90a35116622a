//! The GAN's picture: ten fakes, one of each digit, made anew whenever the engine has a rest.

use std::rc::Rc;

use yew::prelude::*;

use crate::data::{CLASSES, PIXELS};
use crate::models::gan::image::noise_vector;
use crate::protocol::gan::GanImages;
use crate::protocol::{Job, Report};
use crate::ui::components::picture::PictureView;
use crate::ui::content::{self, texts};
use crate::ui::host::{RunEvent, RunHandle, use_engines, use_host};
use crate::weights::manifest::NetworkKind;

/// Properties of [`LiveFakes`].
#[derive(Properties, PartialEq)]
pub struct LiveFakesProps {
    /// How often the engine has had a rest; none yet: it is left alone.
    pub turn: Option<u32>,
}

/// Ten fakes, or what they are waiting for.
#[component]
pub fn LiveFakes(props: &LiveFakesProps) -> Html {
    let host = use_host();
    let manifest = use_engines().manifest;
    let fakes = use_state_eq(|| None::<Rc<Vec<f32>>>);
    let kept = use_mut_ref(|| None::<RunHandle>);
    {
        let fakes = fakes.setter();
        let models = manifest.iter().flat_map(|manifest| &manifest.models);
        let pairs = models.filter(|model| model.network == NetworkKind::GanPair);
        let last = pairs.max_by_key(|model| model.images_seen);
        let model = last.map(|model| model.id.clone());
        use_effect_with((props.turn, model), move |(turn, model)| {
            if let Some((turn, model)) = turn.zip(model.clone()) {
                let job = Job::GanImages(GanImages {
                    model,
                    z: (0..CLASSES as u32)
                        .flat_map(|fake| noise_vector(u64::from(turn), fake))
                        .collect(),
                    labels: (0..CLASSES as u8).collect(),
                    ..GanImages::default()
                });
                let on = Callback::from(move |event| {
                    if let RunEvent::Report(Report::GanPictures(made)) = event {
                        fakes.set(Some(Rc::new(made.pictures)));
                    }
                });
                *kept.borrow_mut() = Some(host.run(job, on));
            }
        });
    }
    let Some(pixels) = &*fakes else {
        return html! { <p class="hint live-fakes">{ texts::landing::gan_waiting::PLAIN }</p> };
    };
    let fake = |(digit, pixels): (usize, &[f32])| {
        let pixels = Rc::new(pixels.to_vec());
        html! { <PictureView class="pix" {pixels} label={format!("A fake {digit}")} /> }
    };
    html! {
        <figure class="live-fakes" data-fakes={props.turn.map(|turn| turn.to_string())}>
            <div>{ for pixels.chunks_exact(PIXELS).enumerate().map(fake) }</div>
            <figcaption>{ content::section(texts::landing::gan_live::HTML) }</figcaption>
        </figure>
    }
}
