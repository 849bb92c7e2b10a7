//! This project, as its README has it: declared registries and servers, a tree, clients by name.

mod client;
mod crowd;
mod options;
mod restart;
mod ring;
mod table;
mod topic;

use super::{Contender, is_option};
use crate::case::Kind;
use crate::measure;
use crate::run::{Flavor, Run, Samples};

/// This project.
pub const CONTENDER: Contender = Contender {
    name: "ours",
    package: "registry-runtime",
    about: "this project: declared registries, servers and supervisors; clients are processes, so that calls are checked for deadlocks",
    missing: |_, _| None,
    measure,
};

/// What `publish` is held against.
pub const HAND: Contender = Contender {
    name: "hand",
    package: "registry-runtime",
    about: "this project's mailboxes, cast to in a hand-written loop over a vector of handles",
    missing: |kind, _| (kind != Kind::Publish).then_some("only to hold `publish` against"),
    measure: |_, flavor, run| flavor.run(measure::topic::<topic::Hand>(run)),
};

fn measure(kind: Kind, flavor: Flavor, run: Run) -> Option<Samples> {
    flavor.run(async move {
        match kind {
            Kind::Start | Kind::Memory | Kind::Death => {
                measure::crowd::<crowd::Ours>(kind, run).await
            }
            Kind::Ring => measure::ring::<ring::Ours>(run).await,
            Kind::Publish => measure::topic::<topic::Ours>(run).await,
            Kind::Kill | Kind::Panic => measure::restarted::<restart::Ours>(kind, run).await,
            Kind::Membership => table::membership(run).await,
            Kind::Hot
            | Kind::Cold
            | Kind::Register
            | Kind::Unregister
            | Kind::Select
            | Kind::Count
            | Kind::Keys
            | Kind::Entries => table::measure(kind, run).await,
            kind if is_option(kind) => Some(options::measure(kind, run).await),
            _ => measure::named::<client::Ours>(kind, run).await,
        }
    })
}
