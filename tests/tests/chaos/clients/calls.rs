//! Calls and casts, by name and by reference.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use registry_runtime::prelude::*;
use tokio::time::Instant;

use super::{Client, Ref};
use crate::book::Mode;
use crate::plan::Target;
use crate::servers::{Narrow, Wide};

impl Client {
    pub(super) async fn ask(&mut self, to: Target) {
        let (token, of, timeout) = (self.book.token(), Self::found(to), self.timeout());
        let lane = self.lane(false);
        let sent = self.by_name.get(&to).copied().unwrap_or(0);
        let begun = (Instant::now(), timeout);
        let came = with_server!(to, |server| server
            .timeout(timeout)
            .ask(lane, sent, token)
            .await);
        self.came_of("ask", of, begun, &came, (token, Some(to.id())));
        let nobody = of.is_none() && self.book.is_exact();
        if nobody && came != Err(CallError::NotRunning) {
            self.book
                .violated(format!("a call to nobody came to {came:?}"));
        }
    }

    pub(super) async fn ask_by_ref(&mut self, to: Target) {
        let Some(server) = self.reference(to) else {
            return;
        };
        let (token, timeout, lane) = (self.book.token(), self.timeout(), self.lane(true));
        let begun = (Instant::now(), timeout);
        let pid = with_ref!(&server, |server| server.pid());
        let dead = self.book.was_told(pid);
        let sent = self.by_ref.get(&pid).copied().unwrap_or(0);
        let came = with_ref!(&server, |server| server
            .clone()
            .timeout(timeout)
            .ask(lane, sent, token)
            .await);
        self.came_of("ask by reference", Some(pid), begun, &came, (token, None));
        if dead && came != Err(CallError::NotRunning) {
            self.book
                .violated(format!("a call to the dead {pid} came to {came:?}"));
        }
    }

    pub(super) fn ticks(&mut self, to: Target) {
        let lane = self.lane(false);
        for _ in 0..=self.random.below(6) {
            let count = self.by_name.entry(to).or_default();
            let number = *count + 1;
            match with_server!(to, |server| server.tick(lane, number)) {
                Ok(()) => *count = number,
                Err(error) => self.may_refuse(to, error),
            }
        }
    }

    pub(super) fn ticks_by_ref(&mut self, to: Target) {
        let Some(server) = self.reference(to) else {
            return;
        };
        let lane = self.lane(true);
        let pid = with_ref!(&server, |server| server.pid());
        for _ in 0..=self.random.below(6) {
            let count = self.by_ref.entry(pid).or_default();
            let number = *count + 1;
            if with_ref!(&server, |server| server.tick(lane, number)).is_ok() {
                *count = number;
            }
        }
    }

    fn may_refuse(&self, to: Target, error: CastError) {
        let narrow = matches!(to, Target::Narrow(_));
        self.book.check(error != CastError::Full || narrow, || {
            format!("{to:?} has no room, and no limit")
        });
        let none = Self::found(to).is_none() || self.book.mode == Mode::Threads;
        self.book.check(error != CastError::NotRunning || none, || {
            format!("{to:?} is registered, and takes no cast: {error}")
        });
    }

    pub(super) async fn slow(&mut self, to: Target) {
        let (token, of, timeout) = (self.book.token(), Self::found(to), self.timeout());
        let millis = self.random.below(15) as u64;
        let begun = (Instant::now(), timeout);
        let came = with_server!(to, |server| server
            .timeout(timeout)
            .slow(millis, token)
            .await);
        self.came_of("slow", of, begun, &came, (token, Some(to.id())));
    }

    pub(super) async fn hang(&mut self, to: Target) {
        let timeout = self.timeout();
        let found = match to {
            Target::Wide(id) => Wide::via(&id).server_ref().map(Ref::Wide),
            Target::Narrow(id) => Narrow::via(&id).server_ref().map(Ref::Narrow),
        };
        let Some(server) = found else { return };
        let of = with_ref!(&server, |server| server.pid());
        let begun = (Instant::now(), timeout);
        let came = with_ref!(&server, |server| server
            .clone()
            .timeout(timeout)
            .hang()
            .await);
        // Somebody has to end it, or it hangs for the rest of the run.
        if came == Err(CallError::Timeout) {
            self.book.kills(of);
            of.exit(ExitReason::Kill);
        }
        let of = Some(of);
        match came {
            Ok(()) => self.book.violated("a call that hangs was answered"),
            Err(error) => self.came_of("hang", of, begun, &Err(error), (0, None)),
        }
    }

    /// Sends a call, and drops it after some polls.
    pub(super) async fn given_up(&mut self, to: Target) {
        let token = self.book.token();
        let polls = self.random.below(4);
        with_server!(to, |server| some_polls(server.slow(2, token), polls).await);
    }

    pub(super) async fn park(&mut self, to: Target) {
        let (token, of, timeout) = (self.book.token(), Self::found(to), self.timeout());
        let begun = (Instant::now(), timeout);
        let came = with_server!(to, |server| server.timeout(timeout).park(token).await);
        self.came_of("park", of, begun, &came, (token, Some(to.id())));
    }

    pub(super) async fn relay(&mut self, to: Target) {
        let (token, of, timeout) = (self.book.token(), Self::found(to), self.timeout());
        let next = crate::servers::anyone(&self.book, &mut self.random);
        let begun = (Instant::now(), timeout);
        let came = with_server!(to, |server| server
            .timeout(timeout)
            .relay(next, token)
            .await);
        match came {
            Ok(Ok(answer)) => {
                let right = answer.token == token && answer.id == next.id();
                self.book
                    .check(right, || format!("relayed to {next:?}: {answer:?}"));
            }
            Ok(Err(_)) => {}
            Err(error) => self.came_of("relay", of, begun, &Err(error), (0, None)),
        }
    }
}

/// Polls a call, and drops it after some polls.
async fn some_polls(call: impl Future, mut polls: usize) {
    let mut call = pin!(call);
    poll_fn(|cx| {
        if call.as_mut().poll(cx).is_ready() || polls == 0 {
            return Poll::Ready(());
        }
        polls -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
