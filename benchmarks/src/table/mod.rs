//! The lines of the table: what each shows, what it is held against, and the target.

mod helpers;
mod rows;

pub use rows::rows;

/// One line.
#[derive(Clone, Debug)]
pub struct Row {
    /// The figure of the worker's that it shows.
    pub metric: &'static str,
    /// What it says on the left.
    pub title: String,
    /// The unit.
    pub unit: Unit,
    /// What the ratio is to.
    pub baseline: Baseline,
    /// The target, if there is one.
    pub target: Option<Target>,
}

/// What figures are counted in; workers report nanoseconds, bytes and operations a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Nanoseconds.
    Ns,
    /// Microseconds.
    Us,
    /// Milliseconds.
    Ms,
    /// Bytes.
    Bytes,
    /// A thousand operations a second; the one that is better when it is more.
    Rate,
}

impl Unit {
    /// What a figure of a worker's is divided by, and what is written behind it.
    #[must_use]
    pub fn scale(self) -> (f64, &'static str) {
        match self {
            Self::Ns => (1.0, "ns"),
            Self::Us => (1e3, "µs"),
            Self::Ms => (1e6, "ms"),
            Self::Bytes => (1.0, "bytes"),
            Self::Rate => (1e3, "k/s"),
        }
    }
}

/// What a ratio is to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// Another contender's figure of the same case.
    Contender(&'static str),
    /// Another figure of the same contender's.
    Metric(&'static str),
    /// A contender's figure of another case, by its id, and the same metric.
    Case(&'static str, &'static str),
    /// Nothing.
    None,
}

/// What is to be reached with the system's allocator, and with mimalloc where that differs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    /// Whether the limits are ratios, or figures in the row's unit.
    pub ratio: bool,
    /// The target and the stretch.
    pub system: (f64, f64),
    /// The same under mimalloc.
    pub mimalloc: (f64, f64),
}

/// `100,000`.
#[must_use]
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
