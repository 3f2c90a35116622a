//! What a link keeps its reader from changing: for lessons.

use std::fmt;

/// Names of settings, or `all`. Nothing is secret by it: controls are hidden, and who edits the link
/// has them back.
#[derive(Clone, Debug, PartialEq)]
pub struct Lock(Vec<String>);

/// So many names at most.
const MOST: usize = 16;
/// A name has so many letters at most.
const LONGEST: usize = 16;

/// What `all` hides: whatever changes the settings of a chapter; playing, stepping and looking stay.
const ALL: &str =
    ".controls, .more, .digits, .draw-it, .presets, .branch, .game-hand, .plane-tools, [data-lock]";

impl Lock {
    /// `steps.seed`: small letters, points between.
    pub fn read(text: &str) -> Option<Self> {
        let names: Vec<_> = text.split('.').map(str::to_owned).collect();
        let is_name = |name: &String| {
            (1..=LONGEST).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_lowercase())
        };
        (names.len() <= MOST && names.iter().all(is_name)).then_some(Self(names))
    }

    /// A style sheet that hides what is locked.
    pub fn css(&self) -> String {
        let hidden = self.0.iter().map(|name| match name.as_str() {
            "all" => ALL.to_owned(),
            name => format!("[data-lock={name}]"),
        });
        let hidden: Vec<_> = hidden.collect();
        format!("{} {{ display: none !important; }}", hidden.join(", "))
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_hidden_and_nothing_else_gets_into_the_style() {
        let lock = Lock::read("steps.seed").expect("two names");
        assert_eq!(lock.to_string(), "steps.seed");
        assert_eq!(
            lock.css(),
            "[data-lock=steps], [data-lock=seed] { display: none !important; }"
        );
        assert!(
            Lock::read("all")
                .expect("all")
                .css()
                .starts_with(".controls")
        );
        let long = "a".repeat(LONGEST + 1);
        let many = vec!["a"; MOST + 1].join(".");
        for nonsense in ["", ".", "a.", "a]{}", "A", "a b", "é", &long, &many] {
            assert_eq!(Lock::read(nonsense), None, "{nonsense}");
        }
    }
}
