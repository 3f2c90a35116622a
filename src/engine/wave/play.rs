//! Sounds, sample by sample, with rings of the past.

use crate::engine::session::{Step, TURN_MS, Work, demand};
use crate::models::next::{choose, surprise};
use crate::models::wave::Shape;
use crate::models::wave::asked::Asked;
use crate::models::wave::net::WaveNet;
use crate::models::wave::step::{Stepper, Walk};
use crate::noise;
use crate::protocol::wave::{MOST_LOOKED_AT, MOST_SAMPLES, WaveAsk, WaveSteps};
use crate::protocol::{EngineError, Event, Report, RunId};

/// Samples between two looks at the clock.
const IN_ONE_GO: usize = 64;

/// A sound under way.
pub struct WaveRun<'a> {
    run: RunId,
    ask: WaveAsk,
    asked: Asked,
    net: &'a WaveNet,
    shape: Shape,
    /// What takes one sample at a time, and what it keeps; none before the first.
    under_way: Option<(Stepper, Walk)>,
}

impl<'a> WaveRun<'a> {
    /// Checks the request.
    pub fn new(
        run: RunId,
        ask: WaveAsk,
        (net, shape): (&'a WaveNet, Shape),
    ) -> Result<Self, EngineError> {
        let (count, given) = (ask.count, ask.given.len());
        demand(
            (1..=MOST_SAMPLES).contains(&count),
            format!("{count} samples"),
        )?;
        demand(
            given <= count as usize,
            format!("{given} samples are given, of {count}"),
        )?;
        let asked = shape.asked(ask.condition);
        let asked =
            asked.ok_or_else(|| EngineError::BadRequest(format!("condition {}", ask.condition)))?;
        demand(ask.choosing.is_sound(), "a choice out of range")?;
        let [first, end] = ask.looked_at;
        demand(
            first <= end && end - first <= MOST_LOOKED_AT,
            "too much to look at",
        )?;
        Ok(Self {
            run,
            ask,
            asked,
            net,
            shape,
            under_way: None,
        })
    }
}

impl Work for WaveRun<'_> {
    /// As many samples as there is time for.
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        let start = clock();
        let ask = &self.ask;
        let (stepper, walk) = match &mut self.under_way {
            Some(both) => both,
            none => {
                let stepper = Stepper::new(self.net, self.shape).await?;
                let walk = stepper.begin(self.asked, ask.deaf);
                none.insert((stepper, walk))
            }
        };
        let count = ask.count as usize;
        let mut steps = WaveSteps {
            first: walk.count() as u32,
            ..WaveSteps::default()
        };
        while walk.count() < count && (steps.codes.is_empty() || clock() - start < TURN_MS) {
            for _ in 0..IN_ONE_GO.min(count - walk.count()) {
                let at = walk.count();
                let logits = stepper.logits(walk);
                if !logits.iter().all(|logit| logit.is_finite()) {
                    return Err(EngineError::NotFinite);
                }
                let u = noise::unit(&mut noise::stream(ask.seed, 0, at as u32));
                let drawn = choose(&ask.choosing.probabilities(&logits), u) as u8;
                let code = ask.given.get(at).copied().unwrap_or(drawn);
                walk.put(code);
                steps.codes.push(code);
                steps.drawn.push(drawn);
                steps.bits.push(surprise(&logits, code.into()));
                let [first, end] = ask.looked_at.map(|at| at as usize);
                if (first..end).contains(&at) {
                    steps.logits.extend(logits);
                }
            }
        }
        steps.ms = (clock() - start) as f32;
        let is_over = walk.count() == count;
        let event = Event::Report {
            run: self.run,
            report: Report::packed(&steps),
        };
        Ok(if is_over {
            Step::Last(event)
        } else {
            Step::Show(event)
        })
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;
    use crate::engine::jobs::Shelf;
    use crate::engine::session::testing::*;
    use crate::models::next::Choosing;
    use crate::models::wave::{Deaf, LEVELS};
    use crate::protocol::ask::Ask;

    const SMALL: Shape = Shape {
        width: 8,
        stacks: 1,
        layers: 4,
        conditions: 3,
    };

    struct OnlyWaves(WaveNet);
    impl Shelf for OnlyWaves {
        type Net = NoModel;
        fn denoiser(&mut self, _: &str) -> Option<&mut NoModel> {
            None
        }
        fn wave(&self, id: &str) -> Option<(&WaveNet, Shape)> {
            (id == "wave").then_some((&self.0, SMALL))
        }
    }

    fn shelf() -> OnlyWaves {
        OnlyWaves(SMALL.init(&Device::flex()))
    }

    fn ask() -> WaveAsk {
        WaveAsk {
            model: "wave".into(),
            condition: 1,
            given: vec![],
            count: 300,
            choosing: Choosing::default(),
            seed: 4,
            deaf: Deaf::default(),
            looked_at: [10, 12],
        }
    }

    /// All samples.
    fn played(ask: WaveAsk, shelf: &mut OnlyWaves) -> WaveSteps {
        let mut all = WaveSteps::default();
        for event in run_job(ask.into_job(), shelf, usize::MAX) {
            match event {
                Event::Report { report, .. } => {
                    let part = WaveAsk::report(&report).expect("its own");
                    assert_eq!(part.first as usize, all.codes.len());
                    all.codes.extend(part.codes);
                    all.drawn.extend(part.drawn);
                    all.bits.extend(part.bits);
                    all.logits.extend(part.logits);
                }
                Event::Done { .. } => return all,
                other => panic!("{other:?}"),
            }
        }
        panic!("it never ended");
    }

    #[test]
    fn a_seed_names_a_sound() {
        let mut shelf = shelf();
        let sound = played(ask(), &mut shelf);
        assert_eq!(sound.codes.len(), 300);
        assert_eq!(
            (&sound.codes, sound.logits.len()),
            (&sound.drawn, 2 * LEVELS)
        );
        assert_eq!(sound, played(ask(), &mut shelf));
        let other = played(WaveAsk { seed: 5, ..ask() }, &mut shelf);
        assert_ne!(sound.codes, other.codes);
    }

    /// What is given stands, and what follows is what would have followed; a sound given whole is judged.
    #[test]
    fn what_is_given_stands() {
        let mut shelf = shelf();
        let sound = played(ask(), &mut shelf);
        let begun = WaveAsk {
            given: sound.codes[..100].to_vec(),
            ..ask()
        };
        assert_eq!(sound, played(begun, &mut shelf));
        let mut given = sound.codes.clone();
        given[50] ^= 3;
        let judged = played(
            WaveAsk {
                given: given.clone(),
                ..ask()
            },
            &mut shelf,
        );
        assert_eq!(judged.codes, given);
        assert_eq!(judged.drawn[..51], sound.drawn[..51]);
        assert_ne!(judged.bits[51..], sound.bits[51..]);
    }

    #[test]
    fn nonsense_is_refused() {
        let spoil: &[fn(&mut WaveAsk)] = &[
            |ask| ask.count = 0,
            |ask| ask.count = MOST_SAMPLES + 1,
            |ask| ask.given = vec![128; 301],
            |ask| ask.condition = 3,
            |ask| ask.choosing.temperature = f32::NAN,
            |ask| ask.looked_at = [5, 4],
            |ask| ask.looked_at = [0, MOST_LOOKED_AT + 1],
            |ask| ask.model = "another".into(),
        ];
        assert_refused(&ask(), spoil, |ask| {
            run_job(ask.into_job(), &mut shelf(), usize::MAX)
        });
    }
}
