//! Looks inside the network: asked of an engine, one after another as the step moves.

use std::rc::Rc;

use yew::prelude::*;

use crate::protocol::{Anatomy, Inspect, Job, Report};
use crate::ui::host::{RunEvent, use_host};

/// A look that is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// The step whose picture it is.
    pub step: u32,
    /// The question.
    pub job: Inspect,
}

/// What was seen last.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Look {
    /// What was looked at.
    pub of: Option<Ask>,
    /// What every block gave.
    pub anatomy: Option<Rc<Anatomy>>,
    /// The time of each block, ms; empty until it has been measured. It is kept from look to
    /// look, for the network does the same work every time.
    pub times_ms: Rc<Vec<f32>>,
}

impl Look {
    /// A block's share of the time of a pass, `0..=1`.
    pub fn share(&self, block: usize) -> Option<f32> {
        let sum: f32 = self.times_ms.iter().sum();
        let ms = self.times_ms.get(block)?;
        (sum > 0.0).then(|| ms / sum)
    }
}

/// An engine's news of a look.
pub struct News(Ask, RunEvent);

impl Reducible for Look {
    type Action = News;

    fn reduce(self: Rc<Self>, News(ask, event): News) -> Rc<Self> {
        let mut next = (*self).clone();
        match event {
            RunEvent::Report(Report::Anatomy(anatomy)) => {
                next.of = Some(ask);
                next.anatomy = Some(Rc::new(anatomy));
            }
            RunEvent::Report(Report::BlockTimes(times)) => next.times_ms = Rc::new(times),
            _ => return self,
        }
        Rc::new(next)
    }
}

/// Looks at what is asked for; nothing is asked while other runs need the engine.
#[hook]
pub fn use_look(ask: Option<Ask>) -> UseReducerHandle<Look> {
    let host = use_host();
    let look = use_reducer_eq(Look::default);
    let news = look.dispatcher();
    use_effect_with(ask, move |ask| {
        let handle = ask.clone().map(|ask| {
            let job = Job::Inspect(ask.job.clone());
            let on = Callback::from(move |event| news.dispatch(News(ask.clone(), event)));
            host.run(job, on)
        });
        move || drop(handle)
    });
    look
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_stay_while_the_step_moves() {
        let ask = |step| Ask {
            step,
            job: Inspect {
                model: "m".into(),
                x: vec![],
                t: 1,
                label: None,
                cut: 0,
            },
        };
        let report = |report| RunEvent::Report(report);
        let mut look = Rc::new(Look::default());
        assert_eq!(look.share(0), None);
        for news in [
            News(ask(1), report(Report::Anatomy(Anatomy::default()))),
            News(ask(1), report(Report::BlockTimes(vec![1.0, 3.0]))),
            News(ask(2), report(Report::Anatomy(Anatomy::default()))),
            News(ask(3), RunEvent::Cancelled),
        ] {
            look = look.reduce(news);
        }
        assert_eq!((look.share(1), look.share(2)), (Some(0.75), None));
        assert_eq!(look.of, Some(ask(2)));
    }
}
