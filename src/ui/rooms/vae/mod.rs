//! The VAE room: a space of codes, and pictures of them.

mod answers;
mod holes;
mod map;
mod spread;
mod squeeze;
mod train;
mod walk;

use yew::prelude::*;

use self::holes::HolesChapter;
use self::spread::SpreadChapter;
use self::squeeze::SqueezeChapter;
use self::train::TrainChapter;
use self::walk::WalkChapter;
use crate::part;
use crate::ui::content::{self, texts};
use crate::ui::rooms::frame::RoomText;

const SOURCES: [&str; 2] = [texts::vae::sources::TITLE, texts::vae::sources::HTML];

/// What the failures of this room are called, in the order in which they are offered.
const NAMES: [&str; 3] = [
    texts::vae::name_collapse::PLAIN,
    texts::vae::name_holes::PLAIN,
    texts::vae::name_small::PLAIN,
];

part!(vae_squeeze, SOURCES;
    Squeeze: SqueezeChapter, Some([texts::vae_squeeze::story_lead::TITLE, texts::vae_squeeze::story_lead::HTML, texts::vae_squeeze::story_take::HTML]), |_| squeeze::story();
    "vae.css"
);
part!(vae, SOURCES;
    Holes: HolesChapter, Some([texts::vae_holes::story_lead::TITLE, texts::vae_holes::story_lead::HTML, texts::vae_holes::story_take::HTML]), |_| holes::story();
    Spread: SpreadChapter, Some([texts::vae_code::story_lead::TITLE, texts::vae_code::story_lead::HTML, texts::vae_code::story_take::HTML]), |_| spread::story();
    Walk: WalkChapter, Some([texts::vae_walk::story_lead::TITLE, texts::vae_walk::story_lead::HTML, texts::vae_walk::story_take::HTML]), |_| walk::story();
    "vae.css"
);

part!(vae_train, SOURCES;
    Train: TrainChapter, Some([texts::vae_train::story_lead::TITLE, texts::vae_train::story_lead::HTML, texts::vae_train::story_take::HTML]), |_| train::story();
    "vae.css", "vae-train.css"
);

/// The texts around the chapters.
pub fn text() -> RoomText {
    RoomText {
        title: AttrValue::from(texts::vae::gist::TITLE),
        gist: content::section(texts::vae::gist::HTML),
    }
}
