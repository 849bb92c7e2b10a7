//! What servers keep, and what they look at in each message.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use registry_runtime::prelude::*;
use registry_tests::Bomb;

use crate::book::{Book, Home};
use crate::plan::{Id, Target, Unit};

/// Whoever sends: a client, and whether it knows the server by reference or by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lane {
    pub client: usize,
    pub by_ref: bool,
}

/// What is published to a topic: the client's own count of its news to it.
#[derive(Clone, Debug)]
pub struct News {
    pub client: usize,
    pub topic: u8,
    pub number: u64,
    pub by_key: bool,
}

/// What a server answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    pub token: u64,
    pub id: Id,
    pub pid: Pid,
}

/// The state's part in the model: when it is dropped, the state is.
pub struct Here {
    pub book: Arc<Book>,
    pub pid: Pid,
}

impl Drop for Here {
    fn drop(&mut self) {
        self.book.gone(self.pid);
    }
}

/// What all servers have besides their type.
#[derive(Default)]
pub struct Memory {
    pub here: Option<Here>,
    seen: HashMap<Lane, u64>,
    news: HashMap<(usize, u8, bool), u64>,
    /// Topics that were joined.
    joined: HashSet<(u8, bool)>,
    /// Those that were left, so that some of their news may have passed unheard, or joined twice,
    /// so that each is heard twice.
    pub gaps: HashSet<(u8, bool)>,
    parked: Vec<(ReplyTo<Answer>, u64)>,
    pub bomb: Option<Bomb>,
}

/// A server's arguments.
#[derive(Clone)]
pub struct Args {
    pub book: Arc<Book>,
    pub unit: Arc<Unit>,
    pub home: Home,
}

impl Args {
    pub fn new(book: &Arc<Book>, unit: &Unit, home: Home) -> Self {
        Self {
            book: Arc::clone(book),
            unit: Arc::new(unit.clone()),
            home,
        }
    }

    pub fn id(&self) -> Id {
        self.unit.target.id()
    }
}

impl Memory {
    pub fn tick(&mut self, args: &Args, pid: Pid, lane: Lane, number: u64) {
        args.book.handles(pid, "tick");
        let seen = self.seen.insert(lane, number);
        let expected = match seen {
            Some(seen) => seen + 1,
            None if lane.by_ref => 1,
            None => number,
        };
        args.book.check(number == expected, || {
            format!("{pid} got cast {number} of {lane:?}, and not {expected}")
        });
    }

    pub fn ask(&mut self, args: &Args, pid: Pid, lane: Lane, sent: u64, token: u64) -> Answer {
        args.book.handles(pid, "ask");
        let seen = self.seen.get(&lane).copied();
        let kept = seen.map_or(!lane.by_ref || sent == 0, |seen| seen == sent);
        args.book.check(kept, || {
            format!("{pid} got a call of {lane:?} after {sent} casts, and had got {seen:?}")
        });
        self.answer(args, pid, token)
    }

    pub fn answer(&self, args: &Args, pid: Pid, token: u64) -> Answer {
        args.book.answered(token);
        let id = args.id();
        Answer { token, id, pid }
    }

    pub fn park(&mut self, args: &Args, pid: Pid, reply: ReplyTo<Answer>, token: u64) {
        args.book.handles(pid, "park");
        self.parked.push((reply, token));
        if self.parked.len() > 2 {
            // Whoever waits longest gets no answer.
            drop(self.parked.remove(0));
        }
    }

    pub fn release(&mut self, args: &Args, pid: Pid) {
        for (reply, token) in std::mem::take(&mut self.parked) {
            let answer = self.answer(args, pid, token);
            reply.send(answer);
        }
    }

    pub fn joins(&mut self, topic: u8, by_key: bool) {
        if !self.joined.insert((topic, by_key)) {
            self.gaps.insert((topic, by_key));
        }
    }

    pub fn heard(&mut self, args: &Args, pid: Pid, news: &News) {
        args.book.handles(pid, "on_news");
        let lane = (news.client, news.topic, news.by_key);
        let seen = self.news.insert(lane, news.number);
        // A full mailbox misses some, and so does whoever was away.
        let may_miss = matches!(args.unit.target, Target::Narrow(_))
            || self.gaps.contains(&(news.topic, news.by_key));
        let kept =
            seen.is_none_or(|seen| news.number == seen + 1 || (may_miss && news.number >= seen));
        args.book
            .check(kept, || format!("{pid} heard {news:?} after {seen:?}"));
    }
}
