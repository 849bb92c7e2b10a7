//! Options, and what is said of those that cannot be used.

use std::error::Error;

use registry_runtime::prelude::*;
use registry_runtime::registry::{OptionError, Partitions, RegistryOptions};
use registry_runtime::{ChildKind, Registry};

use crate::support::PARTITIONS;

/// Cannot be seen to be zero where it is declared.
fn none() -> usize {
    std::hint::black_box(0)
}

registry! { Faulty, keys = unique, key = u32, partitions = none() }
registry! { TooMany, keys = duplicate, key = u32, partitions = 4_097 }
registry! { Most, keys = duplicate(by_key), key = u32, partitions = 4_096 }
registry! { Usual, keys = unique, key = u32 }
registry! { Scheduled, keys = unique, key = u32, partitions = schedulers }
registry! { Unplaced, keys = unique, key = String }
registry! { Held, keys = duplicate, key = String }

supervision_tree! {
    Holds, strategy = one_for_one;
    registry!<Held>;
}

fn build(partitions: usize) -> Result<Registry<u32>, OptionError> {
    Registry::builder().partitions(partitions).build()
}

#[registry_runtime::test]
async fn a_bad_number_of_partitions_is_a_typed_error_that_says_what_was_expected() {
    let error = build(0).unwrap_err();
    assert_eq!(error, OptionError::Partitions(0));
    let text = "expected `partitions` to be a positive integer, got `0`";
    assert_eq!(error.to_string(), text);
    let error = build(5_000).unwrap_err();
    assert_eq!(error, OptionError::Partitions(5_000));
    let text = "expected `partitions` to be at most 4096, got `5000`";
    assert_eq!(error.to_string(), text);
    assert!(error.source().is_none());
    for partitions in PARTITIONS.into_iter().chain([3, 64, 100, 4_096]) {
        assert_eq!(build(partitions).unwrap().partitions(), partitions);
    }
}

#[registry_runtime::test]
async fn a_declared_registry_with_a_bad_option_refuses_to_start_and_to_register() {
    let error = Faulty::start_link().await.unwrap_err();
    let text = "init failed (error: expected `partitions` to be a positive integer, got `0`)";
    assert_eq!(error.to_string(), text);
    let StartError::Init(ExitReason::Error(cause)) = error else {
        panic!("the option is the cause");
    };
    assert_eq!(cause.downcast_ref(), Some(&OptionError::Partitions(0)));
    assert!(!Faulty::is_running());
    let error = TooMany::start().await.unwrap_err();
    assert!(
        error.to_string().contains("at most 4096, got `4097`"),
        "{error}"
    );
    // In a tree, the error names the child.
    let tree = SupervisorSpec::new("Tree").child(Faulty::child_spec());
    let error = tree.start().await.unwrap_err();
    let text = format!(
        "child `Faulty` did not start: {}",
        Faulty::start().await.unwrap_err()
    );
    assert_eq!(error.to_string(), text);
    Most::start().await.unwrap();
    assert_eq!(Most::handle().partitions(), 4_096);
    let refused = spawn(async |ctx: Process<()>| {
        let error = Faulty::register(&ctx, 1, ()).unwrap_err();
        assert!(matches!(error, RegisterError::NotRunning(_)));
    });
    assert!(refused.pid().ended().await.is_normal());
}

#[registry_runtime::test]
async fn there_are_as_many_partitions_as_schedulers_unless_said_otherwise() {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    assert_eq!(Usual::handle().partitions(), threads);
    assert_eq!(Scheduled::handle().partitions(), threads);
    let built: Registry<u32> = Registry::builder().build().unwrap();
    assert_eq!(built.partitions(), threads);
    let built: Registry<u32> = Registry::builder()
        .partitions(Partitions::Schedulers)
        .build()
        .unwrap();
    assert_eq!(built.partitions(), threads);
    assert_eq!(
        format!("{:?}", RegistryOptions::default()),
        format!("{:?}", RegistryOptions::default())
    );
}

/// Elixir: "child_spec/1 uses :name as :id".
#[registry_runtime::test]
async fn a_child_spec_uses_the_name_as_id() {
    let named: Registry<u32> = Registry::builder().name("custom_name").build().unwrap();
    let plain: Registry<u32> = Registry::builder().build().unwrap();
    let tree = SupervisorSpec::new("Tree")
        .child(named.child_spec())
        .child(plain.child_spec())
        .child(Usual::child_spec())
        .start()
        .await
        .unwrap();
    let children = tree.which_children();
    let ids: Vec<&str> = children.iter().map(|child| &*child.id).collect();
    assert_eq!(ids, ["custom_name", "registry", "Usual"]);
    assert!(children.iter().all(|child| child.kind == ChildKind::Worker));
    assert_eq!(children[0].pid(), named.pid());
    assert_eq!(children[2].pid(), Usual::pid());
    assert_eq!((named.name(), plain.name()), ("custom_name", "registry"));
}

/// Elixir: "raises on unknown registry name".
#[registry_runtime::test]
async fn a_registry_that_does_not_run_refuses_and_says_what_to_do() {
    let process = spawn(async |ctx: Process<()>| {
        let value: Registry<u32> = Registry::builder().name("Sessions").build().unwrap();
        let error = value.register(&ctx, 1, ()).unwrap_err();
        let text = "registry `Sessions` is not running; start it with `start_link`, or put its \
                    child spec into a supervisor";
        assert_eq!(error.to_string(), text);
        assert_eq!(error.source().unwrap().to_string(), text);
        let RegisterError::NotRunning(error) = error else {
            panic!("it does not run");
        };
        assert_eq!(error.registry(), "Sessions");
        value.unregister(&ctx, &1);
        assert_eq!(
            (value.lookup(&1), value.count(), value.keys(ctx.pid())),
            (None, 0, vec![])
        );
        assert_eq!((value.is_running(), value.pid()), (false, None));

        let error = Unplaced::register(&ctx, "hello".to_owned(), ())
            .unwrap_err()
            .to_string();
        let (file, rest) = (
            file!(),
            "add `registry!<Unplaced>;` to your supervision tree, before \
                            what uses it, or `Unplaced::start_link().await?`",
        );
        assert!(
            error.starts_with(&format!("registry `Unplaced` (declared at {file}:")),
            "{error}"
        );
        assert!(
            error.ends_with(&format!(" is not running; {rest}")),
            "{error}"
        );

        let error = Held::register(&ctx, "hello".to_owned(), ())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains(" is not running; start `Holds` (declared at "),
            "{error}"
        );
        assert!(error.ends_with("which holds it, first"), "{error}");
        assert!(Holds::start().await.is_ok());
        assert_eq!(Held::register(&ctx, "hello".to_owned(), ()), Ok(()));
    });
    let reason = process.pid().ended().await;
    assert!(
        reason.is_normal() || reason == ExitReason::Shutdown,
        "{reason}"
    );
}

#[registry_runtime::test]
async fn who_has_the_key_is_told_with_what_to_do_about_it() {
    let registry = build(1).unwrap();
    registry.start().unwrap();
    let process = spawn(async move |ctx: Process<()>| {
        registry.register(&ctx, 1, ()).unwrap();
        let error = registry.register(&ctx, 1, ()).unwrap_err();
        assert_eq!(error, RegisterError::AlreadyRegistered(ctx.pid()));
        let text = format!(
            "the key is registered by {}; unregister it there first, or declare the registry \
             `keys = duplicate` to have several processes under a key",
            ctx.pid()
        );
        assert_eq!(error.to_string(), text);
        assert!(error.source().is_none());
        let exiting = RegisterError::Exiting.to_string();
        assert!(exiting.contains("register it while it runs"), "{exiting}");
    });
    let reason = process.pid().ended().await;
    assert!(reason.is_normal(), "{reason}");
}

/// A registry of one's own needs a runtime to run on, and nothing else.
#[test]
fn without_a_runtime_it_is_built_and_does_not_start() {
    let registry = build(1).unwrap();
    let error = registry.start().unwrap_err();
    assert_eq!(error, StartError::NoRuntime);
    assert_eq!(
        (registry.count(), registry.lookup(&1), registry.is_running()),
        (0, None, false)
    );
}
