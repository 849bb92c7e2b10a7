//! One body of a test, over all configurations: a [`Subject`] is a registry of a kind, with a number
//! of partitions, declared or a value.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;

use registry_runtime::node::TestRuntime;
use registry_runtime::prelude::*;
use registry_runtime::process::Receiver;
use registry_runtime::registry::{Entries, IsMatch, Keys, Matched, NotRunning};
use tokio::sync::{mpsc, oneshot};

/// What the registries of these tests hold beside a pid: the terms of Elixir's tests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    Word(&'static str),
    Number(i64),
    Triple(i64, &'static str, i64),
    Map(BTreeMap<&'static str, &'static str>),
}

pub(crate) use Value::{Number, Triple, Word};

/// What they send.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Message(pub(crate) Value);

pub(crate) type Event = RegistryEvent<String, Value>;
pub(crate) type Me = Process<Message>;

/// A map as in Elixir's tests: `%{a: "a", b: "b"}`.
pub(crate) fn map() -> Value {
    Value::Map(BTreeMap::from([("a", "a"), ("b", "b")]))
}

/// Whether a value is a map that has `b: "b"`.
pub(crate) fn has_b(value: &Value) -> bool {
    matches!(value, Value::Map(map) if map.get("b") == Some(&"b"))
}

/// A registry that a test runs on. What has no order comes sorted.
pub(crate) trait Subject: Clone + Send + Sync + 'static {
    type Kind: Keys;
    const PARTITIONS: usize;

    /// One that does not run yet.
    fn new() -> Self;
    fn handle(&self) -> Registry<String, Value, Self::Kind, Message>;
    fn start(&self) -> impl Future<Output = Result<Pid, StartError>> + Send;
    fn start_link(&self) -> impl Future<Output = Result<Pid, StartError>> + Send;
    fn child_spec(&self) -> AnyChildSpec;
    fn is_running(&self) -> bool;
    fn pid(&self) -> Option<Pid>;
    fn register(&self, ctx: &Me, key: &str, value: Value) -> Result<(), RegisterError>;
    fn unregister(&self, ctx: &Me, key: &str);
    fn unregister_match<T: IsMatch>(&self, ctx: &Me, key: &str, f: impl FnMut(&Value) -> T);
    fn lookup(&self, key: &str) -> Vec<(Pid, Value)>;
    /// What `with` shows.
    fn shown(&self, key: &str, f: impl FnMut(Pid, &Value)) -> usize;
    fn keys(&self, pid: Pid) -> Vec<String>;
    fn values(&self, key: &str, pid: Pid) -> Vec<Value>;
    fn dispatch<T>(&self, key: &str, f: impl FnOnce(Entries<'_, Value, Message>) -> T)
    -> Option<T>;
    fn dispatch_parallel(
        &self,
        key: &str,
        f: impl Fn(Entries<'_, Value, Message>) + Send + Sync + 'static,
    ) -> impl Future<Output = ()> + Send;
    fn matching<T: Matched<Value>>(
        &self,
        key: &str,
        f: impl FnMut(Pid, &Value) -> T,
    ) -> Vec<T::Output>;
    fn count_match<T: IsMatch>(&self, key: &str, f: impl FnMut(Pid, &Value) -> T) -> usize;
    fn select<T>(&self, f: impl FnMut(&String, Pid, &Value) -> Option<T>) -> Vec<T>;
    fn count_select<T: IsMatch>(&self, f: impl FnMut(&String, Pid, &Value) -> T) -> usize;
    fn count(&self) -> usize;
    fn meta<T: Clone + Send + Sync + 'static>(&self, key: &str) -> Option<T>;
    fn put_meta<T: Send + Sync + 'static>(&self, key: &str, value: T) -> Result<(), NotRunning>;
    fn delete_meta(&self, key: &str);
    /// Waits for `inside` while it holds the lock.
    fn lock<'a, T: Send + 'a>(
        &'a self,
        key: &'a str,
        inside: impl Future<Output = T> + Send + 'a,
    ) -> Pin<Box<dyn Future<Output = T> + Send + 'a>>;
    fn listen(&self, ctx: &Process<Event>) -> Result<(), RegisterError>;
    fn unlisten(&self, ctx: &Process<Event>);

    /// Registers, and is not refused.
    fn put(&self, ctx: &Me, key: &str, value: Value) {
        self.register(ctx, key, value)
            .expect("the registry runs, and the key is free");
    }
}

/// A subject with one process a key.
pub(crate) trait OneEach: Subject {
    fn update_value(
        &self,
        ctx: &Me,
        key: &str,
        f: impl FnOnce(&Value) -> Value,
    ) -> Option<(Value, Value)>;
    fn whereis(&self, key: &str) -> Option<Pid>;
    fn send(&self, key: &str, message: Message) -> Result<(), SendError>;
    fn find(&self, key: &str) -> Option<Arc<dyn Receiver<Message>>>;
}

/// A subject with several processes a key.
pub(crate) trait Several: Subject {
    fn publish(&self, key: &str, message: Message) -> usize;
}

/// A registry that is a value.
pub(crate) struct OnValue<D: Keys, const P: usize>(Registry<String, Value, D, Message>);

/// A registry that is declared.
pub(crate) struct Declared<R>(PhantomData<fn() -> R>);

/// The functions of a subject, which are those of whatever is in the brackets.
macro_rules! forward {
    ($me:ident, [$($on:tt)*], $kind:ty) => {
        type Kind = $kind;

        fn child_spec(&$me) -> AnyChildSpec {
            $($on)* child_spec()
        }
        fn is_running(&$me) -> bool {
            $($on)* is_running()
        }
        fn pid(&$me) -> Option<Pid> {
            $($on)* pid()
        }
        fn register(&$me, ctx: &Me, key: &str, value: Value) -> Result<(), RegisterError> {
            $($on)* register(ctx, key.to_owned(), value)
        }
        fn unregister(&$me, ctx: &Me, key: &str) {
            $($on)* unregister(ctx, key);
        }
        fn unregister_match<T: IsMatch>(&$me, ctx: &Me, key: &str, f: impl FnMut(&Value) -> T) {
            $($on)* unregister_match(ctx, key, f);
        }
        fn lookup(&$me, key: &str) -> Vec<(Pid, Value)> {
            sorted($($on)* lookup(key))
        }
        fn shown(&$me, key: &str, mut f: impl FnMut(Pid, &Value)) -> usize {
            $($on)* with(key, |pid, value| f(pid, value)).into_iter().count()
        }
        fn keys(&$me, pid: Pid) -> Vec<String> {
            sorted($($on)* keys(pid))
        }
        fn values(&$me, key: &str, pid: Pid) -> Vec<Value> {
            sorted($($on)* values(key, pid))
        }
        fn dispatch<T>(
            &$me,
            key: &str,
            f: impl FnOnce(Entries<'_, Value, Message>) -> T,
        ) -> Option<T> {
            $($on)* dispatch(key, f)
        }
        async fn dispatch_parallel(
            &$me,
            key: &str,
            f: impl Fn(Entries<'_, Value, Message>) + Send + Sync + 'static,
        ) {
            $($on)* dispatch_parallel(key, f).await;
        }
        fn matching<T: Matched<Value>>(
            &$me,
            key: &str,
            f: impl FnMut(Pid, &Value) -> T,
        ) -> Vec<T::Output> {
            $($on)* matching(key, f)
        }
        fn count_match<T: IsMatch>(&$me, key: &str, f: impl FnMut(Pid, &Value) -> T) -> usize {
            $($on)* count_match(key, f)
        }
        fn select<T>(&$me, f: impl FnMut(&String, Pid, &Value) -> Option<T>) -> Vec<T> {
            $($on)* select(f)
        }
        fn count_select<T: IsMatch>(&$me, f: impl FnMut(&String, Pid, &Value) -> T) -> usize {
            $($on)* count_select(f)
        }
        fn count(&$me) -> usize {
            $($on)* count()
        }
        fn meta<T: Clone + Send + Sync + 'static>(&$me, key: &str) -> Option<T> {
            $($on)* meta(key)
        }
        fn put_meta<T: Send + Sync + 'static>(&$me, key: &str, value: T) -> Result<(), NotRunning> {
            $($on)* put_meta(key, value)
        }
        fn delete_meta(&$me, key: &str) {
            $($on)* delete_meta(key);
        }
        fn lock<'a, T: Send + 'a>(
            &'a $me,
            key: &'a str,
            inside: impl Future<Output = T> + Send + 'a,
        ) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
            Box::pin($($on)* lock(key, move || inside))
        }
        fn listen(&$me, ctx: &Process<Event>) -> Result<(), RegisterError> {
            $($on)* listen(ctx)
        }
        fn unlisten(&$me, ctx: &Process<Event>) {
            $($on)* unlisten(ctx);
        }
    };
}

macro_rules! forward_one_each {
    ($me:ident, [$($on:tt)*]) => {
        fn update_value(
            &$me,
            ctx: &Me,
            key: &str,
            f: impl FnOnce(&Value) -> Value,
        ) -> Option<(Value, Value)> {
            $($on)* update_value(ctx, key, f)
        }
        fn whereis(&$me, key: &str) -> Option<Pid> {
            $($on)* whereis(key)
        }
        fn send(&$me, key: &str, message: Message) -> Result<(), SendError> {
            $($on)* send(key, message)
        }
        fn find(&$me, key: &str) -> Option<Arc<dyn Receiver<Message>>> {
            $me.handle().find(key)
        }
    };
}

macro_rules! forward_several {
    ($me:ident, [$($on:tt)*]) => {
        fn publish(&$me, key: &str, message: Message) -> usize {
            $($on)* publish(key, message)
        }
    };
}

macro_rules! on_value {
    ($kind:ty, $trait:ident, $more:ident) => {
        impl<const P: usize> Subject for OnValue<$kind, P> {
            const PARTITIONS: usize = P;

            fn new() -> Self {
                let registry = Registry::builder().partitions(P).name("Value").build();
                Self(registry.expect("the options are good"))
            }
            fn handle(&self) -> Registry<String, Value, $kind, Message> {
                self.0.clone()
            }
            async fn start(&self) -> Result<Pid, StartError> {
                self.0.start()
            }
            async fn start_link(&self) -> Result<Pid, StartError> {
                self.0.start_link()
            }
            forward! { self, [self.0.], $kind }
        }

        impl<const P: usize> $trait for OnValue<$kind, P> {
            $more! { self, [self.0.] }
        }
    };
}

macro_rules! declared {
    ($name:ident, $partitions:literal, $kind:ty, $trait:ident, $more:ident, $($keys:tt)*) => {
        registry! {
            pub(crate) $name, keys = $($keys)*, key = String, value = Value, message = Message,
            partitions = $partitions
        }

        impl Subject for Declared<$name> {
            const PARTITIONS: usize = $partitions;

            fn new() -> Self {
                Self(PhantomData)
            }
            fn handle(&self) -> Registry<String, Value, $kind, Message> {
                $name::handle()
            }
            async fn start(&self) -> Result<Pid, StartError> {
                $name::start().await
            }
            async fn start_link(&self) -> Result<Pid, StartError> {
                $name::start_link().await
            }
            forward! { self, [$name::], $kind }
        }

        impl $trait for Declared<$name> {
            $more! { self, [$name::] }
        }
    };
}

on_value!(Unique, OneEach, forward_one_each);
on_value!(Duplicate, Several, forward_several);
on_value!(DuplicateByKey, Several, forward_several);
declared!(Unique1, 1, Unique, OneEach, forward_one_each, unique);
declared!(Unique8, 8, Unique, OneEach, forward_one_each, unique);
declared!(ByPid1, 1, Duplicate, Several, forward_several, duplicate);
declared!(
    ByPid8,
    8,
    Duplicate,
    Several,
    forward_several,
    duplicate(by_pid)
);
declared!(
    ByKey1,
    1,
    DuplicateByKey,
    Several,
    forward_several,
    duplicate(by_key)
);
declared!(
    ByKey8,
    8,
    DuplicateByKey,
    Several,
    forward_several,
    duplicate(by_key)
);

impl<D: Keys, const P: usize> Clone for OnValue<D, P> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<R> Clone for Declared<R> {
    fn clone(&self) -> Self {
        Self(PhantomData)
    }
}

/// Makes the tests of one configuration.
macro_rules! configured {
    ($config:ident: $subject:ty; $($test:ident)*) => {
        mod $config {
            #[allow(unused_imports, reason = "what is declared needs no name of a kind")]
            use registry_runtime::prelude::*;

            use crate::support::*;

            $(
                #[test]
                fn $test() {
                    run::<$subject, _>(super::$test);
                }
            )*
        }
    };
}

/// Makes tests of functions that take a [`OneEach`] and a process's own handle.
macro_rules! over_unique {
    ($($test:ident)*) => {
        configured! { unique_1: OnValue<Unique, 1>; $($test)* }
        configured! { unique_8: OnValue<Unique, 8>; $($test)* }
        configured! { declared_unique_1: Declared<Unique1>; $($test)* }
        configured! { declared_unique_8: Declared<Unique8>; $($test)* }
    };
}

/// Makes tests of functions that take a [`Several`] and a process's own handle.
macro_rules! over_duplicate {
    ($($test:ident)*) => {
        configured! { by_pid_1: OnValue<Duplicate, 1>; $($test)* }
        configured! { by_pid_8: OnValue<Duplicate, 8>; $($test)* }
        configured! { by_key_1: OnValue<DuplicateByKey, 1>; $($test)* }
        configured! { by_key_8: OnValue<DuplicateByKey, 8>; $($test)* }
        configured! { declared_by_pid_1: Declared<ByPid1>; $($test)* }
        configured! { declared_by_pid_8: Declared<ByPid8>; $($test)* }
        configured! { declared_by_key_1: Declared<ByKey1>; $($test)* }
        configured! { declared_by_key_8: Declared<ByKey8>; $($test)* }
    };
}

/// Makes tests of functions that take a [`Subject`] and a process's own handle.
macro_rules! over_all {
    ($($test:ident)*) => {
        over_unique! { $($test)* }
        over_duplicate! { $($test)* }
    };
}

/// A future whose type the compiler need not make a task of its own for: there are many tests.
pub(crate) type Boxed<T = ()> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Runs a test in a process, on a registry that runs, as `#[registry_runtime::test]` does; nothing
/// of the process is left of it.
pub(crate) fn run<R, Fut>(test: fn(R, Me) -> Fut)
where
    R: Subject,
    Fut: Future<Output = ()> + Send + 'static,
{
    let run: Boxed = Box::pin(async move {
        let registry = R::new();
        registry.start().await.unwrap();
        let tested = registry.clone();
        let pid = process(move |ctx| test(tested, ctx));
        let reason = pid.ended().await;
        assert!(reason.is_normal(), "{reason}");
        assert_eq!(registry.count_select(|_, other, _| other == pid), 0);
        assert_eq!(registry.keys(pid), Vec::<String>::new());
    });
    TestRuntime::new().run(run);
}

/// Starts a process.
pub(crate) fn process<Fut>(body: impl FnOnce(Me) -> Fut + Send + 'static) -> Pid
where
    Fut: Future<Output = ()> + Send + 'static,
{
    let body: Box<dyn FnOnce(Me) -> Boxed + Send> = Box::new(move |ctx| Box::pin(body(ctx)));
    spawn(body).pid()
}

type Order = Box<dyn FnOnce(&Me) + Send>;

/// Another process, that does what it is told; it ends when this is dropped.
pub(crate) struct Other {
    pub(crate) pid: Pid,
    orders: mpsc::UnboundedSender<Order>,
}

impl Other {
    pub(crate) fn new() -> Self {
        let (orders, mut received) = mpsc::unbounded_channel::<Order>();
        let pid = process(async move |ctx: Me| {
            while let Some(order) = received.recv().await {
                order(&ctx);
            }
        });
        Self { pid, orders }
    }

    /// Has it do something: what that came to.
    pub(crate) async fn does<T: Send + 'static>(
        &self,
        action: impl FnOnce(&Me) -> T + Send + 'static,
    ) -> T {
        let (tell, told) = oneshot::channel();
        let order: Order = Box::new(move |ctx| drop(tell.send(action(ctx))));
        assert!(self.orders.send(order).is_ok(), "the other process runs");
        told.await.expect("the other process runs")
    }

    /// One that has registered.
    pub(crate) async fn registered(
        registry: &impl Subject,
        key: &'static str,
        value: Value,
    ) -> Self {
        let (registry, other) = (registry.clone(), Self::new());
        other
            .does(move |ctx| registry.register(ctx, key, value))
            .await
            .unwrap();
        other
    }

    /// Kills it; over when it has ended.
    pub(crate) async fn kill(self) -> Pid {
        self.pid.exit(ExitReason::Kill);
        self.pid.ended().await;
        self.pid
    }
}

/// What a future is when it is polled once.
pub(crate) async fn now<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        Poll::Ready(match future.as_mut().poll(cx) {
            Poll::Ready(done) => Some(done),
            Poll::Pending => None,
        })
    })
    .await
}

/// What is in the mailbox, sorted.
pub(crate) async fn received(ctx: &mut Me) -> Vec<Value> {
    let mut all = Vec::new();
    while let Some(Message(value)) = now(ctx.recv()).await {
        all.push(value);
    }
    all.sort_unstable();
    all
}

/// The numbers of partitions.
pub(crate) const PARTITIONS: [usize; 2] = [1, 8];

pub(crate) fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort_unstable();
    items
}
