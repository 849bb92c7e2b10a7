//! News, memberships, and the management of children.

use std::panic::AssertUnwindSafe;

use registry_runtime::SupervisorError;
use registry_runtime::prelude::*;
use tokio::time::Instant;

use super::Client;
use crate::book::Home;
use crate::plan::{PARTITIONS, Target, one_in, pick};
use crate::servers::{Args, Dynamic, KeyTopics, Lane, Narrow, News, PLANNED, Topics, Wide, anyone};

impl Client {
    pub(super) fn publish(&mut self) {
        for _ in 0..=self.random.below(3) {
            let (topic, by_key) = (self.random.below(5) as u8, one_in(&mut self.random, 2));
            let number = self.news.entry((topic, by_key)).or_default();
            *number += 1;
            let news = News {
                client: self.number,
                topic,
                number: *number,
                by_key,
            };
            if by_key {
                KeyTopics::publish(&topic, news);
            } else {
                Topics::publish(&topic, news);
            }
        }
    }

    /// Callbacks that use the registry they are called by, and sometimes panic.
    pub(super) fn callbacks(&mut self) {
        let topic = self.random.below(5) as u8;
        let panics = one_in(&mut self.random, 4);
        let dispatched = std::panic::catch_unwind(AssertUnwindSafe(|| {
            Topics::dispatch(&topic, |entries| {
                for entry in entries.iter() {
                    let keys = Topics::keys(entry.pid());
                    let there = keys.contains(&topic);
                    self.book.check(there || !self.book.is_exact(), || {
                        format!("{} is dispatched to, and has {keys:?}", entry.pid())
                    });
                    assert!(!panics, "{PLANNED}: in a callback");
                }
            });
        }));
        self.book.check(dispatched.is_ok() || panics, || {
            "dispatch panics".to_owned()
        });
    }

    pub(super) fn membership(&mut self, to: Target) {
        let (key, by_key) = (self.random.below(5) as u8, one_in(&mut self.random, 2));
        match self.random.below(4) {
            0 => drop(with_server!(to, |server| server.join(key, by_key))),
            1 => drop(with_server!(to, |server| server.leave(key, by_key))),
            2 => drop(with_server!(to, |server| server.nick(key))),
            _ => drop(with_server!(to, |server| server.rename(key))),
        }
    }

    /// Has one server watch another, or be linked to it.
    pub(super) fn meet(&mut self, to: Target) {
        let other = anyone(&self.book, &mut self.random);
        let link = self.book.plan.links && one_in(&mut self.random, 2);
        if let Some(pid) = Self::found(other)
            && other != to
        {
            let _ = with_server!(to, |server| server.meet(pid, link));
        }
    }

    pub(super) async fn manage_dynamic(&mut self) {
        let Ok(dynamic) = Dynamic::handle() else {
            return;
        };
        let unit = pick(&mut self.random, &self.book.plan.dynamic);
        let id = unit.target.id();
        if one_in(&mut self.random, 3) {
            if let Some(pid) = Self::found(unit.target)
                && dynamic.terminate_child(pid).await.is_ok()
            {
                let told = pid.ended().await;
                self.book.told(pid, &told, "terminate_child");
            }
            return;
        }
        let _by_hand = self.book.by_hand(id);
        let started = if one_in(&mut self.random, 2) {
            let args = Args::new(&self.book, &unit, Home::Dynamic);
            match unit.target {
                Target::Wide(id) => {
                    let spec = unit.typed(Wide::child_spec(id, args));
                    dynamic.get_or_start(spec).await.map(|server| server.pid())
                }
                Target::Narrow(id) => {
                    let spec = unit.typed(Narrow::child_spec(id, args));
                    dynamic.get_or_start(spec).await.map(|server| server.pid())
                }
            }
        } else {
            dynamic
                .start_any(unit.child(&self.book, Home::Dynamic))
                .await
        };
        self.book
            .note(|| format!("client {}: started {id}: {started:?}", self.number));
        self.started(&started, unit.target);
    }

    /// Looks whether what came of a start may be.
    fn started(&self, started: &Result<Pid, StartError>, target: Target) {
        match started {
            Ok(_) => {}
            Err(StartError::AlreadyStarted(other)) => {
                let exact = self.book.is_exact();
                self.book.check(!exact || !self.book.was_told(*other), || {
                    format!("{target:?} is said to be {other}, which is dead")
                });
            }
            // Then it has left nothing behind.
            Err(StartError::Init(_) | StartError::Timeout | StartError::Ignored) => {}
            Err(
                StartError::MaxChildren
                | StartError::SupervisorNotRunning(_)
                | StartError::DuplicateId(_)
                | StartError::NotSignificant(_),
            ) => {}
            Err(StartError::RegistryNotRunning(_)) if self.book.plan.registries_die => {}
            Err(other) => self
                .book
                .violated(format!("a start of {target:?} came to {other:?}")),
        }
    }

    pub(super) async fn manage_root(&mut self) {
        let roots = self.forest.roots();
        if roots.is_empty() {
            return;
        }
        let (_, root) = pick(&mut self.random, &roots);
        let children = root.which_children();
        if children.is_empty() {
            return;
        }
        let id = pick(&mut self.random, &children).id;
        let by_hand = id.parse().ok().map(|id| self.book.by_hand(id));
        match self.random.below(6) {
            0 => {
                let ended = root.terminate_child(&id).await;
                self.book.note(|| format!("terminated {id}: {ended:?}"));
                self.forest.terminated(root.pid(), &id);
            }
            1 if one_in(&mut self.random, 4) => {
                if root.delete_child(&id).await.is_ok() {
                    self.forest.terminated(root.pid(), &id);
                }
            }
            _ => {
                let again = root.restart_child(&id).await;
                self.book.note(|| format!("restarted {id}: {again:?}"));
                if matches!(again, Err(SupervisorError::Start(_))) {
                    // Whoever asked is told, and it stays as it was.
                    self.forest.terminated(root.pid(), &id);
                }
            }
        }
        drop(by_hand);
    }

    pub(super) async fn partitions(&mut self) {
        let Some(parts) = self.forest.parts() else {
            return;
        };
        if one_in(&mut self.random, 4) {
            let most = self.book.plan.parts.map_or(1, |(count, _)| count);
            let _by_hand: Vec<_> = (PARTITIONS..PARTITIONS + 4)
                .map(|id| self.book.by_hand(id))
                .collect();
            let count = 1 + self.random.below(most);
            let resized = parts.resize(count).await;
            self.book
                .note(|| format!("resized to {count}: {resized:?}"));
            return;
        }
        let (token, timeout) = (self.book.token(), self.timeout());
        let lane = Lane {
            client: usize::MAX,
            by_ref: false,
        };
        let begun = (Instant::now(), timeout);
        let key = self.random.below(100);
        let server = parts.via(&key).timeout(timeout);
        let of = server.whereis();
        let came = server.ask(lane, 0, token).await;
        let of = of.filter(|_| !matches!(came, Err(CallError::NotRunning)));
        self.came_of("ask a partition", of, begun, &came, (token, None));
    }
}
