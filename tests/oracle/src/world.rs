//! What the processes of a scenario share: who is called what, and what has happened.
//! `beam/world.exs` is the other half.
//!
//! A process is called `id#n`: the n-th start of that id. The collector gives the number out and
//! monitors the process before `init` goes on, so that no death is missed.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_runtime::{ProcessRef, Received};
use tokio::sync::oneshot;

use crate::registries::Reg;
use crate::scenario::{About, Scenario, about};
use crate::setup::Sup;
use crate::words::reason_text;
use crate::worker::Worker;

/// See the module.
pub struct World {
    unit: Duration,
    /// What is declared of workers and supervisors.
    pub workers: HashMap<String, About>,
    /// As [`World::workers`].
    pub sups: HashMap<String, About>,
    pub regs: OnceLock<HashMap<String, Reg>>,
    pub running: Mutex<HashMap<String, Sup>>,
    pub agents: Mutex<HashMap<Pid, Agent<i64>>>,
    state: Mutex<State>,
    collector: OnceLock<ProcessRef<Hello>>,
    /// Makes the names of those who have none.
    alone: AtomicU64,
}

#[derive(Default)]
struct State {
    log: Vec<String>,
    names: HashMap<Pid, String>,
    last: HashMap<String, (Pid, u32)>,
    servers: HashMap<Pid, ServerRef<Worker>>,
}

struct Hello {
    pid: Pid,
    id: String,
    parent: Option<(Pid, String)>,
    number: oneshot::Sender<u32>,
}

impl World {
    /// The world of a scenario, with nobody in it but the collector.
    ///
    /// `unit` is how long a unit of the scenario's time is here.
    pub fn new(scenario: &Scenario, unit: Duration) -> Arc<Self> {
        let of = |kind: &str| {
            let lines = scenario.declared.iter().filter(|line| line[0] == kind);
            lines
                .map(|line| (line[1].clone(), about(&line[2..])))
                .collect()
        };
        let world = Arc::new(Self {
            unit,
            workers: of("worker"),
            sups: of("sup"),
            regs: OnceLock::new(),
            running: Mutex::default(),
            agents: Mutex::default(),
            state: Mutex::default(),
            collector: OnceLock::new(),
            alone: AtomicU64::new(0),
        });
        let collected = Arc::clone(&world);
        let collector = spawn(async move |ctx| collect(&collected, ctx).await);
        let _ = world.collector.set(collector);
        world
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number of units as a time.
    pub fn time(&self, units: &str) -> Duration {
        self.unit.mul_f64(units.parse().expect("a number"))
    }

    /// A number that no other has.
    pub fn next(&self) -> u64 {
        self.alone.fetch_add(1, Ordering::Relaxed)
    }

    /// The registry of an id.
    pub fn reg(&self, id: &str) -> &Reg {
        &self.regs.get().expect("the registries were started first")[id]
    }

    /// Notes an event.
    pub fn log(&self, line: String) {
        self.state().log.push(line);
    }

    /// All events since the last time that this was asked.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.state().log)
    }

    /// What a process is called.
    pub fn name(&self, pid: Pid) -> String {
        let state = self.state();
        state.names.get(&pid).map_or("?", String::as_str).to_owned()
    }

    /// As [`World::name`], of who sent a signal: nobody is the driver.
    pub fn sender(&self, from: Option<Pid>) -> String {
        from.map_or_else(|| "driver".to_owned(), |pid| self.name(pid))
    }

    /// The newest process of an id, running or not.
    pub fn last(&self, id: &str) -> Option<Pid> {
        self.state().last.get(id).map(|(pid, _)| *pid)
    }

    /// The newest server of an id, running or not.
    pub fn server(&self, id: &str) -> Option<ServerRef<Worker>> {
        let state = self.state();
        let (pid, _) = state.last.get(id)?;
        state.servers.get(pid).cloned()
    }

    /// Makes a server known.
    pub fn add_server(&self, server: ServerRef<Worker>) {
        self.state().servers.insert(server.pid(), server);
    }

    /// Names a process, and its supervisor if that has no name yet; back comes the number, or 0 if
    /// it had one.
    pub async fn hello(&self, pid: Pid, id: &str, parent: Option<(Pid, String)>) -> u32 {
        let (number, told) = oneshot::channel();
        let id = id.to_owned();
        let collector = self.collector.get().expect("it was started first");
        let hello = Hello {
            pid,
            id,
            parent,
            number,
        };
        if collector.send(hello).is_err() {
            return 0;
        }
        told.await.unwrap_or(0)
    }

    fn name_it(&self, ctx: &Process<Hello>, pid: Pid, id: &str) -> u32 {
        if self.state().names.contains_key(&pid) {
            return 0;
        }
        let _monitor = ctx.monitor(pid);
        let mut state = self.state();
        let number = state.last.get(id).map_or(1, |(_, n)| n + 1);
        state.names.insert(pid, format!("{id}#{number}"));
        state.last.insert(id.to_owned(), (pid, number));
        number
    }
}

async fn collect(world: &World, mut ctx: Process<Hello>) {
    loop {
        match ctx.recv_any().await {
            Received::Message(hello) => {
                if let Some((pid, id)) = &hello.parent {
                    world.name_it(&ctx, *pid, id);
                }
                let number = world.name_it(&ctx, hello.pid, &hello.id);
                let _ = hello.number.send(number);
            }
            Received::Down(down) => {
                let (who, why) = (world.name(down.pid), reason_text(&down.reason));
                world.log(format!("dead {who} {why}"));
            }
            _ => {}
        }
    }
}
