//! `match_spec!` in every form.
use registry_runtime::prelude::*;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Role {
    Admin { level: u8 },
    Member,
}

registry! { Roles, keys = duplicate, key = String, value = Role }
registry! { Pairs, keys = duplicate, key = (u8, u8), value = (u8, u8) }

fn member(ctx: &Process<()>) {
    Roles::register(ctx, "a".to_owned(), Role::Admin { level: 5 }).unwrap();
    Roles::register(ctx, "b".to_owned(), Role::Member).unwrap();
    Pairs::register(ctx, (1, 2), (3, 3)).unwrap();
    Pairs::register(ctx, (1, 3), (3, 4)).unwrap();
}

#[registry_runtime::test]
async fn match_specs_of_every_form() {
    let _roles = Roles::start_link().await.unwrap();
    let _pairs = Pairs::start_link().await.unwrap();
    let (ready, is_ready) = tokio::sync::oneshot::channel();
    let _process = spawn(async |mut ctx: Process<()>| {
        member(&ctx);
        ready.send(()).unwrap();
        ctx.recv().await;
    });
    is_ready.await.unwrap();
    let three = 3;
    let found = Roles::select(match_spec! {
        (key, _, Role::Admin { level }) if *level > three => (key.clone(), *level),
        (key, _, Role::Member) => {
            let key = key.to_uppercase();
            (key, 0)
        }
    });
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort();
    assert_eq!(found, [("B".to_owned(), 0), ("a".to_owned(), 5)]);
    assert_eq!(
        Roles::count_select(match_spec! { (_, _, Role::Admin { .. } | Role::Member) }),
        2
    );
    assert_eq!(
        Roles::count_match("a", match_spec! { (_, Role::Admin { level: 1..=5 }) }),
        1
    );
    assert_eq!(
        Pairs::count_select(
            match_spec! { ((1, second), _, (left, right)) if left == right || *second > 2, }
        ),
        2
    );
    assert_eq!(
        Pairs::count_match(&(1, 2), match_spec! { (_, (left, right)) if left == right }),
        1
    );
}

/// Bodies in braces, and one that never returns: none of them is worth a warning.
#[registry_runtime::test]
async fn a_body_may_be_a_block_or_diverge() {
    let _pairs = Pairs::start_link().await.unwrap();
    let (ready, is_ready) = tokio::sync::oneshot::channel();
    let process = spawn(async |mut ctx: Process<()>| {
        Pairs::register(&ctx, (1, 2), (3, 4)).unwrap();
        ready.send(()).unwrap();
        ctx.recv().await;
    });
    is_ready.await.unwrap();
    let found: Vec<_> = Pairs::select(match_spec! {
        (_, pid, (3, _)) => { pid }
        _ => unreachable!("there is one entry"),
    })
    .into_iter()
    .collect();
    assert_eq!(found, [process.pid()]);
    let found: Vec<u8> = Pairs::select(match_spec! {
        (_, _, (3, right)) => { *right }
        _ => return None,
    })
    .into_iter()
    .collect();
    assert_eq!(found, [4]);
}
