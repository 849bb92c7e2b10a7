//! Runs a scenario on Elixir: one program that reads scenarios for as long as it is given any.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::here::Outcome;
use crate::scenario::Scenario;

/// How long a scenario may take on Elixir.
const LIMIT: Duration = Duration::from_secs(30);

/// A running program.
pub struct Beam {
    child: Child,
    input: ChildStdin,
    lines: Receiver<String>,
    /// The versions of Elixir and OTP.
    pub version: String,
}

impl Beam {
    /// Starts the program; `None` where there is no Elixir.
    #[must_use]
    pub fn start() -> Option<Self> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("beam/oracle.exs");
        let mut child = Command::new("elixir")
            // One scheduler: what is runnable runs in turn, and whoever looks for quiet finds it.
            .args(["--erl", "+S 1:1 +sbwt none"])
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .ok()?;
        let (input, output) = (child.stdin.take()?, child.stdout.take()?);
        let (tell, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    break;
                }
            }
        });
        let mut beam = Self {
            child,
            input,
            lines,
            version: String::new(),
        };
        let ready = beam.lines.recv_timeout(LIMIT).ok()?;
        beam.version = ready.strip_prefix("ready ")?.to_owned();
        Some(beam)
    }

    /// Hands a scenario over; [`Beam::outcomes`] is then what it came to.
    ///
    /// # Errors
    ///
    /// When the program is gone.
    pub fn send(&mut self, scenario: &Scenario) -> Result<(), String> {
        let sent = self.input.write_all(scenario.to_string().as_bytes());
        let flushed = sent.and_then(|()| self.input.flush());
        flushed.map_err(|error| format!("Elixir is gone: {error}"))
    }

    /// What the scenario came to that was handed over last.
    ///
    /// # Errors
    ///
    /// When it takes too long, or the program is gone.
    pub fn outcomes(&mut self) -> Result<Vec<Outcome>, String> {
        let mut outcomes: Vec<Outcome> = Vec::new();
        loop {
            let line = self.lines.recv_timeout(LIMIT);
            let line = line.map_err(|_| format!("no end after step {}", outcomes.len()))?;
            if line == "end" {
                return Ok(outcomes);
            }
            match line.strip_prefix("= ") {
                Some(result) => {
                    let (result, events) = (result.to_owned(), Vec::new());
                    outcomes.push(Outcome { result, events });
                }
                None => outcomes.last_mut().ok_or("no step yet")?.events.push(line),
            }
        }
    }
}

impl Drop for Beam {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
