//! A user's crate, of either edition: the runtime has another name, every lint is denied, and everything is
//! public, so that whatever lacks docs is found.
#![forbid(unsafe_code)]
#![deny(
    warnings,
    missing_docs,
    missing_debug_implementations,
    missing_copy_implementations,
    unused,
    unreachable_pub,
    unused_qualifications,
    unused_results,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    variant_size_differences,
    let_underscore_drop,
    explicit_outlives_requirements,
    redundant_lifetimes,
    meta_variable_misuse,
    elided_lifetimes_in_paths,
    future_incompatible,
    nonstandard_style,
    rust_2018_idioms,
    clippy::all,
    clippy::pedantic,
    clippy::nursery,
    clippy::cargo_common_metadata,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::absolute_paths,
    clippy::arithmetic_side_effects,
    clippy::exhaustive_enums,
    clippy::exhaustive_structs,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_inline_in_public_items,
    clippy::missing_docs_in_private_items,
    clippy::panic,
    clippy::shadow_reuse,
    clippy::shadow_unrelated,
    clippy::std_instead_of_core,
    clippy::unwrap_used,
    clippy::unreachable,
    clippy::wildcard_imports
)]
#![deny(rustdoc::all)]
#![expect(
    clippy::missing_inline_in_public_items,
    clippy::exhaustive_structs,
    clippy::exhaustive_enums,
    clippy::arithmetic_side_effects,
    clippy::missing_errors_doc,
    reason = "the choice of this crate"
)]

// Apart, since the editions sort names in different ways.
use actors::{gen_server, match_spec, registry, supervision_tree};

use actors::DeclaredRegistry as _;
use actors::{Ctx, ExitReason, ReplyTo};

/// What a session may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Reads.
    Member,
    /// Writes.
    Admin,
}

/// What is published.
#[derive(Clone, Copy, Debug)]
pub struct Event(pub u64);

registry! {
    /// All sessions.
    pub Sessions, keys = unique, key = String, value = Role, crate = actors
}

/// A session.
#[gen_server(registry = Sessions, key = "session:<id>", value = Role::Member, call_timeout = 3s, crate = actors)]
#[derive(Debug)]
pub struct Session {
    /// Whose it is.
    pub id: u64,
    /// How often it was touched.
    #[default]
    hits: u64,
    /// Who waits.
    #[default]
    parked: Vec<ReplyTo<u64>>,
}

#[gen_server(crate = actors)]
impl Session {
    /// Listens.
    async fn init(&mut self, ctx: &mut Ctx<Self>) -> Result<(), ExitReason> {
        Topics::register(ctx, 1, ())?;
        Ok(())
    }

    /// Stops.
    async fn terminate(&mut self, _reason: &ExitReason) {
        self.parked.clear();
    }

    /// How often it was touched.
    #[call]
    pub fn hits(&self) -> u64 {
        self.hits
    }

    /// As [`Session::hits`], in time.
    #[call]
    pub async fn hits_later(&mut self, plus: u64) -> Result<u64, String> {
        Ok(self.hits + plus)
    }

    /// The next touch.
    #[call]
    pub fn next(&mut self, reply: ReplyTo<u64>) {
        self.parked.push(reply);
    }

    /// Touches it.
    #[cast]
    pub fn touch(&mut self, _by: u64) {
        self.hits += 1;
        for reply in self.parked.drain(..) {
            reply.send(self.hits);
        }
    }

    /// Counts.
    #[info]
    fn on_event(&mut self, event: Event) {
        self.hits += event.0;
    }

    /// Of no use.
    #[call]
    fn unused(&self, of: &'static str) -> &'static str {
        of
    }
}

/// A generic server, without a name.
#[gen_server(crate = actors)]
#[derive(Debug)]
pub struct Holder<T: Clone + Send + 'static, const N: usize> {
    /// What it holds.
    values: [T; N],
}

#[gen_server(crate = actors)]
impl<T: Clone + Send + 'static, const N: usize> Holder<T, N> {
    /// All it holds.
    #[call]
    pub fn values(&self) -> [T; N] {
        self.values.clone()
    }
}

/// A server that builds itself.
#[gen_server(init(id: u64, name: String), crate = actors)]
#[derive(Debug)]
pub struct Built {
    /// What it is called.
    label: String,
}

#[gen_server(crate = actors)]
impl Built {
    /// Builds it.
    async fn init(id: u64, name: String) -> Result<Self, ExitReason> {
        Ok(Self {
            label: format!("{name}{id}"),
        })
    }

    /// What it is called.
    #[call]
    pub fn label(&self) -> String {
        self.label.clone()
    }
}

supervision_tree! {
    /// The whole.
    pub App(sessions: u64), strategy = one_for_one, max_restarts = 3, within = 5s, crate = actors;

    /// What is published.
    registry!<pub Topics, keys = duplicate, key = u64, message = Event, partitions = 2>;
    registry!<Sessions>;
    /// More sessions.
    dynamic_supervisor!<pub Pool, max_children = 100, holds = [Session]>;
    for id in 0..sessions {
        Session(id), id = format!("session-{id}"), restart = transient, shutdown = 1s;
    }
    /// The others.
    supervisor!<pub Others(extra: bool), strategy = one_for_all>(sessions > 1) {
        Built(1, "built".to_owned()), backoff = 10ms..1s;
        if extra {
            Built(2, "extra".to_owned()), id = "extra";
        }
    };
}

/// How many admins there are.
#[must_use]
pub fn admins() -> usize {
    Sessions::count_select(match_spec! { (_, _, Role::Admin) })
}

#[cfg(test)]
mod tests {
    use super::admins;

    use super::{App, Event, Holder, Session, Topics};
    use actors::DeclaredRegistry as _;

    #[actors::test(crate = actors)]
    async fn it_runs() {
        let Ok(app) = App::start(2).await else {
            return assert!(admins() > 0);
        };
        assert_eq!(Topics::publish(&1, Event(3)), 2);
        assert_eq!(Session::via(1).hits().await.ok(), Some(3));
        assert_eq!(admins(), 0);
        if let Ok(holder) = Holder::start_link([1_u8, 2]).await {
            assert_eq!(holder.values().await.ok(), Some([1, 2]));
        }
        app.shutdown().await;
    }
}
