//! The BEAM: the same lines measured by a script, when there is an `elixir` to run it.

use std::process::Command;
use std::time::Duration;

use crate::case::{Case, Kind};
use crate::contenders::{Contender, OPTION, is_option};
use crate::run::Flavor;

/// Elixir. The driver runs it: a script a measurement, as it runs a worker.
pub const CONTENDER: Contender = Contender {
    name: "beam",
    package: "",
    about: "Elixir's own Registry, GenServer and DynamicSupervisor: beam/bench.exs, when `elixir` is on the path",
    missing: |kind, flavor| match kind {
        kind if is_option(kind) => Some(OPTION),
        Kind::Latency => Some("a process a request has no counterpart in the others"),
        // A map of Rust's, in whatever flavour.
        Kind::Hot => None,
        _ if flavor == Flavor::Ct => Some("its schedulers are threads: see mt"),
        _ => None,
    },
    measure: |_, _, _| None,
};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/beam/bench.exs");

/// The version of Elixir and of OTP, if `elixir` is on the path.
#[must_use]
pub fn version() -> Option<String> {
    let output = Command::new("elixir").arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .find(|line| line.starts_with("Elixir"))
        .map(ToOwned::to_owned)
}

/// What measures a case.
#[must_use]
pub fn command(case: &Case, time: Duration) -> Command {
    let mut command = Command::new("elixir");
    command.args(["--erl", "+P 4000000", SCRIPT]);
    command.args([
        time.as_millis().to_string(),
        case.id.clone(),
        case.n.to_string(),
    ]);
    command
}
