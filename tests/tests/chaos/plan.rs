//! What a run is to be, drawn from its seed: trees, servers, how many clients, and which faults.

use std::time::Duration;

use registry_runtime::prelude::*;
use registry_runtime::{AutoShutdown, Backoff};
use registry_tests::Random;

/// A server's number, and so its name; see [`Target`].
pub type Id = u32;

/// Servers below this number stand in trees, those from it on under the dynamic supervisor.
pub const DYNAMIC: Id = 100;
/// Servers from this number on are partitions.
pub const PARTITIONS: Id = 200;

/// Which server is meant, and of which type it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// With a mailbox that takes anything.
    Wide(Id),
    /// With a mailbox that is soon full.
    Narrow(Id),
}

impl Target {
    /// The server with this number: every third is narrow, but for partitions, which are of one type.
    pub fn new(id: Id) -> Self {
        if id < PARTITIONS && id % 3 == 2 {
            Self::Narrow(id)
        } else {
            Self::Wide(id)
        }
    }

    pub fn id(self) -> Id {
        match self {
            Self::Wide(id) | Self::Narrow(id) => id,
        }
    }
}

/// What a server's `terminate` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    Returns,
    Waits,
    /// It waits for longer than any supervisor does; for good would hold up whoever waits for the
    /// end of one that ended by itself.
    Hangs,
    Panics,
}

/// How one server behaves, in all of its lives.
#[derive(Clone, Debug)]
pub struct Unit {
    pub target: Target,
    pub restart: Restart,
    pub shutdown: Shutdown,
    pub backoff: Option<Backoff>,
    pub start_timeout: Option<Duration>,
    pub significant: bool,
    pub traps: bool,
    /// One `init` in this many fails in some way; 0 is none.
    pub init_fails: usize,
    pub init_waits: bool,
    pub last: Last,
    pub drop_panics: bool,
    pub topics: usize,
}

/// A supervisor of a tree.
#[derive(Clone, Debug)]
pub struct Tree {
    pub number: usize,
    pub strategy: Strategy,
    pub max_restarts: u32,
    pub within: Duration,
    pub auto_shutdown: AutoShutdown,
    pub children: Vec<Child>,
}

#[derive(Clone, Debug)]
pub enum Child {
    Unit(Unit),
    Tree(Tree, Restart),
    /// The dynamic supervisor, which is declared and so stands in one place at most.
    Dynamic,
}

/// A whole run.
#[derive(Clone, Debug)]
pub struct Plan {
    pub seed: u64,
    pub partitions: usize,
    /// How many nodes there are, each with trees of its own.
    pub nodes: usize,
    pub roots: Vec<Tree>,
    pub dynamic: Vec<Unit>,
    pub parts: Option<(usize, Strategy)>,
    pub clients: usize,
    pub attackers: usize,
    pub steps: usize,
    /// Whether servers link to one another, and fall together.
    pub links: bool,
    /// Whether registries are killed as well.
    pub registries_die: bool,
    /// Whether the clock jumps.
    pub jumps: bool,
    pub guests: Guests,
}

/// How many there are of each kind of guest; see [`crate::guests`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Guests {
    pub streams: usize,
    pub post: usize,
    pub agents: usize,
    pub abroad: usize,
}

impl Guests {
    fn of(seed: u64) -> Self {
        let mut random = Random::new(seed.wrapping_add(0x60E5));
        if one_in(&mut random, 3) {
            return Self::default();
        }
        let mut some = || random.below(3);
        Self {
            streams: some(),
            post: some(),
            agents: some(),
            abroad: some(),
        }
    }
}

/// One of these, at random.
pub fn pick<T: Clone>(random: &mut Random, of: &[T]) -> T {
    of[random.below(of.len())].clone()
}

/// Whether one in `of` chances came true.
pub fn one_in(random: &mut Random, of: usize) -> bool {
    random.below(of) == 0
}

struct Maker {
    random: Random,
    next_id: Id,
    next_tree: usize,
    dynamic_placed: bool,
    /// No server fails of itself: what happens then is the attackers' doing alone.
    gentle: bool,
}

impl Maker {
    fn unit(&mut self, id: Id, auto: AutoShutdown) -> Unit {
        let gentle = self.gentle;
        let random = &mut self.random;
        let restarts = [
            Restart::Permanent,
            Restart::Permanent,
            Restart::Permanent,
            Restart::Transient,
            Restart::Temporary,
        ];
        let restart = pick(random, &restarts);
        let shutdown = match random.below(8) {
            0 => Shutdown::BrutalKill,
            1..=6 => Shutdown::After(Duration::from_millis(5 + random.below(50) as u64)),
            _ => Shutdown::Infinity,
        };
        let mut last = match random.below(10) {
            0 => Last::Hangs,
            1 => Last::Panics,
            2 | 3 => Last::Waits,
            _ => Last::Returns,
        };
        if shutdown == Shutdown::Infinity && last == Last::Hangs {
            last = Last::Waits;
        }
        let backoff = one_in(random, 6).then(|| {
            let least = Duration::from_millis(1 + random.below(10) as u64);
            Backoff::exponential(least, least * 8)
        });
        Unit {
            target: Target::new(id),
            restart,
            shutdown,
            backoff,
            start_timeout: one_in(random, 4).then(|| Duration::from_millis(8)),
            significant: auto != AutoShutdown::Never
                && restart != Restart::Permanent
                && one_in(random, 2),
            traps: one_in(random, 4),
            init_fails: match random.below(6) {
                0 if !gentle => 3,
                1 if !gentle => 10,
                _ => 0,
            },
            init_waits: one_in(random, 3),
            last,
            drop_panics: !gentle && one_in(random, 12),
            topics: random.below(4),
        }
    }

    fn tree(&mut self, depth: usize) -> Tree {
        let number = self.next_tree;
        self.next_tree += 1;
        let random = &mut self.random;
        let strategies = [
            Strategy::OneForOne,
            Strategy::OneForAll,
            Strategy::RestForOne,
        ];
        let autos = [AutoShutdown::AnySignificant, AutoShutdown::AllSignificant];
        let auto_shutdown = if one_in(random, 5) {
            pick(random, &autos)
        } else {
            AutoShutdown::Never
        };
        let mut tree = Tree {
            number,
            strategy: pick(random, &strategies),
            max_restarts: pick(random, &[0, 1, 3, 10, 50, 1_000, 1_000]),
            within: Duration::from_millis(pick(random, &[20, 100, 500])),
            auto_shutdown,
            children: Vec::new(),
        };
        for _ in 0..=self.random.below(5) {
            let child = match self.random.below(6) {
                0 if depth < 2 => {
                    let restarts = [Restart::Permanent, Restart::Permanent, Restart::Transient];
                    let restart = pick(&mut self.random, &restarts);
                    Child::Tree(self.tree(depth + 1), restart)
                }
                1 if !self.dynamic_placed => {
                    self.dynamic_placed = true;
                    Child::Dynamic
                }
                _ => {
                    let id = self.next_id;
                    self.next_id += 1;
                    Child::Unit(self.unit(id, auto_shutdown))
                }
            };
            tree.children.push(child);
        }
        tree
    }
}

impl Tree {
    fn unit(&self, id: Id) -> Option<&Unit> {
        self.children.iter().find_map(|child| match child {
            Child::Unit(unit) => (unit.target.id() == id).then_some(unit),
            Child::Tree(tree, _) => tree.unit(id),
            Child::Dynamic => None,
        })
    }
}

impl Plan {
    /// Whether the server with this number traps exits.
    pub fn traps(&self, id: Id) -> bool {
        if id >= PARTITIONS {
            return self.dynamic[0].traps;
        }
        let dynamic = self.dynamic.iter().find(|unit| unit.target.id() == id);
        let unit = dynamic.or_else(|| self.roots.iter().find_map(|tree| tree.unit(id)));
        unit.is_some_and(|unit| unit.traps)
    }

    /// The plan of a seed, for its first node; see [`Plan::beside`].
    pub fn of_run(seed: u64) -> Self {
        let mut random = Random::new(seed.wrapping_add(0x0DE5));
        Self {
            nodes: if one_in(&mut random, 3) {
                2 + random.below(2)
            } else {
                1
            },
            guests: Guests::of(seed),
            ..Self::new(seed)
        }
    }

    /// The plan of one more node: what is the program's, and not a node's, is the same.
    pub fn beside(&self, number: usize) -> Self {
        let seed = self.seed.wrapping_mul(37).wrapping_add(number as u64);
        Self {
            partitions: self.partitions,
            nodes: self.nodes,
            jumps: self.jumps,
            guests: Guests::of(seed),
            ..Self::new(seed)
        }
    }

    /// The plan of a seed.
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let gentle = one_in(&mut random, 3);
        let mut maker = Maker {
            random: random.clone(),
            next_id: 0,
            next_tree: 0,
            dynamic_placed: false,
            gentle,
        };
        let mut roots: Vec<_> = (0..=random.below(2)).map(|_| maker.tree(0)).collect();
        if !maker.dynamic_placed {
            roots.push(Tree {
                children: vec![Child::Dynamic],
                auto_shutdown: AutoShutdown::Never,
                ..maker.tree(2)
            });
        }
        let dynamic = (DYNAMIC..DYNAMIC + 6)
            .map(|id| maker.unit(id, AutoShutdown::Never))
            .collect();
        let mut random = maker.random;
        let strategies = [Strategy::OneForOne, Strategy::OneForAll];
        Self {
            seed,
            partitions: 1 + random.below(8),
            nodes: 1,
            roots,
            dynamic,
            parts: one_in(&mut random, 2)
                .then(|| (1 + random.below(4), pick(&mut random, &strategies))),
            clients: 1 + random.below(5),
            attackers: random.below(3),
            steps: 10 + random.below(50),
            links: one_in(&mut random, 4),
            registries_die: one_in(&mut random, 6),
            jumps: one_in(&mut random, 3),
            guests: Guests::default(),
        }
    }
}
