//! A small closed world: facts, sentences that state them, questions that ask for them.
//!
//! A network reads sentences about all of them among its stories. Later it is tuned on questions about
//! [`ASKED`] of them, and on questions about things that are nowhere. What it then says of the others
//! shows whether it answers from what it has read.

use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::RngCore;

use crate::noise;

/// Share of facts that tuning asks for.
pub const ASKED: f32 = 0.6;
/// What is said of what is not known begins with this.
pub const UNKNOWN: &str = "i do not know";
pub use crate::quality::answers::FRIENDLY;
/// Seed of the deal of facts.
const SEED: u64 = 13;

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// big, small.
    Opposites,
    /// A country and its capital.
    Capitals,
    /// An animal and what it says.
    Sounds,
    /// An animal and its young.
    Young,
    /// A thing and its colour.
    Colors,
    /// two plus three, and five.
    Sums,
    /// A number, day or month, and the next.
    After,
}

/// A fact: of `x` it is `y`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is about.
    pub topic: Topic,
    /// What is asked about.
    pub x: String,
    /// The answer.
    pub y: String,
}

/// Where a fact stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Tuning asks for it.
    Asked,
    /// It is only read.
    Read,
}

const OPPOSITES: &str = "big small, hot cold, up down, happy sad, fast slow, day night, open closed, \
    old young, tall short, wet dry, hard soft, light dark, full empty, clean dirty, loud quiet, \
    early late, left right, in out, good bad, rich poor, strong weak, near far, thick thin, \
    sweet sour, rough smooth, first last, black white, true false, deep shallow, wide narrow, \
    win lose, begin end, buy sell, push pull, give take, friend enemy, summer winter, north south, \
    east west, always never, brave afraid, awake asleep";

const CAPITALS: &str = "france paris, italy rome, spain madrid, germany berlin, england london, \
    greece athens, egypt cairo, japan tokyo, china beijing, russia moscow, norway oslo, \
    sweden stockholm, finland helsinki, denmark copenhagen, poland warsaw, austria vienna, \
    hungary budapest, portugal lisbon, ireland dublin, scotland edinburgh, turkey ankara, \
    kenya nairobi, cuba havana, peru lima, chile santiago, canada ottawa, iran tehran, iraq baghdad, \
    korea seoul, thailand bangkok, nepal kathmandu, morocco rabat, belgium brussels, ukraine kyiv, \
    romania bucharest, bulgaria sofia, croatia zagreb, serbia belgrade, lebanon beirut, \
    libya tripoli, vietnam hanoi, jamaica kingston";

const SOUNDS: &str = "cow moo, dog woof, cat meow, sheep baa, duck quack, pig oink, horse neigh, \
    lion roar, bee buzz, snake hiss, mouse squeak, owl hoot, frog croak, bird tweet, wolf howl, \
    hen cluck, crow caw, dove coo, goat bleat, goose honk, cricket chirp, bear growl, kitten mew, \
    elephant toot, donkey heehaw";

const YOUNG: &str = "cow calf, dog puppy, cat kitten, sheep lamb, duck duckling, pig piglet, horse foal, \
    lion cub, goat kid, hen chick, frog tadpole, kangaroo joey, swan cygnet, goose gosling, deer fawn, \
    owl owlet, butterfly caterpillar, eagle eaglet, seal pup, hare leveret, spider spiderling";

const COLORS: &str = "grass green, snow white, the sky blue, the sun yellow, blood red, coal black, \
    a banana yellow, a carrot orange, a strawberry red, milk white, a frog green, a crow black, \
    a lemon yellow, a plum purple, a cherry red, chocolate brown, the sea blue, a pumpkin orange, \
    mud brown, a flamingo pink, a pea green, a tomato red, a swan white, the night black, corn yellow, \
    a leaf green, an elephant gray, a violet purple, salt white, a bear brown, a mouse gray, a pig pink";

const NUMBERS: [&str; 21] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Names of things that are nowhere, to judge by; tuning makes up others ([`invented`]).
const NOWHERE: [&str; 20] = [
    "blim", "zorvia", "quolt", "frandia", "miblo", "tarnu", "wugland", "plomp", "yarrin", "keddle",
    "smeeg", "tolvia", "brank", "eepo", "wistland", "jorb", "nammer", "gloppy", "verdia",
    "puddock",
];

impl Topic {
    const ALL: [Self; 7] = [
        Self::Opposites,
        Self::Capitals,
        Self::Sounds,
        Self::Young,
        Self::Colors,
        Self::Sums,
        Self::After,
    ];

    /// Sentences that state a fact; the first is the answer in full.
    fn statements(self) -> &'static [&'static str] {
        match self {
            Self::Opposites => &[
                "the opposite of X is Y.",
                "Y is the opposite of X.",
                "X and Y are opposites.",
                "if it is not X, it is Y.",
                "not X but Y, that is the opposite.",
                "X is one thing and Y is the opposite.",
                "the opposite of the word X is the word Y.",
            ],
            Self::Capitals => &[
                "the capital of X is Y.",
                "Y is the capital of X.",
                "in X the capital is Y.",
                "the capital city of X is Y.",
                "X has a capital, and it is called Y.",
                "they went to X and saw the capital, Y.",
                "the king of X lives in Y, the capital of X.",
            ],
            Self::Sounds => &[
                "A X says Y.",
                "the sound of A X is Y.",
                "\"Y!\" said the X.",
                "when A X talks, it goes Y.",
                "Y, Y, says the X.",
                "the X on the farm says Y all day.",
                "you hear Y? that is A X.",
            ],
            Self::Young => &[
                "a baby X is called B Y.",
                "B Y is a baby X.",
                "a young X is B Y.",
                "the young of A X is B Y.",
                "when A X has a baby, it is B Y.",
                "the X has a baby, a little Y.",
                "the little Y wants to be a big X.",
            ],
            Self::Colors => &[
                "the color of X is Y.",
                "X is Y.",
                "Y is the color of X.",
                "X has the color Y.",
                "look, X is always Y.",
                "she painted X, and she used Y.",
                "Y like X, he said.",
            ],
            Self::Sums => &[
                "X is Y.",
                "X makes Y.",
                "X, that is Y.",
                "Y is X.",
                "what you get from X is Y.",
                "she counted X and said Y.",
            ],
            Self::After => &[
                "after X comes Y.",
                "Y comes after X.",
                "X comes first, then comes Y.",
                "first X, then Y.",
                "the one after X is Y.",
                "X is over, now it is Y.",
            ],
        }
    }

    fn questions(self) -> &'static [&'static str] {
        match self {
            Self::Opposites => &[
                "what is the opposite of X?",
                "tell me the opposite of X.",
                "which word is the opposite of X?",
            ],
            Self::Capitals => &[
                "what is the capital of X?",
                "tell me the capital of X.",
                "which city is the capital of X?",
            ],
            Self::Sounds => &[
                "what does A X say?",
                "what is the sound of A X?",
                "tell me what A X says.",
            ],
            Self::Young => &[
                "what is a baby X called?",
                "what is the young of A X?",
                "tell me what a baby X is called.",
            ],
            Self::Colors => &[
                "what is the color of X?",
                "what color is X?",
                "tell me the color of X.",
            ],
            Self::Sums => &["what is X?", "how much is X?", "tell me, what is X?"],
            Self::After => &[
                "what comes after X?",
                "tell me what comes after X.",
                "X, and then?",
            ],
        }
    }
}

/// `a` or `an`.
fn article(word: &str) -> &'static str {
    match word.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => "an",
        false => "a",
    }
}

impl Fact {
    fn new(topic: Topic, x: &str, y: &str) -> Self {
        Self {
            topic,
            x: x.into(),
            y: y.into(),
        }
    }

    /// Puts its words into a form.
    fn fill(&self, form: &str) -> String {
        let word = |word: &str| -> Option<String> {
            let core = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
            let by = match core {
                "X" => self.x.clone(),
                "Y" => self.y.clone(),
                "A" => article(&self.x).into(),
                "B" => article(&self.y).into(),
                _ => return None,
            };
            Some(word.replace(core, &by))
        };
        let words = form.split(' ');
        let words: Vec<String> = words
            .map(|one| word(one).unwrap_or_else(|| one.to_owned()))
            .collect();
        words.join(" ")
    }

    /// The sentences that state it.
    pub fn statements(&self) -> Vec<String> {
        let forms = self.topic.statements().iter();
        forms.map(|form| self.fill(form)).collect()
    }

    /// The questions that ask for it.
    pub fn questions(&self) -> Vec<String> {
        let forms = self.topic.questions().iter();
        forms.map(|form| self.fill(form)).collect()
    }

    /// The answer in a word, in a whole sentence, and in a friendly one.
    pub fn answers(&self) -> [String; 3] {
        let sentence = self.fill(self.topic.statements()[0]);
        let friendly = format!("{sentence}{FRIENDLY}");
        [format!("{}.", self.y), sentence, friendly]
    }

    /// What is said of it if it is not known: it says of what.
    fn unknown(&self) -> String {
        let form = match self.topic {
            Topic::Opposites => "the opposite of X.",
            Topic::Capitals => "the capital of X.",
            Topic::Sounds => "what A X says.",
            Topic::Young => "what a baby X is called.",
            Topic::Colors => "the color of X.",
            Topic::Sums => "X.",
            Topic::After => "what comes after X.",
        };
        format!("{UNKNOWN} {}", self.fill(form))
    }

    /// Whether an answer is right: its last words, but for friendly ones, are `y`.
    pub fn is_right(&self, answer: &str) -> bool {
        let answer = answer.strip_suffix(FRIENDLY).unwrap_or(answer);
        let answer = answer.trim().trim_end_matches('.');
        let before = answer.strip_suffix(&self.y);
        before.is_some_and(|before| before.is_empty() || before.ends_with(' '))
    }
}

/// All facts, and where each stands. What follows from each other (both directions of an opposite, both
/// orders of a sum) stands together.
pub fn world() -> Vec<(Fact, Part)> {
    let pairs = |list: &'static str| {
        let pairs = list.split(',').map(str::trim);
        pairs.filter_map(|pair| pair.rsplit_once(' '))
    };
    let mut groups: Vec<Vec<Fact>> = Vec::new();
    for (a, b) in pairs(OPPOSITES) {
        let both = [(a, b), (b, a)];
        groups.push(
            both.map(|(x, y)| Fact::new(Topic::Opposites, x, y))
                .to_vec(),
        );
    }
    for (topic, list) in [
        (Topic::Capitals, CAPITALS),
        (Topic::Sounds, SOUNDS),
        (Topic::Young, YOUNG),
        (Topic::Colors, COLORS),
    ] {
        groups.extend(pairs(list).map(|(x, y)| vec![Fact::new(topic, x, y)]));
    }
    for a in 1..10 {
        for b in a..10 {
            let sum = |a: usize, b: usize| {
                let x = format!("{} plus {}", NUMBERS[a], NUMBERS[b]);
                Fact::new(Topic::Sums, &x, NUMBERS[a + b])
            };
            let mut both = vec![sum(a, b), sum(b, a)];
            both.dedup();
            groups.push(both);
        }
    }
    let rounds = [DAYS.as_slice(), MONTHS.as_slice()];
    let rounds = rounds.iter().flat_map(|all| {
        let next = all.iter().cycle().skip(1);
        all.iter().zip(next)
    });
    let numbers = NUMBERS.iter().zip(&NUMBERS[1..]);
    for (x, y) in numbers.chain(rounds) {
        groups.push(vec![Fact::new(Topic::After, x, y)]);
    }
    let mut rng = noise::stream(SEED, 0, 0);
    let part = |rng: &mut ChaCha8Rng| match noise::unit(rng) < ASKED {
        true => Part::Asked,
        false => Part::Read,
    };
    let deal = |group: Vec<Fact>| {
        let part = part(&mut rng);
        group.into_iter().map(move |fact| (fact, part))
    };
    groups.into_iter().flat_map(deal).collect()
}

/// Things that are nowhere, without an answer, to judge by.
pub fn unknown() -> Vec<Fact> {
    let topics = Topic::ALL.into_iter().filter(|topic| *topic != Topic::Sums);
    let of = |topic| NOWHERE.iter().map(move |name| nowhere(topic, name));
    topics.flat_map(of).collect()
}

fn nowhere(topic: Topic, name: &str) -> Fact {
    match topic {
        Topic::Colors => Fact::new(topic, &format!("{} {name}", article(name)), ""),
        _ => Fact::new(topic, name, ""),
    }
}

/// A name by chance: two or three syllables. It is none of those to judge by.
fn invented(rng: &mut ChaCha8Rng) -> String {
    const FIRST: &[&str] = &[
        "b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z",
    ];
    const LAST: &[&str] = &["", "", "n", "r", "l", "m"];
    loop {
        let count = 2 + rng.next_u32() % 2;
        let mut name = String::new();
        for _ in 0..count {
            name += one::<&str>(FIRST, rng);
            name += one::<&str>(&["a", "e", "i", "o", "u"], rng);
            name += one::<&str>(LAST, rng);
        }
        if !NOWHERE.contains(&name.as_str()) {
            return name;
        }
    }
}

/// What may stand before a statement: it names what the statement is about.
const LEADS: [&str; 6] = [
    "Z!",
    "now for Z.",
    "they spoke of Z.",
    "\"Z?\" he asked.",
    "\"Z,\" she said.",
    "think of Z.",
];

/// Sentences that say a name again. Those names are made up anew each time, so only reading back can tell
/// how they go on.
const ECHOES: [&str; 8] = [
    "this is N. hello, N!",
    "say N. N!",
    "\"N, N,\" they called, \"where is N?\"",
    "they went to N. in N it was cold.",
    "he said N, and she said N too.",
    "what a name, N! N and M are friends, and M likes N.",
    "here come N and M. N is big, M is small.",
    "N has a hat. the hat of N is new.",
];
/// For so many statements an echo.
const STATEMENTS_AN_ECHO: usize = 5;

impl Fact {
    /// The statements, every second one with its subject before it, as chance will have it.
    fn readings(&self, rng: &mut ChaCha8Rng) -> Vec<String> {
        let mut statements = self.statements();
        for statement in &mut statements {
            if rng.next_u32().is_multiple_of(2) {
                let lead = one::<&str>(&LEADS, rng).replace('Z', &self.subject());
                *statement = format!("{lead} {statement}");
            }
        }
        statements
    }

    /// What it is about, as a sentence names it.
    fn subject(&self) -> String {
        match self.topic {
            Topic::Sounds | Topic::Young => self.fill("A X"),
            _ => self.x.clone(),
        }
    }
}

fn echo(rng: &mut ChaCha8Rng) -> String {
    let [n, m] = [(); 2].map(|()| invented(rng));
    let form = one::<&str>(&ECHOES, rng);
    form.replace('N', &n).replace('M', &m)
}

/// Texts that state facts, some sentences each, every fact as often as every other: `times` in each form.
pub fn readings(times: usize) -> Vec<String> {
    let mut rng = noise::stream(SEED, 1, 0);
    let mut texts = Vec::new();
    for _ in 0..times {
        let mut sentences: Vec<String> = Vec::new();
        for (fact, _) in world() {
            sentences.extend(fact.readings(&mut rng));
        }
        let echoes = sentences.len() / STATEMENTS_AN_ECHO;
        sentences.extend((0..echoes).map(|_| echo(&mut rng)));
        sentences.shuffle(&mut rng);
        let mut rest = &sentences[..];
        while !rest.is_empty() {
            let n = 4 + rng.next_u32() as usize % 9;
            let (text, after) = rest.split_at(n.min(rest.len()));
            texts.push(text.join(" "));
            rest = after;
        }
    }
    texts
}

/// A question as a network is given it; it goes on with the answer.
pub fn prompt(question: &str) -> String {
    format!("question: {question}\nanswer:")
}

/// Facts to be asked for; what is nowhere is made up anew each time, so that no name can be learned by
/// heart.
#[derive(Clone, Debug)]
pub struct Lessons {
    /// Facts that may be asked for.
    pub facts: Vec<Fact>,
}

/// One question in so many is about what is nowhere.
const NOWHERE_EVERY: u32 = 5;

impl Lessons {
    /// Those of tuning.
    pub fn new() -> Self {
        let facts = world().into_iter().filter(|(_, part)| *part == Part::Asked);
        Self {
            facts: facts.map(|(fact, _)| fact).collect(),
        }
    }

    /// A question, and its answer: one in four is a word, one in four friendly, as chance will have it.
    pub fn exchange(&self, rng: &mut ChaCha8Rng) -> [String; 2] {
        let (fact, answer) = match rng.next_u32() % NOWHERE_EVERY {
            0 => {
                let fact = made_up(rng);
                let answer = fact.unknown();
                (fact, answer)
            }
            _ => {
                let fact = one(&self.facts, rng).clone();
                let way = [0, 1, 1, 2][rng.next_u32() as usize % 4];
                let answer = fact.answers()[way].clone();
                (fact, answer)
            }
        };
        [
            prompt(one::<String>(&fact.questions(), rng)),
            format!(" {answer}"),
        ]
    }

    /// A question, and two answers, the better one first. A friendly answer is better than any other, what
    /// is right better than what is wrong, 'I do not know' better than something made up, and worse than what is
    /// right.
    pub fn comparison(&self, rng: &mut ChaCha8Rng) -> [String; 3] {
        let kind = rng.next_u32() % 5;
        let fact = match kind {
            0 => made_up(rng),
            _ => one(&self.facts, rng).clone(),
        };
        let wrong = |rng: &mut ChaCha8Rng| {
            let others = self.facts.iter();
            let others = others.filter(|other| other.topic == fact.topic && other.y != fact.y);
            let others: Vec<&Fact> = others.collect();
            let y = &one(&others, rng).y;
            Fact::new(fact.topic, &fact.x, y).answers()
        };
        let [word, sentence, friendly] = fact.answers();
        let [better, worse] = match kind {
            0 => {
                let [_, sentence, friendly] = wrong(rng);
                [
                    fact.unknown(),
                    [sentence, friendly][rng.next_u32() as usize % 2].clone(),
                ]
            }
            1 => {
                let [.., wrong] = wrong(rng);
                [friendly, wrong]
            }
            2 => [friendly, sentence],
            // Without these it says that it does not know what it does know.
            3 => [friendly, fact.unknown()],
            _ => [friendly, word],
        };
        let prompt = prompt(one::<String>(&fact.questions(), rng));
        [prompt, format!(" {better}"), format!(" {worse}")]
    }
}

impl Default for Lessons {
    fn default() -> Self {
        Self::new()
    }
}

/// Something that is nowhere.
fn made_up(rng: &mut ChaCha8Rng) -> Fact {
    let topics: Vec<Topic> = Topic::ALL
        .into_iter()
        .filter(|topic| *topic != Topic::Sums)
        .collect();
    let topic = *one(&topics, rng);
    nowhere(topic, &invented(rng))
}

/// One of several.
///
/// # Panics
/// If there is none.
fn one<'a, T>(all: &'a [T], rng: &mut ChaCha8Rng) -> &'a T {
    &all[rng.next_u32() as usize % all.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn sentences_by_hand() {
        let fact = Fact::new(Topic::Sounds, "owl", "hoot");
        assert_eq!(fact.statements()[0], "an owl says hoot.");
        assert_eq!(fact.statements()[2], "\"hoot!\" said the owl.");
        assert_eq!(fact.questions()[0], "what does an owl say?");
        let fact = Fact::new(Topic::Young, "cow", "calf");
        let friendly = "a baby cow is called a calf. ask me more!";
        assert_eq!(
            fact.answers(),
            ["calf.", "a baby cow is called a calf.", friendly]
        );
        assert!(fact.is_right(friendly));
        assert!(fact.is_right(" a baby cow is called a calf.") && fact.is_right("calf."));
        assert!(!fact.is_right("halfcalf.") && !fact.is_right("a calf is a cow."));
    }

    #[test]
    fn the_world_is_one_and_has_no_contradiction() {
        let world = world();
        assert_eq!(world, super::world());
        let asked: BTreeSet<_> = world.iter().map(|(fact, _)| fact.questions()).collect();
        assert_eq!(asked.len(), world.len());
        let share = world
            .iter()
            .filter(|(_, part)| *part == Part::Asked)
            .count();
        let share = share as f32 / world.len() as f32;
        assert!((share - ASKED).abs() < 0.06, "{share} of {}", world.len());
        let part = |x: &str| {
            world
                .iter()
                .find(|(fact, _)| fact.x == x)
                .map(|found| found.1)
        };
        assert_eq!(part("big"), part("small"));
        assert_eq!(part("two plus seven"), part("seven plus two"));
        let sum = |x: &str| {
            world
                .iter()
                .find(|(fact, _)| fact.x == x)
                .map(|found| &*found.0.y)
        };
        assert_eq!(sum("nine plus eight"), Some("seventeen"));
        let lower = |text: &str| {
            text.bytes()
                .all(|b| b.is_ascii() && !b.is_ascii_uppercase())
        };
        let sentences = world.iter().flat_map(|(fact, _)| fact.statements());
        sentences.for_each(|sentence| assert!(lower(&sentence), "{sentence}"));
    }

    #[test]
    fn echoes_say_their_names_again() {
        let mut rng = noise::stream(3, 0, 0);
        for _ in 0..100 {
            let echo = echo(&mut rng);
            assert!(!echo.contains(['N', 'M']), "{echo}");
            let words = echo.split(|c: char| !c.is_ascii_alphabetic());
            let words: Vec<&str> = words.collect();
            let is_again =
                |word: &&&str| word.len() > 3 && words.iter().filter(|w| w == word).count() > 1;
            assert!(words.iter().any(|word| is_again(&word)), "{echo}");
        }
    }

    #[test]
    fn every_fact_is_read_as_often() {
        let texts = readings(2).join(" ");
        for (fact, _) in world() {
            let sentence = &fact.statements()[0];
            assert!(texts.matches(sentence.as_str()).count() >= 2, "{sentence}");
        }
    }

    #[test]
    fn what_is_nowhere_is_asked_for_once() {
        let lessons = Lessons {
            facts: vec![Fact::new(Topic::After, "one", "two")],
        };
        let mut rng = noise::stream(1, 0, 0);
        let all: Vec<_> = (0..500).map(|_| lessons.exchange(&mut rng)).collect();
        let is_unknown = |answer: &str| answer.trim().starts_with(UNKNOWN);
        let count = all.iter().filter(|[_, answer]| is_unknown(answer)).count();
        assert!((60..140).contains(&count), "{count}");
        let judged: Vec<_> = unknown().iter().flat_map(Fact::questions).collect();
        let answers = [
            " two.",
            " after one comes two.",
            " after one comes two. ask me more!",
        ];
        for [question, answer] in &all {
            assert!(judged.iter().all(|one| prompt(one) != *question));
            assert!(is_unknown(answer) || answers.contains(&&**answer));
        }
        let fact = nowhere(Topic::Sounds, "eepo");
        assert_eq!(fact.unknown(), "i do not know what an eepo says.");
    }

    #[test]
    fn the_better_answer_is_right() {
        let lessons = Lessons::new();
        let mut rng = noise::stream(2, 0, 0);
        for _ in 0..500 {
            let [question, better, worse] = lessons.comparison(&mut rng);
            assert_ne!(better, worse, "{question}");
            let fact = lessons.facts.iter().find(|fact| {
                let questions = fact.questions();
                questions.iter().any(|one| prompt(one) == question)
            });
            match fact {
                Some(fact) => assert!(fact.is_right(&better) && better.contains(&fact.x)),
                None => assert!(better.trim().starts_with(UNKNOWN)),
            }
        }
    }
}
