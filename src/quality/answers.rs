//! How a Transformer answers, before it was tuned and after each stage, measured ahead by `lab answers`.

use serde::{Deserialize, Serialize};

/// Where the page finds it, relative to the site's root.
pub const ANSWERS_PATH: &str = "quality/text-answers.json";

/// What a friendly answer ends with.
pub const FRIENDLY: &str = " ask me more!";

/// All that was measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answers {
    /// Hashes of the weights that answered, by model, so that a test can tell when others ship.
    pub weights: Vec<(String, String)>,
    /// Facts that tuning asked for, and those that were only read.
    pub facts: [u32; 2],
    /// Each network, as it was tuned.
    pub stages: Vec<Marks>,
    /// Some questions to choose from: about facts that tuning asked for, about those that were only read,
    /// and about what is nowhere.
    pub questions: [Vec<Asked>; 3],
}

/// A question, and what would be right.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The question.
    pub question: String,
    /// How a right answer ends; empty where none is known.
    pub right: String,
}

/// Shares, `0..=1`, of questions about facts in every form, answered by the likeliest tokens.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Marks {
    /// The model.
    pub model: String,
    /// Completes the sentence 'the capital of … is' and its like rightly: of facts that tuning asked for, and
    /// of those that were only read.
    pub completes: [f32; 2],
    /// Right, of facts that tuning asked for.
    pub asked: f32,
    /// Right, of facts that were only read.
    pub read: f32,
    /// 'I do not know', of facts that were only read.
    pub read_unknown: f32,
    /// 'I do not know', of what is nowhere.
    pub unknown: f32,
    /// Came to an end within 40 tokens, of all.
    pub stops: f32,
    /// Friendly, of the right ones.
    pub friendly: f32,
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::weights::manifest::{MANIFEST_PATH, Manifest};

    /// What the page shows was measured with the weights that ship, and the tuned ones do what the text
    /// says of them.
    #[test]
    fn it_is_of_the_weights_that_ship() {
        let www = Path::new(env!("CARGO_MANIFEST_DIR")).join("www");
        let read = |path: &str| fs::read_to_string(www.join(path)).expect("a file");
        let manifest: Manifest = serde_json::from_str(&read(MANIFEST_PATH)).expect("a manifest");
        let answers: Answers = serde_json::from_str(&read(ANSWERS_PATH)).expect("reads");
        for (model, sha256) in &answers.weights {
            let entry = manifest.find(model).expect("it ships");
            assert_eq!(entry.sha256, *sha256, "{model}: `lab answers` once more");
        }
        let [base, tuned, preferred] = &answers.stages[..] else {
            panic!("three stages")
        };
        assert!(base.asked < 0.05 && tuned.asked > 0.9 && preferred.asked > 0.85);
        assert!((0.85..0.95).contains(&tuned.completes[1]) && (0.5..0.6).contains(&tuned.read));
        assert!((0.6..0.72).contains(&tuned.unknown));
        assert!(tuned.friendly < 0.1 && preferred.friendly > 0.9);
        assert!(
            answers
                .questions
                .iter()
                .all(|questions| !questions.is_empty())
        );
    }
}
