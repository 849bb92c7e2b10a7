//! Handlers: sync and async, patterns, results, callbacks, state of any kind.
use std::cell::Cell;
use std::time::Duration;

use registry_runtime::ExitReason;
use registry_runtime::prelude::*;

#[derive(Clone, Debug, PartialEq)]
struct Point {
    x: i64,
    y: i64,
}

/// Its state may not be shared between threads.
#[gen_server]
struct Patterns {
    #[default]
    sum: Cell<i64>,
}

#[gen_server]
impl Patterns {
    #[call]
    fn point(&self, Point { x, y: up }: Point) -> i64 {
        x + up
    }

    #[call]
    fn pair(&mut self, (left, mut right): (i64, i64), [first, .., last]: [i64; 3]) -> i64 {
        right += 1;
        left + right + first + last
    }

    #[call]
    async fn grown(&mut self, mut list: Vec<i64>, _: u8) -> Vec<i64> {
        list.push(4);
        tokio::task::yield_now().await;
        list
    }

    #[cast]
    fn add(&mut self, mut by: i64, _ctx: &mut Ctx<Self>) {
        by *= 2;
        self.sum.set(self.sum.get() + by);
    }

    #[cast]
    async fn add_later(&mut self, ctx: &mut Ctx<Patterns>, by: i64) {
        ctx.send_after(Duration::from_millis(1), Point { x: by, y: 0 });
    }

    #[info]
    fn on_point(&mut self, point: Point) {
        self.sum.set(self.sum.get() + point.x + point.y);
    }

    #[call]
    fn sum(self: &Self) -> i64 {
        self.sum.get()
    }

    #[call]
    fn checked(self: &mut Self, by: i64) -> Result<i64, String> {
        i64::checked_div(self.sum.get(), by).ok_or_else(|| "zero".to_owned())
    }

    #[call]
    fn nothing(&self) {}

    #[call]
    fn nothing_or(&self, fail: bool) -> Result<(), ()> {
        if fail { Err(()) } else { Ok(()) }
    }

    #[call]
    fn boxed(&self) -> Box<dyn Fn(i64) -> i64 + Send> {
        Box::new(|number| number + 1)
    }

    #[call]
    fn of_self(&self) -> (std::marker::PhantomData<fn() -> Self>, &'static str) {
        (std::marker::PhantomData, Self::NAME)
    }

    #[call]
    fn deferred(&mut self, reply: ReplyTo<i64>, plus: i64) {
        reply.send(self.sum.get() + plus);
    }

    /// Nobody calls it, and no warning says so.
    #[call]
    fn unused(&self) -> i64 {
        Self::helper(3)
    }

    const NAME: &'static str = "patterns";

    /// Not a handler.
    fn helper(by: i64) -> i64 {
        by
    }
}

/// Another impl, without handlers and without the attribute.
impl Patterns {
    fn twice(&self) -> i64 {
        self.sum.get() * 2
    }
}

#[registry_runtime::test(start_paused = true)]
async fn arguments_are_patterns_and_replies_of_any_type() {
    let server = Patterns::start_link().await.unwrap();
    assert_eq!(server.point(Point { x: 1, y: 2 }).await.unwrap(), 3);
    assert_eq!(server.pair((1, 2), [3, 4, 5]).await.unwrap(), 12);
    assert_eq!(server.grown(vec![3], 0).await.unwrap(), [3, 4]);
    server.add(3).unwrap();
    assert_eq!(server.sum().await.unwrap(), 6);
    assert_eq!(server.checked(2).await.unwrap(), Ok(3));
    assert_eq!(server.checked(0).await.unwrap(), Err("zero".to_owned()));
    server.nothing().await.unwrap();
    assert_eq!(server.nothing_or(true).await.unwrap(), Err(()));
    assert_eq!(server.nothing_or(false).await.unwrap(), Ok(()));
    assert_eq!(server.boxed().await.unwrap()(1), 2);
    assert_eq!(server.of_self().await.unwrap().1, "patterns");
    assert_eq!(server.deferred(1).await.unwrap(), 7);
    server.add_later(10).unwrap();
    tokio::time::sleep(Duration::from_millis(10)).await;
    assert_eq!(server.sum().await.unwrap(), 16);
}

#[test]
fn handlers_are_ordinary_methods() {
    let mut server = Patterns { sum: Cell::new(2) };
    assert_eq!(server.point(Point { x: 1, y: 2 }), 3);
    assert_eq!(server.pair((1, 2), [3, 4, 5]), 12);
    assert_eq!(server.checked(1), Ok(2));
    assert_eq!(server.twice(), 4);
}

/// A server without handlers.
#[gen_server]
struct Idle;

#[gen_server]
impl Idle {}

/// Every form of `init` and `terminate`.
mod callbacks {
    use super::*;

    #[gen_server]
    pub(super) struct Plain {
        value: u64,
    }

    #[gen_server]
    impl Plain {
        fn init(&mut self) -> Result<(), ExitReason> {
            self.value += 1;
            Ok(())
        }

        fn terminate(&mut self) {
            self.value = 0;
        }

        #[call]
        pub(super) fn value(&self) -> u64 {
            self.value
        }
    }

    #[gen_server]
    pub(super) struct WithCtx {
        value: u64,
        #[default]
        pid: Option<Pid>,
    }

    #[gen_server]
    impl WithCtx {
        async fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
            self.pid = Some(ctx.pid());
            Ok(())
        }

        async fn terminate(&mut self, reason: &ExitReason, ctx: &mut Ctx<Self>) {
            let _ = (reason, ctx.pid(), self.value);
        }

        #[call]
        pub(super) fn own_pid(&self) -> Option<Pid> {
            self.pid
        }
    }

    #[gen_server(init(id: u64, name: String))]
    pub(super) struct Built {
        label: String,
    }

    #[gen_server]
    impl Built {
        async fn init(id: u64, mut name: String, ctx: &mut Ctx<Self>) -> Result<Self, ExitReason> {
            let _ = ctx.pid();
            name.push('!');
            Ok(Self {
                label: format!("{id}{name}"),
            })
        }

        #[call]
        pub(super) fn label(&self) -> String {
            self.label.clone()
        }
    }

    #[gen_server(init(id: u64))]
    pub(super) struct BuiltSync {
        id: u64,
    }

    #[gen_server]
    impl BuiltSync {
        fn init(id: u64) -> Result<BuiltSync, ExitReason> {
            Ok(BuiltSync { id: id + 1 })
        }

        #[call]
        pub(super) fn id(&self) -> u64 {
            self.id
        }
    }
}

#[registry_runtime::test]
async fn every_form_of_init() {
    use callbacks::{Built, BuiltSync, Plain, WithCtx};
    let idle = Idle::start_link().await.unwrap();
    assert_eq!(idle.pid(), idle.pid());
    let plain = Plain::start_link(1).await.unwrap();
    assert_eq!(plain.value().await.unwrap(), 2);
    let with_ctx = WithCtx::start_link(1).await.unwrap();
    let built = Built::start_link(1, "a".to_owned()).await.unwrap();
    let sync = BuiltSync::start_link(1).await.unwrap();
    assert_eq!(with_ctx.own_pid().await.unwrap(), Some(with_ctx.pid()));
    assert_eq!(built.label().await.unwrap(), "1a!");
    assert_eq!(sync.id().await.unwrap(), 2);
}

/// Servers that hold and send references to themselves and to one another.
mod references {
    use super::*;

    #[gen_server]
    pub(super) struct Left {
        #[default]
        own: Option<ServerRef<Left>>,
        #[default]
        spec: Option<ChildSpec<Right>>,
    }

    #[gen_server]
    impl Left {
        #[call]
        pub(super) fn set(
            &mut self,
            own: ServerRef<Self>,
            spec: ChildSpec<Right>,
        ) -> Option<ServerRef<Left>> {
            self.spec = Some(spec);
            self.own.replace(own)
        }
    }

    #[gen_server]
    pub(super) struct Right {
        left: Option<ServerRef<Left>>,
        #[default]
        spec: Option<ChildSpec<Left>>,
    }

    #[gen_server]
    impl Right {
        #[call]
        pub(super) async fn left(&mut self, spec: ChildSpec<Left>) -> Option<ServerRef<Left>> {
            self.spec = Some(spec);
            self.left.clone()
        }
    }
}

#[registry_runtime::test]
async fn messages_and_fields_may_hold_references_to_servers() {
    use references::{Left, Right};
    let left = Left::start().await.unwrap();
    let before = left.set(left.clone(), Right::child_spec(None));
    assert!(before.await.unwrap().is_none());
    let right = Right::start(Some(left)).await.unwrap();
    assert!(right.left(Left::child_spec()).await.unwrap().is_some());
}
