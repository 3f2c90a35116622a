//! Texts, token by token, with a cache of the past.

use crate::engine::session::{Step, TURN_MS, Work, demand};
use crate::models::next::choose;
use crate::models::text::CONTEXT;
use crate::models::text::net::step::{Past, Stepper};
use crate::models::text::net::{Cache, Transformer};
use crate::nn::read;
use crate::nn::rows::Numbers;
use crate::noise;
use crate::protocol::text::{MAX_TOKENS, TextAsk, TextStep, TextSteps};
use crate::protocol::{EngineError, Event, Report, RunId};
use crate::tokens::{END, Token};

/// A text under way.
pub struct TextRun<'a> {
    run: RunId,
    ask: TextAsk,
    net: &'a Transformer,
    /// What takes one token at a time, and what it keeps; none before the prompt is read.
    under_way: Option<(Stepper, Past)>,
    /// The token that it is fed next.
    last: Token,
    /// Tokens after the prompt so far.
    done: u32,
}

impl<'a> TextRun<'a> {
    /// Checks the request.
    pub fn new(run: RunId, ask: TextAsk, net: &'a Transformer) -> Result<Self, EngineError> {
        let prompt = ask.prompt.len();
        demand(
            (1..=CONTEXT).contains(&prompt),
            format!("a prompt of {prompt} tokens"),
        )?;
        let count = ask.count;
        demand((1..=MAX_TOKENS).contains(&count), format!("{count} tokens"))?;
        let given = ask.given.len();
        demand(
            given <= count as usize,
            format!("{given} tokens are given, of {count}"),
        )?;
        let mut all = ask.prompt.iter().chain(&ask.given);
        let known = all.all(|token| usize::from(*token) < net.vocabulary());
        demand(known, "a token that the model does not know")?;
        demand(ask.choosing.is_sound(), "a choice out of range")?;
        Ok(Self {
            run,
            ask,
            net,
            under_way: None,
            last: END,
            done: 0,
        })
    }

    async fn token(&mut self, clock: &dyn Fn() -> f64) -> Result<TextStep, EngineError> {
        let start = clock();
        let logits = match &mut self.under_way {
            Some((stepper, past)) => stepper.after(self.last, past),
            None => {
                let mut cache = Cache::default();
                let logits = read(self.net.after(&self.ask.prompt, &mut cache)).await?;
                let stepper = Stepper::new(self.net, Numbers::Float).await?;
                let past = stepper.past(&cache).await?;
                self.under_way = Some((stepper, past));
                logits
            }
        };
        let ms = (clock() - start) as f32;
        if !logits.iter().all(|logit| logit.is_finite()) {
            return Err(EngineError::NotFinite);
        }
        let given = self.ask.given.get(self.done as usize).copied();
        let token = given.unwrap_or_else(|| {
            let u = noise::unit(&mut noise::stream(self.ask.seed, 0, self.done));
            choose(&self.ask.choosing.probabilities(&logits), u) as Token
        });
        self.last = token;
        self.done += 1;
        Ok(TextStep { logits, token, ms })
    }
}

impl Work for TextRun<'_> {
    /// As many tokens as there is time for.
    async fn step(&mut self, clock: &dyn Fn() -> f64) -> Result<Step, EngineError> {
        let start = clock();
        let first = self.done;
        let mut steps = Vec::new();
        let mut is_over = false;
        while !is_over && (steps.is_empty() || clock() - start < TURN_MS) {
            let step = self.token(clock).await?;
            is_over = step.token == END || self.done == self.ask.count;
            steps.push(step);
        }
        let event = Event::Report {
            run: self.run,
            report: Report::packed(&TextSteps { first, steps }),
        };
        Ok(if is_over {
            Step::Last(event)
        } else {
            Step::Show(event)
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::engine::jobs::Shelf;
    use crate::engine::session::testing::*;
    use crate::models::next::Choosing;
    use crate::models::text::Shape;
    use crate::models::text::net::testing::filled;
    use crate::protocol::ask::Ask;

    pub struct OnlyText(Transformer);
    impl Shelf for OnlyText {
        type Net = NoModel;
        fn denoiser(&mut self, _: &str) -> Option<&mut NoModel> {
            None
        }
        fn text(&self, id: &str) -> Option<&Transformer> {
            (id == "text").then_some(&self.0)
        }
    }

    pub fn shelf() -> OnlyText {
        OnlyText(filled(Shape {
            vocabulary: 300,
            width: 16,
            layers: 2,
            heads: 2,
        }))
    }

    fn ask() -> TextAsk {
        TextAsk {
            model: "text".into(),
            prompt: vec![END, 97, 98],
            given: vec![],
            count: 30,
            choosing: Choosing::default(),
            seed: 4,
        }
    }

    /// All steps of a text, and how its run ended.
    fn written(ask: TextAsk) -> Vec<TextStep> {
        let mut steps = Vec::new();
        for event in run_job(ask.into_job(), &mut shelf(), usize::MAX) {
            match event {
                Event::Report { report, .. } => {
                    let part = TextAsk::report(&report).expect("its own");
                    assert_eq!(part.first as usize, steps.len());
                    steps.extend(part.steps);
                }
                Event::Done { .. } => return steps,
                other => panic!("{other:?}"),
            }
        }
        panic!("it never ended");
    }

    fn tokens(steps: &[TextStep]) -> Vec<Token> {
        steps.iter().map(|step| step.token).collect()
    }

    #[test]
    fn the_same_seed_writes_the_same_text() {
        let text = written(ask());
        assert!(text.len() == 30 || text.last().expect("some").token == END);
        assert_eq!(tokens(&text), tokens(&written(ask())));
        let other = TextAsk { seed: 5, ..ask() };
        assert_ne!(tokens(&text), tokens(&written(other)));
    }

    /// Keeping what was drawn, and going on from there, is no other text; another token makes another
    /// one, and leaves what stands before it.
    #[test]
    fn what_is_given_stands_there_and_the_rest_is_drawn_as_before() {
        let text = written(ask());
        let given = tokens(&text)[..7].to_vec();
        let again = written(TextAsk {
            given: given.clone(),
            ..ask()
        });
        assert_eq!(tokens(&again), tokens(&text));
        let mut changed = given;
        changed[6] = (changed[6] + 1) % 256;
        let other = written(TextAsk {
            given: changed.clone(),
            ..ask()
        });
        assert_eq!(tokens(&other)[..7], changed);
        assert_eq!(other[6].logits, text[6].logits);
        assert_ne!(other[7].logits, text[7].logits);
    }

    /// The prompt in one pass gives what it gives token by token.
    #[test]
    fn a_prompt_is_the_same_as_what_is_given() {
        let whole = written(TextAsk {
            prompt: vec![END, 97, 98, 99, 100],
            ..ask()
        });
        let parts = written(TextAsk {
            given: vec![99, 100],
            ..ask()
        });
        let far = whole[0].logits.iter().zip(&parts[2].logits);
        assert!(far.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max) < 1e-4);
    }

    #[test]
    fn nonsense_is_refused() {
        let spoil: &[fn(&mut TextAsk)] = &[
            |ask| ask.prompt.clear(),
            |ask| ask.prompt = vec![97; CONTEXT + 1],
            |ask| ask.prompt[1] = 300,
            |ask| ask.given = vec![300],
            |ask| ask.given = vec![97; 31],
            |ask| ask.count = 0,
            |ask| ask.count = MAX_TOKENS + 1,
            |ask| ask.choosing.temperature = f32::NAN,
            |ask| ask.choosing.top_p = -0.1,
            |ask| ask.choosing.min_p = 1.1,
            |ask| ask.model = "another".into(),
        ];
        assert_refused(&ask(), spoil, |ask| {
            run_job(ask.into_job(), &mut shelf(), usize::MAX)
        });
    }

    #[test]
    fn it_is_cancelled_between_turns() {
        let long = TextAsk {
            count: MAX_TOKENS,
            ..ask()
        };
        let events = run_job(long.into_job(), &mut shelf(), 1);
        assert!(
            matches!(events.last(), Some(Event::Cancelled { .. })),
            "{events:?}"
        );
    }
}
