//! The diffusion room: the story on the left, the chapter's stage on the right.

mod denoise;
mod fewer;
mod from_drawing;
mod network;
pub mod noise;
mod plane;

use yew::prelude::*;

use self::denoise::DenoiseChapter;
use self::denoise::presets::PresetList;
use self::fewer::{FewerChapter, FewerStory};
use self::from_drawing::DrawnChapter;
use self::network::NetworkChapter;
use self::noise::NoiseChapter;
use self::plane::PlaneChapter;
use crate::part;
use crate::ui::content::{self, texts};
use crate::ui::rooms::frame::RoomText;

/// The manifest's id of the model of handwritten digits.
pub const DIGITS_MODEL: &str = "diffusion-mnist";

// A cut between any two chapters would leave dozens of pieces: what two parts share is a piece of
// its own.
part!(first:
    Noise: NoiseChapter, |_| html! {
        <>{ content::section(texts::diffusion::noise::HTML) }{ content::predict(texts::diffusion::noise_try::HTML, texts::diffusion::noise_reveal::HTML) }</>
    };
    Denoise: DenoiseChapter, |_| html! {
        <>
            { content::section(texts::diffusion::denoise::HTML) }
            { content::predict(texts::diffusion::denoise_try::HTML, texts::diffusion::denoise_reveal::HTML) }
            { content::section(texts::diffusion::denoise_guidance::HTML) }
            { content::section(texts::diffusion::denoise_sets::HTML) }
            <PresetList />
        </>
    };
);
part!(deeper:
    Network: NetworkChapter, |_| network::story();
    Fewer: FewerChapter, |_| html! { <FewerStory /> };
    Drawn: DrawnChapter, |_| from_drawing::story();
    "network.css", "fewer.css", "drawing.css"
);
part!(plane_alone: Plane: PlaneChapter, |_| plane::story(); "plane.css");

/// The texts around the chapters.
pub fn text() -> RoomText {
    RoomText {
        title: AttrValue::from(texts::diffusion::gist::TITLE),
        gist: content::section(texts::diffusion::gist::HTML),
        sources_title: AttrValue::from(texts::diffusion::sources::TITLE),
        sources: content::section(texts::diffusion::sources::HTML),
    }
}
