//! The line on standard error that tells how far it is.

use std::io::{IsTerminal, Write};
use std::time::Instant;

/// How far a plan is done.
#[derive(Debug)]
pub struct Progress {
    began: Instant,
    done: usize,
    all: usize,
    /// Rewritten in place on a terminal; elsewhere a line every twentieth of the way.
    terminal: bool,
}

impl Progress {
    /// Begins.
    #[must_use]
    pub fn new(all: usize) -> Self {
        Self {
            began: Instant::now(),
            done: 0,
            all,
            terminal: std::io::stderr().is_terminal(),
        }
    }

    /// The next step begins.
    pub fn step(&mut self, what: &str) {
        let elapsed = self.began.elapsed();
        let left = if self.done == 0 {
            None
        } else {
            Some(elapsed * (self.all - self.done) as u32 / self.done as u32)
        };
        let left = left.map_or_else(String::new, |left| {
            format!(", {}:{:02} left", left.as_secs() / 60, left.as_secs() % 60)
        });
        let line = format!("[{}/{}{left}] {what}", self.done + 1, self.all);
        let mut stderr = std::io::stderr().lock();
        if self.terminal {
            let _ = write!(stderr, "\r\x1b[2K{line}");
            let _ = stderr.flush();
        } else if self.done.is_multiple_of(self.all.div_ceil(20)) {
            let _ = writeln!(stderr, "{line}");
        }
        self.done += 1;
    }

    /// All is done.
    pub fn done(&self) {
        if self.terminal {
            eprint!("\r\x1b[2K");
        }
    }
}
