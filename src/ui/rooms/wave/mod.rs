//! The autoregressive room, on sound: what comes next, one sample after another.

mod run;
mod sample;

use self::sample::SampleChapter;
use crate::part;
use crate::ui::content::texts;

const SOURCES: [&str; 2] = [texts::wave::sources::TITLE, texts::wave::sources::HTML];

part!(wave, SOURCES;
    Sample: SampleChapter, Some([texts::wave_sample::story_lead::TITLE, texts::wave_sample::story_lead::HTML, texts::wave_sample::story_take::HTML]), |_| sample::story();
    "text.css", "wave.css"
);
