//! The BEAM: the same lines measured by a script, when there is an `elixir` to run it.

use std::process::Command;
use std::time::Duration;

use crate::case::Case;
use crate::results::Results;

/// What it is, in a line.
pub const ABOUT: &str = "Elixir's own Registry, GenServer and DynamicSupervisor: beam/bench.exs";

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/beam/bench.exs");

/// Whether `elixir` is on the path.
#[must_use]
pub fn is_there() -> bool {
    version().is_some()
}

/// The version of Elixir and of OTP.
#[must_use]
pub fn version() -> Option<String> {
    let output = Command::new("elixir").arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines().find(|line| line.starts_with("Elixir")).map(ToOwned::to_owned)
}

/// Measures all cases once: the script prints `case<tab>figure<tab>value`.
pub fn measure(cases: &[Case], time: Duration, results: &mut Results) {
    let ids: Vec<&str> = cases.iter().map(|case| case.id.as_str()).collect();
    let mut command = Command::new("elixir");
    command.args(["--erl", "+P 4000000", SCRIPT, &time.as_millis().to_string(), &ids.join(",")]);
    match command.output() {
        Ok(output) if output.status.success() => {
            for line in String::from_utf8_lossy(&output.stdout).lines() {
                let mut parts = line.split('\t');
                if let (Some(case), Some(figure), Some(value)) = (parts.next(), parts.next(), parts.next())
                    && let Ok(value) = value.parse()
                {
                    results.add("system", case, "beam", figure, value);
                }
            }
        }
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stderr).lines().take(3).collect::<Vec<_>>().join(" / ");
            results.failures.push(("beam".to_owned(), text));
        }
        Err(error) => results.failures.push(("beam".to_owned(), error.to_string())),
    }
}
