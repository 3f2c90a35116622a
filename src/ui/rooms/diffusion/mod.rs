//! The diffusion room: the story on the left, the chapter's stage on the right.

mod denoise;
mod fewer;
mod from_drawing;
mod lanes;
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
use crate::ui::content;
use crate::ui::rooms::frame::RoomText;

/// The manifest's id of the model of handwritten digits.
pub const DIGITS_MODEL: &str = "diffusion-mnist";

/// The text of the room.
const TEXT: &str = "diffusion";

// A cut between any two chapters would leave dozens of pieces: what two parts share is a piece of
// its own.
part!(first:
    Noise: NoiseChapter, |_| html! {
        <>{ content::section(TEXT, "noise") }{ content::predict(TEXT, "noise") }</>
    };
    Denoise: DenoiseChapter, |_| html! {
        <>
            { content::section(TEXT, "denoise") }
            { content::predict(TEXT, "denoise") }
            { content::section(TEXT, "denoise.guidance") }
            { content::section(TEXT, "denoise.sets") }
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
        title: content::title(TEXT, "gist"),
        gist: content::section(TEXT, "gist"),
        sources_title: content::title(TEXT, "sources"),
        sources: content::section(TEXT, "sources"),
    }
}
