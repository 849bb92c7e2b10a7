//! The rules for supervisors whose children come later: dynamic ones, those of tasks, and partitions.

use proc_macro2::Ident;
use syn::{Expr, Type};

use super::child;
use super::registry::declared;
use super::tree::{Checker, policy, turbofish_off, window};
use crate::ast::partition;
use crate::ast::place::Body;
use crate::diagnostics::{Errors, text};
use crate::model::tree::{Declares, Kind, Limits, Partition, PartitionOf, PartitionServer, Policy};
use crate::options::{Known, Options, Reader};

const DYNAMIC_OPTIONS: [Known; 4] = [
    ("max_children", "max_children = 100_000"),
    ("max_restarts", "max_restarts = 3"),
    ("within", "within = 5s"),
    ("holds", "holds = [Server]"),
];

const TASK_OPTIONS: [Known; 3] = [
    ("max_children", "max_children = 100_000"),
    ("max_restarts", "max_restarts = 3"),
    ("within", "within = 5s"),
];

const PARTITION_OPTIONS: [Known; 4] = [
    ("partitions", "partitions = 4"),
    ("strategy", "strategy = one_for_one"),
    ("max_restarts", "max_restarts = 3"),
    ("within", "within = 5s"),
];

impl Checker<'_> {
    /// `partition_supervisor!<…> { … }` declares, `partition_supervisor!<…>` places.
    pub(super) fn partition(
        &mut self,
        body: Body,
        partition: Option<syn::Result<partition::Partition>>,
    ) -> Option<Declares> {
        let Some(partition) = partition else {
            if !self.is_placed(&body) {
                self.errors
                    .at(&body.path, text::partition_without_block(&body.path));
            }
            return None;
        };
        let Body {
            attributes,
            vis,
            path,
            options,
            ..
        } = body;
        let declared = declared(attributes, vis, &path, "partition supervisor", self.errors)?;
        let mut options = Reader::new(options, &PARTITION_OPTIONS, self.errors);
        let partitions = super::registry::partitions(&mut options);
        let policy = policy(&mut options);
        // Something has to stand in for what cannot be read, or its name would be unknown.
        let broken = || (None, PartitionOf::Tasks(Limits::default()));
        let partition = self.errors.ok(partition);
        let (number, of) = partition
            .map_or_else(broken, |partition::Partition { number, what }| {
                (number, self.partition_of(what, &policy))
            });
        let partition = Partition {
            declared,
            partitions,
            policy,
            number,
            of,
        };
        Some(Declares::Partition(Box::new(partition)))
    }

    /// What a partition supervisor has several of.
    fn partition_of(&mut self, what: partition::What, policy: &Policy) -> PartitionOf {
        match what {
            partition::What::Server {
                ty,
                arguments,
                options,
            } => {
                let options = child::options(options, policy, self.errors);
                if let Some(id) = &options.id {
                    self.errors.at(id, text::id_of_partition());
                }
                let ty = turbofish_off(*ty);
                PartitionOf::Server(Box::new(PartitionServer {
                    ty,
                    arguments,
                    options,
                }))
            }
            partition::What::Supervisor { kind, options } if kind == "dynamic_supervisor" => {
                PartitionOf::Dynamic(limits(Kind::Dynamic, options, &kind, self.errors).0)
            }
            partition::What::Supervisor { kind, options } if kind == "task_supervisor" => {
                PartitionOf::Tasks(limits(Kind::Tasks, options, &kind, self.errors).0)
            }
            partition::What::Supervisor { kind, .. } => {
                self.errors.at(&kind, text::unknown_partition(&kind));
                PartitionOf::Tasks(Limits::default())
            }
        }
    }
}

/// What a dynamic or a task supervisor can be told. It has no strategy to choose: what is told about
/// that once need not be told as unknown too.
pub(super) fn limits(
    kind: Kind,
    mut options: Options,
    at: &Ident,
    errors: &mut Errors,
) -> (Limits, Vec<Type>) {
    if options.has("strategy") {
        errors.at(at, text::strategy_of_dynamic());
        options.retain(|name| name != "strategy");
    }
    let known: &[Known] = if kind == Kind::Tasks {
        &TASK_OPTIONS
    } else {
        &DYNAMIC_OPTIONS
    };
    let mut options = Reader::new(options, known, errors);
    let max_children: Option<Expr> = options.number("max_children").map(|(_, expr)| expr);
    if let Some(expr) = max_children
        .as_ref()
        .filter(|expr| super::server::is_zero(expr))
    {
        options.errors().at(expr, text::zero("max_children"));
    }
    let limits = Limits {
        max_children,
        max_restarts: options.number("max_restarts").map(|(_, expr)| expr),
        within: window(&mut options),
    };
    let holds = options.bracketed::<Type>("holds");
    (limits, holds)
}
