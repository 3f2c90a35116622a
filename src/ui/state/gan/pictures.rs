//! Controls of the chapter 'The story in pictures'.

use super::super::{Reader, Writer};

/// Controls of the chapter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PicturesState;

impl PicturesState {
    pub(in super::super) fn read(_: &mut Reader) -> Self {
        Self
    }

    pub(in super::super) fn write(&self, _: &mut Writer) {}
}
