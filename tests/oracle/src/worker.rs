//! The server that does as it is told. `beam/worker.exs` is the other half.

use std::collections::HashMap;
use std::sync::Arc;

use registry_runtime::prelude::*;
use registry_runtime::{MonitorRef, TimerRef};

use crate::registries::{Names, Note, Reg, each, fits};
use crate::scenario::commands;
use crate::setup::worker;
use crate::tasks;
use crate::words::{answered, not_started, reason_text, to_reason};
use crate::world::World;

/// A timer of a worker.
#[derive(Debug)]
pub struct Tick(String);

/// What is to be done before any other message.
#[derive(Debug)]
pub struct Then(String);

/// See the module.
#[gen_server(registry = Names, key = <key>, value = 0)]
pub struct Worker {
    key: String,
    id: String,
    world: Arc<World>,
    #[default]
    me: String,
    #[default]
    monitors: HashMap<String, MonitorRef>,
    #[default]
    timers: HashMap<String, TimerRef>,
    #[default]
    parked: Vec<ReplyTo<String>>,
}

/// What a command came to: a text, or a call that is answered later.
enum Answer {
    Now(String),
    Later,
}

impl From<&str> for Answer {
    fn from(text: &str) -> Self {
        Self::Now(text.to_owned())
    }
}

#[gen_server]
impl Worker {
    async fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        let about = self.world.workers[&self.id].clone();
        ctx.trap_exit(about["trap"] == "1");
        let sup = about["sup"].as_str();
        let parent = ctx.parent().filter(|_| sup != "-");
        let parent = parent.map(|pid| (pid, sup.to_owned()));
        let number = self.world.hello(ctx.pid(), &self.id, parent).await;
        self.me = format!("{}#{number}", self.id);
        self.world.add_server(ctx.self_ref());
        self.world.log(format!("life {} init", self.me));
        match plan(&about["plan"], number) {
            "ok" => {
                for command in commands(&about["init"]) {
                    self.note(ctx, &command, None).await;
                }
                Ok(())
            }
            "ignore" => Err(ExitReason::Ignore),
            "panic" => panic!("as it was told"),
            reason => Err(to_reason(reason)),
        }
    }

    /// Does as it is told, and answers with what came of it.
    #[call]
    pub async fn ask(&mut self, ctx: &mut Ctx<Self>, reply: ReplyTo<String>, command: String) {
        self.note(ctx, &command, Some(reply)).await;
    }

    /// Does as it is told.
    #[cast]
    pub async fn tell(&mut self, ctx: &mut Ctx<Self>, command: String) {
        self.note(ctx, &command, None).await;
    }

    #[info]
    async fn then(&mut self, ctx: &mut Ctx<Self>, Then(command): Then) {
        self.note(ctx, &command, None).await;
    }

    #[info]
    fn on_note(&mut self, note: Note) {
        self.heard(&note.from, &format!("note {}", note.text));
    }

    #[info]
    fn on_tick(&mut self, Tick(tag): Tick) {
        self.timers.remove(&tag);
        self.heard(&format!("timer-{tag}"), "tick");
    }

    #[info]
    fn on_idle(&mut self, _: IdleTimeout) {
        self.heard("idle", "timeout");
    }

    #[info]
    fn on_exit(&mut self, exit: Exit) {
        let from = self.world.sender(exit.from);
        self.heard(&from, &format!("exit {}", reason_text(&exit.reason)));
    }

    #[info]
    fn on_down(&mut self, down: Down) {
        self.monitors.retain(|_, monitor| *monitor != down.monitor);
        let from = self.world.name(down.pid);
        self.heard(&from, &format!("down {}", reason_text(&down.reason)));
    }

    async fn terminate(&mut self, ctx: &mut Ctx<Self>, reason: &ExitReason) {
        let traps = ctx.trap_exit(false);
        ctx.trap_exit(traps);
        let (trap, reason) = (if traps { "trap" } else { "free" }, reason_text(reason));
        self.world
            .log(format!("life {} term {trap} {reason}", self.me));
        match self.world.workers[&self.id]["term"].as_str() {
            "panic" => panic!("as it was told"),
            "hang" => std::future::pending().await,
            _ => {}
        }
    }
}

/// `3~e:init`: each third start ends so, the others work.
fn plan(plan: &str, number: u32) -> &str {
    let Some((nth, how)) = plan.split_once('~') else {
        return "ok";
    };
    let nth: u32 = nth.parse().expect("a number");
    if number.is_multiple_of(nth) {
        how
    } else {
        "ok"
    }
}

impl Worker {
    fn heard(&self, from: &str, text: &str) {
        self.world.log(format!("msg {} {from} {text}", self.me));
    }

    async fn note(&mut self, ctx: &mut Ctx<Self>, command: &str, reply: Option<ReplyTo<String>>) {
        let words: Vec<&str> = command.split(' ').collect();
        let mut reply = reply;
        let answer = self.run(ctx, &words, &mut reply).await;
        let text = match answer {
            Answer::Now(text) => text,
            Answer::Later => "later".to_owned(),
        };
        self.world
            .log(format!("res {} {command} = {text}", self.me));
        if let Some(reply) = reply {
            reply.send(text);
        }
    }

    async fn run(
        &mut self,
        ctx: &mut Ctx<Self>,
        words: &[&str],
        reply: &mut Option<ReplyTo<String>>,
    ) -> Answer {
        let world = Arc::clone(&self.world);
        match *words {
            ["ping"] => "pong".into(),
            ["crash"] => panic!("as it was told"),
            ["stop", reason] => {
                ctx.stop(to_reason(reason));
                "ok".into()
            }
            ["trap", on] => Answer::Now(ctx.trap_exit(on == "1").to_string()),
            ["continue", ref then @ ..] => {
                ctx.continue_with(Then(then.join(" ")));
                "ok".into()
            }
            ["idle", units] => {
                ctx.idle_timeout(world.time(units));
                "ok".into()
            }
            ["hibernate"] => {
                ctx.hibernate();
                "ok".into()
            }
            ["park"] => match reply.take() {
                None => "nobody".into(),
                Some(reply) => {
                    self.parked.push(reply);
                    Answer::Later
                }
            },
            ["reply"] if self.parked.is_empty() => "nobody".into(),
            ["reply"] => {
                self.parked.remove(0).send("late".to_owned());
                "ok".into()
            }
            ["hang"] => std::future::pending().await,
            ["sleep", units] => {
                tokio::time::sleep(world.time(units)).await;
                "ok".into()
            }
            ["after", tag, _] if self.timers.contains_key(tag) => "set".into(),
            ["after", tag, units] => {
                let timer = ctx.send_after(world.time(units), Tick(tag.to_owned()));
                self.timers.insert(tag.to_owned(), timer);
                "ok".into()
            }
            ["cancel", tag] => match self.timers.remove(tag) {
                None => "none".into(),
                Some(timer) if ctx.cancel_timer(timer).is_some() => "in_time".into(),
                Some(_) => "too_late".into(),
            },
            ["monitor", id] if self.monitors.contains_key(id) => "set".into(),
            ["demonitor", id] => match self.monitors.remove(id) {
                None => "none".into(),
                Some(monitor) => Answer::Now(ctx.demonitor(monitor).to_string()),
            },
            ["demonitor_flush", id] => match self.monitors.remove(id) {
                None => "none".into(),
                Some(monitor) => Answer::Now(ctx.demonitor_flush(monitor).to_string()),
            },
            ["start_link", id] => {
                let started = worker(&world, id).start_link().await;
                Answer::Now(match started {
                    Ok(server) => format!("ok {}", world.name(server.pid())),
                    Err(error) => not_started(&world, &error),
                })
            }
            ["task", ref how @ ..] => Answer::Now(tasks::run(&world, how).await),
            ["register", reg, key, value] => {
                let value = value.parse().expect("a number");
                let done = each!(world.reg(reg), it => it.register(ctx, key.to_owned(), value));
                match done {
                    Ok(()) => "ok".into(),
                    Err(error) => Answer::Now(not_started(&world, &error.into())),
                }
            }
            ["unregister", reg, key] => {
                each!(world.reg(reg), it => it.unregister(ctx, key));
                "ok".into()
            }
            ["unregister_match", reg, key, pattern] => {
                each!(world.reg(reg), it => {
                    it.unregister_match(ctx, key, |value| fits(pattern, *value));
                });
                "ok".into()
            }
            ["update_value", reg, key] => match world.reg(reg) {
                Reg::Unique(it) => match it.update_value(ctx, key, |value| value + 1) {
                    Some((new, old)) => Answer::Now(format!("{new} {old}")),
                    None => "error".into(),
                },
                _ => "error".into(),
            },
            ["call", id, ref command @ ..] => match world.server(id) {
                None => "none".into(),
                Some(server) => Answer::Now(answered(server.ask(command.join(" ")).await)),
            },
            [what, id, ref rest @ ..] => match world.last(id) {
                None => "none".into(),
                Some(pid) => {
                    self.with(ctx, (what, id), pid, rest);
                    "ok".into()
                }
            },
            _ => panic!("no such command: {words:?}"),
        }
    }

    fn with(&mut self, ctx: &mut Ctx<Self>, (what, id): (&str, &str), pid: Pid, rest: &[&str]) {
        match (what, rest) {
            ("link", []) => ctx.link(pid),
            ("unlink", []) => ctx.unlink(pid),
            ("monitor", []) => {
                self.monitors.insert(id.to_owned(), ctx.monitor(pid));
            }
            ("exit", [reason]) => ctx.exit(pid, to_reason(reason)),
            ("send", [text]) => {
                let (from, text) = (self.me.clone(), (*text).to_owned());
                let _ = pid.send(Note { from, text });
            }
            _ => panic!("no such command: {what} {id} {rest:?}"),
        }
    }
}
