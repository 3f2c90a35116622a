//! Which models an engine keeps: the ones used last, within a limit of memory.

/// Bytes that the weights of an engine's models may take.
pub const LIMIT: u64 = 24 << 20;

/// What is kept, the one used longest ago first.
#[derive(Debug)]
pub struct Memory {
    limit: u64,
    kept: Vec<(String, u64)>,
}

impl Memory {
    /// Nothing yet, within `limit` bytes.
    pub fn new(limit: u64) -> Self {
        Self {
            limit,
            kept: Vec::new(),
        }
    }

    /// A model is used.
    pub fn touch(&mut self, id: &str) {
        if let Some(place) = self.kept.iter().position(|(kept, _)| kept == id) {
            let model = self.kept.remove(place);
            self.kept.push(model);
        }
    }

    /// A model of so many bytes is new, or another of its name. Gives those that have to go for it;
    /// it stays itself, however large it is.
    pub fn keep(&mut self, id: &str, bytes: u64) -> Vec<String> {
        self.kept.retain(|(kept, _)| kept != id);
        let mut total = bytes + self.kept.iter().map(|(_, bytes)| bytes).sum::<u64>();
        let mut gone = 0;
        while total > self.limit && gone < self.kept.len() {
            total -= self.kept[gone].1;
            gone += 1;
        }
        let gone = self.kept.drain(..gone).map(|(id, _)| id).collect();
        self.kept.push((id.to_owned(), bytes));
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let mut memory = Memory::new(10);
        assert!(memory.keep("a", 4).is_empty());
        assert!(memory.keep("b", 4).is_empty());
        memory.touch("a");
        assert_eq!(memory.keep("c", 4), ["b"]);
        memory.touch("none of them");
        assert!(memory.keep("d", 2).is_empty());
        assert_eq!(memory.keep("e", 7), ["a", "c"]);
    }

    #[test]
    fn a_model_that_comes_again_counts_once() {
        let mut memory = Memory::new(10);
        memory.keep("a", 6);
        assert!(memory.keep("a", 9).is_empty());
        assert_eq!(memory.keep("b", 2), ["a"]);
    }

    #[test]
    fn one_that_is_too_large_is_kept_alone() {
        let mut memory = Memory::new(10);
        memory.keep("a", 4);
        assert_eq!(memory.keep("b", 99), ["a"]);
        assert_eq!(memory.keep("c", 1), ["b"]);
    }
}
