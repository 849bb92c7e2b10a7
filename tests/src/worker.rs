//! A named server that does as a script says, and notes what happens to it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use registry_runtime::prelude::*;

use crate::Log;

registry! {
    /// Where the workers have their names.
    pub Workers, keys = unique, key = String
}

/// What an `init` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Init {
    /// It works.
    Works,
    /// It returns an error.
    Fails,
    /// It panics.
    Panics,
    /// It has nothing to run.
    Ignores,
    /// It waits for ever.
    Hangs,
}

/// What a `terminate` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminate {
    /// It returns.
    Returns,
    /// It panics.
    Panics,
    /// It waits for ever.
    Hangs,
}

/// What a worker is to do; a clone is the same script.
#[derive(Clone, Debug)]
pub struct Script {
    log: Log,
    inits: Arc<Mutex<VecDeque<Init>>>,
    terminate: Terminate,
    trap: bool,
}

impl Script {
    /// All goes well, and is noted: `+name` in `init`, `-name` in `terminate`.
    #[must_use]
    pub fn new(log: &Log) -> Self {
        Self {
            log: log.clone(),
            inits: Arc::default(),
            terminate: Terminate::Returns,
            trap: false,
        }
    }

    /// What the next starts come to; those after them work.
    #[must_use]
    pub fn inits(self, inits: impl IntoIterator<Item = Init>) -> Self {
        self.next(inits);
        self
    }

    /// As [`Script::inits`], of a script that is played already.
    pub fn next(&self, inits: impl IntoIterator<Item = Init>) {
        self.inits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(inits);
    }

    /// What `terminate` does.
    #[must_use]
    pub fn terminate(self, terminate: Terminate) -> Self {
        Self { terminate, ..self }
    }

    /// Whether exits are trapped.
    #[must_use]
    pub fn trap_exit(self) -> Self {
        Self { trap: true, ..self }
    }

    /// The worker as a child, whose id is its name.
    #[must_use]
    pub fn child(&self, name: &str) -> ChildSpec<Worker> {
        Worker::child_spec(name.to_owned(), self.clone()).id(name)
    }
}

/// A worker with whom all goes well, as a child whose id is its name.
#[must_use]
pub fn worker(name: &str, log: &Log) -> ChildSpec<Worker> {
    Script::new(log).child(name)
}

/// See [`Script`].
#[gen_server(registry = Workers, key = <name>)]
#[derive(Debug)]
pub struct Worker {
    name: String,
    script: Script,
}

#[gen_server]
impl Worker {
    async fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        ctx.trap_exit(self.script.trap);
        self.script.log.add(format!("+{}", self.name));
        let next = self
            .script
            .inits
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front();
        match next.unwrap_or(Init::Works) {
            Init::Works => Ok(()),
            Init::Fails => Err(ExitReason::error("no luck")),
            Init::Panics => panic!("init of {}", self.name),
            Init::Ignores => Err(ExitReason::Ignore),
            Init::Hangs => std::future::pending().await,
        }
    }

    /// Answers with the worker's name.
    #[call]
    pub fn ping(&self) -> String {
        self.name.clone()
    }

    /// Never answers.
    #[call]
    pub async fn hang(&mut self) {
        self.script.log.add(format!("{} hangs", self.name));
        std::future::pending::<()>().await;
    }

    /// Panics.
    #[cast]
    pub fn crash(&mut self) {
        panic!("{} was told to crash", self.name);
    }

    /// Ends by itself.
    #[cast]
    pub fn finish(&mut self, reason: ExitReason, ctx: &mut Ctx<Self>) {
        ctx.stop(reason);
    }

    #[info]
    fn on_exit(&mut self, exit: Exit) {
        self.script
            .log
            .add(format!("{} trapped {}", self.name, exit.reason));
    }

    async fn terminate(&mut self) {
        self.script.log.add(format!("-{}", self.name));
        match self.script.terminate {
            Terminate::Returns => {}
            Terminate::Panics => panic!("terminate of {}", self.name),
            Terminate::Hangs => std::future::pending().await,
        }
    }
}
