//! A progress bar on standard error.

use std::io::{self, IsTerminal, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::digits::grouped;

/// How long a picture stays at least.
const REFRESH: Duration = Duration::from_millis(100);

const WIDTH: usize = 30;

/// A progress bar; a clone is the same one.
#[derive(Clone, Debug)]
pub struct Progress(Option<Arc<Mutex<Bar>>>);

#[derive(Debug)]
struct Bar {
    size: Option<u64>,
    bytes: u64,
    begun: Instant,
    drawn: Option<Instant>,
    finished: bool,
}

impl Progress {
    /// A bar on standard error if that is a terminal; none otherwise.
    #[must_use]
    pub fn on_terminal(size: Option<u64>) -> Self {
        if !io::stderr().is_terminal() {
            return Self::none();
        }
        Self(Some(Arc::new(Mutex::new(Bar {
            size,
            bytes: 0,
            begun: Instant::now(),
            drawn: None,
            finished: false,
        }))))
    }

    /// No bar.
    #[must_use]
    pub fn none() -> Self {
        Self(None)
    }

    /// So many more bytes were read, and the log is at this line.
    pub fn advance(&self, bytes: u64, line: u64) {
        self.draw(|bar| {
            bar.bytes += bytes;
            if bar.finished || bar.drawn.is_some_and(|drawn| drawn.elapsed() < REFRESH) {
                return None;
            }
            bar.drawn = Some(Instant::now());
            Some(picture(bar.bytes, bar.size, line, bar.begun.elapsed()))
        });
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.draw(|bar| {
            bar.finished = true;
            bar.drawn.map(|_| String::new())
        });
    }

    fn draw(&self, change: impl FnOnce(&mut Bar) -> Option<String>) {
        let Some(bar) = &self.0 else { return };
        let mut bar = bar.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(picture) = change(&mut bar) {
            // Back to the beginning of the line, and what was there is gone.
            let _ = write!(io::stderr(), "\r\x1b[2K{picture}");
        }
    }
}

fn picture(bytes: u64, size: Option<u64>, line: u64, elapsed: Duration) -> String {
    let rate = u128::from(line) * 1000 / elapsed.as_millis().max(1);
    let rate = grouped(u64::try_from(rate).unwrap_or(u64::MAX));
    let lines = grouped(line);
    match size {
        Some(size) if size > 0 => {
            let percent = usize::try_from(u128::from(bytes.min(size)) * 100 / u128::from(size));
            let percent = percent.unwrap_or(100);
            let full = WIDTH * percent / 100;
            let bar = format!("{}{}", "█".repeat(full), "░".repeat(WIDTH - full));
            format!("{bar} {percent:>3} %  {lines} lines, {rate} a second")
        }
        _ => format!("{lines} lines, {rate} a second"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_fills_up() {
        let second = Duration::from_secs(1);
        let half = picture(50, Some(100), 1234, second);
        assert_eq!(
            half,
            format!(
                "{}{}  50 %  1,234 lines, 1,234 a second",
                "█".repeat(15),
                "░".repeat(15)
            )
        );
        assert!(picture(200, Some(100), 1, second).contains("100 %"));
        assert_eq!(picture(50, None, 10, second), "10 lines, 10 a second");
        assert_eq!(
            picture(0, Some(0), 0, Duration::ZERO),
            "0 lines, 0 a second"
        );
    }
}
