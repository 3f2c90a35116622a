//! Named steps with their times: printed as they happen and as a table at the end.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// A list of steps done so far.
pub struct Steps {
    began: Instant,
    done: Vec<(String, Duration, bool)>,
}

impl Default for Steps {
    fn default() -> Self {
        Self {
            began: Instant::now(),
            done: Vec::new(),
        }
    }
}

impl Steps {
    /// Runs one step, prints its name and time, and puts its name on an error.
    pub fn run<T>(&mut self, name: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        eprintln!("==> {name}");
        let start = Instant::now();
        let result = step();
        let took = start.elapsed();
        let word = if result.is_ok() { "done" } else { "FAILED" };
        eprintln!("    {name}: {word} in {}", show(took));
        self.done.push((name.to_owned(), took, result.is_ok()));
        result.with_context(|| format!("step `{name}` failed"))
    }

    /// Adds steps that were done beside these.
    pub fn add(&mut self, beside: Self) {
        self.done.extend(beside.done);
    }

    /// The table of stages and times, and the time that went by in all: less than their sum where some
    /// were done beside others.
    pub fn table(&self) -> String {
        let width = self
            .done
            .iter()
            .map(|(name, ..)| name.len())
            .max()
            .unwrap_or(0)
            .max(5);
        let mut table = format!("{:width$}  {:>10}\n", "stage", "time");
        for (name, took, ok) in &self.done {
            let mark = if *ok { "" } else { "  FAILED" };
            let _ = writeln!(table, "{name:width$}  {:>10}{mark}", show(*took));
        }
        let went_by = show(self.began.elapsed());
        let _ = writeln!(table, "{:width$}  {went_by:>10}", "in all");
        table
    }
}

/// `4.2 s` or `3 min 05 s`.
pub fn show(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 60.0 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_is_named_in_the_error_and_the_table() {
        let mut steps = Steps::default();
        assert_eq!(steps.run("adds", || Ok(1 + 1)).unwrap(), 2);
        let error = steps
            .run("breaks", || -> Result<()> { anyhow::bail!("why") })
            .unwrap_err();
        assert_eq!(format!("{error:#}"), "step `breaks` failed: why");
        let table = steps.table();
        let line = |name| table.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(line("breaks").ends_with("FAILED"));
        assert!(!line("adds").contains("FAILED"));
        assert!(table.lines().last().unwrap().starts_with("in all"));
    }

    #[test]
    fn times_read_well() {
        assert_eq!(show(Duration::from_millis(4_230)), "4.2 s");
        assert_eq!(show(Duration::from_secs(185)), "3 min 05 s");
    }
}
