//! Whoever comes from another node: it knows pids and references, and no names.

use std::sync::Arc;
use std::time::Duration;

use registry_runtime::prelude::*;
use registry_tests::Random;

use crate::book::Book;
use crate::plan::Target;
use crate::plan::{one_in, pick};
use crate::servers::{Lane, Wide, anyone};

/// Calls, watches and ends processes of the node `home`, from the node it runs on.
pub async fn visit(number: usize, home: Node, book: Arc<Book>) {
    let seed = book.plan.seed.wrapping_mul(23).wrapping_add(number as u64);
    let mut random = Random::new(seed.wrapping_add(0x0F0F_0000));
    let here = Node::current();
    for _ in 0..book.plan.steps {
        match random.below(4) {
            0 => ask(number, &home, &book, &mut random).await,
            1 => end(&home, &book, &mut random).await,
            2 => {
                // Names of this node are its own: those of the other are not found by them.
                let at = anyone(&book, &mut random);
                let name = crate::clients::name(at);
                let found = crate::servers::Names::lookup(&name).map(|(pid, _)| pid);
                let known = found.filter(|pid| home.processes().contains(pid));
                book.check(known.is_none(), || {
                    format!("{name} of another node is {known:?}")
                });
            }
            _ => tokio::time::sleep(Duration::from_millis(random.below(8) as u64)).await,
        }
        let now = Node::current().processes();
        book.check(now == here.processes() || !book.is_exact(), || {
            "the node changed".to_owned()
        });
    }
}

async fn ask(number: usize, home: &Node, book: &Book, random: &mut Random) {
    let Target::Wide(id) = anyone(book, random) else {
        return;
    };
    let Some(server) = home.scope(async { Wide::via(&id).server_ref() }).await else {
        return;
    };
    let (token, pid) = (book.token(), server.pid());
    let lane = Lane {
        client: 10_000 + number,
        by_ref: true,
    };
    let limit = Duration::from_millis(1 + random.below(12) as u64);
    let came = server.timeout(limit).ask(lane, 0, token).await;
    book.note(|| format!("visitor {number}: asks {pid}: {came:?}"));
    match came {
        Ok(answer) => book.check(
            (answer.token, answer.id, answer.pid) == (token, id, pid),
            || format!("{pid} of another node answers {answer:?}"),
        ),
        Err(CallError::Exited(reason)) if book.is_exact() => {
            home.scope(async { book.told(pid, &reason, "a visitor's call") })
                .await;
        }
        Err(CallError::NotRunning | CallError::Timeout | CallError::Exited(_)) => {}
        Err(other) => book.violated(format!("a call to another node came to {other}")),
    }
}

async fn end(home: &Node, book: &Book, random: &mut Random) {
    let mut all = home.snapshot().processes;
    let spared = |type_name| type_name == "process" || type_name == "Registry";
    all.retain(|process| !spared(process.type_name) && !process.names.is_empty());
    if all.is_empty() {
        return;
    }
    let pid = pick(random, &all).pid;
    // Nothing takes it; it is dropped there.
    let _ = pid.send(7_u8);
    if one_in(random, 2) {
        book.note(|| format!("a visitor kills {pid}"));
        book.kills(pid);
        pid.exit(ExitReason::Kill);
    } else {
        pid.exit(ExitReason::Shutdown);
    }
    let limit = Duration::from_millis(random.below(400) as u64);
    if let Ok(reason) = tokio::time::timeout(limit, pid.ended()).await
        && book.is_exact()
    {
        home.scope(async { book.told(pid, &reason, "a visitor") })
            .await;
    }
}
