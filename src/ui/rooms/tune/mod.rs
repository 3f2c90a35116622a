//! The autoregressive room, on tunes: what comes next, one note after another.

mod glyphs;
mod layout;
mod note;
mod staff;

use self::note::TuneChapter;
use crate::part;
use crate::ui::content::texts;

const SOURCES: [&str; 2] = [texts::tune::sources::TITLE, texts::tune::sources::HTML];

part!(tune, SOURCES;
    Tune: TuneChapter, Some([texts::tune_note::story_lead::TITLE, texts::tune_note::story_lead::HTML, texts::tune_note::story_take::HTML]), |_| note::story();
    "text.css", "tune.css", "odds.css"
);
