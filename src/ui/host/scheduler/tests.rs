//! The scheduler against a little world of obedient (or breaking) engines.

use super::stations::*;
use super::*;
use crate::data::PIXELS;
use crate::data::points::{Cloud, Preset};
use crate::protocol::ask::Seen;
use crate::protocol::diffusion::plane::{Method, PlaneSample, PlaneTrain, Rule};
use crate::protocol::{
    Denoise, FAULT_AFTER, Frame, Inspect, Job, NoiseStats, Report, Sampler, Update,
};
use crate::ui::state::PlaneState;
use crate::weights::PATIENCE_S;
use crate::weights::manifest::{ModelEntry, NetworkKind};

const MODEL: &str = "m";

/// Engines that compute x_{k+1} = x_k + 1 from x_0 = the picture's index.
struct World {
    scheduler: Scheduler,
    jobs: [Option<(RunId, Denoise, u32)>; 4],
    alive: [bool; 4],
    /// Steps after which the engine at a place panics, counted over its life.
    dies_after: [Option<u32>; 4],
    /// Steps after which the engine at a place falls silent, counted over its life.
    hangs_after: [Option<u32>; 4],
    now_ms: f64,
    spawned: Vec<Place>,
    told: Vec<(u32, RunEvent)>,
    reported: Vec<Trouble>,
    /// What was given up, counted.
    given_up: u32,
    /// What engines say that they are, if not what the page expects.
    build: Option<&'static str>,
    /// Time of a step at each place.
    step_ms: [f32; 4],
}

impl World {
    fn new(cores: usize, choice: EngineChoice, adapter: Adapter) -> Self {
        let mut scheduler = Scheduler::new("http://x/weights/".into(), cores, choice);
        scheduler.adapter(adapter);
        Self {
            scheduler,
            jobs: Default::default(),
            alive: [false; 4],
            dies_after: [None; 4],
            hangs_after: [None; 4],
            now_ms: 0.0,
            spawned: Vec::new(),
            told: Vec::new(),
            reported: Vec::new(),
            given_up: 0,
            build: None,
            step_ms: [1.0; 4],
        }
    }

    /// Carries out effects until nothing is left to do but compute.
    fn settle(&mut self) {
        loop {
            let effects = self.scheduler.take();
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                self.carry_out(effect);
            }
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Spawn(place) => {
                assert!(!self.alive[place as usize], "{place:?} spawned twice");
                self.alive[place as usize] = true;
                self.spawned.push(place);
                let ready = Event::Ready {
                    engine: place.kind(),
                    build: self.build.unwrap_or(place.build()).into(),
                    adapter: None,
                };
                self.scheduler.event(place, ready, 0.0);
            }
            Effect::Kill(place) => {
                self.alive[place as usize] = false;
                self.hangs_after[place as usize] = None;
                self.jobs[place as usize] = None;
            }
            Effect::Send(place, request) => self.receive(place, request),
            Effect::FetchManifest => self.scheduler.manifest(Ok(manifest())),
            Effect::Tell(ticket, event) => self.told.push((ticket, event)),
            Effect::AskRest(ticket) => panic!("{ticket}: the scheduler has its frames"),
            Effect::Report(trouble) => self.reported.push(trouble),
            Effect::GivenUp => self.given_up += 1,
        }
    }

    fn receive(&mut self, place: Place, request: Request) {
        assert!(
            self.alive[place as usize],
            "{request:?} sent to a dead {place:?}"
        );
        let job = &mut self.jobs[place as usize];
        match request {
            Request::Load { model, url, .. } => {
                assert_eq!(url, "http://x/weights/m.bin");
                let loaded = Event::Loaded {
                    model: model.id,
                    ms: 1.0,
                };
                self.scheduler.event(place, loaded, 0.0);
            }
            Request::Start {
                run,
                job: Job::Denoise(denoise),
            } => {
                let step = denoise.start.as_ref().map_or(0, |start| start.step);
                *job = Some((run, denoise, step));
            }
            Request::Start { job, .. } => panic!("{job:?}"),
            Request::Cancel { run } => {
                if job.as_ref().is_some_and(|(id, ..)| *id == run) {
                    *job = None;
                }
            }
            Request::Fault(Fault::Hang) => {
                self.hangs_after[place as usize] = Some(FAULT_AFTER);
            }
            Request::Fault(_) => self.dies_after[place as usize] = Some(FAULT_AFTER),
        }
    }

    /// Every engine computes one step; false when none had anything to do.
    fn step(&mut self) -> bool {
        self.settle();
        let mut busy = false;
        for place in Place::ALL {
            busy |= self.step_at(place);
            self.settle();
        }
        busy
    }

    fn step_at(&mut self, place: Place) -> bool {
        let Some((run, job, step)) = self.jobs[place as usize].clone() else {
            return false;
        };
        match &mut self.dies_after[place as usize] {
            Some(0) => {
                self.dies_after[place as usize] = None;
                self.scheduler
                    .broke(place, EngineError::Panicked("test".into()));
                return true;
            }
            Some(left) => *left -= 1,
            None => {}
        }
        match &mut self.hangs_after[place as usize] {
            Some(0) => return false,
            Some(left) => *left -= 1,
            None => {}
        }
        let x: Vec<f32> = match &job.start {
            Some(start) => start
                .x
                .iter()
                .map(|x| x + (step - start.step) as f32)
                .collect(),
            None => (0..job.labels.len())
                .flat_map(|i| vec![(job.first_index + i as u32 + step) as f32; PIXELS])
                .collect(),
        };
        let over = step == job.steps;
        self.jobs[place as usize] = (!over).then_some((run, job, step + 1));
        let frame = Frame {
            step,
            x0: vec![0.0; x.len()],
            x,
            update: (!over).then(Update::default),
            ms: self.step_ms[place as usize],
            ..Frame::default()
        };
        self.scheduler
            .event(place, Event::Frame { run, frame }, 0.0);
        if over {
            self.scheduler
                .event(place, Event::Done { run, ms: 0.0 }, 9.0);
        }
        true
    }

    /// So many seconds pass without an engine's word.
    fn wait(&mut self, seconds: u32) {
        for _ in 0..seconds {
            self.now_ms += 1000.0;
            self.scheduler.tick(self.now_ms);
            self.settle();
        }
    }

    fn finish(&mut self) {
        let mut rounds = 0;
        while self.step() {
            rounds += 1;
            assert!(rounds < 10_000, "never ends");
        }
    }

    /// First pixel of each picture, by frame: (step, values).
    fn frames(&self) -> Vec<(u32, Vec<f32>)> {
        let frames = self.told.iter().filter_map(|(_, event)| match event {
            RunEvent::Frame(frame) => Some(frame),
            _ => None,
        });
        frames
            .map(|f| (f.step, f.x.chunks(PIXELS).map(|x| x[0]).collect()))
            .collect()
    }

    /// Every step 0..=steps was told with the right x, and the run was told to be done.
    fn assert_complete(&self, steps: u32, n: usize) {
        for step in 0..=steps {
            let wanted: Vec<f32> = (0..n).map(|i| i as f32 + step as f32).collect();
            assert!(
                self.frames().contains(&(step, wanted)),
                "step {step} of {:?}",
                self.frames()
            );
        }
        assert!(
            matches!(self.told.last(), Some((_, RunEvent::Done { .. }))),
            "{:?}",
            self.told.last()
        );
    }
}

fn manifest() -> Manifest {
    Manifest {
        models: vec![ModelEntry {
            id: MODEL.into(),
            network: NetworkKind::DiffusionUnet,
            file: "m.bin".into(),
            bytes: 1,
            sha256: String::new(),
            parameters: 1,
            data_set: String::new(),
            images_seen: 0,
            command: String::new(),
            commit: String::new(),
            quality: None,
        }],
    }
}

fn job(n: usize, steps: u32) -> Job {
    Job::Denoise(Denoise {
        model: MODEL.into(),
        labels: vec![None; n],
        sampler: Sampler::Ddpm,
        steps,
        ..Denoise::default()
    })
}

fn noise_stats() -> Job {
    Job::NoiseStats(NoiseStats {
        x_0: vec![0.0; PIXELS],
        t: 5,
        schedule: Default::default(),
        runs: 8,
        seed: 1,
    })
}

fn engines(world: &World) -> Vec<EngineKind> {
    let kinds = world.told.iter().filter_map(|(_, event)| match event {
        RunEvent::Engine(kind) => Some(*kind),
        _ => None,
    });
    kinds.collect()
}

#[test]
fn one_digit_runs_on_one_cpu_worker() {
    let mut world = World::new(8, EngineChoice::Auto, Adapter::Hardware);
    world.scheduler.preload(MODEL);
    world.scheduler.run(job(1, 20), 0.0);
    world.finish();
    world.assert_complete(20, 1);
    assert_eq!(world.spawned, [Place::Cpu]);
    assert_eq!(world.frames().len(), 21);
    assert!(!world.scheduler.status().busy);
}

#[test]
fn a_batch_is_split_and_merged_in_order() {
    let mut world = World::new(2, EngineChoice::Cpu, Adapter::Missing);
    world.scheduler.run(job(16, 5), 0.0);
    world.finish();
    world.assert_complete(5, 16);
    assert_eq!(world.spawned, [Place::Cpu, Place::SecondCpu]);

    let mut world = World::new(1, EngineChoice::Cpu, Adapter::Missing);
    world.scheduler.run(job(16, 5), 0.0);
    world.finish();
    world.assert_complete(5, 16);
    assert_eq!(world.spawned, [Place::Cpu]);
}

#[test]
fn a_panic_goes_on_from_the_last_frame() {
    for place in [Place::Cpu, Place::SecondCpu] {
        let mut world = World::new(2, EngineChoice::Auto, Adapter::Missing);
        world.dies_after[place as usize] = Some(7);
        world.scheduler.run(job(16, 20), 0.0);
        world.finish();
        world.assert_complete(20, 16);
        assert!(
            matches!(
                world.reported[..],
                [Trouble::Rescued {
                    from: GoesOn::FromStep(6),
                    ..
                }]
            ),
            "{:?}",
            world.reported
        );
        // No step is computed anew but the one it goes on from.
        assert!(world.frames().len() <= 22);
    }
}

#[test]
fn a_provoked_panic_strikes_once() {
    let mut world = World::new(1, EngineChoice::Auto, Adapter::Missing);
    world.scheduler.provoke(Some(Fault::Panic));
    world.scheduler.run(job(1, 20), 0.0);
    world.finish();
    world.assert_complete(20, 1);
    assert_eq!((world.spawned.len(), world.reported.len()), (2, 1));
}

#[test]
fn a_run_that_keeps_breaking_stops_and_can_be_retried() {
    let mut world = World::new(1, EngineChoice::Auto, Adapter::Missing);
    world.scheduler.run(job(1, 20), 0.0);
    for _ in 0..3 {
        world.dies_after[0] = Some(1);
        while world.dies_after[0].is_some() && world.step() {}
    }
    world.finish();
    assert!(matches!(world.told.last(), Some((_, RunEvent::Failed(_)))));
    assert!(matches!(world.reported.last(), Some(Trouble::Stopped(_))));
    let before = world.frames().len();
    assert!(before > 0);
    world.scheduler.retry();
    world.finish();
    world.assert_complete(20, 1);
    assert_eq!(world.given_up, 0, "it was retried");
}

/// Weights that do not come, and a run that has stopped for that.
fn stopped() -> (World, u32) {
    let mut world = World::new(1, EngineChoice::Auto, Adapter::Missing);
    let ticket = world.scheduler.run(job(1, 3), 0.0);
    world.alive[0] = true;
    world.scheduler.take();
    let error = EngineError::Fetch {
        file: "m.bin".into(),
        reason: "404".into(),
    };
    world.scheduler.manifest(Err(error.clone()));
    world.settle();
    assert_eq!(world.reported, [Trouble::Stopped(error)]);
    (world, ticket)
}

/// What was said of a run that stopped holds until it is retried, cancelled or replaced.
#[test]
fn a_run_that_stopped_is_given_up_with_its_end() {
    let (mut world, ticket) = stopped();
    world.wait(1000);
    world.scheduler.choose(EngineChoice::Cpu);
    world.scheduler.preload(MODEL);
    world.scheduler.cancel(ticket + 1);
    world.settle();
    assert_eq!(world.given_up, 0, "it still stands there");
    world.scheduler.cancel(ticket);
    world.settle();
    assert_eq!(world.given_up, 1);
    world.scheduler.retry();
    world.scheduler.cancel(ticket);
    world.settle();
    assert_eq!(world.given_up, 1, "once");

    let (mut world, ticket) = stopped();
    let next = world.scheduler.run(job(1, 3), 0.0);
    assert_eq!(
        world.scheduler.take()[..2],
        [Effect::Tell(ticket, RunEvent::Cancelled), Effect::GivenUp]
    );
    // A run that is well is not given up.
    world.scheduler.cancel(next);
    world.settle();
    assert_eq!(world.given_up, 0);
}

#[test]
fn a_long_job_moves_to_the_gpu_between_steps() {
    let mut world = World::new(2, EngineChoice::Auto, Adapter::Hardware);
    world.scheduler.run(job(16, 20), 0.0);
    world.finish();
    world.assert_complete(20, 16);
    assert_eq!(engines(&world), [EngineKind::Cpu, EngineKind::Gpu]);
    assert!(world.spawned.contains(&Place::Gpu));

    let mut world = World::new(2, EngineChoice::Auto, Adapter::Software);
    world.scheduler.run(job(16, 20), 0.0);
    world.finish();
    assert_eq!(
        engines(&world),
        [EngineKind::Cpu],
        "a software GPU is not worth it"
    );
}

/// Places of the runs that came to be, one letter a kind.
fn way(world: &mut World) -> String {
    let way = engines(world).into_iter().map(|kind| match kind {
        EngineKind::Cpu => 'c',
        EngineKind::Gpu => 'g',
    });
    let way = way.collect();
    world.told.clear();
    way
}

#[test]
fn auto_keeps_to_the_engine_that_was_quicker() {
    for (gpu_ms, quicker, first) in [(41.0, "c", "cgc"), (5.0, "g", "cg")] {
        let mut world = World::new(1, EngineChoice::Auto, Adapter::Hardware);
        world.step_ms = [23.0, 23.0, gpu_ms, 23.0];
        world.scheduler.run(job(16, 20), 0.0);
        world.finish();
        world.assert_complete(20, 16);
        assert_eq!(way(&mut world), first);
        let times = StepTimes {
            cpu_ms: 23.0,
            gpu_ms,
        };
        assert_eq!(world.scheduler.status().times, Some(times));
        // The next one knows, if it is of that size.
        world.scheduler.run(job(17, 20), 0.0);
        world.finish();
        assert_eq!(way(&mut world).trim_start_matches(quicker), "");
        world.scheduler.run(job(64, 20), 0.0);
        world.finish();
        assert!(way(&mut world).ends_with(quicker));
        assert_eq!(world.scheduler.status().times, Some(times));
    }
}

#[test]
fn a_choice_is_not_measured() {
    let mut world = World::new(1, EngineChoice::Gpu, Adapter::Hardware);
    world.step_ms[Place::Gpu as usize] = 90.0;
    world.scheduler.run(job(16, 20), 0.0);
    world.finish();
    assert_eq!(engines(&world), [EngineKind::Gpu]);
    assert_eq!(world.scheduler.status().times, None);
}

#[test]
fn auto_never_tries_a_gpu_in_software() {
    let mut world = World::new(2, EngineChoice::Auto, Adapter::Software);
    world.scheduler.run(job(64, 300), 0.0);
    world.finish();
    world.assert_complete(300, 64);
    assert!(!world.spawned.contains(&Place::Gpu));
    assert_eq!(world.scheduler.status().times, None);
}

#[test]
fn a_lost_gpu_hands_back_to_the_cpu() {
    let mut world = World::new(1, EngineChoice::Gpu, Adapter::Software);
    world.dies_after[Place::Gpu as usize] = Some(5);
    world.scheduler.run(job(1, 20), 0.0);
    world.finish();
    world.assert_complete(20, 1);
    assert_eq!(engines(&world), [EngineKind::Gpu, EngineKind::Cpu]);
    assert!(matches!(world.reported[..], [Trouble::GpuFailed(_)]));
    // The next run does not try it again.
    world.told.clear();
    world.scheduler.run(job(1, 20), 0.0);
    world.finish();
    assert_eq!(engines(&world), [EngineKind::Cpu]);
}

#[test]
fn without_webgpu_the_cpu_serves_who_asked_for_it() {
    let mut world = World::new(1, EngineChoice::Gpu, Adapter::Unknown);
    world.scheduler.run(job(1, 4), 0.0);
    world.finish();
    assert!(world.frames().is_empty(), "waits for the browser's answer");
    world.scheduler.adapter(Adapter::Missing);
    world.finish();
    world.assert_complete(4, 1);
    assert_eq!(world.reported, [Trouble::NoGpu]);
}

#[test]
fn the_choice_moves_a_run_both_ways() {
    let mut world = World::new(1, EngineChoice::Cpu, Adapter::Hardware);
    world.scheduler.run(job(1, 20), 0.0);
    for _ in 0..5 {
        world.step();
    }
    world.scheduler.choose(EngineChoice::Gpu);
    for _ in 0..5 {
        world.step();
    }
    world.scheduler.choose(EngineChoice::Cpu);
    world.finish();
    world.assert_complete(20, 1);
    assert_eq!(
        engines(&world),
        [EngineKind::Cpu, EngineKind::Gpu, EngineKind::Cpu]
    );
}

#[test]
fn a_newer_run_replaces_the_older() {
    let mut world = World::new(1, EngineChoice::Auto, Adapter::Missing);
    let first = world.scheduler.run(job(1, 20), 0.0);
    for _ in 0..5 {
        world.step();
    }
    let second = world.scheduler.run(job(1, 10), 0.0);
    world.told.clear();
    world.finish();
    assert_eq!(world.told[0], (first, RunEvent::Cancelled));
    assert!(world.told[1..].iter().all(|(ticket, _)| *ticket == second));
    world.assert_complete(10, 1);
}

#[test]
fn cancelling_ends_the_run_and_only_that() {
    let mut world = World::new(1, EngineChoice::Auto, Adapter::Missing);
    let ticket = world.scheduler.run(job(1, 20), 0.0);
    for _ in 0..5 {
        world.step();
    }
    world.scheduler.cancel(ticket + 1);
    assert!(world.scheduler.status().busy);
    world.scheduler.cancel(ticket);
    world.finish();
    assert_eq!(world.told.last(), Some(&(ticket, RunEvent::Cancelled)));
    assert!(world.frames().len() < 8);
}

#[test]
fn a_stale_engine_is_not_used() {
    let mut world = World::new(1, EngineChoice::Auto, Adapter::Missing);
    world.build = Some("another");
    world.scheduler.run(job(1, 20), 0.0);
    world.finish();
    assert!(world.frames().is_empty());
    assert_eq!(world.reported, [Trouble::Stale]);
}

#[test]
fn an_engine_that_cannot_start_is_tried_three_times() {
    let mut world = World::new(1, EngineChoice::Auto, Adapter::Missing);
    world.scheduler.run(job(1, 20), 0.0);
    let mut spawned = 0;
    loop {
        let effects = world.scheduler.take();
        if effects.is_empty() {
            break;
        }
        for effect in effects {
            match effect {
                Effect::Spawn(place) => {
                    spawned += 1;
                    world
                        .scheduler
                        .broke(place, EngineError::Panicked("404".into()));
                }
                Effect::Tell(ticket, event) => world.told.push((ticket, event)),
                Effect::Report(trouble) => world.reported.push(trouble),
                _ => {}
            }
        }
    }
    assert_eq!(spawned, 3);
    assert!(matches!(world.told.last(), Some((_, RunEvent::Failed(_)))));
    assert!(matches!(world.reported.last(), Some(Trouble::Stopped(_))));
}

#[test]
fn missing_weights_do_not_stop_a_run_that_needs_none() {
    let missing = EngineError::Fetch {
        file: "m.bin".into(),
        reason: "404".into(),
    };
    let mut world = World::new(1, EngineChoice::Auto, Adapter::Missing);
    world.scheduler.preload(MODEL);
    let ticket = world.scheduler.run(noise_stats(), 0.0);
    ready(&mut world.scheduler, Place::Cpu);
    world.scheduler.manifest(Err(missing.clone()));
    let failed = Event::Failed {
        run: None,
        error: missing,
    };
    world.scheduler.event(Place::Cpu, failed, 0.0);
    let effects = world.scheduler.take();
    let run = effects.iter().find_map(|effect| match effect {
        Effect::Send(Place::Cpu, Request::Start { run, .. }) => Some(*run),
        _ => None,
    });
    let run = run.expect("the run was started");
    world
        .scheduler
        .event(Place::Cpu, Event::Done { run, ms: 1.0 }, 1.0);
    let told: Vec<_> = effects
        .into_iter()
        .chain(world.scheduler.take())
        .filter(|effect| matches!(effect, Effect::Tell(..) | Effect::Report(_)))
        .collect();
    assert_eq!(told, [Effect::Tell(ticket, RunEvent::Done { ms: 1.0 })]);
}

/// The host's own arithmetic is not worth the GPU engine's download.
#[test]
fn noise_statistics_stay_on_the_cpu() {
    let mut world = World::new(1, EngineChoice::Gpu, Adapter::Hardware);
    world.scheduler.run(noise_stats(), 0.0);
    assert_eq!(world.scheduler.take(), [Effect::Spawn(Place::Cpu)]);
}

#[test]
fn a_look_inside_stays_on_the_cpu() {
    let mut world = World::new(1, EngineChoice::Gpu, Adapter::Hardware);
    let look = Inspect {
        model: MODEL.into(),
        x: vec![0.0; PIXELS],
        t: 5,
        label: None,
        cut: 0,
    };
    world.scheduler.run(Job::Inspect(look), 0.0);
    let effects = world.scheduler.take();
    assert!(effects.contains(&Effect::Spawn(Place::Cpu)));
    assert!(!effects.contains(&Effect::Spawn(Place::Gpu)));
}

#[test]
fn missing_weights_stop_the_run_until_retried() {
    let missing = EngineError::Fetch {
        file: "m.bin".into(),
        reason: "404".into(),
    };
    let mut world = World::new(1, EngineChoice::Auto, Adapter::Missing);
    world.scheduler.manifest(Err(missing.clone()));
    world.scheduler.run(job(1, 3), 0.0);
    let effects = world.scheduler.take();
    assert_eq!(effects, [Effect::Spawn(Place::Cpu), Effect::FetchManifest]);
    world.alive[0] = true;
    world.scheduler.manifest(Err(missing.clone()));
    world.settle();
    assert_eq!(world.reported, [Trouble::Stopped(missing)]);
    ready(&mut world.scheduler, Place::Cpu);
    world.scheduler.retry();
    world.finish();
    world.assert_complete(3, 1);
}

/// What is sent to an engine, in order.
fn sent(effects: Vec<Effect>) -> Vec<(Place, Request)> {
    let of = |effect| match effect {
        Effect::Send(place, request) => Some((place, request)),
        _ => None,
    };
    effects.into_iter().filter_map(of).collect()
}

/// The engine at `place` has started.
fn ready(scheduler: &mut Scheduler, place: Place) {
    let ready = Event::Ready {
        engine: place.kind(),
        build: place.build().into(),
        adapter: None,
    };
    scheduler.event(place, ready, 0.0);
}

/// A training that is wanted by the run of this ticket, on its engine.
fn train(scheduler: &mut Scheduler, steps: u32) -> (u32, Job) {
    let training = PlaneState::default().training();
    let job = Job::PlaneTrain(PlaneTrain { steps, ..training });
    let ticket = scheduler.run(job.clone(), 0.0);
    ready(scheduler, Place::Trainer);
    (ticket, job)
}

/// The trainer breaks, another one is ready, and what is left of the job is `rest`.
fn broken(scheduler: &mut Scheduler, ticket: u32, rest: Option<&Job>) -> Vec<Effect> {
    scheduler.take();
    scheduler.broke(Place::Trainer, EngineError::Panicked("x".into()));
    let effects = scheduler.take();
    assert_eq!(
        effects,
        [Effect::Kill(Place::Trainer), Effect::AskRest(ticket)]
    );
    scheduler.rest(ticket, rest.cloned(), 5.0);
    let mut effects = scheduler.take();
    if effects.contains(&Effect::Spawn(Place::Trainer)) {
        ready(scheduler, Place::Trainer);
        effects.append(&mut scheduler.take());
    }
    effects
}

/// Where the visitor is told that the run goes on.
fn goes_on(effects: &[Effect]) -> Option<GoesOn> {
    effects.iter().find_map(|effect| match effect {
        Effect::Report(Trouble::Rescued { from, .. }) => Some(*from),
        _ => None,
    })
}

/// Other engines have no training in them, so their choice does not matter.
#[test]
fn a_training_is_the_trainers() {
    for adapter in [Adapter::Unknown, Adapter::Hardware] {
        let mut scheduler = Scheduler::new(String::new(), 2, EngineChoice::Gpu);
        if adapter == Adapter::Hardware {
            scheduler.adapter(adapter);
        }
        scheduler.provoke(Some(Fault::Panic));
        let (_, job) = train(&mut scheduler, 9);
        let fault = Request::Fault(Fault::Panic);
        let start = Request::Start { run: 1, job };
        assert_eq!(
            sent(scheduler.take()),
            [(Place::Trainer, fault), (Place::Trainer, start)]
        );
    }
}

#[test]
fn a_training_goes_on_with_what_is_left_after_a_panic() {
    let mut scheduler = Scheduler::new(String::new(), 2, EngineChoice::Auto);
    let (ticket, whole) = train(&mut scheduler, 9);
    let starts = |effects: Vec<Effect>, run, job: &Job| {
        let job = job.clone();
        assert_eq!(
            sent(effects),
            [(Place::Trainer, Request::Start { run, job })]
        );
    };
    // Nothing has come of it: the same job.
    let effects = broken(&mut scheduler, ticket, Some(&whole));
    assert_eq!(goes_on(&effects), Some(GoesOn::FromStart));
    starts(effects, 2, &whole);
    // A part of it is done.
    let mut other = Scheduler::new(String::new(), 2, EngineChoice::Auto);
    let (_, left) = train(&mut other, 4);
    let effects = broken(&mut scheduler, ticket, Some(&left));
    assert_eq!(goes_on(&effects), Some(GoesOn::FromLast));
    starts(effects, 3, &left);
    // A job that breaks its engine every time ends all the same.
    scheduler.broke(Place::Trainer, EngineError::Panicked("x".into()));
    let effects = scheduler.take();
    let error = EngineError::Panicked("x".into());
    let failed = RunEvent::Failed(error.clone());
    assert_eq!(
        effects,
        [
            Effect::Kill(Place::Trainer),
            Effect::Tell(ticket, failed),
            Effect::Report(Trouble::Stopped(error))
        ]
    );
    // The visitor tries again: what is left is asked once more, and nothing is said.
    scheduler.retry();
    assert_eq!(
        scheduler.take(),
        [
            Effect::Tell(ticket, RunEvent::Resumed),
            Effect::AskRest(ticket)
        ]
    );
    scheduler.rest(ticket, Some(left.clone()), 6.0);
    ready(&mut scheduler, Place::Trainer);
    let effects = scheduler.take();
    assert_eq!(goes_on(&effects), None);
    starts(effects, 4, &left);
    // As before the retry, it may break twice.
    let effects = broken(&mut scheduler, ticket, Some(&left));
    assert_eq!(goes_on(&effects), Some(GoesOn::FromLast));
}

#[test]
fn a_training_that_had_all_but_its_end_is_done() {
    let mut scheduler = Scheduler::new(String::new(), 2, EngineChoice::Auto);
    let (ticket, _) = train(&mut scheduler, 9);
    let effects = broken(&mut scheduler, ticket, None);
    let done = RunEvent::Done { ms: 5.0 };
    assert_eq!(effects, [Effect::Tell(ticket, done)]);
    assert!(!scheduler.status().busy);
}

/// An answer that comes when the run has been replaced is not another run's job.
#[test]
fn only_who_is_asked_is_heard() {
    let mut scheduler = Scheduler::new(String::new(), 2, EngineChoice::Auto);
    let (old, job) = train(&mut scheduler, 9);
    scheduler.broke(Place::Trainer, EngineError::Panicked("x".into()));
    let (new, _) = train(&mut scheduler, 4);
    scheduler.take();
    scheduler.rest(old, None, 1.0);
    scheduler.rest(new, Some(job), 1.0);
    assert_eq!(scheduler.take(), []);
    assert!(scheduler.status().busy);
}

#[test]
fn an_engine_that_hangs_is_replaced_and_the_run_goes_on() {
    for place in [Place::Cpu, Place::SecondCpu] {
        let mut world = World::new(2, EngineChoice::Auto, Adapter::Missing);
        world.hangs_after[place as usize] = Some(7);
        world.scheduler.run(job(16, 20), 0.0);
        world.finish();
        assert_eq!(world.frames().len(), 7, "{place:?} hangs");
        world.wait(CPU_PATIENCE_S);
        assert!(world.reported.is_empty(), "it gets its time");
        world.wait(1);
        world.finish();
        world.assert_complete(20, 16);
        let error = EngineError::Silent(CPU_PATIENCE_S);
        let from = GoesOn::FromStep(6);
        assert_eq!(world.reported, [Trouble::Rescued { error, from }]);
    }
}

#[test]
fn a_provoked_hang_strikes_once() {
    let mut world = World::new(1, EngineChoice::Auto, Adapter::Missing);
    world.scheduler.provoke(Some(Fault::Hang));
    world.scheduler.patience(Some(2));
    world.scheduler.run(job(1, 20), 0.0);
    world.finish();
    world.wait(3);
    world.finish();
    world.assert_complete(20, 1);
    assert_eq!((world.spawned.len(), world.reported.len()), (2, 1));
}

#[test]
fn a_hung_gpu_gets_longer_and_hands_over_to_the_cpu() {
    let mut world = World::new(1, EngineChoice::Gpu, Adapter::Software);
    world.hangs_after[Place::Gpu as usize] = Some(5);
    world.scheduler.run(job(1, 20), 0.0);
    world.finish();
    world.wait(GPU_PATIENCE_S);
    assert!(world.reported.is_empty());
    world.wait(1);
    world.finish();
    world.assert_complete(20, 1);
    assert_eq!(engines(&world), [EngineKind::Gpu, EngineKind::Cpu]);
}

#[test]
fn an_engine_that_says_it_is_busy_is_left_alone() {
    let mut world = World::new(1, EngineChoice::Auto, Adapter::Missing);
    world.hangs_after[0] = Some(3);
    world.scheduler.run(job(1, 20), 0.0);
    world.finish();
    for _ in 0..10 {
        world.wait(CPU_PATIENCE_S - 1);
        let busy = Event::Busy { run: 1 };
        world.scheduler.event(Place::Cpu, busy, world.now_ms);
    }
    assert!(world.reported.is_empty());
}

#[test]
fn a_page_that_was_away_does_not_blame_the_engine() {
    let mut world = World::new(1, EngineChoice::Auto, Adapter::Missing);
    world.hangs_after[0] = Some(3);
    world.scheduler.run(job(1, 20), 0.0);
    world.finish();
    world.wait(CPU_PATIENCE_S - 1);
    world.now_ms += 3_600_000.0;
    world.wait(CPU_PATIENCE_S);
    assert!(world.reported.is_empty(), "counted from the return");
    world.wait(2);
    assert_eq!(world.reported.len(), 1);
}

#[test]
fn idle_engines_may_be_silent() {
    let mut world = World::new(1, EngineChoice::Auto, Adapter::Missing);
    world.scheduler.run(job(1, 5), 0.0);
    world.finish();
    world.wait(1000);
    assert!(world.reported.is_empty());
    assert_eq!(world.spawned.len(), 1);
}

/// An engine that never answers a load: more patient, for its own tries come first.
#[test]
fn a_load_without_an_answer_ends_at_last() {
    let mut world = World::new(1, EngineChoice::Auto, Adapter::Missing);
    world.scheduler.manifest(Ok(manifest()));
    world.scheduler.run(job(1, 5), 0.0);
    ready(&mut world.scheduler, Place::Cpu);
    world.alive[0] = true;
    let sent = world.scheduler.take();
    let load = |effect: &Effect| matches!(effect, Effect::Send(Place::Cpu, Request::Load { .. }));
    assert!(sent.iter().any(load), "{sent:?}");
    world.wait(TRIES * PATIENCE_S);
    assert!(world.reported.is_empty());
    world.wait(1);
    world.finish();
    world.assert_complete(5, 1);
    assert_eq!(world.reported.len(), 1);
}

/// Weights loaded ahead for another chapter that fail to come are not this run's trouble.
#[test]
fn another_models_missing_weights_do_not_stop_a_run() {
    let mut world = World::new(1, EngineChoice::Auto, Adapter::Missing);
    let mut two = manifest();
    let other = ModelEntry {
        id: "other".into(),
        file: "other".into(),
        ..two.models[0].clone()
    };
    two.models.push(other);
    world.scheduler.manifest(Ok(two));
    world.scheduler.preload("other");
    ready(&mut world.scheduler, Place::Cpu);
    world.alive[0] = true;
    world.scheduler.take();
    world.scheduler.run(job(1, 5), 0.0);
    let error = EngineError::Fetch {
        file: "other".into(),
        reason: "nothing came for 20 s".into(),
    };
    let failed = Event::Failed { run: None, error };
    world.scheduler.event(Place::Cpu, failed, 0.0);
    world.finish();
    world.assert_complete(5, 1);
    assert!(world.reported.is_empty());
}

/// The models that are sent for.
fn sent_for(effects: Vec<Effect>) -> Vec<String> {
    let model = |(_, request)| match request {
        Request::Load { model, .. } => Some(model.id),
        _ => None,
    };
    sent(effects).into_iter().filter_map(model).collect()
}

/// A scheduler that has the manifest, and a CPU engine.
fn with_manifest() -> Scheduler {
    let mut scheduler = Scheduler::new("http://x/weights/".into(), 1, EngineChoice::Cpu);
    let mut two = manifest();
    let other = ModelEntry {
        id: "other".into(),
        file: "other.bin".into(),
        ..two.models[0].clone()
    };
    two.models.push(other);
    scheduler.manifest(Ok(two));
    scheduler.preload("other");
    ready(&mut scheduler, Place::Cpu);
    assert_eq!(sent_for(scheduler.take()), ["other"]);
    scheduler
}

fn loaded(scheduler: &mut Scheduler, model: &str) {
    let model = model.into();
    scheduler.event(Place::Cpu, Event::Loaded { model, ms: 1.0 }, 0.0);
}

#[test]
fn nothing_waits_for_the_weights_of_another() {
    let mut scheduler = with_manifest();
    scheduler.run(job(1, 5), 0.0);
    assert_eq!(sent_for(scheduler.take()), [MODEL]);
    loaded(&mut scheduler, MODEL);
    let start = sent(scheduler.take());
    assert!(
        matches!(start[..], [(Place::Cpu, Request::Start { run: 1, .. })]),
        "{start:?}"
    );
    // The other one is not sent for twice.
    scheduler.preload("other");
    scheduler.run(noise_stats(), 0.0);
    let start = sent(scheduler.take());
    assert!(
        matches!(
            start[..],
            [
                (_, Request::Cancel { run: 1 }),
                (_, Request::Start { run: 2, .. })
            ]
        ),
        "{start:?}"
    );
}

#[test]
fn a_model_that_was_let_go_of_comes_again() {
    let mut scheduler = with_manifest();
    scheduler.run(job(1, 5), 0.0);
    loaded(&mut scheduler, MODEL);
    scheduler.take();
    let dropped = |model: &str| Event::Dropped {
        model: model.into(),
    };
    scheduler.event(Place::Cpu, dropped("another"), 0.0);
    assert_eq!(scheduler.take(), [], "not the run's");
    // It was let go of while the run was on its way.
    scheduler.event(Place::Cpu, dropped(MODEL), 0.0);
    let run_failed = Event::Failed {
        run: Some(1),
        error: EngineError::BadRequest("not loaded".into()),
    };
    scheduler.event(Place::Cpu, run_failed, 0.0);
    assert_eq!(sent_for(scheduler.take()), [MODEL]);
    loaded(&mut scheduler, MODEL);
    let start = sent(scheduler.take());
    assert!(
        matches!(start[..], [(Place::Cpu, Request::Start { run: 2, .. })]),
        "{start:?}"
    );
}

/// A question that is asked anew while something is dragged, told apart by its seed.
fn question(seed: u64) -> Job {
    Job::PlaneSample(PlaneSample {
        seed,
        cloud: Cloud::Preset(Preset::Ring),
        method: Method::Ddpm,
        rule: Rule::Ddim,
        hidden: 1,
        weights: vec![],
        steps: 1,
    })
}

fn answer() -> Report {
    Report::Timed(vec![])
}

/// Question 1, on its engine.
fn asked() -> (Scheduler, u32) {
    let mut scheduler = Scheduler::new(String::new(), 2, EngineChoice::Auto);
    let ticket = scheduler.run(question(1), 0.0);
    ready(&mut scheduler, Place::Trainer);
    let job = question(1);
    let start = (Place::Trainer, Request::Start { run: 1, job });
    assert_eq!(sent(scheduler.take()), [start]);
    (scheduler, ticket)
}

fn start(run: RunId, seed: u64) -> Effect {
    let job = question(seed);
    Effect::Send(Place::Trainer, Request::Start { run, job })
}

#[test]
fn the_last_question_waits_for_the_answer_under_way() {
    let (mut scheduler, first) = asked();
    let second = scheduler.run(question(2), 1.0);
    assert_eq!(scheduler.take(), []);
    scheduler.run(question(3), 2.0);
    assert_eq!(
        scheduler.take(),
        [Effect::Tell(second, RunEvent::Cancelled)]
    );
    let report = answer();
    scheduler.event(Place::Trainer, Event::Report { run: 1, report }, 3.0);
    scheduler.event(Place::Trainer, Event::Done { run: 1, ms: 1.0 }, 3.0);
    assert_eq!(
        scheduler.take(),
        [
            Effect::Tell(first, RunEvent::Engine(EngineKind::Cpu)),
            Effect::Tell(first, RunEvent::Report(answer())),
            Effect::Tell(first, RunEvent::Done { ms: 3.0 }),
            start(2, 3)
        ]
    );
    assert!(scheduler.status().busy);
}

#[test]
fn a_question_that_no_engine_has_is_replaced_at_once() {
    let mut scheduler = Scheduler::new(String::new(), 2, EngineChoice::Auto);
    let first = scheduler.run(question(1), 0.0);
    scheduler.run(question(2), 0.0);
    let cancelled = Effect::Tell(first, RunEvent::Cancelled);
    assert!(scheduler.take().contains(&cancelled));
    ready(&mut scheduler, Place::Trainer);
    assert_eq!(scheduler.take(), [start(2, 2)]);
}

#[test]
fn other_work_ends_questions_at_once() {
    let (mut scheduler, first) = asked();
    let second = scheduler.run(question(2), 0.0);
    scheduler.run(noise_stats(), 0.0);
    assert_eq!(
        scheduler.take()[..3],
        [
            Effect::Tell(second, RunEvent::Cancelled),
            Effect::Send(Place::Trainer, Request::Cancel { run: 1 }),
            Effect::Tell(first, RunEvent::Cancelled)
        ]
    );
    // And no question waits for other work.
    let third = scheduler.run(question(3), 0.0);
    let effects = scheduler.take();
    assert!(effects.contains(&start(3, 3)), "{third}: {effects:?}");
}

#[test]
fn either_question_can_be_cancelled() {
    let (mut scheduler, first) = asked();
    let second = scheduler.run(question(2), 0.0);
    scheduler.cancel(second);
    assert_eq!(
        scheduler.take(),
        [Effect::Tell(second, RunEvent::Cancelled)]
    );
    scheduler.run(question(3), 0.0);
    scheduler.cancel(first);
    assert_eq!(
        scheduler.take(),
        [
            Effect::Send(Place::Trainer, Request::Cancel { run: 1 }),
            Effect::Tell(first, RunEvent::Cancelled),
            start(2, 3)
        ]
    );
}

/// Nobody asks what is left of a question when its successor is there.
#[test]
fn a_broken_engine_gets_the_last_question() {
    let (mut scheduler, first) = asked();
    scheduler.run(question(2), 0.0);
    scheduler.broke(Place::Trainer, EngineError::Panicked("x".into()));
    assert_eq!(
        scheduler.take(),
        [
            Effect::Kill(Place::Trainer),
            Effect::Tell(first, RunEvent::Cancelled),
            Effect::Spawn(Place::Trainer)
        ]
    );
    ready(&mut scheduler, Place::Trainer);
    assert_eq!(scheduler.take(), [start(2, 2)]);
}

/// The times that follow what a look saw are nothing to wait for.
#[test]
fn a_look_gives_way_once_it_has_seen() {
    let mut scheduler = with_manifest();
    loaded(&mut scheduler, MODEL);
    let look = Job::Inspect(Inspect {
        model: MODEL.into(),
        x: vec![],
        t: 5,
        label: None,
        cut: 0,
    });
    let ask = |scheduler: &mut Scheduler| scheduler.run(look.clone(), 0.0);
    let seen = |run| Event::Report {
        run,
        report: Report::packed(&Seen::Anatomy(Default::default())),
    };
    let gives_way = |effects: Vec<Effect>, ticket| {
        let cancelled = Effect::Tell(ticket, RunEvent::Cancelled);
        let start = |effect: &Effect| matches!(effect, Effect::Send(_, Request::Start { .. }));
        effects.contains(&cancelled) && effects.iter().any(start)
    };
    let first = ask(&mut scheduler);
    scheduler.take();
    let second = ask(&mut scheduler);
    assert_eq!(scheduler.take(), []);
    scheduler.event(Place::Cpu, seen(1), 0.0);
    assert!(gives_way(scheduler.take(), first));
    scheduler.event(Place::Cpu, seen(2), 0.0);
    scheduler.take();
    ask(&mut scheduler);
    assert!(gives_way(scheduler.take(), second));
}

#[test]
fn the_list_of_models_is_fetched_once_and_starts_no_engine() {
    let mut scheduler = Scheduler::new("http://x/weights/".into(), 2, EngineChoice::Auto);
    scheduler.list_models();
    assert_eq!(scheduler.take(), [Effect::FetchManifest]);
    scheduler.list_models();
    assert_eq!(scheduler.take(), []);
}
