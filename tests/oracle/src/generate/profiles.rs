//! What kinds of scenarios there are.

use super::{Maker, Told};

const LOOSE: [&str; 4] = ["a", "b", "c", "d"];
const KEYS: [&str; 3] = ["k0", "k1", "k2"];
const PATTERNS: [&str; 5] = ["_", "=1", "=2", ">1", ">2"];

/// Writes the scenario of the profile that a seed has.
pub(super) fn write(maker: &mut Maker, seed: u64) {
    match seed % 10 {
        0 | 1 => registries(maker),
        2 | 3 => processes(maker),
        4..=6 => supervisors(maker),
        7 => dynamic(maker),
        8 => timers(maker),
        _ => others(maker),
    }
}

/// Workers that belong to nobody.
fn loose(maker: &mut Maker) {
    for id in LOOSE {
        let plan = if maker.chance(15) {
            maker.plan()
        } else {
            "ok".to_owned()
        };
        let name = if maker.chance(30) {
            maker.pick(&["n0", "n1"])
        } else {
            "-"
        };
        maker.worker(
            id,
            &Told {
                plan: &plan,
                name,
                ..Told::default()
            },
        );
    }
    for id in LOOSE {
        maker.step(&format!("start {id}"));
    }
}

fn declare_registry(maker: &mut Maker, id: &str) -> bool {
    let keys = maker.pick(&["unique", "unique", "by_pid", "by_key"]);
    let partitions = maker.pick(&["1", "1", "2", "4"]);
    let listener = usize::from(maker.chance(50));
    maker.declare(&format!(
        "registry {id} keys={keys} partitions={partitions} listener={listener}"
    ));
    keys == "unique"
}

fn registry_step(maker: &mut Maker, reg: &str, unique: bool) {
    let (key, id) = (maker.pick(&KEYS), maker.pick(&LOOSE));
    let (pattern, value) = (maker.pick(&PATTERNS), maker.below(4));
    match maker.below(26) {
        0..7 => maker.tell(id, &format!("register {reg} {key} {value}")),
        7 | 8 => maker.tell(id, &format!("unregister {reg} {key}")),
        9 => {
            maker.step(&format!("call {id} register {reg} {key} {value}"));
            maker.tell(id, &format!("unregister_match {reg} {key} {pattern}"));
            maker.step(&format!("select {reg} _"));
        }
        10 if unique => maker.tell(id, &format!("update_value {reg} {key}")),
        11 if unique => maker.step(&format!("whereis {reg} {key}")),
        12 if unique => maker.step(&format!("send_name {reg} {key} hello")),
        10 | 13 => maker.step(&format!("lookup {reg} {key}")),
        11 | 14 => maker.step(&format!("keys {reg} {id}")),
        12 | 15 => maker.step(&format!("values {reg} {key} {id}")),
        16 => maker.step(&format!("match {reg} {key} {pattern}")),
        17 => maker.step(&format!("count_match {reg} {key} {pattern}")),
        18 => maker.step(&format!("select {reg} {pattern}")),
        19 => maker.step(&format!("count_select {reg} {pattern}")),
        20 => maker.step(&format!("count {reg}")),
        21 => maker.step(&format!("dispatch {reg} {key} news")),
        22 => maker.step(&format!("dispatch_parallel {reg} {key} news")),
        23 => maker.step(&format!("put_meta {reg} m{} v{value}", value % 2)),
        24 => maker.step(&format!("meta {reg} m{}", value % 2)),
        _ => maker.step(&format!("delete_meta {reg} m{}", value % 2)),
    }
}

fn registries(maker: &mut Maker) {
    let unique = declare_registry(maker, "r0");
    let second = declare_registry(maker, "r1");
    loose(maker);
    for _ in 0..18 {
        match maker.below(10) {
            0 => ending(maker, &LOOSE),
            1 => {
                let id = maker.pick(&LOOSE);
                maker.step(&format!("start {id}"));
            }
            2 | 3 => registry_step(maker, "r1", second),
            _ => registry_step(maker, "r0", unique),
        }
    }
}

/// One of the ways to end a process, or to try.
fn ending(maker: &mut Maker, ids: &[&'static str]) {
    let (id, other) = (maker.pick(ids), maker.pick(ids));
    let (reason, signal) = (maker.reason(), maker.signal());
    match maker.below(9) {
        0..3 => maker.step(&format!("exit {id} {signal}")),
        3 if !maker.takes_time() => maker.step(&format!("stop {id} {reason}")),
        4 => maker.tell(id, "crash"),
        5 => maker.tell(id, &format!("stop {reason}")),
        6 => maker.tell(id, &format!("continue stop {reason}")),
        7 if id != other => maker.tell(id, &format!("exit {other} {signal}")),
        // What it sends to itself and traps, OTP takes for its parent's if it has none.
        7 => maker.step(&format!("cast {id} exit {id} kill")),
        _ => maker.step(&format!("cast {id} crash")),
    }
}

/// Links, monitors, traps, calls among processes.
fn relation(maker: &mut Maker, ids: &[&'static str]) {
    let (id, other) = (maker.pick(ids), maker.pick(ids));
    match maker.below(16) {
        // A link to nobody fails in the handler itself in Elixir: it has no answer then.
        0..4 => maker.step(&format!("cast {id} link {other}")),
        4 => maker.tell(id, &format!("unlink {other}")),
        5..7 => {
            maker.tell(id, &format!("monitor {other}"));
            if maker.chance(30) {
                let how = maker.pick(&["demonitor", "demonitor_flush"]);
                maker.tell(id, &format!("{how} {other}"));
            }
        }
        7 => {
            let how = maker.pick(&["demonitor", "demonitor_flush"]);
            maker.tell(id, &format!("{how} {other}"));
        }
        8 => {
            let on = maker.below(2);
            maker.tell(id, &format!("trap {on}"));
        }
        9 => maker.tell(id, &format!("send {other} hi")),
        10 if maker.takes_time() => maker.step(&format!("send {id} hello")),
        10 => {
            let command =
                maker.pick(&["ping", "crash", "stop normal", "stop e:x", "park", "trap 1"]);
            if command != "park" {
                maker.tell(id, &format!("call {other} {command}"));
            }
        }
        11 => maker.ask_later(id, "park"),
        12 => maker.tell(id, "reply"),
        13 => maker.tell(id, "continue ping"),
        14 => maker.step(&format!("alive {id}")),
        _ => maker.step(&format!("send {id} hello")),
    }
}

fn processes(maker: &mut Maker) {
    maker.worker("x", &Told::default());
    let how = maker.pick(&[
        "e:init",
        "shutdown",
        "normal",
        "panic",
        "ignore",
        "shutdown:i",
    ]);
    maker.worker(
        "y",
        &Told {
            plan: &format!("1~{how}"),
            ..Told::default()
        },
    );
    loose(maker);
    for _ in 0..16 {
        match maker.below(20) {
            0..4 => ending(maker, &LOOSE),
            4 => {
                let id = maker.pick(&LOOSE);
                maker.step(&format!("start {id}"));
            }
            5 => {
                let id = maker.pick(&LOOSE);
                let other = maker.pick(&["x", "y"]);
                // It has no answer if it ends by the link.
                maker.step(&format!("cast {id} start_link {other}"));
            }
            6 => ending(maker, &["x"]),
            7 => {
                let name = maker.pick(&["n0", "n1"]);
                let what = maker.pick(&["whereis", "lookup"]);
                maker.step(&format!("{what} names {name}"));
            }
            _ => relation(maker, &LOOSE),
        }
    }
}

/// A worker under a supervisor.
fn supervised(maker: &mut Maker, id: &str, sup: &str, auto: &str) {
    let plan = if maker.chance(35) {
        maker.plan()
    } else {
        "ok".to_owned()
    };
    let restart = maker.pick(&["permanent", "permanent", "transient", "temporary"]);
    let significant = auto != "never" && restart != "permanent" && maker.chance(70);
    let shutdown = maker.pick(&["1.0", "1.0", "brutal_kill", "infinity"]);
    let (mut term, mut trap) = ("ok", None);
    if shutdown == "1.0" && maker.chance(4) {
        maker.take_time();
        (term, trap) = ("hang", Some(true));
    }
    let name = if maker.chance(10) { "n0" } else { "-" };
    let told = Told {
        sup,
        plan: &plan,
        term,
        name,
        restart,
        shutdown,
        significant,
        trap,
        ..Told::default()
    };
    maker.worker(id, &told);
}

fn supervisors(maker: &mut Maker) {
    let kind = maker.pick(&["one_for_one", "one_for_all", "rest_for_one"]);
    let auto = maker.pick(&["never", "never", "any_significant", "all_significant"]);
    let intensity = maker.below(4);
    let count = 1 + maker.below(3);
    let mut children: Vec<&'static str> = LOOSE[..count].to_vec();
    for id in &LOOSE[..count] {
        supervised(maker, id, "s0", auto);
    }
    let mut all = children.clone();
    supervised(maker, "x", "s0", auto);
    all.push("x");
    if maker.chance(40) {
        let kind = maker.pick(&["one_for_one", "one_for_all", "rest_for_one"]);
        let inner = maker.below(3);
        let auto = maker.pick(&["never", "any_significant"]);
        let restart = maker.pick(&["permanent", "transient", "temporary"]);
        supervised(maker, "e", "s1", auto);
        supervised(maker, "f", "s1", auto);
        maker.declare(&format!(
            "sup s1 kind={kind} intensity={inner} auto={auto} children=e,f restart={restart} \
             shutdown=infinity significant=0"
        ));
        let at = maker.below(children.len() + 1);
        children.insert(at, "s1");
        all.extend(["e", "f"]);
    }
    maker.declare(&format!(
        "sup s0 kind={kind} intensity={intensity} auto={auto} children={} restart=permanent \
         shutdown=infinity significant=0",
        children.join(",")
    ));
    maker.step("start_sup s0");
    for _ in 0..12 {
        let child = maker.pick(&["a", "b", "c", "d", "x", "s1"]);
        match maker.below(20) {
            0..6 => ending(maker, &all),
            6..8 => relation(maker, &all),
            8..10 => maker.step(&format!("terminate_child s0 {child}")),
            10..12 => maker.step(&format!("restart_child s0 {child}")),
            12 => maker.step(&format!("delete_child s0 {child}")),
            13 | 14 => {
                let child = maker.pick(&children);
                let child = if maker.chance(70) { "x" } else { child };
                maker.step(&format!("start_child s0 {child}"));
            }
            15 | 16 => maker.step("which_children s0"),
            17 => maker.step("count_children s0"),
            18 => {
                let what = stopping(maker, "s0");
                if maker.chance(40) {
                    maker.step(&what);
                }
            }
            _ => maker.step("which_children s0"),
        }
    }
    maker.step("which_children s0");
}

/// A step that ends a supervisor, or starts it again.
fn stopping(maker: &mut Maker, sup: &str) -> String {
    match maker.below(3) {
        0 => format!("stop_sup {sup} shutdown"),
        // In Elixir a child whose `terminate` hangs outlives it, and what follows would differ.
        1 if !maker.takes_time() => format!("exit {sup} kill"),
        _ => format!("start_sup {sup}"),
    }
}

fn dynamic(maker: &mut Maker) {
    let intensity = maker.below(4);
    let most = maker.pick(&["infinity", "infinity", "2", "3"]);
    let ids = ["a", "b", "c"];
    for id in ids {
        supervised(maker, id, "d0", "never");
    }
    maker.declare(&format!(
        "sup d0 kind=dynamic intensity={intensity} max_children={most} restart=permanent \
         shutdown=infinity significant=0"
    ));
    maker.step("start_sup d0");
    for _ in 0..16 {
        let id = maker.pick(&ids);
        match maker.below(16) {
            0..5 => maker.step(&format!("dyn_start d0 {id}")),
            5 | 6 => maker.step(&format!("dyn_terminate d0 {id}")),
            7..11 => ending(maker, &ids),
            11 => relation(maker, &ids),
            12 | 13 => maker.step("dyn_which d0"),
            14 => maker.step("dyn_count d0"),
            _ if maker.chance(30) => {
                let what = stopping(maker, "d0");
                maker.step(&what);
            }
            _ => maker.step("dyn_which d0"),
        }
    }
}

/// Timers are due at whole units after they were set, and waits end at fractions: no two things are due
/// at the same time, if there are not many waits.
fn timers(maker: &mut Maker) {
    let ids = ["a", "b"];
    for id in ids {
        let init = maker.pick(&["-", "continue+ping", "after+t0+1.0", "idle+2.1"]);
        maker.worker(
            id,
            &Told {
                init,
                ..Told::default()
            },
        );
        maker.step(&format!("start {id}"));
    }
    let mut waits = 0;
    for _ in 0..12 {
        let (id, tag) = (maker.pick(&ids), maker.pick(&["t0", "t1"]));
        let units = maker.pick(&["1.0", "2.0", "3.0"]);
        match maker.below(16) {
            0..4 => maker.tell(id, &format!("after {tag} {units}")),
            4 => maker.tell(id, &format!("cancel {tag}")),
            5 => {
                let units = maker.pick(&["1.1", "2.1"]);
                maker.step(&format!("cast {id} idle {units}"));
            }
            6 => maker.tell(id, "hibernate"),
            7 => maker.tell(id, "continue ping"),
            8 => maker.ask_within(id, units, "park"),
            9 => maker.tell(id, "reply"),
            10 => maker.tell(id, "ping"),
            11 => ending(maker, &ids),
            _ if waits < 4 => {
                waits += 1;
                let units = maker.pick(&["1.4", "1.4", "2.4"]);
                maker.step(&format!("wait {units}"));
            }
            _ => maker.tell(id, "continue hibernate"),
        }
    }
}

/// Tasks, agents, partition supervisors.
fn others(maker: &mut Maker) {
    let ids = ["a", "b"];
    for id in ids {
        maker.worker(id, &Told::default());
    }
    let partitions = 1 + maker.below(3);
    let intensity = maker.below(3);
    supervised(maker, "c", "p0", "never");
    maker.declare(&format!(
        "sup p0 kind=partition intensity={intensity} children=c partitions={partitions} \
         restart=permanent shutdown=infinity significant=0"
    ));
    for step in ["start a", "start b", "agent g", "start_sup p0"] {
        maker.step(step);
    }
    for _ in 0..14 {
        let id = maker.pick(&ids);
        let (reason, signal) = (maker.reason(), maker.signal());
        let number = maker.below(6);
        match maker.below(20) {
            0..2 => maker.tell(id, "task ok"),
            2 | 3 => maker.step(&format!("cast {id} task crash")),
            4 => {
                let how = [
                    "trap 1",
                    "task nolink_ok",
                    "task nolink_crash",
                    "task stream",
                    "task stream_nolink",
                    "task stream_crash",
                ];
                let how = maker.pick(&how);
                maker.step(&format!("cast {id} {how}"));
            }
            5 => maker.step("agent_get g"),
            6 | 7 => maker.step(&format!("agent_update g {number}")),
            8 => maker.step(&format!("agent_cast g {number}")),
            9 => maker.step("agent_crash g"),
            10 => maker.step(&format!("agent_stop g {reason}")),
            11 => maker.step(&format!("exit g {signal}")),
            12 => maker.step("agent g"),
            13..16 => maker.step(&format!("part_call p0 {number} ping")),
            16 => maker.step(&format!("exit c {signal}")),
            17 if maker.chance(30) => {
                // It is not started again: in Elixir its name would be taken.
                let what = maker.pick(&["stop_sup p0 shutdown", "exit p0 kill"]);
                let what = if maker.takes_time() {
                    "stop_sup p0 shutdown"
                } else {
                    what
                };
                maker.step(what);
            }
            17 => maker.step("part_which p0"),
            18 => maker.step("part_count p0"),
            _ => maker.step("part_size p0"),
        }
    }
}
