//! More nodes than there are numbers for nodes. A program of its own: it takes all numbers in turn.

use registry_runtime::prelude::*;

#[tokio::test]
async fn a_pid_is_not_given_out_again() {
    let start = async || spawn(async |mut ctx: Process<()>| ctx.recv().await);
    let old = Node::new();
    let process = old.scope(start()).await;
    let stale = process.pid();
    process.send(()).unwrap();
    process.ended().await;
    // A handle on a process keeps the process's node.
    drop((process, old));
    for _ in 0..70_000 {
        let node = Node::new();
        let process = node.scope(start()).await;
        stale.exit(ExitReason::Kill);
        assert!(process.pid().is_alive(), "{}", process.pid());
        assert_ne!(process.pid(), stale);
        process.send(()).unwrap();
        process.ended().await;
    }
}
