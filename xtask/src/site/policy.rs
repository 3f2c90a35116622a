//! The content security policy of a release: the starter script is allowed by its hash, so that no
//! other inline script runs. (The quick loop keeps `'unsafe-inline'`, for the script that reloads the
//! tab.)

use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};

/// What `index.html` allows in its sources.
const ANY_INLINE: &str = "'unsafe-inline'";

/// The page with the hashes of its inline scripts in place of [`ANY_INLINE`] in `script-src`.
pub(super) fn harden(html: &str) -> Result<String> {
    let scripts = inline_scripts(html)?;
    ensure!(!scripts.is_empty(), "the page has no starter script");
    let hashes: Vec<_> = scripts.iter().map(|script| source(script)).collect();
    let start = html
        .find("script-src ")
        .context("the page has no script-src")?;
    let end = html[start..]
        .find(';')
        .map(|end| start + end)
        .context("script-src has no end")?;
    let directive = &html[start..end];
    ensure!(
        directive.contains(ANY_INLINE),
        "script-src lacks {ANY_INLINE}"
    );
    let hardened = directive.replace(ANY_INLINE, &hashes.join(" "));
    Ok(format!("{}{hardened}{}", &html[..start], &html[end..]))
}

/// The texts of all scripts without a `src`.
fn inline_scripts(html: &str) -> Result<Vec<&str>> {
    let mut scripts = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find("<script") {
        let tag_end = rest[start..].find('>').context("a script tag is cut off")? + start;
        let text_end = rest.find("</script>").context("a script has no end")?;
        ensure!(tag_end < text_end, "a script has no text");
        if !rest[start..tag_end].contains(" src=") {
            scripts.push(&rest[tag_end + 1..text_end]);
        }
        rest = &rest[text_end + "</script>".len()..];
    }
    Ok(scripts)
}

/// A script's source expression: `'sha256-…'`.
fn source(script: &str) -> String {
    format!("'sha256-{}'", base64(&Sha256::digest(script)))
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |i: usize| u32::from(three.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            let value = (bits >> (18 - 6 * digit)) & 63;
            let there = digit <= three.len();
            text.push(if there {
                char::from(DIGITS[value as usize])
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_gives_the_examples_of_its_rfc() {
        let examples = [
            "", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy",
        ];
        for (length, expected) in examples.into_iter().enumerate() {
            assert_eq!(base64(&b"foobar"[..length]), expected);
        }
        assert_eq!(base64(&[251, 255]), "+/8=");
    }

    /// The example of CSP level 2, section 4.2.5.
    #[test]
    fn a_script_is_named_by_its_hash() {
        assert_eq!(
            source("alert('Hello, world.');"),
            "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
        );
    }

    #[test]
    fn only_script_src_changes() {
        let page = |allowed: &str| {
            format!(
                "<meta content=\"script-src 'self' {allowed}; style-src 'unsafe-inline'\">\
                 <script src=\"theme.js\"></script>\
                 <script type=\"module\">alert('Hello, world.');</script>"
            )
        };
        let hash = source("alert('Hello, world.');");
        assert_eq!(harden(&page(ANY_INLINE)).unwrap(), page(&hash));
    }

    #[test]
    fn a_page_that_cannot_be_hardened_is_an_error() {
        assert!(harden("<script>1</script>").is_err());
        assert!(harden("<meta content=\"script-src 'unsafe-inline';\">").is_err());
        assert!(harden("<meta content=\"script-src 'self';\"><script>1</script>").is_err());
        assert!(harden("script-src 'unsafe-inline'; <script>1").is_err());
    }
}
