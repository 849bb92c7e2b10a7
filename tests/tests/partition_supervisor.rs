//! Partition supervisors: Elixir's `partition_supervisor_test.exs` by behaviour.

mod partition_supervisor {
    mod declared;
    mod resize;
    mod start;
    mod support;
}

// What does not apply, and why:
//
// - "raises without name", "raises without child_spec", "raises on bad with_arguments", "raises with
//   bad auto_shutdown": the types leave no room for these; there is no `auto_shutdown` to set.
// - "raises noproc for unknown … partition supervisor": a handle is had from a start; a declared one
//   that does not run says `NotRunning`, which `a_declared_one_is_found_by_its_type` shows.
// - "uses the atom name as id", "uses the via value as id", "on success with via name": names are
//   those of declared types.
