//! Many tasks with a mailbox and a name; each takes its name out as it ends.

use std::sync::{LazyLock, Mutex};

use hashbrown::HashMap;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::AbortHandle;

use super::{Message, serve};
use crate::actors::Crowd;

type Names = Mutex<HashMap<String, UnboundedSender<Message>>>;

static NAMES: LazyLock<Names> = LazyLock::new(Names::default);

/// Takes the name out when the task is dropped, whatever the reason.
struct Name(u64);

impl Drop for Name {
    fn drop(&mut self) {
        let gone = NAMES
            .lock()
            .expect("a lock")
            .remove(&format!("session:{}", self.0));
        drop(gone);
    }
}

pub(super) struct Raw;

impl Crowd for Raw {
    type Handle = AbortHandle;

    async fn start(i: u64) -> AbortHandle {
        let (sender, mailbox) = unbounded_channel();
        NAMES
            .lock()
            .expect("a lock")
            .insert(format!("session:{i}"), sender);
        let name = Name(i);
        let task = tokio::spawn(async move {
            let _name = name;
            serve(0, mailbox).await;
        });
        task.abort_handle()
    }

    fn end(handle: AbortHandle) {
        handle.abort();
    }

    fn left() -> usize {
        NAMES.lock().expect("a lock").len()
    }
}
