//! Where the visitor is: a chapter, with its controls.

use std::any::Any;
use std::fmt::Debug;
use std::rc::Rc;

use super::{Page, Query, Reader, Writer};
use crate::ui::chapters::{Chapter, Room};

/// The controls of a chapter.
pub trait Controls: Clone + Debug + Default + PartialEq + 'static {
    /// How a chapter of theirs opens.
    fn opening(_chapter: Chapter) -> Self {
        Self::default()
    }

    /// The chapter they belong to.
    fn chapter(&self) -> Chapter;

    /// Goes through all settings.
    fn visit(&mut self, q: &mut impl Query);

    /// What tells apart two states that do not share what the chapter has begun.
    fn key(&self) -> &'static str {
        self.chapter().info().path
    }
}

/// Controls of some chapter.
trait AnyControls: Any + Debug {
    fn query(&self) -> String;
    fn is(&self, other: &dyn Any) -> bool;
    fn are_said_by(&self, chapter: Chapter, query: &str) -> bool;
}

impl<S: Controls> AnyControls for S {
    fn query(&self) -> String {
        let mut query = Writer::default();
        self.clone().visit(&mut query);
        query.finish()
    }

    fn is(&self, other: &dyn Any) -> bool {
        other.downcast_ref() == Some(self)
    }

    fn are_said_by(&self, chapter: Chapter, query: &str) -> bool {
        let (state, problems) = read::<S>(chapter, query);
        problems.is_empty() && state == *self
    }
}

fn read<S: Controls>(chapter: Chapter, query: &str) -> (S, Vec<String>) {
    let mut reader = Reader::new(query);
    let mut state = S::opening(chapter);
    state.visit(&mut reader);
    (state, reader.finish())
}

/// Room and chapter, with the chapter's controls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route(Place);

#[derive(Clone, Debug, Default)]
enum Place {
    /// The map of the four families.
    #[default]
    Overview,
    /// A chapter as a link asks for it.
    Unread(Chapter, Rc<str>),
    /// A chapter with its controls.
    Read(Chapter, Rc<dyn AnyControls>),
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Overview, Self::Overview) => true,
            (Self::Unread(here, query), Self::Unread(there, other)) => {
                (here, query) == (there, other)
            }
            (Self::Read(here, state), Self::Read(there, other)) => {
                let other: &dyn Any = &**other;
                here == there && state.is(other)
            }
            _ => false,
        }
    }
}

impl Route {
    /// A chapter, with these controls.
    pub fn of(state: impl Controls) -> Self {
        Self(Place::Read(state.chapter(), Rc::new(state)))
    }

    /// A chapter whose settings are still to be read.
    pub(super) fn unread(chapter: Chapter, query: &str) -> Self {
        Self(Place::Unread(chapter, query.into()))
    }

    /// The chapter; `None` is the map.
    pub fn chapter(&self) -> Option<Chapter> {
        match &self.0 {
            Place::Overview => None,
            Place::Unread(chapter, _) | Place::Read(chapter, _) => Some(*chapter),
        }
    }

    /// The room it belongs to.
    pub fn room(&self) -> Room {
        self.chapter()
            .map_or(Room::Overview, |chapter| chapter.info().room)
    }

    /// Same room and chapter, whatever the controls say?
    pub fn same_place(&self, other: &Self) -> bool {
        self.chapter() == other.chapter()
    }

    /// Are its settings known?
    pub fn is_read(&self) -> bool {
        !matches!(self.0, Place::Unread(..))
    }

    /// Reads what is still to be read; tells what made no sense.
    pub fn read<S: Controls>(&self) -> (Self, Vec<String>) {
        match &self.0 {
            Place::Unread(chapter, query) => {
                let (state, problems) = read::<S>(*chapter, query);
                (Self::of(state), problems)
            }
            _ => (self.clone(), Vec::new()),
        }
    }

    /// The controls; `None` while they are still to be read, and for others.
    pub fn state<S: Controls>(&self) -> Option<&S> {
        match &self.0 {
            Place::Read(_, state) => {
                let state: &dyn Any = &**state;
                state.downcast_ref()
            }
            _ => None,
        }
    }

    /// Its hash without page-wide settings, for links: `#/diffusion/noise`.
    pub fn href(&self) -> String {
        Page {
            route: self.clone(),
            ..Page::default()
        }
        .hash()
    }

    /// Its settings.
    pub(super) fn query(&self) -> String {
        match &self.0 {
            Place::Overview => String::new(),
            Place::Unread(_, query) => query.to_string(),
            Place::Read(_, state) => state.query(),
        }
    }

    /// Does `said`, which is still to be read, say just this?
    pub(super) fn is_said_by(&self, said: &Self) -> bool {
        match (&self.0, &said.0) {
            (Place::Read(here, state), Place::Unread(there, query)) => {
                here == there && state.are_said_by(*there, query)
            }
            _ => self == said,
        }
    }
}
