//! The run under way and the one that waits: dealt out to places, put together again, saved.

use std::ops::Range;

use super::super::RunEvent;
use super::super::merge::{Merge, part};
use super::pace::{self, Size};
use super::stations::{Place, State};
use super::{Adapter, Effect, GoesOn, Scheduler, Trouble};
use crate::protocol::{
    Denoise, EngineError, EngineKind, Fault, Frame, Home, Job, Report, Request, RunId, Start,
};
use crate::ui::state::EngineChoice;

/// A batch from here on is worth a second CPU worker.
const SPLIT_FROM: usize = 8;
/// A job of so many pictures or steps is worth the GPU.
const LONG_BATCH: usize = 8;
const LONG_STEPS: u32 = 250;
/// How often a run is saved from a broken engine before the visitor is asked.
const RESCUES: u32 = 2;

/// What one place does of a run.
#[derive(Debug)]
pub(super) struct Piece {
    pub(super) place: Place,
    run: RunId,
    pictures: Range<usize>,
    pub(super) started: bool,
    pub(super) done: bool,
}

/// A run, from its start to its end.
#[derive(Debug)]
pub(super) struct Run {
    ticket: u32,
    pub(super) job: Job,
    pub(super) pieces: Vec<Piece>,
    merge: Merge,
    /// The engine that the visitor was told of.
    told: Option<EngineKind>,
    /// The last whole frame.
    last: Option<Frame>,
    /// The guess of the step before it, if that was shown.
    x0_before: Option<Vec<f32>>,
    /// Frames since it was last dealt out.
    frames: u32,
    rescues: u32,
    since_ms: f64,
    /// It failed and waits for the visitor.
    pub(super) stopped: bool,
    /// It waits to hear what is left of its job.
    pub(super) asked: bool,
    /// What was asked for is there; only what nobody waits for is still to come.
    answered: bool,
    /// What broke, if the visitor is still to be told that the run goes on.
    broken: Option<EngineError>,
    /// Its job is no longer the whole one.
    is_rest: bool,
}

impl Run {
    fn new(ticket: u32, job: Job, now_ms: f64) -> Self {
        Self {
            ticket,
            job,
            pieces: Vec::new(),
            merge: Merge::new(1),
            told: None,
            last: None,
            x0_before: None,
            frames: 0,
            rescues: 0,
            since_ms: now_ms,
            stopped: false,
            asked: false,
            answered: false,
            broken: None,
            is_rest: false,
        }
    }

    /// Is an engine about to answer what is asked anew while something is dragged?
    fn is_awaited(&self) -> bool {
        let at_work = |piece: &Piece| piece.started && !piece.done;
        self.job.needs().interactive && !self.answered && self.pieces.iter().any(at_work)
    }
}

impl Scheduler {
    /// Starts `job`, ending the run before it. Gives its ticket.
    ///
    /// The one exception is a question asked again while its answer before is being computed: that
    /// answer is waited for, and of the questions that come meanwhile the last is kept.
    pub fn run(&mut self, job: Job, now_ms: f64) -> u32 {
        self.tickets += 1;
        if let Some(run) = self.waiting.take() {
            self.tell_cancelled(&run);
        }
        let lets_end = self.run.as_ref().is_some_and(Run::is_awaited) && job.needs().interactive;
        self.waiting = Some(Run::new(self.tickets, job, now_ms));
        if !lets_end {
            self.succeed();
            self.pump();
        }
        self.tickets
    }

    /// Ends the run of this ticket, if it is still going or has stopped.
    pub fn cancel(&mut self, ticket: u32) {
        let is_it = |run: &mut Run| run.ticket == ticket;
        if let Some(run) = self.waiting.take_if(is_it) {
            self.tell_cancelled(&run);
        } else if self.run.as_mut().is_some_and(is_it) {
            self.end();
            self.succeed();
            self.pump();
        }
    }

    /// Ends the run under way, if there is one.
    fn end(&mut self) {
        self.recall();
        let Some(run) = self.run.take() else { return };
        self.tell_cancelled(&run);
        if run.stopped {
            self.effects.push(Effect::GivenUp);
        }
    }

    fn tell_cancelled(&mut self, run: &Run) {
        let cancelled = Effect::Tell(run.ticket, RunEvent::Cancelled);
        self.effects.push(cancelled);
    }

    /// Puts the run that waits, if there is one, in the place of the one under way.
    pub(super) fn succeed(&mut self) -> bool {
        let Some(next) = self.waiting.take() else {
            return false;
        };
        self.end();
        // A look inside has no steps of its own: the speed shown stays.
        if !matches!(next.job, Job::Inspect(_)) {
            self.step_ms = None;
        }
        self.run = Some(next);
        true
    }

    /// The visitor wants a stopped run to go on.
    pub fn retry(&mut self) {
        for station in &mut self.stations {
            if station.state == State::Broken {
                station.state = State::Off;
            }
        }
        if let Some(run) = self.run.as_mut().filter(|run| run.stopped) {
            run.stopped = false;
            run.rescues = 0;
            let resumed = Effect::Tell(run.ticket, RunEvent::Resumed);
            self.effects.push(resumed);
            self.ask_rest();
        }
        self.pump();
    }

    /// What is left of the job of this ticket, after [`Effect::AskRest`]; `None` if nothing is.
    pub fn rest(&mut self, ticket: u32, rest: Option<Job>, now_ms: f64) {
        let is_asked = |run: &&mut Run| run.asked && run.ticket == ticket;
        let Some(run) = self.run.as_mut().filter(is_asked) else {
            return;
        };
        run.asked = false;
        let Some(rest) = rest else {
            self.complete(now_ms);
            return;
        };
        run.is_rest |= rest != run.job;
        run.job = rest;
        let from = match run.is_rest {
            true => GoesOn::FromLast,
            false => GoesOn::FromStart,
        };
        if let Some(error) = run.broken.take() {
            let trouble = Trouble::Rescued { error, from };
            self.effects.push(Effect::Report(trouble));
        }
        self.pump();
    }

    pub(super) fn frame(&mut self, id: RunId, frame: Frame) {
        let Some(number) = self.piece_of(id) else {
            return;
        };
        let Some(run) = &mut self.run else { return };
        let Some(frame) = run.merge.add(number, frame) else {
            return;
        };
        self.tell_engine(number);
        let Some(run) = &mut self.run else { return };
        let kind = run.pieces[number].place.kind();
        if frame.update.is_some() && frame.ms > 0.0 {
            const SHARE: f32 = 0.25;
            let before = self.step_ms.unwrap_or(frame.ms);
            self.step_ms = Some(before + SHARE * (frame.ms - before));
        }
        self.effects
            .push(Effect::Tell(run.ticket, RunEvent::Frame(frame.clone())));
        let (step, last) = (frame.step, frame.update.is_none());
        run.x0_before = run
            .last
            .take()
            .filter(|before| before.step + 1 == step)
            .map(|before| before.x0);
        let (number, ms) = (run.frames, frame.ms);
        run.frames += 1;
        run.last = Some(frame);
        if last {
            return;
        }
        // Only when both engines are warm: one that starts slows the other down.
        self.size = self.measured();
        if let Some(size) = self.size.filter(|_| self.gpu_ready()) {
            self.paces.add(size, kind, number, ms);
        }
        if self.moves_from(kind) {
            self.recall();
            self.pump();
        }
    }

    /// Is the run better off on the other kind of engine, which is ready for it?
    fn moves_from(&self, kind: EngineKind) -> bool {
        match kind {
            EngineKind::Cpu => self.gpu_wanted() && self.gpu_ready() && self.cpu_is_probed(),
            EngineKind::Gpu => self.measured().is_some_and(|size| self.gpu_is_slower(size)),
        }
    }

    /// The class that the run is measured in: one in which Auto has a choice.
    fn measured(&self) -> Option<Size> {
        let of_both = self.choice == EngineChoice::Auto && self.adapter == Adapter::Hardware;
        match &self.run.as_ref().filter(|_| of_both)?.job {
            Job::Denoise(job) if is_long(job) => Some(pace::size(job)),
            _ => None,
        }
    }

    fn gpu_is_slower(&self, size: Size) -> bool {
        let times = self.paces.times(size);
        times.is_some_and(|times| times.quicker() == EngineKind::Cpu)
    }

    /// Is it known how fast the CPU is, or of no matter?
    fn cpu_is_probed(&self) -> bool {
        self.measured()
            .is_none_or(|size| self.paces.ms(size, EngineKind::Cpu).is_some())
    }

    /// The visitor is to know which engine computes this piece, once.
    fn tell_engine(&mut self, piece: usize) {
        let Some(run) = &mut self.run else { return };
        let kind = run.pieces[piece].place.kind();
        if run.told != Some(kind) {
            run.told = Some(kind);
            self.engine = Some(kind);
            self.effects
                .push(Effect::Tell(run.ticket, RunEvent::Engine(kind)));
        }
    }

    /// A run has something to show.
    pub(super) fn report(&mut self, id: RunId, report: Report) {
        let Some(piece) = self.piece_of(id) else {
            return;
        };
        self.tell_engine(piece);
        let answered = |run: &Run| matches!(run.job, Job::Inspect(_));
        let answered = self.run.as_ref().is_some_and(answered);
        self.tell(RunEvent::Report(report));
        if let Some(run) = self.run.as_mut().filter(|_| answered) {
            run.answered = true;
            self.succeed();
            self.pump();
        }
    }

    pub(super) fn done(&mut self, id: RunId, now_ms: f64) {
        let Some(number) = self.piece_of(id) else {
            return;
        };
        let Some(run) = &mut self.run else { return };
        run.pieces[number].done = true;
        if run.pieces.iter().all(|piece| piece.done) {
            self.complete(now_ms);
        }
    }

    pub(super) fn complete(&mut self, now_ms: f64) {
        let Some(run) = self.run.take() else { return };
        let ms = (now_ms - run.since_ms) as f32;
        let done = RunEvent::Done { ms };
        self.effects.push(Effect::Tell(run.ticket, done));
        self.succeed();
        self.pump();
    }

    /// Saves the run from a broken place, or gives it up.
    pub(super) fn rescue(&mut self, place: Place, error: EngineError) {
        if self.succeed() {
            return;
        }
        let Some(run) = &mut self.run else { return };
        run.rescues += 1;
        if run.rescues > RESCUES {
            self.stop(error);
            return;
        }
        match (place, &run.job) {
            (Place::Gpu, _) => self.effects.push(Effect::Report(Trouble::GpuFailed(error))),
            (_, Job::Denoise(_)) => {
                let step = run.last.as_ref().map(|frame| frame.step);
                let from = step.map_or(GoesOn::FromStart, GoesOn::FromStep);
                let trouble = Trouble::Rescued { error, from };
                self.effects.push(Effect::Report(trouble));
            }
            // The visitor is told when it is known where it goes on.
            _ => run.broken = Some(error),
        }
        self.recall();
        self.ask_rest();
    }

    /// Asks what is left of the run's job. A [`Denoise`] goes on from the last frame as it is.
    pub(super) fn ask_rest(&mut self) {
        let of_other_kind = |run: &&mut Run| !matches!(run.job, Job::Denoise(_));
        if let Some(run) = self.run.as_mut().filter(of_other_kind) {
            run.asked = true;
            self.effects.push(Effect::AskRest(run.ticket));
        }
    }

    /// Does the run need this model, or any if none is named?
    pub(super) fn waits_for(&self, model: Option<&str>) -> bool {
        let needed = self.run.as_ref().and_then(|run| run.job.needs().model);
        needed.is_some_and(|needed| model.is_none_or(|model| model == needed))
    }

    /// The run cannot go on without the visitor.
    pub(super) fn stop(&mut self, error: EngineError) {
        if self.succeed() {
            self.pump();
            return;
        }
        self.recall();
        let Some(run) = &mut self.run else { return };
        if run.stopped {
            return;
        }
        run.stopped = true;
        self.effects
            .push(Effect::Tell(run.ticket, RunEvent::Failed(error.clone())));
        self.effects.push(Effect::Report(Trouble::Stopped(error)));
    }

    /// Calls the run's pieces back from their places; [`Self::pump`] deals them out again, from
    /// the last frame.
    pub(super) fn recall(&mut self) {
        let Some(run) = &mut self.run else { return };
        for piece in run.pieces.drain(..) {
            // A place that has just been emptied gets no message.
            let alive = self.stations[piece.place as usize].state == State::Ready;
            if alive && piece.started && !piece.done {
                let request = Request::Cancel { run: piece.run };
                self.effects.push(Effect::Send(piece.place, request));
            }
        }
    }

    pub(super) fn pump_run(&mut self) -> Result<(), EngineError> {
        let Some(run) = &self.run else { return Ok(()) };
        let model = run.job.needs().model.map(str::to_owned);
        if run.pieces.is_empty() {
            let Some(kind) = self.wanted_kind() else {
                return Ok(());
            };
            self.deal(kind);
        }
        if self.gpu_wanted() {
            self.prepare(Place::Gpu, model.as_deref())?;
        }
        for number in 0..self.run.as_ref().map_or(0, |run| run.pieces.len()) {
            let Some(piece) = self.run.as_ref().and_then(|run| run.pieces.get(number)) else {
                break;
            };
            if !piece.started && self.prepare(piece.place, model.as_deref())? {
                self.start(number);
            }
        }
        Ok(())
    }

    /// Divides the run into pieces at places of this kind.
    fn deal(&mut self, kind: EngineKind) {
        let second = self.stations[Place::SecondCpu as usize].state != State::Broken;
        let Some(run) = &mut self.run else { return };
        let n = match &run.job {
            Job::Denoise(job) => job.labels.len(),
            _ => 1,
        };
        let dealt = match kind {
            EngineKind::Gpu => vec![(Place::Gpu, 0..n)],
            EngineKind::Cpu if n >= SPLIT_FROM && self.cores >= 2 && second => {
                vec![(Place::Cpu, 0..n / 2), (Place::SecondCpu, n / 2..n)]
            }
            EngineKind::Cpu if run.job.needs().home == Home::Trainer => {
                vec![(Place::Trainer, 0..n)]
            }
            EngineKind::Cpu => vec![(Place::Cpu, 0..n)],
        };
        run.merge = Merge::new(dealt.len());
        run.frames = 0;
        for (place, pictures) in dealt {
            self.runs += 1;
            run.pieces.push(Piece {
                place,
                run: self.runs,
                pictures,
                started: false,
                done: false,
            });
        }
    }

    /// Sends a part to its place.
    fn start(&mut self, number: usize) {
        let Some(run) = &mut self.run else { return };
        let Some(dealt) = run.pieces.get_mut(number) else {
            return;
        };
        dealt.started = true;
        self.stations[dealt.place as usize].silent_since_ms = None;
        let job = match &run.job {
            Job::Denoise(job) => Job::Denoise(part(
                &resumed(job, &run.last, &run.x0_before),
                &dealt.pictures,
            )),
            other => other.clone(),
        };
        let (place, run) = (dealt.place, dealt.run);
        // Ahead of the run, so that it strikes however fast the engine is. Only a GPU has a
        // device to lose.
        let strikes = |fault: &mut Fault| *fault != Fault::LoseDevice || place == Place::Gpu;
        if let Some(fault) = self.fault.take_if(strikes) {
            let request = Request::Fault(fault);
            self.effects.push(Effect::Send(place, request));
        }
        let request = Request::Start { run, job };
        self.effects.push(Effect::Send(place, request));
    }

    /// The kind of engine the run should start on; `None` while that is not known.
    fn wanted_kind(&self) -> Option<EngineKind> {
        let home = self.run.as_ref()?.job.needs().home;
        match self.choice {
            _ if home != Home::Any => Some(EngineKind::Cpu),
            EngineChoice::Gpu if self.adapter == Adapter::Unknown => None,
            EngineChoice::Gpu if self.gpu_wanted() => Some(EngineKind::Gpu),
            EngineChoice::Auto if self.moves_from(EngineKind::Cpu) => Some(EngineKind::Gpu),
            _ => Some(EngineKind::Cpu),
        }
    }

    /// Should the run be on the GPU, now or as soon as it is ready?
    fn gpu_wanted(&self) -> bool {
        let home = self.run.as_ref().map(|run| run.job.needs().home);
        let chosen = match self.choice {
            _ if home != Some(Home::Any) => false,
            EngineChoice::Cpu => false,
            EngineChoice::Gpu => matches!(self.adapter, Adapter::Software | Adapter::Hardware),
            EngineChoice::Auto => self
                .measured()
                .is_some_and(|size| !self.gpu_is_slower(size)),
        };
        chosen && self.stations[Place::Gpu as usize].state != State::Broken
    }

    pub(super) fn current_kind(&self) -> Option<EngineKind> {
        let run = self.run.as_ref().filter(|run| !run.stopped)?;
        run.pieces.first().map(|piece| piece.place.kind())
    }

    /// The number of the part with this protocol run.
    pub(super) fn piece_of(&self, id: RunId) -> Option<usize> {
        self.run
            .as_ref()?
            .pieces
            .iter()
            .position(|piece| piece.run == id)
    }

    pub(super) fn piece_at(&self, place: Place) -> Option<&Piece> {
        self.run
            .as_ref()?
            .pieces
            .iter()
            .find(|piece| piece.place == place)
    }

    pub(super) fn tell(&mut self, event: RunEvent) {
        if let Some(run) = &self.run {
            self.effects.push(Effect::Tell(run.ticket, event));
        }
    }
}

/// Is it worth to start the GPU?
fn is_long(job: &Denoise) -> bool {
    job.labels.len() >= LONG_BATCH || job.steps >= LONG_STEPS
}

/// `job`, going on from `last`.
fn resumed(job: &Denoise, last: &Option<Frame>, x0_before: &Option<Vec<f32>>) -> Denoise {
    let start = match last {
        Some(frame) => Some(Start {
            step: frame.step,
            x: frame.x.clone(),
            x0_before: x0_before.clone(),
        }),
        None => job.start.clone(),
    };
    Denoise {
        start,
        ..job.clone()
    }
}
