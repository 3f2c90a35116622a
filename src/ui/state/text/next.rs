//! Chapter 'Next token': `#/autoregressive/next?prompt=once_upon&temperature=80&step=12`.

use super::prompt::Prompt;
use crate::models::next::Choosing;
use crate::tokens::Token;
use crate::ui::chapters::Chapter;
use crate::ui::state::{Controls, Named, Query};

/// Tokens that are written after the prompt.
pub const LENGTH: u32 = 150;
/// Numbers of tokens that a link can name: any vocabulary has fewer.
const MOST_TOKENS: Token = 4096;

/// What the model has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// Short stories for children.
    Stories,
    /// Plays of Shakespeare.
    Shakespeare,
    /// Old fairy tales.
    Tales,
}

impl Named for Library {
    const VALUES: &'static [Self] = &[Self::Stories, Self::Shakespeare, Self::Tales];

    fn name(self) -> &'static str {
        match self {
            Self::Stories => "stories",
            Self::Shakespeare => "shakespeare",
            Self::Tales => "tales",
        }
    }
}

impl Library {
    /// The model, by its id.
    pub fn model(self) -> &'static str {
        match self {
            Self::Stories => "text-stories",
            Self::Shakespeare => "text-shakespeare",
            Self::Tales => "text-fairy-tales",
        }
    }

    /// Beginnings to choose from; the first one is there when the chapter opens.
    pub fn beginnings(self) -> [&'static str; 4] {
        match self {
            Self::Stories => [
                "once upon a time, there was a little",
                "the dog was sad because",
                "lily opened the box. inside was",
                "\"can you help me?\" asked",
            ],
            Self::Shakespeare => [
                "ROMEO:\n",
                "KING RICHARD III:\nMy lord, the night",
                "First Murderer:\n",
                "JULIET:\nO, what is love, if",
            ],
            Self::Tales => [
                "There was once a king who had",
                "The wolf knocked at the door and said,",
                "\"Who is the fairest of",
                "In the middle of the forest stood",
            ],
        }
    }
}

/// A way for it to go wrong, with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextCase {
    /// Always the likeliest: it repeats itself.
    Loop,
    /// Too hot: nonsense.
    Wild,
    /// A beginning that it has read nothing like.
    Strange,
    /// A beginning longer than it can look back on.
    Long,
}

impl Named for NextCase {
    const VALUES: &'static [Self] = &[Self::Loop, Self::Wild, Self::Strange, Self::Long];

    fn name(self) -> &'static str {
        match self {
            Self::Loop => "loop",
            Self::Wild => "wild",
            Self::Strange => "strange",
            Self::Long => "long",
        }
    }
}

/// What the tasks ask for: a longest repetition below so many tokens, a mean surprise below so many bits
/// at this temperature (hundredths) or above, and a mean surprise of the first tokens below so many bits.
pub const REPEATED: usize = 8;
pub const CALM: f32 = 3.0;
pub const HOT: u32 = 150;
pub const FIRST: usize = 10;
pub const AT_HOME: f32 = 2.0;
/// What stands at the beginning of the long text.
pub const NAME: &str = "zelda";

/// What a text came to.
pub struct Came<'a> {
    /// Its tokens after the beginning.
    pub tokens: &'a [Token],
    /// How surprising each was, bits.
    pub bits: &'a [f32],
    /// Is a part of the beginning out of sight?
    pub is_cut: bool,
}

/// How a task stands: whether it is done, and what is measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Is it done?
    pub done: bool,
    /// What is measured now.
    pub now: String,
}

impl NextCase {
    /// How its task stands.
    pub fn standing(self, state: &NextState, came: &Came) -> Standing {
        let mean = |bits: &[f32]| bits.iter().sum::<f32>() / bits.len().max(1) as f32;
        let is_there = came.tokens.len() >= FIRST;
        let (done, now) = match self {
            Self::Loop => {
                let repeated = repeated(came.tokens);
                (repeated < REPEATED, repeated.to_string())
            }
            Self::Wild => {
                let bits = mean(came.bits);
                let is_hot = state.temperature >= HOT;
                (is_hot && bits < CALM, format!("{bits:.1}"))
            }
            Self::Strange => {
                let bits = mean(&came.bits[..came.bits.len().min(FIRST)]);
                (bits < AT_HOME, format!("{bits:.1}"))
            }
            Self::Long => {
                let is_named = state.prompt.text().contains(NAME);
                (is_named && !came.is_cut, String::new())
            }
        };
        Standing {
            done: done && is_there,
            now,
        }
    }
}

/// The longest stretch of tokens that comes twice.
fn repeated(tokens: &[Token]) -> usize {
    let mut longest = 0;
    // How long the stretches are that end at this token and at each one before it.
    let mut before = vec![0; tokens.len() + 1];
    for (i, token) in tokens.iter().enumerate() {
        let mut now = vec![0; tokens.len() + 1];
        for (j, other) in tokens[..i].iter().enumerate() {
            if token == other {
                now[j + 1] = before[j] + 1;
                longest = longest.max(now[j + 1]);
            }
        }
        before = now;
    }
    longest
}

/// The controls.
#[derive(Clone, Debug, PartialEq)]
pub struct NextState {
    /// Something to mend.
    pub case: Option<NextCase>,
    /// What the model has read.
    pub library: Library,
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
        Self::reading(Library::Stories)
    }
}

impl NextState {
    /// How the chapter opens with a library.
    pub fn reading(library: Library) -> Self {
        Self {
            case: None,
            library,
            prompt: Prompt::new(library.beginnings()[0]),
            given: Vec::new(),
            temperature: 80,
            top_k: 0,
            top_p: 100,
            min_p: 0,
            seed: 7,
            step: None,
        }
    }

    /// How a case opens.
    pub fn of(case: NextCase) -> Self {
        let mut state = Self {
            case: Some(case),
            ..Self::default()
        };
        match case {
            NextCase::Loop => state.temperature = 0,
            NextCase::Wild => state.temperature = 180,
            NextCase::Strange => {
                state.prompt = Prompt::new("Das Wetter in Berlin ist 12.5 Grad");
            }
            NextCase::Long => {
                let middle = "the sun was warm and the birds sang in the big tree. ".repeat(17);
                let text = format!(
                    "there was a girl. her name was {NAME}. {middle}the girl said, \"my name is"
                );
                state.prompt = Prompt::new(&text);
            }
        }
        state
    }

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

/// Tokens as a link names them.
pub fn write_given(given: &[Token]) -> String {
    let texts: Vec<_> = given.iter().map(Token::to_string).collect();
    texts.join(".")
}

/// Reads what [`write_given`] has written, at most so many tokens.
pub fn read_given(text: &str, most: u32) -> Option<Vec<Token>> {
    let one = |number: &str| {
        let token: Token = number.parse().ok()?;
        (token < MOST_TOKENS && token.to_string() == number).then_some(token)
    };
    let given: Option<Vec<Token>> = text.split('.').map(one).collect();
    given.filter(|given| given.len() <= most as usize)
}

impl Controls for NextState {
    fn chapter(&self) -> Chapter {
        Chapter::Next
    }

    fn visit(&mut self, q: &mut impl Query) {
        q.named_option("case", &mut self.case);
        q.named("library", &mut self.library, Library::Stories);
        let fresh = || Self::reading(self.library);
        let default = self.case.map_or_else(fresh, Self::of);
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
            |text| read_given(text, LENGTH),
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
    fn libraries_are_links() {
        for library in Library::VALUES.iter().skip(1) {
            let link = round_trip(NextState::reading(*library));
            let expected = format!("#/autoregressive/next?library={}", library.name());
            assert_eq!(link, expected);
            let all = library.beginnings();
            assert!(all.iter().all(|text| Prompt::new(text).text() == *text));
        }
    }

    #[test]
    fn cases_are_links() {
        for case in NextCase::VALUES {
            let link = round_trip(NextState::of(*case));
            assert_eq!(link, format!("#/autoregressive/next?case={}", case.name()));
        }
    }

    #[test]
    fn tasks_are_judged() {
        assert_eq!(repeated(&[1, 2, 3, 1, 2, 3, 4]), 3);
        assert_eq!(repeated(&[5; 4]), 3);
        assert_eq!(repeated(&[1, 2, 3]), 0);
        let tokens: Vec<Token> = (0..12).collect();
        let done = |case, bits: f32, change: fn(&mut NextState), is_cut| {
            let mut state = NextState::of(case);
            change(&mut state);
            let came = Came {
                tokens: &tokens,
                bits: &[bits; 12],
                is_cut,
            };
            case.standing(&state, &came).done
        };
        assert!(done(NextCase::Loop, 1.0, |_| {}, false));
        assert!(done(NextCase::Wild, 2.9, |_| {}, false));
        assert!(!done(NextCase::Wild, 3.1, |_| {}, false));
        assert!(!done(NextCase::Wild, 1.0, |s| s.temperature = 100, false));
        assert!(done(NextCase::Strange, 1.9, |_| {}, false));
        assert!(!done(NextCase::Long, 1.0, |_| {}, true));
        assert!(done(NextCase::Long, 1.0, |_| {}, false));
        assert!(!done(
            NextCase::Long,
            1.0,
            |s| s.begin(Prompt::new("a")),
            false
        ));
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
                ("library=x", 1),
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
