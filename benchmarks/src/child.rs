//! A measurement in a process of its own.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A measurement that takes longer than this hangs.
const LIMIT: Duration = Duration::from_secs(45);

/// Runs a command to its end: the figures that it prints.
///
/// # Errors
///
/// Why there are none.
pub fn measure(mut command: Command) -> Result<Vec<(String, f64)>, String> {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    // Read all along: a child that writes much must not wait for a reader.
    let stderr = child.stderr.take().map(|mut stderr| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = stderr.read_to_end(&mut bytes);
            bytes
        })
    });
    let began = Instant::now();
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if began.elapsed() > LIMIT => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("not done after {LIMIT:?}"));
            }
            Ok(None) => std::thread::sleep(Duration::from_millis(5)),
            Err(error) => return Err(error.to_string()),
        }
    };
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    if !status.success() {
        let bytes = stderr
            .and_then(|thread| thread.join().ok())
            .unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        return Err(format!(
            "{status}: {}",
            text.lines().take(3).collect::<Vec<_>>().join(" / ")
        ));
    }
    Ok(samples(&String::from_utf8_lossy(&output.stdout)))
}

/// Reads lines `figure<tab>value`.
fn samples(text: &str) -> Vec<(String, f64)> {
    let line = |line: &str| {
        let (figure, value) = line.rsplit_once('\t')?;
        Some((figure.to_owned(), value.parse().ok()?))
    };
    text.lines().filter_map(line).collect()
}
