//! Topics that processes subscribe to, with typed messages.

use std::sync::Arc;

use registry_runtime::prelude::*;

supervision_tree! {
    /// The topics, and those who subscribe.
    pub News;

    /// A subscriber is an entry under a topic; each gets a clone of every message.
    registry!<pub Topics, keys = duplicate, key = Topic, message = Event>;
    /// Holds the readers.
    dynamic_supervisor!<pub Readers, holds = [Reader]>;
}

/// What one can subscribe to: keys may be of any type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// Scores.
    Sport,
    /// The temperature of a city, by its post code.
    Weather(u32),
}

/// What is published. Every message is cloned for every subscriber, so what is large is shared.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A goal.
    Goal {
        /// Whose.
        team: Arc<str>,
        /// In which minute.
        minute: u8,
    },
    /// It is that warm now.
    Temperature(f32),
}

/// Publishes an event under the topic that it belongs to: how many subscribers took it.
#[must_use]
pub fn goal(team: &str, minute: u8) -> usize {
    Topics::publish(
        &Topic::Sport,
        Event::Goal {
            team: team.into(),
            minute,
        },
    )
}

/// As [`goal`], for the weather.
#[must_use]
pub fn temperature(post_code: u32, degrees: f32) -> usize {
    Topics::publish(&Topic::Weather(post_code), Event::Temperature(degrees))
}

/// A subscriber, that keeps what it reads.
#[gen_server]
#[derive(Debug)]
pub struct Reader {
    name: String,
    topics: Vec<Topic>,
    #[default]
    read: Vec<Event>,
}

#[gen_server]
impl Reader {
    /// Subscribes. Started again after a crash, it does so again; and a dead process is in no registry.
    fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        ctx.set_label(self.name.as_str());
        for topic in &self.topics {
            Topics::register(ctx, *topic, ())?;
        }
        Ok(())
    }

    /// A process can subscribe to a registry only if it has a handler for its messages: without this
    /// one, the `register` above does not compile.
    #[info]
    fn on_event(&mut self, event: Event) {
        self.read.push(event);
    }

    /// Subscribes to no more of a topic.
    #[call]
    pub fn unsubscribe(&mut self, ctx: &mut Ctx<Self>, topic: Topic) {
        Topics::unregister(ctx, &topic);
        self.topics.retain(|subscribed| *subscribed != topic);
    }

    /// What it has read so far. It has read all that was published before this was asked.
    #[call]
    pub fn read(&self) -> Vec<Event> {
        self.read.clone()
    }
}
