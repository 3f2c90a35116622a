//! Controls of the chapter 'You are the discriminator'.

use super::super::{Reader, Writer};

/// Controls of the chapter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GuessState;

impl GuessState {
    pub(in super::super) fn read(_: &mut Reader) -> Self {
        Self
    }

    pub(in super::super) fn write(&self, _: &mut Writer) {}
}
