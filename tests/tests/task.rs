//! Tasks and task supervisors: Elixir's `task_test.exs` and `task/supervisor_test.exs` by behaviour.

mod task {
    mod awaiting;
    mod declared;
    mod many;
    mod shutdown;
    mod start;
    mod stream;
    mod supervised_stream;
    mod supervisor;
    mod support;
    mod yielding;
}

// What does not apply, and why:
//
// - "async/3", "start/3", "start_link/3", "streams an enumerable with mfa", `translate_initial_call`:
//   Rust has no module, function and arguments besides a closure.
// - "… with $callers", `$ancestors`: there is no process dictionary.
// - "raises when invoked from a non-owner process", "raises if task PID is nil": a handle is owned
//   and may be awaited by whoever has it, which `a_task_may_be_awaited_by_another_process` shows.
// - ":noconnection", "… from named monitor", `async_nolink` on other nodes: tasks are local.
// - "exits on task undef module error", "… function error": the compiler finds those.
// - "start with spawn_opt": there are no such options.
// - "returns {:ok, result} when reply and abnormal/shut down :DOWN in message queue": a task that has
//   answered ends `Normal`; nothing is in a message queue.
// - "ignores messages from other processes", "ignores additional messages after reply", "without
//   leaking messages", "unalias on timeout": results do not travel through mailboxes.
// - "returns results on infinity timeout": `Duration::MAX` is one.
// - "is zippable …": a stream is consumed once; its results in order zip with the items.
// - "does not allow streaming with invalid :shutdown", "with custom shutdown" of `async`: tasks trap
//   no exits, so all ways of ending one end it at its next await; the type has no invalid one.
// - ":zip_input_on_exit": left out, see `AsyncStream`.
