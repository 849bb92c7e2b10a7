//! What a supervisor does when it is asked to.

use std::sync::Arc;

use super::child::AnyChildSpec;
use super::children::{Place as Seat, State};
use super::process::{End, Request, Run};
use super::{Restart, SupervisorError};
use crate::gen_server::StartError;
use crate::process::{Pid, Proc};

impl Run {
    pub(super) async fn request(&mut self, request: Request) -> Result<(), End> {
        match request {
            Request::Again(seat) => return self.restart(seat).await,
            Request::Start(spec, reply) => {
                let started = self.start_child(spec).await;
                reply.send(started);
            }
            Request::Terminate(id, reply) => {
                let terminated = self.terminate(&id).await;
                reply.send(terminated.as_ref().map(drop).map_err(Clone::clone));
                if let Ok(followers) = terminated {
                    self.start_group(followers).await;
                }
            }
            Request::Restart(id, reply) => {
                let restarted = self.restart_child(&id).await;
                reply.send(restarted);
            }
            Request::Delete(id, reply) => {
                let stopped = self.stopped(&id);
                if let Ok(seat) = stopped {
                    let removed = self.shared.children.lock().remove(seat);
                    drop(removed);
                }
                reply.send(stopped.map(drop));
            }
        }
        Ok(())
    }

    async fn start_child(&mut self, spec: AnyChildSpec) -> Result<Arc<dyn Proc>, StartError> {
        spec.0.check_significant(self.shared.auto_shutdown)?;
        let id = spec.0.known_as();
        if let Some((_, entry)) = self.shared.children.lock().find_id(&id) {
            return Err(match entry.state {
                State::Running(pid) => StartError::AlreadyStarted(pid),
                State::Waits(_) | State::Follows | State::Stopped => {
                    StartError::DuplicateId(id.to_string())
                }
            });
        }
        self.start_new(spec).await.map_err(|(_, error)| error)
    }

    /// Ends a child for good. Gives back those that may have waited to be started after it, and now
    /// wait for nobody.
    async fn terminate(&mut self, id: &str) -> Result<Vec<Seat>, SupervisorError> {
        let (seat, restart, followers) = {
            let children = self.shared.children.lock();
            let (seat, entry) = children.find_id(id).ok_or(SupervisorError::NotFound)?;
            let followers = match entry.state {
                State::Waits(_) => children.from(seat + 1),
                State::Stopped | State::Running(_) | State::Follows => Vec::new(),
            };
            (seat, entry.options.restart, followers)
        };
        self.stop(seat).await;
        if restart == Restart::Temporary {
            let removed = self.shared.children.lock().remove(seat);
            drop(removed);
        }
        Ok(followers)
    }

    async fn restart_child(&mut self, id: &str) -> Result<Pid, SupervisorError> {
        let seat = self.stopped(id)?;
        let process = self.start(seat).await.map_err(SupervisorError::Start)?;
        Ok(process.header().pid)
    }

    /// The seat of a child that has ended.
    fn stopped(&self, id: &str) -> Result<Seat, SupervisorError> {
        let children = self.shared.children.lock();
        let (seat, entry) = children.find_id(id).ok_or(SupervisorError::NotFound)?;
        match entry.state {
            State::Running(_) => Err(SupervisorError::Running),
            State::Waits(_) | State::Follows => Err(SupervisorError::Restarting),
            State::Stopped => Ok(seat),
        }
    }
}
