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

const SOURCES: [&str; 2] = [
    texts::diffusion::sources::TITLE,
    texts::diffusion::sources::HTML,
];

// A cut between any two chapters would leave dozens of pieces: what two parts share is a piece of
// its own.
part!(first, SOURCES;
    Noise: NoiseChapter, Some([texts::diffusion::noise_lead::TITLE, texts::diffusion::noise_lead::HTML, texts::diffusion::noise_take::HTML]), |_| html! {
        <>{ content::section(texts::diffusion::noise::HTML) }{ content::predict(texts::diffusion::noise_try::HTML, texts::diffusion::noise_reveal::HTML) }</>
    };
    Denoise: DenoiseChapter, Some([texts::diffusion::denoise_lead::TITLE, texts::diffusion::denoise_lead::HTML, texts::diffusion::denoise_take::HTML]), |_| html! {
        <>
            { content::section(texts::diffusion::denoise::HTML) }
            { content::predict(texts::diffusion::denoise_try::HTML, texts::diffusion::denoise_reveal::HTML) }
            { content::section(texts::diffusion::denoise_guidance::HTML) }
            { content::section(texts::diffusion::denoise_sets::HTML) }
            <PresetList />
        </>
    };
);
part!(network_alone, SOURCES;
    Network: NetworkChapter, Some([texts::network::story_lead::TITLE, texts::network::story_lead::HTML, texts::network::story_take::HTML]), |_| network::story();
    "network.css", "board.css"
);
part!(deeper, SOURCES;
    Fewer: FewerChapter, Some([texts::fewer::story_lead::TITLE, texts::fewer::story_lead::HTML, texts::fewer::story_take::HTML]), |_| html! { <FewerStory /> };
    Drawn: DrawnChapter, Some([texts::drawing::story_lead::TITLE, texts::drawing::story_lead::HTML, texts::drawing::story_take::HTML]), |_| from_drawing::story();
    "fewer.css", "drawing.css"
);
part!(plane_alone, SOURCES;
    Plane: PlaneChapter, Some([texts::plane::story_lead::TITLE, texts::plane::story_lead::HTML, texts::plane::story_take::HTML]), |_| plane::story();
    "plane.css"
);

/// The texts around the chapters.
pub fn text() -> RoomText {
    RoomText {
        title: AttrValue::from(texts::diffusion::gist::TITLE),
        gist: content::section(texts::diffusion::gist::HTML),
    }
}
