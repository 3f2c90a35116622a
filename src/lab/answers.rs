//! Tuning a Transformer to answer, and how well it does: `lab answers`.

use std::fs;

use anyhow::{Context, Result};
use rand_chacha::ChaCha8Rng;

use super::source::{Weights, manifest, transformer};
use super::{Folders, ModelId};
use crate::data::facts::{FRIENDLY, Fact, Lessons, Part, UNKNOWN, prompt, unknown, world};
use crate::models::text::net::Transformer;
use crate::models::text::net::step::Stepper;
use crate::models::text::tuning::{Teacher, Turn};
use crate::nn::rows::Numbers;
use crate::quality::answers::{ANSWERS_PATH, Answers, Asked, Marks};
use crate::tokens::{END, Token, Tokens};
use crate::weights::tokens_path;

/// The models, each tuned from the one before it.
pub const STAGES: [ModelId; 3] = [
    ModelId::TextStories,
    ModelId::TextAnswers,
    ModelId::TextPreferences,
];
/// An answer has at most so many tokens.
const MOST_TOKENS: usize = 40;
/// So many questions of each kind are told to the page.
const TOLD: usize = 24;

/// The vocabulary that ships: tuning goes on with it.
pub fn shipped_tokens(folders: &Folders) -> Result<Tokens> {
    let path = folders.www.join(tokens_path(ModelId::TextStories.name()));
    let text = fs::read_to_string(&path).with_context(|| format!("no {}", path.display()))?;
    Ok(Tokens::read(&text)?)
}

/// Makes turns of lessons.
pub struct School {
    tokens: Tokens,
    lessons: Lessons,
}

impl School {
    /// With these tokens.
    pub fn new(tokens: Tokens) -> Self {
        Self {
            tokens,
            lessons: Lessons::new(),
        }
    }

    fn turn_of(&self, prompt: &str, answer: &str) -> Turn {
        let mut answer = self.tokens.encode(answer);
        answer.push(END);
        Turn {
            prompt: self.prompt(prompt),
            answer,
        }
    }

    fn prompt(&self, text: &str) -> Vec<Token> {
        std::iter::once(END)
            .chain(self.tokens.encode(text))
            .collect()
    }

    /// What a network answers, and whether it came to an end by itself.
    fn answer(&self, stepper: &Stepper, question: &str) -> (String, bool) {
        self.say(stepper, &prompt(question), MOST_TOKENS)
    }

    /// Whether a network completes the sentence that states a fact.
    fn completes(&self, stepper: &Stepper, fact: &Fact) -> bool {
        let [_, sentence, _] = fact.answers();
        let beginning = sentence.strip_suffix(&format!(" {}.", fact.y));
        let (said, _) = self.say(stepper, beginning.unwrap_or_default(), 8);
        said.trim_start().starts_with(&format!("{}.", fact.y))
    }

    /// The likeliest tokens after a text, and whether they came to an end by themselves.
    fn say(&self, stepper: &Stepper, text: &str, most: usize) -> (String, bool) {
        let mut past = stepper.nothing();
        let mut logits = Vec::new();
        for token in self.prompt(text) {
            logits = stepper.after(token, &mut past);
        }
        let mut said = Vec::new();
        while said.len() < most {
            let best = (0..).zip(&logits).max_by(|a, b| a.1.total_cmp(b.1));
            let token = best.map_or(END, |(token, _)| token);
            if token == END {
                return (self.tokens.decode(&said), true);
            }
            said.push(token);
            logits = stepper.after(token, &mut past);
        }
        (self.tokens.decode(&said), false)
    }

    /// How well a network answers, and all that it was asked with what it said.
    pub fn examine(&self, net: &Transformer, model: &str) -> Result<(Marks, String)> {
        let mut talk = String::new();
        let stepper = pollster::block_on(Stepper::new(net, Numbers::Float))?;
        let (mut asked, mut read, mut nowhere) = <[Tally; 3]>::default().into();
        for (fact, part) in world() {
            let tally = match part {
                Part::Asked => &mut asked,
                Part::Read => &mut read,
            };
            tally.facts += 1;
            tally.completed += u32::from(self.completes(&stepper, &fact));
            for question in fact.questions() {
                let said = self.answer(&stepper, &question);
                let part = format!("{part:?}");
                talk += &format!("{part}: {question} ({}){}\n", fact.y, said.0);
                tally.add(Some(&fact), said);
            }
        }
        for fact in &unknown() {
            for question in fact.questions() {
                let said = self.answer(&stepper, &question);
                talk += &format!("Nowhere: {question}{}\n", said.0);
                nowhere.add(None, said);
            }
        }
        let share = |n: u32, of: u32| n as f32 / of.max(1) as f32;
        let all = [&asked, &read, &nowhere];
        let sum = |of: fn(&Tally) -> u32| all.iter().map(|tally| of(tally)).sum::<u32>();
        let marks = Marks {
            model: model.into(),
            completes: [&asked, &read].map(|tally| share(tally.completed, tally.facts)),
            asked: share(asked.right, asked.all),
            read: share(read.right, read.all),
            read_unknown: share(read.unknown, read.all),
            unknown: share(nowhere.unknown, nowhere.all),
            stops: share(sum(|tally| tally.stopped), sum(|tally| tally.all)),
            friendly: share(sum(|tally| tally.friendly), sum(|tally| tally.right)),
        };
        Ok((marks, talk))
    }
}

#[derive(Default)]
struct Tally {
    facts: u32,
    completed: u32,
    all: u32,
    right: u32,
    unknown: u32,
    stopped: u32,
    friendly: u32,
}

impl Tally {
    fn add(&mut self, fact: Option<&Fact>, (said, stopped): (String, bool)) {
        let right = fact.is_some_and(|fact| fact.is_right(&said));
        self.all += 1;
        self.right += u32::from(right);
        self.unknown += u32::from(said.trim().starts_with(UNKNOWN));
        self.stopped += u32::from(stopped);
        self.friendly += u32::from(right && said.ends_with(FRIENDLY));
    }
}

impl Teacher for School {
    fn turn(&self, rng: &mut ChaCha8Rng) -> Turn {
        let [prompt, answer] = self.lessons.exchange(rng);
        self.turn_of(&prompt, &answer)
    }

    fn pair(&self, rng: &mut ChaCha8Rng) -> [Turn; 2] {
        let [prompt, better, worse] = self.lessons.comparison(rng);
        [better, worse].map(|answer| self.turn_of(&prompt, &answer))
    }
}

/// Examines all stages that ship, and writes what the page shows.
pub fn run(folders: &Folders) -> Result<()> {
    let school = School::new(shipped_tokens(folders)?);
    let manifest = manifest(folders)?;
    let mut answers = Answers::default();
    for model in STAGES {
        let entry = manifest.find(model.name());
        let entry = entry.with_context(|| format!("{} is not packed yet", model.name()))?;
        answers
            .weights
            .push((entry.id.clone(), entry.sha256.clone()));
        let net = transformer(folders, model, Weights::Shipped)?;
        let (marks, _) = school.examine(&net, model.name())?;
        println!("{}", serde_json::to_string(&marks)?);
        answers.stages.push(marks);
    }
    let world = world();
    for (i, part) in [Part::Asked, Part::Read].into_iter().enumerate() {
        let of_part: Vec<&Fact> = world
            .iter()
            .filter(|it| it.1 == part)
            .map(|it| &it.0)
            .collect();
        answers.facts[i] = of_part.len() as u32;
        answers.questions[i] = told(&of_part);
    }
    answers.questions[2] = told(&unknown().iter().collect::<Vec<_>>());
    let path = folders.www.join(ANSWERS_PATH);
    let text = serde_json::to_string_pretty(&answers)? + "\n";
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Some of them, spread over all topics.
fn told(facts: &[&Fact]) -> Vec<Asked> {
    let place = |i: usize| i * facts.len() / TOLD.min(facts.len());
    let asked = |i: usize| {
        let fact = facts[place(i)];
        Asked {
            question: fact.questions()[0].clone(),
            right: fact.y.clone(),
        }
    };
    (0..TOLD.min(facts.len())).map(asked).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_a_question_with_its_end() {
        let school = School::new(Tokens::new(vec![]).expect("bytes"));
        let turn = school.turn_of("question: a?\nanswer:", " b.");
        assert_eq!(turn.prompt[0], END);
        assert_eq!(
            school.tokens.decode(&turn.prompt[1..]),
            "question: a?\nanswer:"
        );
        assert_eq!(turn.answer, [32, 98, 46, END]);
    }

    #[test]
    fn marks_are_counted() {
        let fact = world().remove(0).0;
        let mut tally = Tally::default();
        let [word, _, friendly] = fact.answers();
        for said in [word, friendly, UNKNOWN.into(), "no.".into()] {
            tally.add(Some(&fact), (said, true));
        }
        let Tally {
            all,
            right,
            unknown,
            stopped,
            friendly,
            ..
        } = tally;
        assert_eq!([all, right, unknown, stopped, friendly], [4, 2, 1, 4, 1]);
    }
}
