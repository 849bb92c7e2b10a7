//! The notation that both runners share: reasons and results as text. `beam/words.exs` is the other
//! half.

use registry_runtime::prelude::*;
use registry_runtime::{ChildInfo, ChildKind, ChildState, Children, SupervisorError};

use crate::world::World;

/// A reason of the closed vocabulary, as the scenario writes it.
#[must_use]
pub fn to_reason(text: &str) -> ExitReason {
    match text.split_once(':') {
        Some(("shutdown", why)) => ExitReason::shutdown_with(why),
        Some((_, why)) => ExitReason::error(why),
        None => match text {
            "normal" => ExitReason::Normal,
            "shutdown" => ExitReason::Shutdown,
            "kill" => ExitReason::Kill,
            "killed" => ExitReason::Killed,
            "noproc" => ExitReason::NoProc,
            _ => ExitReason::error(text.to_owned()),
        },
    }
}

/// A reason as the trace writes it.
#[must_use]
pub fn reason_text(reason: &ExitReason) -> String {
    match reason {
        ExitReason::Normal => "normal".to_owned(),
        ExitReason::Shutdown => "shutdown".to_owned(),
        ExitReason::ShutdownWith(why) => format!("shutdown:{why}"),
        ExitReason::Kill => "kill".to_owned(),
        ExitReason::Killed => "killed".to_owned(),
        ExitReason::Panic(_) => "panic".to_owned(),
        // A supervisor of which a child did not start: a row of from-elixir.md says how it differs.
        ExitReason::Error(error) if error.is::<StartError>() => "shutdown:start".to_owned(),
        ExitReason::Error(error) => format!("e:{error}"),
        ExitReason::NoProc => "noproc".to_owned(),
        ExitReason::Ignore => "ignore".to_owned(),
        other => format!("?{other}"),
    }
}

/// What a start that failed came to.
pub fn not_started(world: &World, error: &StartError) -> String {
    match error {
        StartError::AlreadyStarted(pid) => format!("already {}", world.name(*pid)),
        StartError::Init(reason) => format!("error {}", reason_text(reason)),
        StartError::Ignored => "ignore".to_owned(),
        StartError::Child { id, error } => format!("child {id} {}", not_started(world, error)),
        StartError::MaxChildren => "max_children".to_owned(),
        StartError::SupervisorNotRunning(_) => "noproc".to_owned(),
        StartError::DuplicateId(_) => "duplicate".to_owned(),
        other => format!("?{}", other.to_string().replace(' ', "_")),
    }
}

/// What a start came to.
pub fn started(world: &World, result: Result<Pid, StartError>) -> String {
    match result {
        Ok(pid) => format!("ok {}", world.name(pid)),
        Err(error) => not_started(world, &error),
    }
}

/// What a question to a supervisor came to.
pub fn asked(world: &World, result: Result<Option<Pid>, SupervisorError>) -> String {
    match result {
        Ok(None) => "ok".to_owned(),
        Ok(Some(pid)) => format!("ok {}", world.name(pid)),
        Err(SupervisorError::NotRunning(_)) => "noproc".to_owned(),
        Err(SupervisorError::NotFound) => "not_found".to_owned(),
        Err(SupervisorError::Running) => "running".to_owned(),
        Err(SupervisorError::Restarting) => "restarting".to_owned(),
        Err(SupervisorError::Start(error)) => not_started(world, &error),
        Err(SupervisorError::Deadlock(_)) => "deadlock".to_owned(),
        Err(other) => format!("?{}", other.to_string().replace(' ', "_")),
    }
}

/// What a call came to that failed.
#[must_use]
pub fn not_answered(error: &CallError) -> String {
    match error {
        CallError::NotRunning => "noproc".to_owned(),
        CallError::Exited(reason) => format!("exited:{}", reason_text(reason)),
        CallError::Timeout => "timeout".to_owned(),
        CallError::Deadlock(_) => "deadlock".to_owned(),
        CallError::NoReply => "no_reply".to_owned(),
        other => format!("?{}", other.to_string().replace(' ', "_")),
    }
}

/// What a call came to.
#[must_use]
pub fn answered(result: Result<String, CallError>) -> String {
    match result {
        Ok(text) => format!("ok:{text}"),
        Err(error) => not_answered(&error),
    }
}

/// One of `which_children`.
pub fn child(world: &World, info: &ChildInfo, id: Option<&str>) -> String {
    let state = match info.state {
        ChildState::Running(pid) => world.name(pid),
        ChildState::Restarting => "restarting".to_owned(),
        ChildState::Stopped => "undefined".to_owned(),
    };
    let kind = match info.kind {
        ChildKind::Worker => "worker",
        ChildKind::Supervisor => "supervisor",
    };
    format!("{}:{state}:{kind}", id.unwrap_or(&info.id))
}

/// `count_children`.
#[must_use]
pub fn counts(children: &Children) -> String {
    let Children {
        specs,
        active,
        supervisors,
        workers,
        ..
    } = children;
    format!("{specs} {active} {supervisors} {workers}")
}

/// Parts with commas between them; `-` for none.
#[must_use]
pub fn joined(parts: &[String]) -> String {
    if parts.is_empty() {
        "-".to_owned()
    } else {
        parts.join(",")
    }
}

/// As [`joined`], where no order is promised.
#[must_use]
pub fn sorted(mut parts: Vec<String>) -> String {
    parts.sort();
    joined(&parts)
}
