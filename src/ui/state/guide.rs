//! The pages of text have no settings.

use super::{Controls, Query};
use crate::ui::chapters::Chapter;

/// Which page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GuideState {
    /// All words; else the page for teachers.
    pub is_glossary: bool,
}

impl Controls for GuideState {
    fn opening(chapter: Chapter) -> Self {
        Self {
            is_glossary: chapter == Chapter::Words,
        }
    }

    fn chapter(&self) -> Chapter {
        if self.is_glossary {
            Chapter::Words
        } else {
            Chapter::Teachers
        }
    }

    fn visit(&mut self, _: &mut impl Query) {}
}
