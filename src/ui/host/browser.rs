//! The scheduler's hands: workers, timers, fetching.

use std::rc::Rc;

use yew::prelude::*;

use super::RunEvent;
use crate::protocol::Job;
use crate::weights::manifest::Manifest;

/// The page's engines. A cheap clone; compare by identity.
#[derive(Clone)]
pub struct Host(Rc<()>);

impl PartialEq for Host {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// A run under way. Dropping it cancels the run.
pub struct RunHandle {
    _host: Host,
}

impl Host {
    /// Starts `job`; what happens is told to `on`. A run that was under way is cancelled:
    /// the page has one at a time.
    pub fn run(&self, _job: Job, _on: Callback<RunEvent>) -> RunHandle {
        RunHandle { _host: self.clone() }
    }

    /// The list of models, once it is there.
    pub fn manifest(&self) -> Option<Rc<Manifest>> {
        None
    }
}

/// The page's host, from any component.
#[hook]
pub fn use_host() -> Option<Host> {
    use_context::<Host>()
}
