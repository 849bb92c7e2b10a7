//! The server behind an agent: it runs the functions that it is sent on its state.

use std::any::Any;
use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;
use std::sync::Arc;

use hashbrown::Equivalent;

use super::Agent;
use crate::gen_server::{Address, Construct, GenServer, Run, Site, StartError, Starting};
use crate::process::launch::Launched;
use crate::process::{Actor, Cell, Ctx, ExitReason, NoMessage};
use crate::registry::{DeclaredRegistry, Unique, find_server};

/// The server that an [`Agent`] is a client of.
///
/// Programs have no need to name it: see the examples of [`Agent`](Agent#examples).
pub struct AgentServer<T>(T);

/// A function to be run on the state.
type Action<T> = Box<dyn FnOnce(&mut T) + Send>;

/// What an agent is started with: a function that makes its state, and a name if it has one.
pub struct AgentStart<T> {
    pub(super) init: Arc<dyn Fn() -> Result<T, ExitReason> + Send + Sync>,
    pub(super) name: Option<Arc<dyn Name<T>>>,
}

impl<T> Clone for AgentStart<T> {
    fn clone(&self) -> Self {
        Self {
            init: Arc::clone(&self.init),
            name: self.name.clone(),
        }
    }
}

/// A name in some registry.
pub(super) trait Name<T>: Send + Sync {
    fn claim(&self, cell: &Arc<Cell<AgentServer<T>>>) -> Result<(), StartError>
    where
        T: Send + 'static;

    fn find(&self) -> Option<Arc<Cell<AgentServer<T>>>>
    where
        T: Send + 'static;
}

/// A registry that agents may stand in: unique, with nothing beside the pid.
pub(super) struct InRegistry<R: DeclaredRegistry>(pub(super) R::Key);

impl<T, R> Name<T> for InRegistry<R>
where
    R: DeclaredRegistry<Keys = Unique, Value = (), Message = NoMessage>,
{
    fn claim(&self, cell: &Arc<Cell<AgentServer<T>>>) -> Result<(), StartError>
    where
        T: Send + 'static,
    {
        crate::registry::claim_server::<R, _>(cell, self.0.clone(), ()).map_err(StartError::from)
    }

    fn find(&self) -> Option<Arc<Cell<AgentServer<T>>>>
    where
        T: Send + 'static,
    {
        find_server::<R, _, _>(&self.0)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> Construct for AgentServer<T> {
    type Args = AgentStart<T>;
    type Seed = AgentStart<T>;

    fn seed(args: AgentStart<T>) -> AgentStart<T> {
        args
    }

    fn claim(args: &Self::Args, cell: &Arc<Cell<Self>>) -> Result<(), StartError> {
        args.name.as_ref().map_or(Ok(()), |name| name.claim(cell))
    }

    fn find_running(args: &Self::Args) -> Option<Arc<Cell<Self>>> {
        args.name.as_ref()?.find()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> Actor for AgentServer<T> {
    type Msg = Action<T>;

    fn type_name() -> &'static str {
        "Agent"
    }

    fn route(message: Box<dyn Any + Send>) -> Result<Action<T>, Box<dyn Any + Send>> {
        Err(message)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> GenServer for AgentServer<T> {
    type Client<A: Address<Self>> = Agent<T, A>;

    fn __run(start: Starting<'_, Self>) -> Launched<Self> {
        start.build()
    }

    fn __build<'a>(site: &'a mut Site<Self>, _: &'a mut Ctx<Self>) -> Run<'a> {
        let built = site
            .seed()
            .map_or(Err(ExitReason::Normal), |seed| (seed.init)());
        Run::Done(built.map(|state| *site = Site::Ready(Self(state))))
    }

    fn __handle<'a>(&'a mut self, run: Action<T>, _: &'a mut Ctx<Self>) -> Run<'a> {
        run(&mut self.0);
        Run::DONE
    }
}

impl<T> fmt::Debug for AgentServer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AgentServer(..)")
    }
}

impl<T> fmt::Debug for AgentStart<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AgentStart(..)")
    }
}

/// An agent's name: looked up at each use, so that it leads to whoever has it then.
///
/// Made by [`Agent::via`].
pub struct AgentName<R, Q> {
    key: Q,
    registry: PhantomData<fn() -> R>,
}

impl<R, Q> AgentName<R, Q> {
    pub(super) fn new(key: Q) -> Self {
        Self {
            key,
            registry: PhantomData,
        }
    }
}

impl<T, R, Q> Address<AgentServer<T>> for AgentName<R, Q>
where
    T: Send + 'static,
    R: DeclaredRegistry<Keys = Unique>,
    Q: Hash + Equivalent<R::Key>,
{
    #[inline]
    fn resolve(&self) -> Option<Arc<Cell<AgentServer<T>>>> {
        find_server::<R, _, Q>(&self.key)
    }
}

impl<R, Q: Clone> Clone for AgentName<R, Q> {
    fn clone(&self) -> Self {
        Self::new(self.key.clone())
    }
}

impl<R, Q: fmt::Debug> fmt::Debug for AgentName<R, Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AgentName").field(&self.key).finish()
    }
}
