//! Who is measured, and why someone is not.

pub mod actix;
pub mod hydra;
pub mod kameo;
pub mod map;
pub mod ours;
pub mod ractor;
pub mod raw;
pub mod spawned;
pub mod xtra;

use crate::case::{Case, Kind};
use crate::run::{Flavor, Run, Samples};

/// One contender.
#[derive(Clone, Copy, Debug)]
pub struct Contender {
    /// What `--peers` and the table call it.
    pub name: &'static str,
    /// The package in `Cargo.lock` that its version is taken from.
    pub package: &'static str,
    /// What it is, in a line.
    pub about: &'static str,
    /// Why there is no such case for it.
    pub missing: fn(Kind, Flavor) -> Option<&'static str>,
    /// Measures a case; `None` where `missing` says why.
    pub measure: fn(Kind, Flavor, Run) -> Option<Samples>,
}

impl Contender {
    /// Whether a case is too large for it to be waited for: a million servers are only started where
    /// a server is about a kilobyte.
    #[must_use]
    pub fn skips(&self, case: &Case) -> bool {
        case.kind == Kind::Memory && case.n >= 1_000_000 && !BASELINES.contains(&self.name)
    }
}

/// All contenders, in the order of the table.
pub const ALL: &[Contender] = &[
    ours::CONTENDER,
    raw::CONTENDER,
    raw::TIMED,
    map::CONTENDER,
    ours::HAND,
    ractor::CONTENDER,
    kameo::CONTENDER,
    actix::CONTENDER,
    xtra::CONTENDER,
    hydra::CONTENDER,
    spawned::CONTENDER,
    crate::beam::CONTENDER,
];

/// Why peers have no row of registries as tables.
pub(crate) const NO_TABLE: &str = "no registry of keys and values: names only";
/// Why others have no row of options.
pub(crate) const OPTION: &str = "an option of this project's";

/// Whether a case is about a registry as a table.
pub(crate) fn is_table(kind: Kind) -> bool {
    use Kind::{Cold, Count, Entries, Hot, Keys, Membership, Register, Select, Unregister};
    matches!(
        kind,
        Hot | Cold | Register | Unregister | Membership | Select | Count | Keys | Entries
    )
}

/// Whether a case is about what an option costs.
pub(crate) fn is_option(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Bounded | Kind::Snapshots | Kind::Listeners | Kind::Backoff | Kind::Nodes
    )
}

/// Those to compare with that are no peers, so that `--peers` leaves them in.
pub const BASELINES: [&str; 5] = ["ours", "raw", "raw+timeout", "map", "hand"];

/// The contender of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Contender> {
    ALL.iter().find(|contender| contender.name == name)
}
