//! The rules for a supervision tree.

use proc_macro2::{Delimiter, Group, Span};
use quote::quote;
use syn::parse::Parse;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, GenericArgument, Path, Type, Visibility};

use super::registry::declared;
use super::{child, names, word};
use crate::ast::argument::Argument;
use crate::ast::place::{Body, Place};
use crate::ast::registry::bracketed;
use crate::ast::time::Time;
use crate::ast::tree::{self as ast, Children};
use crate::diagnostics::{Errors, suggest, text};
use crate::model::registry::Declared;
use crate::model::tree::{Child, Dynamic, One, Policy, Supervisor, Tree, What};
use crate::options::{Known, Options, Reader};

const TREE_OPTIONS: [Known; 6] = [
    Known { name: "strategy", form: "strategy = one_for_one" },
    Known { name: "max_restarts", form: "max_restarts = 3" },
    Known { name: "within", form: "within = 5s" },
    Known { name: "auto_shutdown", form: "auto_shutdown = any" },
    Known { name: "requires", form: "requires = [Sessions]" },
    Known { name: "crate", form: "crate = path::to::registry_runtime" },
];

const SUPERVISOR_OPTIONS: [Known; 4] = [
    Known { name: "strategy", form: "strategy = one_for_one" },
    Known { name: "max_restarts", form: "max_restarts = 3" },
    Known { name: "within", form: "within = 5s" },
    Known { name: "auto_shutdown", form: "auto_shutdown = any" },
];

const DYNAMIC_OPTIONS: [Known; 4] = [
    Known { name: "max_children", form: "max_children = 100_000" },
    Known { name: "max_restarts", form: "max_restarts = 3" },
    Known { name: "within", form: "within = 5s" },
    Known { name: "holds", form: "holds = [Server]" },
];

const STRATEGIES: [(&str, &str); 3] =
    [("one_for_one", "OneForOne"), ("one_for_all", "OneForAll"), ("rest_for_one", "RestForOne")];

const AUTO_SHUTDOWN: [(&str, &str); 5] = [
    ("never", "Never"),
    ("any", "AnySignificant"),
    ("all", "AllSignificant"),
    ("any_significant", "AnySignificant"),
    ("all_significant", "AllSignificant"),
];

/// What a tree may hold beside servers.
const KINDS: [&str; 3] = ["registry", "dynamic_supervisor", "supervisor"];

/// Checks a tree.
pub(crate) fn tree(mut tree: ast::Tree, errors: &mut Errors) -> Tree {
    argument_twice(&mut tree.arguments, errors);
    let mut options = Reader::new(tree.options, &TREE_OPTIONS, errors);
    let krate = super::krate(&mut options);
    let policy = policy(&mut options);
    let requires = options.with("requires", bracketed::<Path>).map_or_else(Vec::new, |(_, list)| list);
    let cfgs = tree.attributes.iter().filter(|a| a.path().is_ident("cfg")).cloned().collect();
    let declared = Declared { attributes: tree.attributes, cfgs, vis: tree.vis, name: tree.name };
    let mut checker = Checker { errors, next: 0 };
    let children = checker.children(tree.children, &policy, false);
    Tree { krate, declared, arguments: tree.arguments, policy, requires, children }
}

/// Two arguments of one name; the later is left out.
pub(super) fn argument_twice(arguments: &mut Vec<Argument>, errors: &mut Errors) {
    let mut seen = Vec::new();
    arguments.retain(|argument| {
        let is_new = !seen.contains(&argument.name);
        if is_new {
            seen.push(argument.name.clone());
        } else {
            errors.at(&argument.name, text::argument_twice(&argument.name));
        }
        is_new
    });
}

/// What a tree or a supervisor does when children end.
fn policy(options: &mut Reader<'_>) -> Policy {
    Policy {
        strategy: word::option(options, "strategy", &STRATEGIES).map(|(_, strategy)| strategy),
        max_restarts: options.get("max_restarts", "number").map(|(_, expr)| expr),
        within: window(options),
        auto_shutdown: word::option(options, "auto_shutdown", &AUTO_SHUTDOWN).map(|(_, when)| when),
    }
}

/// `within = 5s`; within no time there are no restarts to count.
fn window(options: &mut Reader<'_>) -> Option<Time> {
    let (name, time) = options.with("within", Time::parse)?;
    if matches!(&time, Time::Literal(time) if time.is_zero()) {
        options.errors().at(&name, text::zero_time("within"));
    }
    Some(time)
}

/// Walks through the children, and numbers them.
struct Checker<'e> {
    errors: &'e mut Errors,
    next: u32,
}

impl Checker<'_> {
    /// The children of one supervisor, or of a block within it.
    fn children(&mut self, children: Children, policy: &Policy, repeated: bool) -> Vec<Child> {
        let list = self.block(children, policy, repeated);
        if !repeated {
            names::unique(&list, self.errors);
        }
        list
    }

    fn block(&mut self, children: Children, policy: &Policy, repeated: bool) -> Vec<Child> {
        children.errors.into_iter().for_each(|error| self.errors.absorb(error));
        children.list.into_iter().filter_map(|child| self.child(child, policy, repeated)).collect()
    }

    fn child(&mut self, child: ast::Child, policy: &Policy, repeated: bool) -> Option<Child> {
        let attributes = child.attributes;
        match child.what {
            ast::What::Server { ty, arguments, options } => {
                let cfgs = self.only_cfgs(&attributes);
                let options = child::options(options, policy, self.errors);
                if repeated && options.id.is_none() {
                    self.errors.at(&ty, text::repeated_without_id());
                }
                Some(self.one(cfgs, What::Server { ty: turbofish_off(ty), arguments }, options))
            }
            ast::What::Place(place, options) => {
                if repeated {
                    self.errors.at(&place.kind, text::repeated_declaration(&place.kind));
                }
                let options = child::options(options, policy, self.errors);
                let cfgs = attributes.iter().filter(|a| a.path().is_ident("cfg")).cloned().collect();
                let what = self.place(*place, attributes)?;
                Some(self.one(cfgs, what, options))
            }
            ast::What::For { pattern, list, children } => {
                let cfgs = self.only_cfgs(&attributes);
                let children = self.block(children, policy, true);
                Some(Child::For { cfgs, pattern, list, children })
            }
            ast::What::If { condition, then, otherwise } => {
                let cfgs = self.only_cfgs(&attributes);
                let then = self.block(then, policy, repeated);
                let otherwise = self.block(otherwise.unwrap_or_default(), policy, repeated);
                Some(Child::If { cfgs, condition, then, otherwise })
            }
        }
    }

    fn one(
        &mut self,
        cfgs: Vec<Attribute>,
        what: What,
        options: crate::model::tree::ChildOptions,
    ) -> Child {
        let number = self.next;
        self.next += 1;
        Child::One(Box::new(One { number, cfgs, what, options }))
    }

    /// The `#[cfg]`s on a child that declares nothing; docs are for readers, and all else is for items.
    fn only_cfgs(&mut self, attributes: &[Attribute]) -> Vec<Attribute> {
        let mut cfgs = Vec::new();
        for attribute in attributes {
            if attribute.path().is_ident("cfg") {
                cfgs.push(attribute.clone());
            } else if !attribute.path().is_ident("doc") {
                self.errors.at(attribute, text::attribute_on_child());
            }
        }
        cfgs
    }

    /// `kind!<…>`: declared here, or placed by its path.
    fn place(&mut self, mut place: Place, attributes: Vec<Attribute>) -> Option<What> {
        let kind = place.kind.to_string();
        if !KINDS.contains(&kind.as_str()) {
            let nearest = suggest::nearest(&kind, KINDS);
            self.errors.at(&place.kind, text::unknown_kind(&kind, nearest, KINDS));
            return None;
        }
        // Docs may stand before the child or, as on an item, before its name.
        let inner = std::mem::replace(&mut place.body.attributes, attributes);
        place.body.attributes.extend(inner);
        if kind != "supervisor" {
            let declared = place.body.arguments.iter().map(|(group, _)| group);
            for arguments in declared.chain(&place.arguments) {
                self.errors.at(arguments, text::arguments_of_place(&kind));
            }
        }
        match kind.as_str() {
            "registry" => self.registry(place),
            "dynamic_supervisor" => self.dynamic(place),
            _ => self.supervisor(place),
        }
    }

    /// `registry!<…>` declares if it has a visibility or any option.
    fn registry(&mut self, place: Place) -> Option<What> {
        self.no_children(&place);
        let path = place.body.path.clone();
        if !declares(&place.body) {
            self.placed_attributes(&place.body.attributes);
            return Some(What::Registry { path, declared: None });
        }
        let (registry, _) = super::registry::registry(place.body, self.errors)?;
        Some(What::Registry { path, declared: Some(Box::new(registry)) })
    }

    /// `dynamic_supervisor!<…>` declares if it has a visibility or any option.
    fn dynamic(&mut self, place: Place) -> Option<What> {
        self.no_children(&place);
        let Body { attributes, vis, path, options, .. } = place.body;
        if matches!(vis, Visibility::Inherited) && options.is_empty() {
            self.placed_attributes(&attributes);
            return Some(What::Dynamic { path, declared: None });
        }
        let declared = declared(attributes, vis, path.clone(), "dynamic supervisor", self.errors)?;
        if options.has("strategy") {
            self.errors.at(&declared.name, text::strategy_of_dynamic());
        }
        let mut options = strip_strategy(options, self.errors);
        let max_children: Option<Expr> = options.get("max_children", "number").map(|(_, expr)| expr);
        if let Some(expr) = max_children.as_ref().filter(|expr| super::server::is_zero(expr)) {
            options.errors().at(expr, text::zero("max_children"));
        }
        let dynamic = Dynamic {
            declared,
            max_children,
            max_restarts: options.get("max_restarts", "number").map(|(_, expr)| expr),
            within: window(&mut options),
            holds: options.with("holds", bracketed::<Type>).map_or_else(Vec::new, |(_, list)| list),
        };
        Some(What::Dynamic { path, declared: Some(Box::new(dynamic)) })
    }

    /// `supervisor!<…> { … }` declares, `supervisor!<…>` places.
    fn supervisor(&mut self, place: Place) -> Option<What> {
        let Body { attributes, vis, path, arguments, options } = place.body;
        let Some(children) = place.children else {
            let plain = matches!(vis, Visibility::Inherited) && arguments.is_none();
            if !plain || !options.is_empty() {
                self.errors.at(&path, text::supervisor_without_children(&path));
            }
            self.placed_attributes(&attributes);
            return Some(What::Supervisor { path, arguments: place.arguments, declared: None });
        };
        let declared = declared(attributes, vis, path.clone(), "supervisor", self.errors)?;
        let mut options = Reader::new(options, &SUPERVISOR_OPTIONS, self.errors);
        let policy = policy(&mut options);
        let children = self.children(children, &policy, false);
        let mut arguments = arguments.map_or_else(Vec::new, |(_, list)| list);
        argument_twice(&mut arguments, self.errors);
        let values = place.arguments.or_else(|| self.values(&arguments));
        let supervisor = Supervisor { declared, arguments, policy, children };
        Some(What::Supervisor { path, arguments: values, declared: Some(Box::new(supervisor)) })
    }

    /// The arguments of a supervisor need values; those that stand in for them are of any type.
    fn values(&mut self, arguments: &[Argument]) -> Option<Group> {
        let first = arguments.first()?;
        self.errors.at(&first.name, text::supervisor_without_values(&first.name));
        let values = arguments.iter().map(|_| quote!(::core::unreachable!(),));
        Some(Group::new(Delimiter::Parenthesis, values.collect()))
    }

    /// Only a supervisor has children written after it.
    fn no_children(&mut self, place: &Place) {
        if place.children.is_some() {
            self.errors.at(&place.kind, text::children_of_place(&place.kind));
        }
    }

    /// What is declared elsewhere has its attributes there.
    fn placed_attributes(&mut self, attributes: &[Attribute]) {
        let _: Vec<Attribute> = self.only_cfgs(attributes);
    }
}

/// Whether a body declares something, and does not place what is declared elsewhere.
fn declares(body: &Body) -> bool {
    !matches!(body.vis, Visibility::Inherited) || !body.options.is_empty()
}

/// Dynamic supervisors have no strategy to choose; what is told once need not be told as unknown too.
fn strip_strategy(mut options: Options, errors: &mut Errors) -> Reader<'_> {
    options.retain(|name| name != "strategy");
    Reader::new(options, &DYNAMIC_OPTIONS, errors)
}

/// `Cache::<u64>(…)`, as one writes a call, is the type `Cache<u64>`.
fn turbofish_off(mut ty: Type) -> Type {
    if let Type::Path(path) = &mut ty {
        for segment in &mut path.path.segments {
            if let syn::PathArguments::AngleBracketed(list) = &mut segment.arguments {
                list.colon2_token = None;
                let _: Option<&GenericArgument> = list.args.first();
            }
        }
    }
    ty
}

/// Where a child is to be underlined.
pub(crate) fn span(what: &What) -> Span {
    match what {
        What::Server { ty, .. } => ty.span(),
        What::Registry { path, .. } | What::Dynamic { path, .. } | What::Supervisor { path, .. } => {
            path.span()
        }
    }
}
