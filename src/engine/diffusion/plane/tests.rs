use super::*;
use crate::data::points::Preset;
use crate::engine::session::testing::*;
use crate::models::diffusion::plane::{HIDDEN, field_grid};
use crate::nn::mlp::LastLayer;
use crate::protocol::Job;
use crate::protocol::diffusion::plane::Method;

/// All reports of a whole training.
fn trained(job: PlaneTrain) -> Vec<PlaneTraining> {
    trainings(&run_whole(Job::PlaneTrain(job)))
}

fn trainings(events: &[Event]) -> Vec<PlaneTraining> {
    let of = |event: &Event| match event.answer() {
        Some(PlaneAnswer::Training(training)) => Some(training),
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

fn samples(job: PlaneSample) -> PlaneSamples {
    match run_whole(Job::PlaneSample(job)).as_slice() {
        [event, Event::Done { .. }] => match event.answer() {
            Some(PlaneAnswer::Samples(samples)) => samples,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
}

/// A small, quick training.
fn job(method: Method) -> PlaneTrain {
    PlaneTrain {
        cloud: Cloud::Preset(Preset::Ring),
        method,
        steps: 30,
        batch: 32,
        learning_rate: 3e-3,
        hidden: 16,
        seed: 5,
        report_every: 12,
    }
}

/// The page's own settings.
fn whole(cloud: Cloud, method: Method, steps: u32) -> PlaneTrain {
    PlaneTrain {
        cloud,
        method,
        steps,
        batch: crate::models::diffusion::plane::BATCH,
        learning_rate: crate::models::diffusion::plane::LEARNING_RATE,
        hidden: HIDDEN,
        seed: 42,
        report_every: steps,
    }
}

fn sampling(job: &PlaneTrain, weights: Vec<f32>, rule: Rule, steps: u32) -> PlaneSample {
    PlaneSample {
        cloud: job.cloud.clone(),
        method: job.method,
        rule,
        hidden: job.hidden,
        weights,
        seed: job.seed,
        steps,
    }
}

#[test]
fn reports_come_when_due_and_hold_everything() {
    let events = run_whole(Job::PlaneTrain(job(Method::Ddpm)));
    assert!(matches!(events.last(), Some(Event::Done { run: RUN, .. })));
    let reports = trainings(&events);
    let steps: Vec<u32> = reports.iter().map(|r| r.step).collect();
    assert_eq!(steps, [0, 12, 24, 30]);
    let losses: Vec<usize> = reports.iter().map(|r| r.losses.len()).collect();
    assert_eq!(losses, [0, 12, 12, 6]);
    for report in &reports {
        assert_eq!(report.weights.len(), shape(16).parameters());
        assert_eq!(report.samples.len(), 2 * SAMPLES);
        assert!(report.distance > report.floor && report.floor > 0.0);
        assert!(!report.diverged);
    }
    assert_ne!(reports[1].weights, reports[2].weights);
}

#[test]
fn a_training_can_be_cancelled_between_steps_and_starts_again_the_same() {
    let all = trained(job(Method::FlowMatching));
    let job = Job::PlaneTrain(job(Method::FlowMatching));
    let cut = run_job(job, &mut no_models(), 6);
    assert_eq!(cut.last(), Some(&Event::Cancelled { run: RUN }));
    let cut = trainings(&cut);
    assert_eq!(cut.len(), 2);
    for (a, b) in all.iter().zip(&cut) {
        assert_eq!(
            (&a.weights, &a.losses, &a.samples),
            (&b.weights, &b.losses, &b.samples)
        );
    }
}

#[test]
fn a_training_that_diverges_says_so_and_ends() {
    // The page's own way to see it, in its shortest training.
    for method in [Method::Ddpm, Method::FlowMatching] {
        let wild = PlaneTrain {
            learning_rate: 30.0,
            report_every: 10,
            ..whole(Cloud::default(), method, 500)
        };
        diverges(wild);
    }
}

fn diverges(wild: PlaneTrain) {
    let events = run_whole(Job::PlaneTrain(wild));
    assert!(matches!(events.last(), Some(Event::Done { .. })));
    let reports = trainings(&events);
    let last = reports.last().expect("a report");
    assert!(last.diverged && last.step < 500, "{}", last.step);
    assert!(
        last.losses
            .last()
            .is_some_and(|loss| loss.is_nan() || *loss > LOST)
    );
    assert!(reports[..reports.len() - 1].iter().all(|r| !r.diverged));
}

#[test]
fn a_sampling_shows_every_step_and_ends_where_the_preview_did() {
    let job = job(Method::FlowMatching);
    let trained = trained(job.clone());
    let last = trained.last().expect("a report");
    let steps = PREVIEW_STEPS as u32;
    let made = samples(sampling(&job, last.weights.clone(), Rule::Euler, steps));
    assert_eq!(
        (made.positions.len(), made.fields.len()),
        (PREVIEW_STEPS + 1, PREVIEW_STEPS + 1)
    );
    assert!(made.positions.iter().all(|p| p.len() == 2 * SAMPLES));
    assert!(made.fields.iter().all(|f| f.len() == field_grid().len()));
    assert_eq!((made.distance, made.floor), (last.distance, last.floor));
    assert_eq!(made.positions.last(), Some(&last.samples));
    // The first step goes along the field: by 1/20 of it.
    let moved = made.positions[1][0] - made.positions[0][0];
    assert!(moved.abs() < 1.0, "{moved}");
    let heun = samples(sampling(&job, last.weights.clone(), Rule::Heun, 5));
    assert_eq!(heun.positions.len(), 6);
}

#[test]
fn nonsense_is_refused() {
    assert_refused(
        &job(Method::Ddpm),
        &[
            |job| job.steps = 0,
            |job| job.steps = MAX_TRAIN_STEPS + 1,
            |job| job.batch = 0,
            |job| job.hidden = 100_000,
            |job| job.report_every = 0,
            |job| job.learning_rate = f32::NAN,
            |job| job.learning_rate = -1.0,
            |job| job.cloud = Cloud::Cells(vec![]),
        ],
        |job| run_whole(Job::PlaneTrain(job)),
    );
    let weights = shape(16).first_weights(1, 0, LastLayer::Zero);
    let good = sampling(&job(Method::Ddpm), weights, Rule::Ddim, 5);
    assert!(PlaneSampleRun::new(RUN, good.clone()).is_ok());
    assert_refused(
        &good,
        &[
            |job| job.steps = 0,
            |job| job.rule = Rule::Heun,
            |job| job.hidden = 17,
            |job| job.weights.fill(f32::NAN),
            |job| job.cloud = Cloud::Cells(vec![[64, 0]]),
        ],
        |job| run_whole(Job::PlaneSample(job)),
    );
}

/// What the chapter promises of its presets: after this many steps, half of what the page takes,
/// samples of either method are at most three times as far from held-out points as other
/// real points are, and less than half as far as those of the untrained network.
const ENOUGH_STEPS: u32 = 1000;

#[test]
fn every_preset_is_learnt_by_either_method() {
    for preset in Preset::ALL {
        for method in [Method::Ddpm, Method::FlowMatching] {
            let job = whole(Cloud::Preset(preset), method, ENOUGH_STEPS);
            let reports = trained(job);
            let (first, last) = (&reports[0], &reports[1]);
            let what = format!(
                "{preset:?} {method:?}: {} -> {}, floor {}",
                first.distance, last.distance, last.floor
            );
            println!("{what}");
            assert!(last.distance < 3.0 * last.floor, "{what}");
            assert!(last.distance < 0.5 * first.distance, "{what}");
        }
    }
}

/// A drawing is learnt as well: two blots, of which every sample finds one.
#[test]
fn a_drawing_is_learnt() {
    let blot = |x: u8, y: u8| (0..16).map(move |i| [x + i % 4, y + i / 4]);
    let cells = blot(12, 30).chain(blot(48, 40)).collect();
    let job = whole(Cloud::Cells(cells), Method::FlowMatching, 600);
    let reports = trained(job);
    let last = &reports[1];
    let near = |p: &[f32]| {
        let blot = |x: f32, y: f32| (p[0] - x).hypot(p[1] - y) < 0.5;
        blot(-1.69, 0.0) || blot(1.69, 0.94)
    };
    let found = last.samples.chunks(2).filter(|p| near(p)).count();
    assert!(found > SAMPLES * 9 / 10, "{found} of {SAMPLES}");
}

/// Data N(mu, sd^2) of which the exact predictions are known: they are linear in x. Learnt
/// from a drawing of one cell, N(mu, side^2 / 12) nearly, the field agrees where samples go.
#[test]
fn the_field_of_a_small_cloud_is_the_exact_one() {
    let cell = [40u8, 20];
    let mu = cell.map(|i| (f32::from(i) + 0.5 - 32.0) * crate::data::points::cell_side());
    let variance = crate::data::points::cell_side().powi(2) / 12.0;
    for method in [Method::Ddpm, Method::FlowMatching] {
        let job = whole(Cloud::Cells(vec![cell]), method, 600);
        let reports = trained(job.clone());
        let device = Device::flex();
        let net = shape(job.hidden as usize)
            .init(&reports[1].weights, &device)
            .expect("fits");
        let mixer = Mixer::new(method);
        for u in [0.9, 0.6, 0.3] {
            let (a, b) = mixer.factors(u);
            let noise = crate::noise::normal(1, 0, 0, 200);
            let data: Vec<f32> = (0..200).map(|i| mu[i % 2]).collect();
            let x = mixer.mix(&data, &noise, u);
            let got = block_on(predict(&net, &x, u, &device)).expect("reads");
            let error: f32 = (x.iter().zip(&got).enumerate())
                .map(|(i, (&x, got))| {
                    let mu = mu[i % 2];
                    let spread = (x - a * mu) / (a * a * variance + b * b);
                    let exact = mixer.target(mu + a * variance * spread, b * spread, u);
                    (got - exact).powi(2)
                })
                .sum();
            let rms = (error / 200.0).sqrt();
            println!("{method:?} u {u}: {rms}");
            assert!(rms < 0.15, "{method:?} u {u}: {rms}");
        }
    }
}
