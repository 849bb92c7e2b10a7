//! Load: what an operation takes and what it weighs, at each power of ten, until memory is what ends it.
//!
//! ```sh
//! cargo run --release --manifest-path benchmarks/Cargo.toml --bin load            # all: some minutes
//! cargo run --release --manifest-path benchmarks/Cargo.toml --bin load -- topic   # those that begin so
//! ```
//!
//! Each size is measured in a process of its own. Every operation is timed by itself, so that each
//! figure has two readings of the clock in it (the row `clock`). All of it writes
//! `benchmarks/report/load.md` and `load.svg`; a part of it prints only.

mod report;
mod sizes;

use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use benchmarks::machine::Machine;

/// What is measured, at which sizes.
const ALL: [(&str, &[u64]); 4] = [
    ("servers", &[1_000, 10_000, 100_000, 1_000_000]),
    ("topic", &[100, 1_000, 10_000, 100_000]),
    ("holder", &[100, 1_000, 10_000, 100_000]),
    ("entries", &[10_000, 100_000, 1_000_000, 10_000_000]),
];

/// One figure: of which operation, its unit, and p50, p99, p99.9 and the most, or one number alone.
#[derive(Clone, Debug)]
struct Figure {
    case: String,
    size: u64,
    what: String,
    unit: String,
    values: Vec<f64>,
}

impl Figure {
    fn line(&self) -> String {
        let values: Vec<String> = self.values.iter().map(f64::to_string).collect();
        format!("{}\t{}\t{}", self.what, self.unit, values.join("\t"))
    }

    fn parse(case: &str, size: u64, line: &str) -> Option<Self> {
        let mut parts = line.split('\t');
        Some(Self {
            case: case.to_owned(),
            size,
            what: parts.next()?.to_owned(),
            unit: parts.next()?.to_owned(),
            values: parts.map(str::parse).collect::<Result<_, _>>().ok()?,
        })
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [flag, case, size] = &arguments[..]
        && flag == "--worker"
    {
        let Some(figures) = size
            .parse()
            .ok()
            .and_then(|size| sizes::measure(case, size))
        else {
            return ExitCode::from(2);
        };
        for figure in figures {
            println!("{}", figure.line());
        }
        // Ending what has been started in order is not what is measured.
        std::process::exit(0);
    }
    match drive(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn drive(wanted: &[String]) -> std::io::Result<()> {
    let (machine, start) = (Machine::here(), Instant::now());
    let mut figures = Vec::new();
    for (case, sizes) in ALL {
        if !wanted.is_empty() && !wanted.iter().any(|part| case.starts_with(part.as_str())) {
            continue;
        }
        for size in sizes {
            eprintln!("[{:>4} s] {case} {size}", start.elapsed().as_secs());
            let this = std::env::current_exe()?;
            let size_text = size.to_string();
            let output = Command::new(this)
                .args(["--worker", case, &size_text])
                .output()?;
            if !output.status.success() {
                eprintln!("{}", String::from_utf8_lossy(&output.stderr));
            }
            let text = String::from_utf8_lossy(&output.stdout);
            figures.extend(
                text.lines()
                    .filter_map(|line| Figure::parse(case, *size, line)),
            );
        }
    }
    let took = Duration::from_secs(start.elapsed().as_secs());
    print!("{}", report::tables(&figures));
    if wanted.is_empty() {
        report::write(&machine, &figures, took)?;
    }
    Ok(())
}
