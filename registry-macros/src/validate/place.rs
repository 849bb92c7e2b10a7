//! The rules for what a tree holds beside servers: declared there, or placed by its path.

use proc_macro2::{Delimiter, Group};
use quote::quote;
use syn::{Attribute, Visibility};

use super::pool::limits;
use super::registry::declared;
use super::tree::{Checker, argument_twice, policy};
use crate::ast::argument::Argument;
use crate::ast::place::{Body, Place};
use crate::ast::tree::Children;
use crate::diagnostics::{suggest, text};
use crate::model::tree::{Declares, Dynamic, Kind, Placed, Supervisor, What};
use crate::options::{Known, Reader};

const SUPERVISOR_OPTIONS: [Known; 4] = [
    ("strategy", "strategy = one_for_one"),
    ("max_restarts", "max_restarts = 3"),
    ("within", "within = 5s"),
    ("auto_shutdown", "auto_shutdown = any"),
];

/// What a tree may hold beside servers.
const KINDS: [(&str, Kind); 5] = [
    ("registry", Kind::Registry),
    ("dynamic_supervisor", Kind::Dynamic),
    ("supervisor", Kind::Supervisor),
    ("partition_supervisor", Kind::Partition),
    ("task_supervisor", Kind::Tasks),
];

impl Checker<'_> {
    /// `kind!<…>`: declared here, or placed by its path.
    pub(super) fn place(&mut self, mut place: Place, attributes: Vec<Attribute>) -> Option<What> {
        let written = place.kind.to_string();
        let Some((_, kind)) = KINDS.into_iter().find(|(name, _)| *name == written) else {
            let nearest = suggest::nearest(&written, KINDS.map(|(name, _)| name));
            self.errors.at(
                &place.kind,
                text::unknown_kind(&written, nearest, KINDS.map(|(name, _)| name)),
            );
            return None;
        };
        // Docs may stand before the child or, as on an item, before its name.
        let inner = std::mem::replace(&mut place.body.attributes, attributes);
        place.body.attributes.extend(inner);
        if kind != Kind::Supervisor {
            let declared = place.body.arguments.iter().map(|(group, _)| group);
            for arguments in declared.chain(&place.arguments) {
                self.errors
                    .at(arguments, text::arguments_of_place(&written));
            }
            if place.children.is_some() {
                self.errors
                    .at(&place.kind, text::children_of_place(&written));
            }
        }
        let path = place.body.path.clone();
        let mut arguments = place.arguments;
        // What cannot be declared counts as declared elsewhere.
        let declares = match kind {
            Kind::Registry => self.registry(place.body),
            Kind::Dynamic | Kind::Tasks => self.dynamic(kind, place.body),
            Kind::Supervisor => self.supervisor(place.body, place.children, &mut arguments),
            Kind::Partition => self.partition(place.body, place.partition),
        };
        Some(What::Placed(Placed {
            kind,
            path,
            arguments,
            declares,
        }))
    }

    /// Whether it is placed by its path alone; then it has no attributes of its own.
    pub(super) fn is_placed(&mut self, body: &Body) -> bool {
        let placed = matches!(body.vis, Visibility::Inherited) && body.options.is_empty();
        if placed {
            let _: Vec<Attribute> = self.only_cfgs(&body.attributes);
        }
        placed
    }

    /// `registry!<…>` declares if it has a visibility or any option.
    fn registry(&mut self, body: Body) -> Option<Declares> {
        if self.is_placed(&body) {
            return None;
        }
        let (registry, _) = super::registry::registry(body, self.errors)?;
        Some(Declares::Registry(Box::new(registry)))
    }

    /// `dynamic_supervisor!<…>` and `task_supervisor!<…>` declare if they have a visibility or any option.
    fn dynamic(&mut self, kind: Kind, body: Body) -> Option<Declares> {
        if self.is_placed(&body) {
            return None;
        }
        let Body {
            attributes,
            vis,
            path,
            options,
            ..
        } = body;
        let what = if kind == Kind::Tasks {
            "task supervisor"
        } else {
            "dynamic supervisor"
        };
        let declared = declared(attributes, vis, &path, what, self.errors)?;
        let (limits, holds) = limits(kind, options, &declared.name, self.errors);
        let dynamic = Box::new(Dynamic {
            declared,
            limits,
            holds,
        });
        Some(if kind == Kind::Tasks {
            Declares::Tasks(dynamic)
        } else {
            Declares::Dynamic(dynamic)
        })
    }

    /// `supervisor!<…> { … }` declares, `supervisor!<…>` places.
    fn supervisor(
        &mut self,
        body: Body,
        children: Option<Children>,
        values: &mut Option<Group>,
    ) -> Option<Declares> {
        let Some(children) = children else {
            if body.arguments.is_some() || !self.is_placed(&body) {
                self.errors
                    .at(&body.path, text::supervisor_without_children(&body.path));
            }
            return None;
        };
        let Body {
            attributes,
            vis,
            path,
            arguments,
            options,
        } = body;
        let declared = declared(attributes, vis, &path, "supervisor", self.errors)?;
        let mut options = Reader::new(options, &SUPERVISOR_OPTIONS, self.errors);
        let policy = policy(&mut options);
        let children = self.children(children, &policy, false);
        let mut arguments = arguments.map_or_else(Vec::new, |(_, list)| list);
        argument_twice(&mut arguments, self.errors);
        if values.is_none() {
            *values = self.values(&arguments);
        }
        let supervisor = Supervisor {
            declared,
            arguments,
            policy,
            children,
        };
        Some(Declares::Supervisor(Box::new(supervisor)))
    }

    /// The arguments of a supervisor need values; those that stand in for them are of any type.
    fn values(&mut self, arguments: &[Argument]) -> Option<Group> {
        let first = arguments.first()?;
        self.errors
            .at(&first.name, text::supervisor_without_values(&first.name));
        let values = arguments.iter().map(|_| quote!(::core::unreachable!(),));
        Some(Group::new(Delimiter::Parenthesis, values.collect()))
    }
}
