//! Questions to a trained autoencoder, each answered in one step. Always on the CPU: a GPU would still
//! be asked when the CPU has answered.

use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Tensor, TensorData};

use crate::data::{PIXELS, SIDE};
use crate::engine::session::{Step, Work, demand};
use crate::models::vae::bounds::bounds;
use crate::models::vae::loss::pixel_costs;
use crate::models::vae::net::Vae;
use crate::nn::read;
use crate::noise::{INITIAL_DRAW, normal};
use crate::protocol::vae::{Look, MAX_DRAWS, MAX_PICTURES, Question, VaeAnswer, VaeAsk};
use crate::protocol::{EngineError, Event, Report, RunId};

/// A question under way.
pub struct VaeAskRun<'a> {
    run: RunId,
    question: Question,
    net: &'a Vae,
}

impl<'a> VaeAskRun<'a> {
    /// Checks the question.
    pub fn new(run: RunId, ask: VaeAsk, net: &'a Vae) -> Result<Self, EngineError> {
        let VaeAsk { question, .. } = ask;
        check(&question, net.code_size())?;
        Ok(Self { run, question, net })
    }

    async fn answer(&self) -> Result<VaeAnswer, EngineError> {
        let ms = 0.0;
        Ok(match &self.question {
            Question::Look {
                picture,
                draws,
                seed,
            } => VaeAnswer::Look(Box::new(self.look(picture, *draws, *seed).await?)),
            Question::Codes { pictures } => {
                let ink = pictures.iter().map(|grey| f32::from(*grey) / 255.0);
                let code = self.net.encode(tensor(ink.collect()));
                let means = read(code.mean).await?;
                VaeAnswer::Codes { means, ms }
            }
            Question::Pictures { codes } => {
                let size = self.net.code_size();
                let data = TensorData::new(codes.clone(), [codes.len() / size, size]);
                let ink = self.net.ink(Tensor::from_data(data, &Device::flex()));
                let pictures = read(shown(ink)).await?;
                VaeAnswer::Pictures { pictures, ms }
            }
        })
    }

    async fn look(&self, picture: &[f32], draws: u32, seed: u64) -> Result<Look, EngineError> {
        let x = tensor(picture.iter().map(|v| (v + 1.0) / 2.0).collect());
        let mut outputs = Vec::new();
        let mut watch = |out: Tensor<4>| outputs.push(out);
        let code = self.net.encode_watched(x.clone(), &mut watch);
        let logits = self.net.decode_watched(code.mean.clone(), &mut watch);
        let mut blocks = Vec::new();
        for output in outputs {
            blocks.push(read(output).await?);
        }
        let size = self.net.code_size();
        let eps = normal(seed, 0, INITIAL_DRAW, draws as usize * size);
        let bounds = bounds(self.net, x.clone(), eps).await?;
        let restored = sigmoid(logits.clone());
        Ok(Look {
            blocks,
            mean: read(code.mean).await?,
            log_variance: read(code.log_variance).await?,
            restored: read(shown(restored)).await?,
            costs: read(pixel_costs(logits, x)).await?,
            reconstruction: bounds.reconstruction.iter().sum(),
            kl: bounds.kl,
            importance: bounds.importance.iter().sum(),
            ms: 0.0,
        })
    }
}

/// Pictures `[n, 1, 28, 28]` of `[n, 28, 28]`.
fn tensor(ink: Vec<f32>) -> Tensor<4> {
    let shape = [ink.len() / PIXELS, 1, SIDE, SIDE];
    Tensor::from_data(TensorData::new(ink, shape), &Device::flex())
}

/// From `0..=1` to `-1..=1`.
fn shown(ink: Tensor<4>) -> Tensor<4> {
    ink * 2.0 - 1.0
}

fn check(question: &Question, code: usize) -> Result<(), EngineError> {
    let (values, n, what): (&[f32], _, _) = match question {
        Question::Look { picture, draws, .. } => {
            let is_one = picture.len() == PIXELS;
            demand(is_one, format!("{} values for a picture", picture.len()))?;
            let in_range = picture.iter().all(|v| (-1.0..=1.0).contains(v));
            demand(in_range, "a picture with values outside of -1 to 1")?;
            (picture, *draws as usize, MAX_DRAWS as usize)
        }
        Question::Codes { pictures } => {
            let is_whole = pictures.len().is_multiple_of(PIXELS);
            demand(is_whole, format!("{} values for pictures", pictures.len()))?;
            (&[], pictures.len() / PIXELS, MAX_PICTURES)
        }
        Question::Pictures { codes } => {
            let is_whole = codes.len().is_multiple_of(code);
            demand(is_whole, format!("{} values for codes", codes.len()))?;
            (codes, codes.len() / code, MAX_PICTURES)
        }
    };
    demand((1..=what).contains(&n), format!("{n}, not 1 to {what}"))?;
    demand(
        values.iter().all(|v| v.is_finite()),
        "values that are not finite",
    )
}

impl Work for VaeAskRun<'_> {
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        let start = clock();
        let mut answer = self.answer().await?;
        let took = (clock() - start) as f32;
        let is_sound = match &mut answer {
            VaeAnswer::Look(look) => {
                look.ms = took;
                let numbers = [look.reconstruction, look.importance];
                let mut all = numbers.iter().chain(&look.restored).chain(&look.kl);
                all.all(|v| v.is_finite())
            }
            VaeAnswer::Codes { means: values, ms }
            | VaeAnswer::Pictures {
                pictures: values,
                ms,
            } => {
                *ms = took;
                values.iter().all(|v| v.is_finite())
            }
        };
        if !is_sound {
            return Err(EngineError::NotFinite);
        }
        Ok(Step::Last(Event::Report {
            run: self.run,
            report: Report::packed(&answer),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::jobs::Shelf;
    use crate::engine::session::testing::*;
    use crate::models::vae::blocks::Sizes;
    use crate::protocol::Job;

    struct OnlyVae(Vae);
    impl Shelf for OnlyVae {
        type Net = NoModel;
        fn denoiser(&mut self, _: &str) -> Option<&mut NoModel> {
            None
        }
        fn vae(&self, id: &str) -> Option<&Vae> {
            (id == "vae").then_some(&self.0)
        }
    }

    fn ask(question: Question) -> Vec<Event> {
        let model = "vae".into();
        let mut shelf = OnlyVae(Sizes::shipped(2).init(&Device::flex()));
        let job = Job::Vae(VaeAsk { model, question });
        // The first weights are by chance; here they need to be the same each time only.
        run_job(job, &mut shelf, usize::MAX)
    }

    fn answer(events: &[Event]) -> VaeAnswer {
        match events {
            [event, Event::Done { .. }] => event.answer().expect("an answer"),
            other => panic!("{other:?}"),
        }
    }

    fn look() -> Question {
        Question::Look {
            picture: (0..PIXELS).map(|i| [-1.0, 1.0][i % 2]).collect(),
            draws: 5,
            seed: 1,
        }
    }

    #[test]
    fn a_look_tells_all_of_one_picture() {
        let events = ask(look());
        let VaeAnswer::Look(look) = answer(&events) else {
            panic!("no look");
        };
        let plan = Sizes::shipped(2).describe();
        let sizes: Vec<_> = look.blocks.iter().map(Vec::len).collect();
        let planned: Vec<_> = plan.iter().map(|block| block.values()).collect();
        assert_eq!(sizes, planned);
        let lengths = [&look.mean, &look.log_variance, &look.kl].map(Vec::len);
        assert_eq!((lengths, look.costs.len()), ([2; 3], PIXELS));
        // What each pixel costs, from what is restored: -log p of ink or paper.
        for (i, (cost, shown)) in look.costs.iter().zip(&look.restored).enumerate() {
            let ink = (shown + 1.0) / 2.0;
            let of_what_is = if i % 2 == 1 { ink } else { 1.0 - ink };
            assert!((cost + of_what_is.ln()).abs() < 1e-3, "{i}: {cost} {ink}");
        }
        let bound = look.reconstruction + look.kl.iter().sum::<f32>();
        assert!(look.importance <= bound + 1e-2, "{look:?}");
        assert_eq!(look.ms, 1.0, "by a clock that moves 1 ms when it is read");
    }

    #[test]
    fn codes_and_pictures_come_one_for_each() {
        let pictures = (0..3 * PIXELS).map(|i| (i % 256) as u8).collect();
        let events = ask(Question::Codes { pictures });
        let VaeAnswer::Codes { means, .. } = answer(&events) else {
            panic!("no codes");
        };
        assert_eq!(means.len(), 6);
        let events = ask(Question::Pictures {
            codes: vec![0.5; 8],
        });
        let VaeAnswer::Pictures { pictures, .. } = answer(&events) else {
            panic!("no pictures");
        };
        assert_eq!(pictures.len(), 4 * PIXELS);
        assert!(pictures.iter().all(|v| (-1.0..=1.0).contains(v)));
    }

    #[test]
    fn nonsense_is_refused() {
        let codes = |codes| Question::Pictures { codes };
        let pictures = |n| Question::Codes {
            pictures: vec![0; n],
        };
        let looking = |at: usize, value, count| {
            let Question::Look {
                mut picture, seed, ..
            } = look()
            else {
                panic!("no look");
            };
            picture[at] = value;
            let draws = count;
            Question::Look {
                picture,
                draws,
                seed,
            }
        };
        for question in [
            codes(vec![]),
            codes(vec![0.0; 3]),
            codes(vec![f32::NAN, 0.0]),
            codes(vec![0.0; 2 * MAX_PICTURES + 2]),
            pictures(0),
            pictures(PIXELS - 1),
            pictures((MAX_PICTURES + 1) * PIXELS),
            looking(0, 1.5, 5),
            looking(0, f32::NAN, 5),
            looking(0, 1.0, 0),
            looking(0, 1.0, MAX_DRAWS + 1),
        ] {
            let events = ask(question.clone());
            let is_refused = matches!(
                events[..],
                [Event::Failed {
                    error: EngineError::BadRequest(_),
                    ..
                }]
            );
            assert!(is_refused, "{question:?}: {events:?}");
        }
    }
}
