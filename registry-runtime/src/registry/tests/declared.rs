//! The functions of declared registries, on types written by hand.

use crate::introspect::{Declaration, DeclarationKind, RegistryId};
use crate::node::{Node, Slot};
use crate::process::{ExitReason, NoMessage, Process, spawn};
use crate::registry::declared::Handle;
use crate::registry::{
    DeclaredRegistry, Duplicate, DuplicateRegistry as _, RegisterError, Unique, UniqueRegistry as _,
};

macro_rules! declare {
    ($name:ident, $kind:ty, $message:ty) => {
        enum $name {}

        impl DeclaredRegistry for $name {
            type Key = String;
            type Value = u32;
            type Keys = $kind;
            type Message = $message;
            const ID: RegistryId =
                RegistryId::new(module_path!(), stringify!($name), line!(), column!());

            fn slot() -> &'static Slot<Self, Handle<Self>> {
                static SLOT: Slot<$name, Handle<$name>> = Slot::new();
                &SLOT
            }

            fn declaration() -> &'static Declaration {
                static DECLARATION: Declaration = Declaration::new(
                    DeclarationKind::Registry,
                    stringify!($name),
                    module_path!(),
                    file!(),
                    line!(),
                );
                &DECLARATION
            }
        }
    };
}

declare!(Sessions, Unique, NoMessage);
declare!(Topics, Duplicate, String);

#[tokio::test]
async fn a_declared_registry_has_the_functions_of_the_value_on_each_node_its_own() {
    let test = async {
        let own = Sessions::start_link().await.unwrap();
        Topics::start().await.unwrap();
        assert_eq!((Sessions::pid(), Sessions::is_running()), (Some(own), true));
        let body = async |mut ctx: Process<String>| {
            Sessions::register(&ctx, "a".to_owned(), 1).unwrap();
            Topics::register(&ctx, "t".to_owned(), 2).unwrap();
            assert_eq!(Sessions::lookup("a"), Some((ctx.pid(), 1)));
            assert_eq!(
                Sessions::update_value(&ctx, "a", |value| value + 1),
                Some((2, 1))
            );
            assert_eq!(Topics::lookup("t"), [(ctx.pid(), 2)]);
            assert_eq!(Topics::publish("t", "news".to_owned()), 1);
            assert_eq!(ctx.recv().await, "news");
            assert_eq!(
                (
                    Sessions::keys(ctx.pid()).len(),
                    Topics::values("t", ctx.pid())
                ),
                (1, vec![2])
            );
            assert_eq!(
                Sessions::select(|key, _, value| Some((key.clone(), *value))),
                [("a".to_owned(), 2)]
            );
            assert_eq!(Topics::dispatch("t", |entries| entries.len()), Some(1));
            assert_eq!(Sessions::lock("a", async || 5).await, 5);
            Sessions::put_meta("m", 1u8).unwrap();
            assert_eq!(Sessions::meta::<u8>("m"), Some(1));
        };
        let process = spawn(body);
        let reason = process.pid().ended().await;
        assert!(reason.is_normal(), "{reason}");
        assert_eq!((Sessions::count(), Topics::count()), (0, 0));
    };
    // The same names at the same time, on two nodes.
    let (one, two) = (Node::new(), Node::new());
    tokio::join!(
        one.scope(test),
        two.scope(async {
            assert!(!Sessions::is_running());
            let error = Sessions::handle().put_meta("m", 1).unwrap_err().to_string();
            assert!(
                error.contains("registry `Sessions` (declared at"),
                "{error}"
            );
            assert!(
                error.contains("add `registry!<Sessions>;` to your supervision tree"),
                "{error}"
            );
        })
    );
}

#[tokio::test]
async fn a_registered_process_gets_an_exit_signal_when_its_registry_ends() {
    let node = Node::new();
    let test = async {
        let own = Topics::start().await.unwrap();
        let (told, registered) = tokio::sync::oneshot::channel();
        let process = spawn(async |ctx: Process<String>| {
            Topics::register(&ctx, "t".to_owned(), 2).unwrap();
            told.send(()).unwrap();
            std::future::pending::<()>().await;
        });
        registered.await.unwrap();
        own.exit(ExitReason::Kill);
        assert_eq!(process.pid().ended().await, ExitReason::Killed);
        assert_eq!((Topics::count(), Topics::is_running()), (0, false));
        let refused = spawn(async |ctx: Process<String>| {
            let error = Topics::register(&ctx, "t".to_owned(), 2).unwrap_err();
            assert!(matches!(error, RegisterError::NotRunning(_)));
        });
        assert!(refused.pid().ended().await.is_normal());
    };
    node.scope(test).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parallel_dispatch_shows_each_entry_once_and_passes_a_panic_on() {
    let registry = super::registry::<u32, u32, Duplicate, u32>(8);
    let processes: Vec<_> = (0..500).map(|_| super::process::<u32>()).collect();
    for (process, value) in processes.iter().zip(0..) {
        registry.register(process, 1, value).unwrap();
    }
    for process in processes.iter().step_by(3) {
        registry.unregister(process, &1);
    }
    registry
        .dispatch_parallel(&1, |entries| {
            assert!(entries.len() > 0);
            for entry in entries {
                entry.send(*entry.value()).unwrap();
            }
        })
        .await;
    for (at, process) in processes.iter().enumerate() {
        let expected = if at % 3 == 0 {
            vec![]
        } else {
            vec![u32::try_from(at).unwrap()]
        };
        assert_eq!(super::received(process), expected);
    }
    registry
        .dispatch_parallel(&2, |_| panic!("there is nobody"))
        .await;
    let again = registry.clone();
    let panics = tokio::spawn(async move {
        again.dispatch_parallel(&1, |_| panic!("on purpose")).await;
    });
    assert!(panics.await.unwrap_err().is_panic());
    assert_eq!(registry.count(), 333);
}
