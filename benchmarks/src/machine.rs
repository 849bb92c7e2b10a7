//! The machine, and the versions of everything on it that matters.

use std::fmt;
use std::fs;
use std::process::Command;

/// What the figures were measured on.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The processor's name.
    pub cpu: String,
    /// How many cores there are.
    pub cores: usize,
    /// Memory in GiB.
    pub memory: f64,
    /// The kernel.
    pub kernel: String,
    /// The compiler.
    pub rustc: String,
    /// The C library, whose allocator is `system`.
    pub libc: String,
    /// Elixir, if there is one.
    pub beam: Option<String>,
    /// When, in UTC.
    pub date: String,
    /// The average load of the minute before.
    pub load: String,
}

fn first_line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output().ok();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    text.and_then(|text| text.lines().next().map(ToOwned::to_owned))
        .unwrap_or_else(|| "unknown".to_owned())
}

fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// When, on what, and by what: a line of a report.
impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}, {} cores, {:.0} GiB, {}, {}, {}",
            self.date, self.cpu, self.cores, self.memory, self.kernel, self.rustc, self.libc
        )
    }
}

impl Machine {
    /// This one.
    #[must_use]
    pub fn here() -> Self {
        let memory = field("/proc/meminfo", "MemTotal");
        let kib: f64 = memory
            .and_then(|text| text.split(' ').next()?.parse().ok())
            .unwrap_or(0.0);
        let model = field("/proc/cpuinfo", "model name")
            .unwrap_or_else(|| std::env::consts::ARCH.to_owned());
        let family = field("/proc/cpuinfo", "cpu family").unwrap_or_default();
        let number = field("/proc/cpuinfo", "model\t").unwrap_or_default();
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            cpu: format!("{model} (family {family}, model {number})"),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            memory: kib / 1024.0 / 1024.0,
            kernel: first_line("uname", &["-sr"]),
            rustc: first_line("rustc", &["--version"]),
            libc: first_line("ldd", &["--version"]),
            beam: crate::beam::version(),
            date: first_line("date", &["-u", "+%Y-%m-%d %H:%M UTC"]),
            load: load.split(' ').next().unwrap_or_default().to_owned(),
        }
    }
}

/// The version of a package that this was built with.
#[must_use]
pub fn version(package: &str) -> &'static str {
    let lock = include_str!("../Cargo.lock");
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines
        .nth(1)
        .and_then(|line| line.strip_prefix("version = \""));
    version.map_or("", |version| version.trim_end_matches('"'))
}
