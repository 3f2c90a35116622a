//! Chapter 'Next token': `#/autoregressive/next?prompt=once_upon&temperature=80&step=12`.

use super::prompt::Prompt;
use crate::models::next::Choosing;
use crate::tokens::Token;
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Query};

/// Tokens that are written after the prompt.
pub const LENGTH: u32 = 150;
/// Numbers of tokens that a link can name: any vocabulary has fewer.
const MOST_TOKENS: Token = 4096;

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct NextState {
    /// What stands there.
    pub prompt: Prompt,
    /// Tokens after it that stand: those before the last change, and the one that was chosen.
    pub given: Vec<Token>,
    /// Temperature, hundredths.
    pub temperature: u32,
    /// So many of the likeliest; 0 for all.
    pub top_k: u32,
    /// The likeliest that have so much together, percent.
    pub top_p: u32,
    /// Those with so much of the likeliest's probability, percent.
    pub min_p: u32,
    /// Names the draws.
    pub seed: u64,
    /// The step that is shown; none while it plays.
    pub step: Option<u32>,
}

impl Default for NextState {
    fn default() -> Self {
        Self {
            prompt: Prompt::new("once upon a time, there was a little"),
            given: Vec::new(),
            temperature: 80,
            top_k: 0,
            top_p: 100,
            min_p: 0,
            seed: 7,
            step: None,
        }
    }
}

impl NextState {
    /// The model.
    pub const MODEL: &'static str = "text-stories";

    /// How tokens are chosen.
    pub fn choosing(&self) -> Choosing {
        let percent = |n: u32| n as f32 / 100.0;
        Choosing {
            temperature: percent(self.temperature),
            top_k: self.top_k,
            top_p: percent(self.top_p),
            min_p: percent(self.min_p),
        }
    }

    /// Another text: nothing of the old one stands.
    pub fn begin(&mut self, prompt: Prompt) {
        (self.prompt, self.given, self.step) = (prompt, Vec::new(), None);
    }

    /// Changes how is chosen from `at` on: what was written until there, `before`, stands. At the end of
    /// the text there is nothing to go on with: it is written anew.
    pub fn turn(&mut self, before: &[Token], at: u32, change: impl Fn(&mut Self)) {
        let is_end = at as usize + 1 >= before.len();
        let stands = if is_end { 0 } else { at as usize };
        self.given = before[..stands].to_vec();
        self.step = (!is_end).then_some(at);
        change(self);
    }

    /// Chooses another token at `at`, and lets the text go on from there.
    pub fn branch(&mut self, before: &[Token], at: u32, token: Token) {
        self.given = before[..before.len().min(at as usize)].to_vec();
        self.given.push(token);
        self.step = Some(at + 1);
    }
}

fn write_given(given: &[Token]) -> String {
    let texts: Vec<_> = given.iter().map(Token::to_string).collect();
    texts.join(".")
}

fn read_given(text: &str) -> Option<Vec<Token>> {
    let one = |number: &str| {
        let token: Token = number.parse().ok()?;
        (token < MOST_TOKENS && token.to_string() == number).then_some(token)
    };
    let given: Option<Vec<Token>> = text.split('.').map(one).collect();
    given.filter(|given| given.len() <= LENGTH as usize)
}

impl Controls for NextState {
    fn chapter(&self) -> Chapter {
        Chapter::Next
    }

    fn visit(&mut self, q: &mut impl Query) {
        let default = Self::default();
        q.setting(
            "prompt",
            &mut self.prompt,
            default.prompt,
            Prompt::read,
            Prompt::code,
        );
        q.setting(
            "given",
            &mut self.given,
            default.given,
            read_given,
            |given| write_given(given),
        );
        q.number(
            "temperature",
            &mut self.temperature,
            default.temperature,
            0..=200,
        );
        q.number("k", &mut self.top_k, default.top_k, 0..=100);
        q.number("p", &mut self.top_p, default.top_p, 0..=100);
        q.number("min", &mut self.min_p, default.min_p, 0..=100);
        q.seed("seed", &mut self.seed, default.seed);
        q.maybe("step", &mut self.step, 0..=LENGTH);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::state::testing::{falls_back, round_trip};

    #[test]
    fn links_are_short() {
        assert_eq!(round_trip(NextState::default()), "#/autoregressive/next");
        let mut state = NextState {
            prompt: Prompt::new("a cat, "),
            temperature: 0,
            ..NextState::default()
        };
        state.branch(&[3, 4, 5, 6], 2, 300);
        assert_eq!(
            round_trip(state),
            "#/autoregressive/next?prompt=a_cat~2c_&given=3.4.300&temperature=0&step=3"
        );
    }

    #[test]
    fn nonsense_falls_back_and_is_listed() {
        let many = format!("given={}", vec!["1"; LENGTH as usize + 1].join("."));
        falls_back(
            "autoregressive/next",
            &[
                (
                    "prompt=~&given=&temperature=201&k=101&p=x&min=-1&step=151",
                    7,
                ),
                (many.as_str(), 1),
                ("given=07", 1),
                ("given=4096", 1),
            ],
        );
    }

    #[test]
    fn a_change_keeps_what_stands_before_it() {
        let mut state = NextState::default();
        state.turn(&[1, 2, 3, 4], 2, |state| state.top_k = 5);
        assert_eq!(
            (&state.given[..], state.step, state.top_k),
            (&[1, 2][..], Some(2), 5)
        );
        state.turn(&[1, 2, 3, 4], 3, |state| state.temperature = 0);
        assert_eq!((state.given.len(), state.step), (0, None));
        state.begin(Prompt::new("x"));
        assert_eq!((state.given.len(), state.step), (0, None));
    }
}
