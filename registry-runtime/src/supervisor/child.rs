//! Child specifications: how to start a process, and what to do when it ends.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::dynamic_children::Kept;
use super::options::Backoff;
use super::{AutoShutdown, ChildKind, Restart, Shutdown};
use crate::gen_server::{Construct, GenServer, StartError};
use crate::process::Proc;
use crate::process::launch::{LaunchedProc, Place};

/// What is called with a process right before it runs, when nothing can go wrong any more.
pub(crate) type BeforeRun<'a> = &'a mut dyn FnMut(&Arc<dyn Proc>);

/// Starts a process, as often as it is asked to.
pub(crate) trait Launch: Send + 'static {
    /// Starts it.
    fn launch(
        &mut self,
        place: Place<'_>,
        before_run: BeforeRun<'_>,
    ) -> Result<LaunchedProc, StartError>;

    /// The name that the child goes by unless it is given an id.
    fn name(&self) -> Cow<'static, str>;

    fn boxed_clone(&self, options: &ChildOptions) -> Box<Spec<dyn Launch>>;

    /// Gives up the specifications within, if this is a supervisor's and no copy of it is left: right before it
    /// is dropped.
    fn take_children(&mut self) -> Vec<AnyChildSpec> {
        Vec::new()
    }
}

/// Everything about a child but how it is started.
#[derive(Clone, Debug)]
pub(crate) struct ChildOptions {
    pub(crate) id: Option<Arc<str>>,
    pub(crate) restart: Restart,
    pub(crate) shutdown: Shutdown,
    pub(crate) significant: bool,
    pub(crate) kind: ChildKind,
    pub(crate) backoff: Option<Backoff>,
    pub(crate) start_timeout: Option<Duration>,
}

impl ChildOptions {
    pub(crate) fn worker() -> Self {
        Self {
            id: None,
            restart: Restart::default(),
            shutdown: Shutdown::default(),
            significant: false,
            kind: ChildKind::Worker,
            backoff: None,
            start_timeout: None,
        }
    }

    pub(crate) fn supervisor() -> Self {
        Self {
            shutdown: Shutdown::Infinity,
            kind: ChildKind::Supervisor,
            ..Self::worker()
        }
    }
}

/// A child's options and its start, in one allocation.
pub(crate) struct Spec<L: ?Sized> {
    pub(crate) options: ChildOptions,
    pub(crate) launch: L,
}

impl Spec<dyn Launch> {
    /// What stands in a specification's place while a child is launched from it.
    pub(crate) fn stand_in(&self) -> Box<Self> {
        let start = |_: Place<'_>, _: BeforeRun<'_>| Err(StartError::Ignored);
        let name = self.launch.name();
        AnyChildSpec::starting(name, self.options.clone(), start).0
    }
}

impl Spec<dyn Launch> {
    /// Only a child that may stay ended can be significant, and only to a supervisor that minds.
    pub(crate) fn check_significant(&self, auto_shutdown: AutoShutdown) -> Result<(), StartError> {
        let options = &self.options;
        let never = auto_shutdown == AutoShutdown::Never || options.restart == Restart::Permanent;
        if options.significant && never {
            return Err(StartError::NotSignificant(self.known_as().to_string()));
        }
        Ok(())
    }

    pub(crate) fn known_as(&self) -> Arc<str> {
        match &self.options.id {
            Some(id) => Arc::clone(id),
            None => Arc::from(self.launch.name()),
        }
    }
}

impl fmt::Debug for Spec<dyn Launch> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildSpec")
            .field("start", &self.launch.name())
            .field("options", &self.options)
            .finish()
    }
}

/// How a supervisor starts a child of any type, ends it, and starts it again.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// #[gen_server]
/// struct Feed {}
///
/// #[gen_server]
/// impl Feed {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let children: Vec<AnyChildSpec> = vec![
///     Feed::child_spec().into(),
///     Agent::child_spec(|| 0_u32).into(),
///     Task::child_spec(|| async { println!("once") }).into(),
/// ];
/// let mut all = Supervisor::builder("all");
/// for child in children {
///     all = all.child(child.restart(Restart::Temporary));
/// }
/// let all = all.start().await?;
/// assert!(all.count_children().specs >= 2);  // the task may be over
/// all.shutdown().await;
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// `t:Supervisor.child_spec/0`.
#[derive(Debug)]
pub struct AnyChildSpec(pub(crate) Box<Spec<dyn Launch>>);

impl Clone for AnyChildSpec {
    fn clone(&self) -> Self {
        Self(self.0.launch.boxed_clone(&self.0.options))
    }
}

impl AnyChildSpec {
    pub(super) fn new<L: Launch>(options: ChildOptions, launch: L) -> Self {
        Self(Box::new(Spec { options, launch }))
    }

    /// A child that is started by a function.
    pub(crate) fn starting<F>(
        name: impl Into<Cow<'static, str>>,
        options: ChildOptions,
        start: F,
    ) -> Self
    where
        F: Fn(Place<'_>, BeforeRun<'_>) -> Result<LaunchedProc, StartError>
            + Clone
            + Send
            + 'static,
    {
        let name = name.into();
        Self::new(options, Starter { name, start })
    }
}

/// How a supervisor starts a server of type `S`, ends it, and starts it again.
///
/// Made by `S::child_spec(…)`. Restart is `Permanent`, shutdown five seconds, unless said
/// otherwise.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use std::time::Duration;
///
/// use registry_runtime::Backoff;
///
/// #[gen_server]
/// struct Feed { url: String }
///
/// #[gen_server]
/// impl Feed {}
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let feed = Feed::child_spec("one".into())
///     .id("feed one")                                     // `Feed` without it
///     .restart(Restart::Transient)                        // not after an orderly end
///     .shutdown(Shutdown::After(Duration::from_secs(10))) // for its `terminate`
///     .start_timeout(Duration::from_secs(1))              // for its `init`
///     .backoff(Backoff::constant(Duration::from_millis(100)));
/// let feeds = Supervisor::builder("feeds").child(feed).start().await?;
/// assert_eq!(feeds.which_children()[0].id.as_ref(), "feed one");
/// feeds.shutdown().await;
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// `S.child_spec/1` with `Supervisor.child_spec/2` for the overrides.
pub struct ChildSpec<S: Construct> {
    pub(crate) args: S::Args,
    pub(crate) options: ChildOptions,
    start: ServerStart<S>,
}

macro_rules! options {
    ($($self:ident => $options:expr),*) => { $(
        /// Names the child within its supervisor; its type's name unless it is called.
        ///
        /// Shown with the others in the [example](ChildSpec#examples).
        #[must_use]
        pub fn id(mut $self, id: impl Into<Arc<str>>) -> Self {
            $options.id = Some(id.into());
            $self
        }

        /// Says when the child is started again.
        ///
        /// Shown in the [example](ChildSpec#examples).
        #[must_use]
        pub fn restart(mut $self, restart: Restart) -> Self {
            $options.restart = restart;
            $self
        }

        /// Says how the child is ended.
        ///
        /// Shown in the [example](ChildSpec#examples).
        #[must_use]
        pub fn shutdown(mut $self, shutdown: Shutdown) -> Self {
            $options.shutdown = shutdown;
            $self
        }

        /// Makes the child one that the supervisor's `auto_shutdown` counts. It must be transient or
        /// temporary, and the supervisor must have one: `StartError::NotSignificant` otherwise.
        ///
        /// Shown in the example of [`AutoShutdown`](super::AutoShutdown).
        #[must_use]
        pub fn significant(mut $self, significant: bool) -> Self {
            $options.significant = significant;
            $self
        }

        /// Has restarts wait.
        ///
        /// Shown in the [example](ChildSpec#examples).
        #[must_use]
        pub fn backoff(mut $self, backoff: Backoff) -> Self {
            $options.backoff = Some(backoff);
            $self
        }

        /// Gives `init` a time; when it takes longer, the process is killed, and the start fails. So it
        /// is also when nobody waits for the start any more.
        ///
        /// Shown in the [example](ChildSpec#examples).
        #[must_use]
        pub fn start_timeout(mut $self, limit: Duration) -> Self {
            $options.start_timeout = Some(limit);
            $self
        }
    )* };
}

impl<S: Construct> ChildSpec<S> {
    options!(self => self.options);
}

impl AnyChildSpec {
    options!(self => self.0.options);
}

/// Makes the specification of a server.
#[must_use]
pub fn child_spec<S: GenServer>(args: S::Args) -> ChildSpec<S> {
    ChildSpec {
        args,
        options: ChildOptions::worker(),
        start: ServerStart {
            launch: |args, place, before_run| {
                let mut before_run = |cell: &Arc<crate::process::Cell<S>>| {
                    let process: Arc<dyn Proc> = Arc::clone(cell) as Arc<dyn Proc>;
                    before_run(&process);
                };
                crate::gen_server::launch::<S>(args, place, &mut before_run).map(LaunchedProc::from)
            },
            name: S::type_name,
        },
    }
}

impl<S: GenServer> ChildSpec<S>
where
    S::Args: Clone,
{
    /// What the server is started with, and what a dynamic supervisor keeps of it.
    pub(super) fn split(self) -> (S::Args, Kept) {
        match Kept::little(&self.options, S::type_name) {
            Some(kept) => (self.args, kept),
            None => (self.args.clone(), Kept::All(AnyChildSpec::from(self).0)),
        }
    }
}

impl<S: Construct> Clone for ChildSpec<S>
where
    S::Args: Clone,
{
    fn clone(&self) -> Self {
        Self {
            args: self.args.clone(),
            options: self.options.clone(),
            start: self.start,
        }
    }
}

impl<S: Construct> fmt::Debug for ChildSpec<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChildSpec")
            .field("start", &(self.start.name)())
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl<S: Construct> From<ChildSpec<S>> for AnyChildSpec
where
    S::Args: Clone + Send,
{
    fn from(spec: ChildSpec<S>) -> Self {
        let server = ServerChild::<S> {
            args: spec.args,
            start: spec.start,
        };
        Self::new(spec.options, server)
    }
}

/// How a server is started.
///
/// A specification holds it, so that only the making of one asks for `GenServer`: where the annotated impl
/// is missing, that is told there, and not again wherever specifications go.
struct ServerStart<S: Construct> {
    launch: fn(S::Args, Place<'_>, BeforeRun<'_>) -> Result<LaunchedProc, StartError>,
    name: fn() -> &'static str,
}

impl<S: Construct> Clone for ServerStart<S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Construct> Copy for ServerStart<S> {}

struct ServerChild<S: Construct> {
    args: S::Args,
    start: ServerStart<S>,
}

impl<S: Construct> Launch for ServerChild<S>
where
    S::Args: Clone + Send,
{
    fn launch(
        &mut self,
        place: Place<'_>,
        before_run: BeforeRun<'_>,
    ) -> Result<LaunchedProc, StartError> {
        (self.start.launch)(self.args.clone(), place, before_run)
    }

    fn name(&self) -> Cow<'static, str> {
        (self.start.name)().into()
    }

    fn boxed_clone(&self, options: &ChildOptions) -> Box<Spec<dyn Launch>> {
        let launch = Self {
            args: self.args.clone(),
            start: self.start,
        };
        Box::new(Spec {
            options: options.clone(),
            launch,
        })
    }
}

/// A start by a function.
#[derive(Clone)]
struct Starter<F> {
    name: Cow<'static, str>,
    start: F,
}

impl<F> Launch for Starter<F>
where
    F: Fn(Place<'_>, BeforeRun<'_>) -> Result<LaunchedProc, StartError> + Clone + Send + 'static,
{
    fn launch(
        &mut self,
        place: Place<'_>,
        before_run: BeforeRun<'_>,
    ) -> Result<LaunchedProc, StartError> {
        (self.start)(place, before_run)
    }

    fn name(&self) -> Cow<'static, str> {
        self.name.clone()
    }

    fn boxed_clone(&self, options: &ChildOptions) -> Box<Spec<dyn Launch>> {
        Box::new(Spec {
            options: options.clone(),
            launch: self.clone(),
        })
    }
}
