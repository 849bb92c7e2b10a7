//! Replays a web server's access log (Apache combined format) into one named server per client.
//!
//! ```text
//! cargo run --release -p examples --example sessions                 # a small sample
//! cargo run --release -p examples --example sessions -- access.log --concurrency 8
//! cargo run --release -p examples --example sessions -- access.log --crash-every 50
//! zcat access.log.*.gz | cargo run --release -p examples --example sessions -- - --json
//! ```
//!
//! It shows servers that are started on first sight under names of their own, without a race among
//! the writers; casts and calls by name; events that go to subscribers through a registry of
//! duplicate keys; crashes, after which supervision brings servers back under their names while
//! requests keep coming in; a mailbox's worth of back-pressure; and an account of every single line,
//! whatever happened to its server. The logic is in `examples/src/sessions/`.

use std::io::{self, Write};
use std::process::ExitCode;

use examples::sessions::options::{Command, Format, HELP};
use examples::sessions::progress::Progress;
use examples::sessions::{Options, RunError, Source, Summary, chaos, run};

/// The log cannot be read, or the command line makes no sense.
const UNUSABLE: u8 = 2;
/// What shells report of a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

#[tokio::main]
async fn main() -> ExitCode {
    let options = match Command::parse(std::env::args_os().skip(1)) {
        Ok(Command::Replay(options)) => options,
        Ok(Command::Help) => return print(HELP, 0),
        Err(error) => return fail(&error, UNUSABLE),
    };
    registry_runtime::set_reporter(|report| {
        if !chaos::was_asked_for(report) {
            eprintln!("{report}");
        }
    });
    match replay(&options).await {
        Ok(summary) => {
            let code = match (summary.adds_up(), summary.interrupted) {
                (false, _) => 1,
                (true, true) => INTERRUPTED,
                (true, false) => 0,
            };
            match options.format {
                Format::Table => print(summary, code),
                Format::Json => print(format_args!("{}\n", summary.to_json()), code),
            }
        }
        Err(error @ RunError::Source(_)) => fail(&error, UNUSABLE),
        Err(error) => fail(&error, 1),
    }
}

async fn replay(options: &Options) -> Result<Summary, RunError> {
    let source = Source::open(&options.input)?;
    let progress = Progress::on_terminal(source.size);
    run(options, source, progress, interrupted()).await
}

/// Waits for Ctrl-C; a second one ends the program there and then.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a handler Ctrl-C does what it always does.
        std::future::pending::<()>().await;
    }
    tokio::spawn(async {
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(i32::from(INTERRUPTED));
        }
    });
}

/// Prints to standard output, which may be closed: `sessions | head` is no error.
fn print(text: impl std::fmt::Display, code: u8) -> ExitCode {
    let mut out = io::stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => fail(&error, 1),
        _ => ExitCode::from(code),
    }
}

fn fail(error: &dyn std::fmt::Display, code: u8) -> ExitCode {
    eprintln!("sessions: {error}");
    ExitCode::from(code)
}
