//! This project beside its peers and beside raw tokio: one run, interleaved, each measurement in a
//! process of its own.
//!
//! The driver (`driver`) works through the table of `case`s and starts itself again as a worker for
//! every measurement, so that neither allocators, nor leftovers, nor the global registries of one
//! contender touch another. A worker (`worker`) finds its contender (`contenders`), which runs the
//! measurement (`measure`) that all contenders share.

pub mod actors;
pub mod beam;
pub mod case;
pub mod child;
pub mod cli;
pub mod contenders;
pub mod driver;
pub mod latch;
pub mod machine;
pub mod measure;
pub mod progress;
pub mod report;
pub mod results;
pub mod run;
pub mod table;
pub mod worker;

/// What either binary does; `allocator` is the one that it was built with.
#[must_use]
pub fn main(allocator: &str) -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == worker::FLAG) {
        return worker::main(&arguments[1..]);
    }
    if arguments.iter().any(|argument| argument == "--help") {
        println!("{}", cli::USAGE);
        return std::process::ExitCode::SUCCESS;
    }
    match cli::Options::parse(&arguments) {
        Ok(options) => driver::main(&options, allocator),
        Err(message) => {
            eprintln!("{message}");
            std::process::ExitCode::from(2)
        }
    }
}
