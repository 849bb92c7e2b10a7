//! Without a prelude, the standard library's or ours: everything that the user writes is a full path.

#[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq)]
pub(crate) enum Role {
    Member,
}

::registry_runtime::registry! {
    pub(crate) Sessions, keys = unique, key = ::std::string::String, value = Role, partitions = schedulers,
    meta = [("limit", 3_u32)], listeners = [Listener()]
}

#[::registry_runtime::gen_server(registry = Watchers, key = "listener")]
pub(crate) struct Listener {
    #[default]
    seen: u64,
}

#[::registry_runtime::gen_server]
impl Listener {
    #[info]
    fn on_change(
        &mut self,
        _event: ::registry_runtime::RegistryEvent<::std::string::String, Role>,
    ) {
        self.seen += 1;
    }
}

::registry_runtime::supervision_tree! {
    pub(crate) App(first: u64), strategy = one_for_one, max_restarts = 3, within = 5s;
    registry!<pub(crate) Watchers, keys = unique, key = ::std::string::String>;
    Listener();
    registry!<Sessions>;
    registry!<pub(crate) Topics, keys = duplicate, key = u64, message = u64>;
    registry!<pub(crate) Parts, keys = duplicate(by_key), key = u64, message = u64>;
    dynamic_supervisor!<pub(crate) Pool, max_children = 100, holds = [Session]>;
    supervisor!<pub(crate) Nested(first: u64), strategy = one_for_all>(first) {
        for id in 0..first {
            Worker(id), id = ::std::format!("worker-{id}"), shutdown = 1s, backoff = 1ms..1s, restart = transient;
        }
        if first > 1 {
            Worker(100), id = "more";
        }
    };
}

#[::registry_runtime::gen_server(registry = Sessions, key = "session:<tenant>:<id>", value = Role::Member, call_timeout = 3s, mailbox = 100)]
pub(crate) struct Session {
    tenant: ::std::string::String,
    id: u64,
    #[default]
    events: u64,
    #[default(::std::vec::Vec::new())]
    parked: ::std::vec::Vec<::registry_runtime::ReplyTo<u64>>,
}

#[::registry_runtime::gen_server]
impl Session {
    fn init(
        &mut self,
        ctx: &mut ::registry_runtime::Ctx<Self>,
    ) -> ::core::result::Result<(), ::registry_runtime::ExitReason> {
        use ::registry_runtime::DeclaredRegistry as _;
        Topics::register(ctx, 3, ())?;
        Parts::register(ctx, 4, ())?;
        ::core::result::Result::Ok(())
    }

    async fn terminate(&mut self, _reason: &::registry_runtime::ExitReason) {
        self.parked.clear();
    }

    #[call]
    fn id(&self) -> u64 {
        self.id
    }

    #[call]
    async fn tenant(
        &mut self,
        plus: ::std::string::String,
    ) -> ::core::result::Result<::std::string::String, u8> {
        ::core::result::Result::Ok(::std::format!("{}{plus}", self.tenant))
    }

    #[call]
    fn later(&mut self, reply: ::registry_runtime::ReplyTo<u64>) {
        self.parked.push(reply);
    }

    #[cast]
    fn release(&mut self) {
        for reply in ::core::iter::IntoIterator::into_iter(::core::mem::take(&mut self.parked)) {
            reply.send(self.events);
        }
    }

    #[info]
    fn on_event(&mut self, event: u64) {
        self.events += event;
    }
}

#[::registry_runtime::gen_server(init(id: u64))]
pub(crate) struct Worker {
    id: u64,
}

#[::registry_runtime::gen_server]
impl Worker {
    async fn init(id: u64) -> ::core::result::Result<Self, ::registry_runtime::ExitReason> {
        ::core::result::Result::Ok(Self { id })
    }

    #[call]
    fn id(&self) -> u64 {
        self.id
    }
}

/// Generic, too.
#[::registry_runtime::gen_server]
pub(crate) struct Held<T: ::core::clone::Clone + ::core::marker::Send + 'static> {
    value: T,
}

#[::registry_runtime::gen_server]
impl<T: ::core::clone::Clone + ::core::marker::Send + 'static> Held<T> {
    #[call]
    fn value(&self) -> T {
        ::core::clone::Clone::clone(&self.value)
    }
}

#[::registry_runtime::test]
async fn everything_runs_without_a_prelude() {
    use ::registry_runtime::DeclaredRegistry as _;
    use ::registry_runtime::supervisor::DeclaredDynamicSupervisor as _;
    use ::std::borrow::ToOwned as _;
    let app = App::start(2).await.unwrap();
    let spec = Session::child_spec("a".to_owned(), 1);
    let session = Pool::start_child(spec).await.unwrap();
    ::std::assert_eq!(Session::via("a", 1).id().await.unwrap(), 1);
    ::std::assert_eq!(session.tenant("b".to_owned()).await.unwrap().unwrap(), "ab");
    ::std::assert_eq!(Topics::publish(&3, 5), 1);
    ::std::assert_eq!(Parts::publish(&4, 6), 1);
    let parked = ::tokio::spawn(Session::via("a", 1).later());
    ::tokio::task::yield_now().await;
    session.release().unwrap();
    ::std::assert_eq!(parked.await.unwrap().unwrap(), 11);
    let found = Sessions::select(
        ::registry_runtime::match_spec! { (key, _, Role::Member) => ::core::clone::Clone::clone(key) },
    );
    ::std::assert_eq!(
        ::core::iter::Iterator::count(::core::iter::IntoIterator::into_iter(found)),
        1
    );
    let held = Held::start_link(3_u8).await.unwrap();
    ::std::assert_eq!(held.value().await.unwrap(), 3);
    app.shutdown().await;
}
