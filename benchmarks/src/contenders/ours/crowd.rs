//! Many servers with a name each, under a dynamic supervisor.

use registry_runtime::prelude::*;

use crate::actors::Crowd;

supervision_tree! {
    Crowded, strategy = one_for_one;

    registry!<pub(super) Sessions, keys = unique, key = String>;
    dynamic_supervisor!<pub(super) SessionSup>;
}

/// A `u64` of state, which is also the end of its name.
#[gen_server(registry = Sessions, key = "session:<id>")]
pub(super) struct Session {
    id: u64,
}

#[gen_server]
impl Session {
    #[call]
    pub(super) fn get(&self) -> u64 {
        self.id
    }
}

pub(super) struct Ours;

impl Crowd for Ours {
    type Handle = Pid;

    async fn boot() {
        // Each death would be a line on standard error.
        registry_runtime::set_reporter(|_| ());
        std::mem::forget(Crowded::start().await.expect("a tree"));
    }

    async fn start(i: u64) -> Pid {
        let spec = Session::child_spec(i).restart(Restart::Temporary);
        SessionSup::start_child(spec).await.expect("a child").pid()
    }

    fn end(handle: Pid) {
        handle.exit(ExitReason::Kill);
    }

    fn left() -> usize {
        match Sessions::count() {
            // Goes through all children: only asked when the names are gone.
            0 => SessionSup::count_children().specs,
            names => names,
        }
    }
}
