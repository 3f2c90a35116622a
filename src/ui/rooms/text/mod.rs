//! The autoregressive room, on text: what comes next, one token after another.

mod answers;
mod inside;
mod learned;
mod next;
mod pieces;
mod train;
mod vocabulary;

use yew::prelude::*;

use self::answers::AnswersChapter;
use self::inside::InsideChapter;
use self::learned::LearnedChapter;
use self::next::NextChapter;
use self::pieces::PiecesChapter;
use self::train::TextTrainChapter;
use crate::part;
use crate::ui::content::{self, texts};
use crate::ui::rooms::frame::RoomText;

const SOURCES: [&str; 2] = [texts::text::sources::TITLE, texts::text::sources::HTML];

part!(text, SOURCES;
    Next: NextChapter, Some([texts::next::story_lead::TITLE, texts::next::story_lead::HTML, texts::next::story_take::HTML]), |_| next::story();
    Pieces: PiecesChapter, Some([texts::pieces::story_lead::TITLE, texts::pieces::story_lead::HTML, texts::pieces::story_take::HTML]), |_| pieces::story();
    Answers: AnswersChapter, Some([texts::answers::story_lead::TITLE, texts::answers::story_lead::HTML, texts::answers::story_take::HTML]), |_| answers::story();
    "text.css", "odds.css"
);

part!(text_deeper, SOURCES;
    Inside: InsideChapter, Some([texts::inside::story_lead::TITLE, texts::inside::story_lead::HTML, texts::inside::story_take::HTML]), |_| inside::story();
    Learned: LearnedChapter, Some([texts::learned::story_lead::TITLE, texts::learned::story_lead::HTML, texts::learned::story_take::HTML]), |_| learned::story();
    TextTrain: TextTrainChapter, Some([texts::text_train::story_lead::TITLE, texts::text_train::story_lead::HTML, texts::text_train::story_take::HTML]), |_| train::story();
    "text.css", "odds.css"
);

/// The texts around the chapters.
pub fn around() -> RoomText {
    RoomText {
        title: AttrValue::from(texts::text::gist::TITLE),
        gist: content::section(texts::text::gist::HTML),
    }
}
