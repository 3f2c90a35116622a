//! Chapter 'From completing to answering': `#/autoregressive/answers?question=what_is_one_plus_two~3f`.

use super::prompt::Prompt;
use crate::models::next::Choosing;
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Query};

/// An answer has at most so many tokens.
pub const ANSWER_LENGTH: u32 = 40;

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct AnswersState {
    /// What is asked.
    pub question: Prompt,
    /// Temperature, hundredths.
    pub temperature: u32,
    /// Names the draws.
    pub seed: u64,
    /// The token that is shown last; none while it plays.
    pub step: Option<u32>,
}

impl Default for AnswersState {
    fn default() -> Self {
        Self {
            question: Prompt::new("what is the opposite of big?"),
            temperature: 0,
            seed: 7,
            step: None,
        }
    }
}

impl AnswersState {
    /// The models, each tuned from the one before it.
    pub const MODELS: [&'static str; 3] = ["text-stories", "text-answers", "text-preferences"];

    /// How tokens are chosen.
    pub fn choosing(&self) -> Choosing {
        Choosing {
            temperature: self.temperature as f32 / 100.0,
            ..Choosing::default()
        }
    }

    /// What stands before the answer, as in tuning.
    pub fn prompt(&self) -> String {
        format!("question: {}\nanswer:", self.question.text())
    }

    /// Another question.
    pub fn ask(&mut self, question: Prompt) {
        (self.question, self.step) = (question, None);
    }
}

impl Controls for AnswersState {
    fn chapter(&self) -> Chapter {
        Chapter::Answers
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        q.setting(
            "question",
            &mut self.question,
            default.question,
            Prompt::read,
            Prompt::code,
        );
        q.number(
            "temperature",
            &mut self.temperature,
            default.temperature,
            0..=200,
        );
        q.seed("seed", &mut self.seed, default.seed);
        q.maybe("step", &mut self.step, 0..=ANSWER_LENGTH);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(
            round_trip(AnswersState::default()),
            "#/autoregressive/answers"
        );
        let mut state = AnswersState {
            step: Some(3),
            temperature: 50,
            ..AnswersState::default()
        };
        state.ask(Prompt::new("who?"));
        assert_eq!(
            round_trip(state),
            "#/autoregressive/answers?question=who~3f&temperature=50"
        );
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        let query = "question=~&temperature=201&seed=x&step=41";
        falls_back("autoregressive/answers", &[(query, 4)]);
    }

    /// Page and tuning ask in the same form.
    #[cfg(feature = "lab")]
    #[test]
    fn it_asks_as_it_was_taught() {
        let state = AnswersState::default();
        let taught = crate::data::facts::prompt(state.question.text());
        assert_eq!(state.prompt(), taught);
    }
}
