//! One run: the trees are started, attacked, left alone, looked at, and ended.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use registry_runtime::__private::TestRuntime;
use registry_runtime::prelude::*;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::book::{Book, Home, Mode};
use crate::clients::Client;
use crate::faults::{Heard, attack, listen, watch};
use crate::plan::{Child, PARTITIONS, Plan, Target, Tree, Unit};
use crate::servers::{Args, Dynamic, Jobs, KeyTopics, Marks, Names, Nicks, PARTS, Topics, Wide};
use crate::visitors::visit;
use crate::{ends, guests, rest, strategy};

/// The trees that run.
pub struct Forest {
    pub base: Supervisor,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    roots: Vec<(Tree, Supervisor)>,
    parts: Option<PartitionSupervisor<Wide>>,
    /// Children that a client has ended, by root and id.
    terminated: HashSet<(Pid, String)>,
}

impl Forest {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn roots(&self) -> Vec<(Tree, Supervisor)> {
        self.inner().roots.clone()
    }

    pub fn parts(&self) -> Option<PartitionSupervisor<Wide>> {
        self.inner().parts.clone()
    }

    pub fn terminated(&self, root: Pid, id: &str) {
        self.inner().terminated.insert((root, id.to_owned()));
    }

    pub fn was_terminated(&self, root: Pid, id: &str) -> bool {
        self.inner().terminated.contains(&(root, id.to_owned()))
    }
}

impl Tree {
    pub fn id(&self) -> String {
        format!("tree{}", self.number)
    }

    fn spec(&self, book: &Arc<Book>) -> SupervisorSpec {
        let spec = SupervisorSpec::new(self.id())
            .strategy(self.strategy)
            .max_restarts(self.max_restarts)
            .within(self.within)
            .auto_shutdown(self.auto_shutdown);
        let home = Home::Tree(self.number);
        self.children.iter().fold(spec, |spec, child| match child {
            Child::Unit(unit) => spec.child(unit.child(book, home)),
            Child::Tree(tree, restart) => {
                spec.child(AnyChildSpec::from(tree.spec(book)).restart(*restart))
            }
            Child::Dynamic => spec.child(Dynamic::child_spec()),
        })
    }

    /// The numbers of this tree and all below it.
    pub fn numbers(&self) -> Vec<usize> {
        let mut numbers = vec![self.number];
        for child in &self.children {
            if let Child::Tree(tree, _) = child {
                numbers.extend(tree.numbers());
            }
        }
        numbers
    }

    pub fn holds_dynamic(&self) -> bool {
        self.children.iter().any(|child| match child {
            Child::Dynamic => true,
            Child::Tree(tree, _) => tree.holds_dynamic(),
            Child::Unit(_) => false,
        })
    }
}

/// Starts a tree, waits for its end, and starts it again, some times over.
async fn keep(tree: Tree, book: Arc<Book>, forest: Arc<Forest>) {
    for _ in 0..8 {
        let started = tree.spec(&book).start().await;
        match started {
            Ok(root) => {
                forest.inner().roots.push((tree.clone(), root.clone()));
                let reason = root.wait().await;
                forest
                    .inner()
                    .roots
                    .retain(|(_, other)| other.pid() != root.pid());
                book.told(root.pid(), &reason, "wait");
                let expected = matches!(reason, ExitReason::Shutdown | ExitReason::Killed);
                book.check(expected, || format!("{} ended of {reason}", tree.id()));
            }
            Err(error) => {
                book.note(|| format!("{} did not start: {error}", tree.id()));
                ends::start_failed(&book, &tree, &error);
            }
        }
        ends::nothing_left(&book, &tree);
        if book.is_calm() {
            return;
        }
        sleep(Duration::from_millis(1)).await;
    }
}

async fn start_parts(book: &Arc<Book>, forest: &Forest) {
    let Some((count, strategy)) = book.plan.parts else {
        return;
    };
    let template = book.plan.dynamic[0].clone();
    let arguments = {
        let book = Arc::clone(book);
        move |index: usize| {
            let unit = Unit {
                target: Target::new(PARTITIONS + index as u32),
                init_fails: 0,
                ..template.clone()
            };
            let id = unit.target.id();
            unit.typed(Wide::child_spec(
                id,
                Args::new(&book, &unit, Home::Partitions),
            ))
        }
    };
    let options = PartitionSupervisor::<Wide>::builder(arguments(0))
        .with_arguments(arguments)
        .partitions(count)
        .strategy(strategy)
        .max_restarts(50);
    let _by_hand: Vec<_> = (PARTITIONS..PARTITIONS + 4)
        .map(|id| book.by_hand(id))
        .collect();
    match options.start().await {
        Ok(parts) => forest.inner().parts = Some(parts),
        // Attacked already.
        Err(error) => book.note(|| format!("no partitions: {error}")),
    }
}

/// Spawns a task on the node of whoever does.
pub fn here<F>(task: F) -> JoinHandle<F::Output>
where
    F: Future<Output: Send> + Send + 'static,
{
    tokio::spawn(Node::current().scope(task))
}

/// All nodes of a run, each with a book of its own; those of all but the first.
async fn nodes(book: Arc<Book>) -> Vec<Arc<Book>> {
    let mut all = vec![(Node::current(), Arc::clone(&book))];
    for number in 1..book.plan.nodes {
        all.push((Node::new(), book.beside(book.plan.beside(number))));
    }
    let nodes: Vec<_> = all.iter().map(|(node, _)| node.clone()).collect();
    let mut running = Vec::new();
    for (node, of) in &all {
        let others = nodes.iter().filter(|other| *other != node);
        let body = body(Arc::clone(of), others.cloned().collect());
        running.push(tokio::spawn(node.scope(body)));
    }
    for (running, (_, of)) in running.into_iter().zip(&all) {
        if let Err(error) = running.await {
            of.violated(format!("the run panicked: {error}"));
        }
    }
    all.into_iter().skip(1).map(|(_, of)| of).collect()
}

/// What became of the books of the other nodes.
fn judge(book: &Book, others: Vec<Arc<Book>>) {
    for of in others {
        let seed = of.plan.seed;
        if let Some(verdict) = of.verdict() {
            book.violated(format!("on another node, seed {seed}: {verdict}"));
        } else if Arc::strong_count(&of) != 1 {
            let left = Arc::strong_count(&of);
            book.violated(format!(
                "{left} of the book of a node, seed {seed}, are left"
            ));
        }
    }
}

/// What goes on on one node; from the others come visitors.
async fn body(book: Arc<Book>, others: Vec<Node>) {
    let base = SupervisorSpec::new("base")
        .max_restarts(100_000)
        .child(Names::child_spec())
        .child(Nicks::child_spec())
        .child(Topics::child_spec())
        .child(KeyTopics::child_spec())
        .child(Jobs::child_spec());
    let base = if book.plan.guests.agents > 0 {
        base.child(Marks::child_spec())
    } else {
        base
    };
    let base = base.start().await.expect("registries start");
    let forest = Arc::new(Forest {
        base,
        inner: Mutex::default(),
    });
    let heard = Heard::default();
    let watcher = {
        let book = Arc::clone(&book);
        spawn(async move |ctx: Process<()>| watch(ctx, book).await)
    };
    let (ready, listening) = oneshot::channel();
    let listener = {
        let (book, heard) = (Arc::clone(&book), Arc::clone(&heard));
        spawn(async move |ctx| listen(ctx, book, heard, ready).await)
    };
    let _ = listening.await;
    let mut keepers = Vec::new();
    for tree in book.plan.roots.clone() {
        keepers.push(here(keep(tree, Arc::clone(&book), Arc::clone(&forest))));
    }
    start_parts(&book, &forest).await;
    let mut tasks = Vec::new();
    for number in 0..book.plan.clients {
        tasks.push(here(Client::new(number, &book, &forest).run()));
    }
    for number in 0..book.plan.attackers {
        tasks.push(here(attack(number, Arc::clone(&book), Arc::clone(&forest))));
    }
    for (number, other) in others.iter().enumerate() {
        let visit = visit(number, Node::current(), Arc::clone(&book));
        tasks.push(tokio::spawn(other.scope(visit)));
    }
    let away = Node::new();
    tasks.extend(guests::arrive(&book, &away));
    for task in tasks {
        if let Err(error) = task.await {
            book.violated(format!("a client or attacker panicked: {error}"));
        }
    }
    guests::nobody(&book, &away).await;
    book.note(|| "calm".to_owned());
    book.calm_down();
    rest::at_rest(&book, &forest).await;
    for (tree, root) in forest.roots() {
        strategy::strategy(&book, &forest, &tree, &root).await;
    }
    strategy::intensities(&book);
    for (_, root) in forest.roots() {
        root.shutdown().await;
    }
    let parts = forest.inner().parts.take();
    if let Some(parts) = parts {
        parts.shutdown().await;
    }
    for keeper in keepers {
        if let Err(error) = keeper.await {
            book.violated(format!("a keeper panicked: {error}"));
        }
    }
    ends::names_left(&book, &heard).await;
    forest.base.shutdown().await;
    watcher.pid().exit(ExitReason::Kill);
    listener.pid().exit(ExitReason::Kill);
    watcher.ended().await;
    listener.ended().await;
    ends::nothing_at_all(&book);
}

/// Runs a seed; what it came to, and the trace.
pub fn run(seed: u64, mode: Mode) -> (Option<String>, Vec<String>) {
    let book = Book::new(Plan::of_run(seed), mode);
    PARTS.store(book.plan.partitions, Ordering::SeqCst);
    let runtime = match mode {
        Mode::Paused => TestRuntime::new().start_paused(),
        Mode::Threads => TestRuntime::new().multi_thread(4),
    };
    let inside = Arc::clone(&book);
    let limit = Duration::from_secs(60);
    // The body is a task: it has its own place among the others.
    let done = runtime.run(async move { timeout(limit, tokio::spawn(nodes(inside))).await });
    match done {
        // By now the runtime has gone, and with it all tasks.
        Ok(Ok(others)) => judge(&book, others),
        Ok(Err(error)) => book.violated(format!("the run panicked: {error}")),
        Err(_) => book.violated("the run hangs"),
    }
    if book.verdict().is_none() && Arc::strong_count(&book) != 1 {
        book.violated(format!("{} of the book are left", Arc::strong_count(&book)));
    }
    (book.verdict(), book.trace())
}
