//! A text of the visitor's, and how it stands in a link.

use std::fmt::Write as _;

/// Bytes that a text may have: more than a model looks back on.
pub const LONGEST: usize = 1000;

/// A text to go on with, at most [`LONGEST`] bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt(String);

impl Prompt {
    /// The beginning of a text, as far as it fits; line breaks are all of one kind.
    pub fn new(text: &str) -> Self {
        let mut text = text.replace("\r\n", "\n").replace('\r', "\n");
        while text.len() > LONGEST {
            text.pop();
        }
        Self(text)
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// As a link has it: letters, digits and points as they are, `_` for a space, and for every other byte
    /// `~` and two hexadecimal digits.
    pub fn code(&self) -> String {
        let mut code = String::new();
        for byte in self.0.bytes() {
            match byte {
                b' ' => code.push('_'),
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' => code.push(byte.into()),
                _ => {
                    // Writing to a string does not fail.
                    let _ = write!(code, "~{byte:02x}");
                }
            }
        }
        code
    }

    /// Reads what [`Self::code`] writes.
    pub fn read(code: &str) -> Option<Self> {
        let mut bytes = Vec::new();
        let mut rest = code.as_bytes();
        while let [first, after @ ..] = rest {
            rest = after;
            match first {
                b'_' => bytes.push(b' '),
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' => bytes.push(*first),
                b'~' => {
                    let (digits, after) = rest.split_at_checked(2)?;
                    let digits = std::str::from_utf8(digits).ok()?;
                    bytes.push(u8::from_str_radix(digits, 16).ok()?);
                    rest = after;
                }
                _ => return None,
            }
        }
        let prompt = Self(String::from_utf8(bytes).ok()?);
        // One way to write each: a link says what is seen.
        (prompt.0.len() <= LONGEST && prompt.code() == code).then_some(prompt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_comes_back() {
        for text in [
            "",
            "once upon a time",
            "Ünïcode, 东京 😀\n\"a-b_c~\"",
            "\u{202e}\u{0}",
        ] {
            let prompt = Prompt::new(text);
            let code = prompt.code();
            assert!(
                code.bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"._~".contains(&b))
            );
            assert_eq!(Prompt::read(&code), Some(prompt), "{text}");
        }
        assert_eq!(Prompt::new("a\r\nb\rc").text(), "a\nb\nc");
    }

    #[test]
    fn nonsense_is_none() {
        for code in [
            "~",
            "~4",
            "~g0",
            "é",
            "-",
            "~ff",
            "~61",
            "~4A",
            &"a".repeat(LONGEST + 1),
        ] {
            assert_eq!(Prompt::read(code), None, "{code}");
        }
    }

    #[test]
    fn a_long_text_is_cut_between_letters() {
        let prompt = Prompt::new(&"é".repeat(LONGEST));
        assert_eq!(prompt.text(), "é".repeat(LONGEST / 2));
    }
}
