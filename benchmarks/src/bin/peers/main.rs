//! What the README's table says of the peers and can be seen by running them: this runs them, prints
//! what it saw as rows of that table, and fails if the README says something else.
//!
//! `cargo run --manifest-path benchmarks/Cargo.toml --bin peers`; takes about half a minute. Elixir's
//! column is seen only where there is an `elixir`.

mod actix;
mod kameo;
mod ours;
mod ractor;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

/// What is asked of each, in the words of the README.
const QUESTIONS: [&str; 6] = [
    "A server that is still in its `init` is found by its name",
    "Its supervisor starts it again after a panic",
    "It is then found by its name again",
    "A call that the server does not answer, no time-out stated",
    "A call whose server panics",
    "Two servers that call each other",
];

/// Longer than any default time-out.
const PATIENCE: Duration = Duration::from_secs(7);

/// Answers, in the order of the questions.
type Answers = [String; QUESTIONS.len()];

const YES: &str = "yes";
const NO: &str = "no";
/// There is no way to ask.
const NONE: &str = "–";

fn yes_or_no(yes: bool) -> String {
    if yes { YES } else { NO }.to_owned()
}

/// How `call` ends, if it does.
async fn fate<T, E>(call: impl Future<Output = Result<T, E>>) -> String {
    let clock = std::time::Instant::now();
    match tokio::time::timeout(PATIENCE, call).await {
        Err(_) => "waits on".to_owned(),
        Ok(Ok(_)) => "is answered".to_owned(),
        Ok(Err(_)) if clock.elapsed() < Duration::from_secs(1) => "error at once".to_owned(),
        Ok(Err(_)) => format!("error after {} s", clock.elapsed().as_secs()),
    }
}

/// Looks again and again, since a restart takes its time.
async fn eventually(mut seen: impl FnMut() -> bool) -> bool {
    for _ in 0..200 {
        if seen() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    false
}

fn elixir() -> Option<Answers> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("beam/peers.exs");
    let run = Command::new("elixir").arg(script).output().ok()?;
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    let answers: Vec<_> = text.lines().map(str::to_owned).collect();
    let answers = answers.try_into();
    Some(
        answers.unwrap_or_else(|said| panic!("{said:?}\n{}", String::from_utf8_lossy(&run.stderr))),
    )
}

fn main() -> ExitCode {
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.payload().downcast_ref() != Some(&"asked to") {
            report(panic);
        }
    }));
    let tokio = || {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.enable_all().build().expect("a runtime")
    };
    let columns = [
        Some(tokio().block_on(ours::answers())),
        elixir(),
        Some(tokio().block_on(ractor::answers())),
        Some(tokio().block_on(kameo::answers())),
        Some(actix::answers()),
    ];

    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(readme).expect("the README");
    let mut same = true;
    for (index, question) in QUESTIONS.into_iter().enumerate() {
        let seen: Vec<_> = columns
            .iter()
            .map(|column| Some(column.as_ref()?[index].as_str()))
            .collect();
        let cells: Vec<_> = seen.iter().map(|cell| cell.unwrap_or("not seen")).collect();
        println!("| {question} | {} |", cells.join(" | "));
        let row = readme
            .lines()
            .find(|line| line.starts_with(&format!("| {question} |")));
        let said = row
            .into_iter()
            .flat_map(|row| row.split('|').skip(2))
            .map(str::trim);
        let said: Vec<_> = said.take(columns.len()).collect();
        let agrees = said.len() == seen.len()
            && said
                .iter()
                .zip(&seen)
                .all(|(said, seen)| seen.is_none_or(|seen| seen == *said));
        if !agrees {
            println!("  but the README says: {said:?}");
            same = false;
        }
    }
    if same {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
