//! The cases: what is measured, over how many, on which runtime.

use crate::run::Flavor;
use crate::table::{Row, rows};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A call by reference, with a time-out of five seconds.
    CallRef,
    /// A call by reference, without a time-out.
    CallBare,
    /// A call by name, to `n` names at random.
    CallName,
    /// `n` clients call `n` servers by reference.
    FanRef,
    /// `n` clients call `n` servers by name.
    FanName,
    /// A cast by reference.
    CastRef,
    /// A cast by name.
    CastName,
    /// A token goes round a ring of `n`.
    Ring,
    /// Starting servers without names.
    Spawn,
    /// Starting named, supervised servers.
    Start,
    /// Bytes of `n` idle, named, supervised servers.
    Memory,
    /// The death of `n` of them.
    Death,
    /// One event to `n` subscribers.
    Publish,
    /// From a kill to the successor.
    Kill,
    /// From a panic to the successor.
    Panic,
    /// Looking one key of `n` up, again and again.
    Hot,
    /// Looking `n` keys up at random.
    Cold,
    /// Registering and unregistering a key, beside `n` others.
    Register,
    /// The same by a holder of `n` keys, beside 100,000 of others.
    Unregister,
    /// Leaving and joining a key of `n` members.
    Membership,
    /// Selecting all of `n`.
    Select,
    /// Counting `n`.
    Count,
    /// The keys of a process that has `n`.
    Keys,
    /// Bytes of an entry among `n`.
    Entries,
    /// Latency in an open loop.
    Latency,
    /// What a bounded mailbox costs.
    Bounded,
    /// What a snapshot a second costs.
    Snapshots,
    /// What a listener costs.
    Listeners,
    /// What a restart backoff costs.
    Backoff,
    /// What it costs a declared registry to be found on its node.
    Nodes,
}

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// What `--cases` calls it.
    pub id: String,
    /// What is measured.
    pub kind: Kind,
    /// On which runtime.
    pub flavor: Flavor,
    /// Over how many.
    pub n: u64,
    /// Only run with `--full`: it takes gigabytes or minutes.
    pub full: bool,
    /// The lines that it makes in the table.
    pub rows: Vec<Row>,
}

fn case(id: &str, kind: Kind, flavor: Flavor, n: u64) -> Case {
    let rows = rows(kind, flavor, n);
    Case {
        id: id.to_owned(),
        kind,
        flavor,
        n,
        full: false,
        rows,
    }
}

fn sizes(id: &str, kind: Kind, sizes: impl IntoIterator<Item = u64>, usual: u64) -> Vec<Case> {
    let make = |n| Case {
        full: n > usual,
        ..case(&format!("{id}-{n}"), kind, Flavor::Mt, n)
    };
    sizes.into_iter().map(make).collect()
}

/// All cases, in the order of the table.
#[must_use]
pub fn all() -> Vec<Case> {
    use Flavor::{Ct, Mt};
    let mut all = vec![
        case("call-ref-ct", Kind::CallRef, Ct, 1),
        case("call-ref-mt", Kind::CallRef, Mt, 1),
        case("call-bare-ct", Kind::CallBare, Ct, 1),
        case("call-bare-mt", Kind::CallBare, Mt, 1),
        case("call-name-ct", Kind::CallName, Ct, 1),
        case("call-name-mt", Kind::CallName, Mt, 1),
        case("call-names-ct", Kind::CallName, Ct, 10_000),
        case("call-names-mt", Kind::CallName, Mt, 10_000),
        case("fan-ref", Kind::FanRef, Mt, 1_000),
        case("fan-name", Kind::FanName, Mt, 1_000),
        case("cast-ref-ct", Kind::CastRef, Ct, 1),
        case("cast-ref-mt", Kind::CastRef, Mt, 1),
        case("cast-name-ct", Kind::CastName, Ct, 1),
        case("cast-name-mt", Kind::CastName, Mt, 1),
        case("ring-ct", Kind::Ring, Ct, 1_000),
        case("ring-mt", Kind::Ring, Mt, 1_000),
        case("spawn", Kind::Spawn, Mt, 50_000),
        case("start", Kind::Start, Mt, 50_000),
    ];
    all.extend(sizes(
        "memory",
        Kind::Memory,
        [10_000, 100_000, 1_000_000],
        100_000,
    ));
    all.push(case("death", Kind::Death, Mt, 100_000));
    all.push(case("publish", Kind::Publish, Mt, 10_000));
    all.push(case("kill", Kind::Kill, Mt, 1));
    all.push(case("panic", Kind::Panic, Mt, 1));
    all.push(case("lookup-hot", Kind::Hot, Ct, 100_000));
    all.extend(sizes("lookup-cold", Kind::Cold, powers(4, 7), 1_000_000));
    all.extend(sizes("register", Kind::Register, powers(4, 7), 1_000_000));
    all.extend(sizes("entries", Kind::Entries, powers(4, 7), 1_000_000));
    all.extend(sizes("unregister", Kind::Unregister, powers(0, 5), 100_000));
    all.push(case("membership", Kind::Membership, Mt, 10_000));
    all.push(case("select", Kind::Select, Mt, 100_000));
    all.push(case("count", Kind::Count, Mt, 100_000));
    all.push(case("keys", Kind::Keys, Mt, 10));
    all.push(case("latency", Kind::Latency, Mt, 1_000));
    all.push(case("bounded", Kind::Bounded, Mt, 1));
    all.push(case("snapshots", Kind::Snapshots, Mt, 10_000));
    all.push(case("listeners", Kind::Listeners, Mt, 1_000));
    all.push(case("backoff", Kind::Backoff, Mt, 8_000));
    all.push(case("nodes", Kind::Nodes, Ct, 1));
    all
}

fn powers(from: u32, to: u32) -> impl Iterator<Item = u64> {
    (from..=to).map(|power| 10_u64.pow(power))
}
