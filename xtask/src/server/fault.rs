//! Faults a test can order: which requests they meet, and what they do to the answer.

use std::thread;
use std::time::Duration;

use super::Response;

/// One way to misbehave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The file is not there (404).
    NotFound,
    /// The host is in trouble (503).
    Unavailable,
    /// The file ends after so many bytes, as if its upload had been cut short.
    Truncate(usize),
    /// One bit of the byte at this offset is wrong.
    FlipByte(usize),
    /// The answer starts only after this time.
    Delay(Duration),
    /// The connection is closed without an answer.
    Drop,
    /// The connection is closed after so many bytes of the body, although more were promised.
    DropAfter(usize),
    /// The site's page comes instead, as if all were well: some hosts do so for what is not there.
    Page,
    /// So many bytes a second.
    Slow(usize),
    /// A header line more.
    Header(&'static str),
    /// After so many bytes of the body nothing more comes, though the connection stays open.
    StallAfter(usize),
}

struct Rule {
    pattern: String,
    fault: Fault,
    /// How often it still applies; `None` is always.
    left: Option<u32>,
}

/// The faults in force.
#[derive(Default)]
pub(super) struct Rules(Vec<Rule>);

impl Rules {
    pub(super) fn add(&mut self, pattern: &str, fault: Fault, left: Option<u32>) {
        self.0.push(Rule {
            pattern: pattern.to_owned(),
            fault,
            left,
        });
    }

    /// The faults a request for `path` meets, counting it against rules that apply a few times only.
    pub(super) fn take(&mut self, path: &str) -> Vec<Fault> {
        let mut faults = Vec::new();
        for rule in &mut self.0 {
            if rule.left == Some(0) || !matches(&rule.pattern, path) {
                continue;
            }
            rule.left = rule.left.map(|left| left - 1);
            faults.push(rule.fault);
        }
        faults
    }
}

/// The answer after all faults, or `None` if there shall be none.
pub(super) fn apply(
    faults: &[Fault],
    path: &str,
    respond: impl Fn(&str) -> Response,
) -> Option<Response> {
    let mut response = respond(path);
    for fault in faults {
        match *fault {
            Fault::NotFound => response = Response::status("404 Not Found"),
            Fault::Unavailable => response = Response::status("503 Service Unavailable"),
            Fault::Truncate(length) => response.body.truncate(length),
            Fault::FlipByte(offset) => {
                if let Some(byte) = response.body.get_mut(offset) {
                    *byte ^= 1;
                }
            }
            Fault::Page => response = respond(""),
            Fault::Slow(bytes) => response.bytes_a_second = Some(bytes),
            Fault::Header(line) => response.header = Some(line),
            Fault::Delay(time) => thread::sleep(time),
            Fault::Drop => return None,
            Fault::DropAfter(length) => response.cut_at = Some(length),
            Fault::StallAfter(length) => {
                response.cut_at = Some(length);
                response.stalls = true;
            }
        }
    }
    Some(response)
}

/// Whether `path` is `pattern`, where `*` stands for any characters.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == path;
    };
    let Some(tail) = path.strip_prefix(start) else {
        return false;
    };
    (0..=tail.len())
        .filter(|&at| tail.is_char_boundary(at))
        .any(|at| matches(rest, &tail[at..]))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_anything() {
        assert!(matches("weights/*", "weights/digits.bin"));
        assert!(matches("*.wasm", "engine_cpu_bg.wasm"));
        assert!(matches("engine_*.js", "engine_gpu.js"));
        assert!(matches("*", ""));
        assert!(!matches("weights/*", "weight/digits.bin"));
        assert!(!matches("*.wasm", "engine_cpu_bg.wasm.js"));
        assert!(!matches("digits.bin", "weights/digits.bin"));
    }
}
