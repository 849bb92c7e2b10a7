//! A supervisor by hand: a task that waits for the end of another, and starts it again.

use std::sync::{LazyLock, Mutex};

use hashbrown::HashMap;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use crate::actors::Restarted;

/// What a name leads to.
struct Entry {
    incarnation: u64,
    task: AbortHandle,
    mailbox: UnboundedSender<()>,
}

static NAMES: LazyLock<Mutex<HashMap<String, Entry>>> = LazyLock::new(Mutex::default);
const NAME: &str = "session:0";

pub(super) struct Raw;

impl Restarted for Raw {
    async fn boot() {
        tokio::spawn(async {
            for incarnation in 1.. {
                let (mailbox, mut messages) = unbounded_channel();
                let task = tokio::spawn(async move {
                    let asked = messages.recv().await;
                    assert!(asked.is_none(), "asked to");
                });
                let entry = Entry {
                    incarnation,
                    task: task.abort_handle(),
                    mailbox,
                };
                NAMES.lock().expect("a lock").insert(NAME.to_owned(), entry);
                let _ = task.await;
                let gone = NAMES.lock().expect("a lock").remove(NAME);
                drop(gone);
            }
        });
    }

    fn incarnation() -> Option<u64> {
        NAMES
            .lock()
            .expect("a lock")
            .get(NAME)
            .map(|entry| entry.incarnation)
    }

    fn kill() {
        if let Some(entry) = NAMES.lock().expect("a lock").get(NAME) {
            entry.task.abort();
        }
    }

    fn panic() {
        if let Some(entry) = NAMES.lock().expect("a lock").get(NAME) {
            let _ = entry.mailbox.send(());
        }
    }
}
