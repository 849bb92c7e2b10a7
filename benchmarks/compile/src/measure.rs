//! Runs cargo, and says how long it took.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use crate::write;

/// The crate on disk.
pub(crate) struct Crate {
    path: PathBuf,
    program: String,
}

/// What was measured.
pub(crate) struct Figures {
    pub(crate) rustc: String,
    pub(crate) cores: usize,
    pub(crate) load: String,
    pub(crate) written: usize,
    pub(crate) expanded: usize,
    pub(crate) took: Vec<(&'static str, Took)>,
    pub(crate) size: u64,
}

/// How long a command took.
pub(crate) struct Took {
    pub(crate) wall: Duration,
    /// Seconds of all threads.
    pub(crate) cpu: f64,
}

impl Crate {
    /// Writes it.
    pub(crate) fn write(path: &Path, servers: usize) -> Result<Self, String> {
        let runtime = concat!(env!("CARGO_MANIFEST_DIR"), "/../../registry-runtime");
        let save = |name: &str, text: &str| {
            let file = path.join(name);
            fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))
        };
        fs::create_dir_all(path.join("src")).map_err(|error| error.to_string())?;
        save("Cargo.toml", &write::manifest(runtime))?;
        save("src/main.rs", "fn main() {}\n")?;
        // The versions that the benchmarks have: nothing is fetched.
        save("Cargo.lock", include_str!("../../Cargo.lock"))?;
        Ok(Self {
            path: path.to_owned(),
            program: write::program(servers),
        })
    }

    pub(crate) fn measure(&self) -> Result<Figures, String> {
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let rustc = Command::new("rustc").arg("--version").output();
        let rustc = rustc.map_err(|error| error.to_string())?;
        // The dependencies, while there is nothing else.
        self.cargo(&["check"])?;
        self.cargo(&["build", "--release"])?;
        let source = self.path.join("src/main.rs");
        fs::write(&source, &self.program)
            .map_err(|error| format!("{}: {error}", source.display()))?;
        let check = self.timed(&["check"])?;
        let expanded = self.cargo(&["rustc", "--profile", "check", "--", "-Zunpretty=expanded"])?;
        let build = self.timed(&["build", "--release"])?;
        let program = self.path.join("target/release/hundred");
        Ok(Figures {
            rustc: String::from_utf8_lossy(&rustc.stdout).trim().to_owned(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            load: load.split(' ').take(3).collect::<Vec<_>>().join(" "),
            written: self.program.lines().count(),
            expanded: String::from_utf8_lossy(&expanded.stdout).lines().count(),
            took: vec![("cargo check", check), ("cargo build --release", build)],
            size: fs::metadata(&program).map_or(0, |file| file.len()),
        })
    }

    fn timed(&self, arguments: &[&str]) -> Result<Took, String> {
        let (begin, before) = (Instant::now(), childrens_time());
        self.cargo(arguments)?;
        Ok(Took {
            wall: begin.elapsed(),
            cpu: childrens_time() - before,
        })
    }

    fn cargo(&self, arguments: &[&str]) -> Result<Output, String> {
        let output = Command::new("cargo")
            .args(arguments)
            .current_dir(&self.path)
            .env("CARGO_TARGET_DIR", self.path.join("target"))
            // For the one option that is not stable: to print what the macros write.
            .env("RUSTC_BOOTSTRAP", "1")
            .output()
            .map_err(|error| format!("cargo: {error}"))?;
        if output.status.success() {
            Ok(output)
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

/// The processor time, in seconds, of the commands that have ended; zero where there is no `/proc`.
fn childrens_time() -> f64 {
    /// Linux counts in hundredths of a second for programs, whatever its clock.
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which may hold spaces: the 14th and 15th are those of children.
    let (_, rest) = stat.rsplit_once(')').unwrap_or_default();
    let ticks = rest.split_ascii_whitespace().skip(13).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / TICKS
}
