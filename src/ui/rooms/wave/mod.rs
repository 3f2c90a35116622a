//! The autoregressive room, on sound: what comes next, one sample after another.

mod charts;
mod forced;
mod notes;
mod own;
mod run;
mod sample;
mod spectrum;
mod stage;
mod tree;

use self::forced::ForcedChapter;
use self::own::OwnChapter;
use self::sample::SampleChapter;
use crate::part;
use crate::ui::content::texts;

const SOURCES: [&str; 2] = [texts::wave::sources::TITLE, texts::wave::sources::HTML];

part!(wave, SOURCES;
    Sample: SampleChapter, Some([texts::wave_sample::story_lead::TITLE, texts::wave_sample::story_lead::HTML, texts::wave_sample::story_take::HTML]), |_| sample::story();
    Forced: ForcedChapter, Some([texts::wave_forced::story_lead::TITLE, texts::wave_forced::story_lead::HTML, texts::wave_forced::story_take::HTML]), |_| forced::story();
    Own: OwnChapter, Some([texts::wave_own::story_lead::TITLE, texts::wave_own::story_lead::HTML, texts::wave_own::story_take::HTML]), |_| own::story();
    "text.css", "wave.css"
);
