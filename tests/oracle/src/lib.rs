//! The same scenarios on this library and on Elixir, and a comparison: see `README.md`.

#![allow(
    missing_docs,
    reason = "the runner's parts are for each other; README.md tells of the whole"
)]

pub mod beam;
pub mod compare;
pub mod coverage;
pub mod generate;
pub mod here;
pub mod registries;
pub mod report;
pub mod rules;
pub mod run;
pub mod scenario;
pub mod setup;
pub mod shrink;
pub mod steps;
pub mod tasks;
pub mod words;
pub mod worker;
pub mod world;

/// Prints nothing of panics and deaths that a scenario asks for.
pub fn quiet() {
    registry_runtime::set_reporter(|_| ());
    let others = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let told = panic.payload().downcast_ref::<&str>();
        if told != Some(&"as it was told") {
            others(panic);
        }
    }));
}
