//! Tunes as a small text file: a line each, a sign for each token.

use crate::tokens::Token;

/// Where those that our model has learned from lie, relative to the site's root.
pub const PATH: &str = "samples/music-tunes.learned.txt";

/// Tunes as a text.
pub fn write(tunes: impl IntoIterator<Item = impl IntoIterator<Item = Token>>) -> String {
    let mut text = String::new();
    for tune in tunes {
        text.extend(tune.into_iter().filter_map(sign));
        text.push('\n');
    }
    text
}

/// Reads what [`write`] has written; `None` if a sign is none of its.
pub fn read(text: &str) -> Option<Vec<Vec<Token>>> {
    let line = |line: &str| line.chars().map(token).collect();
    text.lines().map(line).collect()
}

/// The first sign, and what is passed over: signs that a text had better not hold.
const FIRST: u32 = 0x21;
const GAP: [u32; 2] = [0x7f, 0xa1];

fn sign(token: Token) -> Option<char> {
    let sign = FIRST + u32::from(token);
    let sign = if sign < GAP[0] {
        sign
    } else {
        sign + GAP[1] - GAP[0]
    };
    char::from_u32(sign)
}

fn token(sign: char) -> Option<Token> {
    let sign = u32::from(sign);
    let sign = match sign {
        sign if sign < GAP[0] => sign,
        sign if sign >= GAP[1] => sign - (GAP[1] - GAP[0]),
        _ => return None,
    };
    Token::try_from(sign.checked_sub(FIRST)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let tunes: Vec<Vec<Token>> = vec![(0..500).collect(), vec![], vec![93, 94, 95]];
        let text = write(tunes.clone());
        assert_eq!(text.lines().count(), 3);
        assert!(text.chars().all(|sign| !sign.is_control() || sign == '\n'));
        assert_eq!(read(&text), Some(tunes));
        for bad in [" ", "\u{80}", "\u{1f600}"] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }
}
