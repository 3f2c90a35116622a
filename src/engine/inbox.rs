//! The page's requests, and the files that came for them, kept until the worker has time for them.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::session::TURN_MS;
use crate::protocol::{EngineError, FAULT_AFTER, Fault, Request, RunId};
use crate::weights::manifest::ModelEntry;

/// Something that the worker has to see to.
#[derive(Clone, Debug, PartialEq)]
pub enum Mail {
    /// The page wants something.
    Request(Request),
    /// A weights file has come.
    File(File),
}

/// A weights file that has come and been checked, or will not come.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// The manifest's entry.
    pub model: ModelEntry,
    /// All of it.
    pub bytes: Result<Vec<u8>, EngineError>,
    /// When it was asked for, ms.
    pub since_ms: f64,
}

/// Mail in the order of its arrival. Clones share one queue.
#[derive(Clone, Default)]
pub struct Inbox(Rc<RefCell<Queue>>);

#[derive(Default)]
struct Queue {
    mail: VecDeque<Mail>,
    /// Models whose files are on their way.
    coming: Vec<String>,
    /// Deliberate failures, each with the steps until it strikes.
    faults: VecDeque<(Fault, u32)>,
    /// How far the clock was put forward for their sake, ms.
    forward_ms: f64,
    waker: Option<Waker>,
}

impl Queue {
    /// Does this have to wait for a file that is on its way?
    fn is_held(&self, mail: &Mail) -> bool {
        match mail {
            Mail::Request(Request::Start { job, .. }) => {
                let model = job.needs().model;
                model.is_some_and(|model| self.coming.iter().any(|coming| coming == model))
            }
            // It comes after its run.
            Mail::Request(Request::Cancel { run }) => self.mail.iter().any(
                |mail| matches!(mail, Mail::Request(Request::Start { run: held, .. }) if held == run),
            ),
            Mail::Request(Request::Load { .. } | Request::Fault(_)) | Mail::File(_) => false,
        }
    }

    fn pop(&mut self) -> Option<Mail> {
        let next = self.mail.iter().position(|mail| !self.is_held(mail))?;
        let mail = self.mail.remove(next)?;
        if let Mail::File(file) = &mail {
            self.coming.retain(|coming| *coming != file.model.id);
        }
        Some(mail)
    }
}

impl Inbox {
    /// Takes a request in.
    pub fn push(&self, request: Request) {
        match request {
            // Faults wait for the steps of runs, whatever else comes before them.
            Request::Fault(fault) => self.0.borrow_mut().faults.push_back((fault, FAULT_AFTER)),
            request => self.add(Mail::Request(request)),
        }
    }

    /// The file of `model` is on its way: runs that need it wait, and nothing else does.
    pub fn expect(&self, model: &str) {
        self.0.borrow_mut().coming.push(model.to_owned());
    }

    /// Takes a file in.
    pub fn deliver(&self, file: File) {
        self.add(Mail::File(file));
    }

    fn add(&self, mail: Mail) {
        let mut queue = self.0.borrow_mut();
        queue.mail.push_back(mail);
        if let Some(waker) = queue.waker.take() {
            waker.wake();
        }
    }

    /// The next piece of mail that waits for no file; waits until there is one.
    pub async fn next(&self) -> Mail {
        poll_fn(|context| {
            let mut queue = self.0.borrow_mut();
            match queue.pop() {
                Some(mail) => Poll::Ready(mail),
                None => {
                    queue.waker = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// To be called before each step of a run: the deliberate failure that is due now, if any.
    pub fn take_fault(&self) -> Option<Fault> {
        let faults = &mut self.0.borrow_mut().faults;
        let (_, left) = faults.front_mut()?;
        if *left > 0 {
            *left -= 1;
            return None;
        }
        faults.pop_front().map(|(fault, _)| fault)
    }

    /// The time of runs, at this time of a clock, ms. While a failure is to come, more than a turn has passed at
    /// each look: so no step is made of many, and it strikes before its run is over, however fast the engine is.
    pub fn time_ms(&self, clock_ms: f64) -> f64 {
        let mut queue = self.0.borrow_mut();
        if !queue.faults.is_empty() {
            queue.forward_ms += 2.0 * TURN_MS;
        }
        clock_ms + queue.forward_ms
    }

    /// Whether what has arrived ends `run`: its cancellation, or the start of a newer one.
    pub fn ends(&self, run: RunId) -> bool {
        self.0.borrow().mail.iter().any(|mail| match mail {
            Mail::Request(Request::Cancel { run: cancelled }) => *cancelled == run,
            Mail::Request(Request::Start { run: newer, .. }) => *newer > run,
            Mail::Request(Request::Load { .. } | Request::Fault(_)) | Mail::File(_) => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::session::testing::block_on;
    use crate::protocol::{Job, NoiseStats};
    use crate::weights::manifest::NetworkKind;

    fn start(run: RunId) -> Request {
        let job = Job::NoiseStats(NoiseStats {
            x_0: vec![],
            t: 1,
            schedule: Default::default(),
            runs: 1,
            seed: 0,
        });
        Request::Start { run, job }
    }

    #[test]
    fn requests_keep_their_order_and_faults_their_own() {
        let inbox = Inbox::default();
        inbox.push(Request::Fault(Fault::Panic));
        inbox.push(start(1));
        inbox.push(Request::Cancel { run: 1 });
        assert_eq!(block_on(inbox.next()), Mail::Request(start(1)));
        let cancel = Mail::Request(Request::Cancel { run: 1 });
        assert_eq!(block_on(inbox.next()), cancel);
        for _ in 0..FAULT_AFTER {
            assert_eq!(inbox.take_fault(), None);
        }
        assert_eq!(inbox.take_fault(), Some(Fault::Panic));
        assert_eq!(inbox.take_fault(), None);
    }

    #[test]
    fn turns_are_over_at_once_until_a_fault_has_struck() {
        let inbox = Inbox::default();
        assert_eq!(inbox.time_ms(5.0), 5.0);
        inbox.push(Request::Fault(Fault::Panic));
        let mut last = 5.0;
        while inbox.take_fault().is_none() {
            let now = inbox.time_ms(5.0);
            assert!(now - last > TURN_MS);
            last = now;
        }
        assert_eq!(inbox.time_ms(5.0), last, "it never goes back");
    }

    #[test]
    fn its_cancellation_or_a_newer_start_ends_a_run() {
        let inbox = Inbox::default();
        inbox.push(Request::Cancel { run: 4 });
        assert!(!inbox.ends(5) && inbox.ends(4));
        inbox.push(start(6));
        assert!(inbox.ends(5));
        // Both are still there for the loop to see.
        let cancel = Mail::Request(Request::Cancel { run: 4 });
        assert_eq!(block_on(inbox.next()), cancel);
        assert_eq!(block_on(inbox.next()), Mail::Request(start(6)));
    }

    #[test]
    fn only_runs_that_need_a_file_wait_for_it() {
        let inbox = Inbox::default();
        let timing = Request::Start {
            run: 1,
            job: Job::Time {
                model: "m".into(),
                batch: 1,
                repeats: 1,
            },
        };
        inbox.expect("m");
        inbox.push(timing.clone());
        inbox.push(Request::Cancel { run: 1 });
        inbox.push(start(2));
        assert_eq!(block_on(inbox.next()), Mail::Request(start(2)));
        assert!(!inbox.ends(2), "it is the newer one");
        let file = File {
            model: ModelEntry {
                id: "m".into(),
                network: NetworkKind::DiffusionUnet,
                file: String::new(),
                bytes: 0,
                sha256: String::new(),
                parameters: 0,
                data_set: String::new(),
                images_seen: 0,
                command: String::new(),
                commit: String::new(),
                quality: None,
            },
            bytes: Err(EngineError::NotFinite),
            since_ms: 0.0,
        };
        inbox.deliver(file.clone());
        assert_eq!(block_on(inbox.next()), Mail::File(file));
        assert_eq!(block_on(inbox.next()), Mail::Request(timing));
        assert!(inbox.ends(1));
    }
}
