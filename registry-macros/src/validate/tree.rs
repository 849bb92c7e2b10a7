//! The rules for a supervision tree, and for supervisors within one.

use proc_macro2::Span;
use syn::parse::Parse;
use syn::spanned::Spanned;
use syn::{Attribute, Path, Type};

use super::{child, names, word};
use crate::ast::argument::Argument;
use crate::ast::time::Time;
use crate::ast::tree::{self as ast, Children};
use crate::diagnostics::{Errors, text};
use crate::model::registry::Declared;
use crate::model::tree::{Child, ChildOptions, One, Policy, Tree, What};
use crate::options::{Known, Reader};

/// The options of a tree.
const OPTIONS: [Known; 6] = [
    ("strategy", "strategy = one_for_one"),
    ("max_restarts", "max_restarts = 3"),
    ("within", "within = 5s"),
    ("auto_shutdown", "auto_shutdown = any"),
    ("requires", "requires = [Sessions]"),
    ("crate", "crate = path::to::registry_runtime"),
];

const STRATEGIES: [(&str, &str); 3] = [
    ("one_for_one", "OneForOne"),
    ("one_for_all", "OneForAll"),
    ("rest_for_one", "RestForOne"),
];

const AUTO_SHUTDOWN: [(&str, &str); 5] = [
    ("never", "Never"),
    ("any", "AnySignificant"),
    ("all", "AllSignificant"),
    ("any_significant", "AnySignificant"),
    ("all_significant", "AllSignificant"),
];

/// Checks a tree.
pub(crate) fn tree(mut tree: ast::Tree, errors: &mut Errors) -> Tree {
    argument_twice(&mut tree.arguments, errors);
    let mut options = Reader::new(tree.options, &OPTIONS, errors);
    let krate = super::krate(&mut options);
    let policy = policy(&mut options);
    let requires = options.bracketed::<Path>("requires");
    let cfgs = tree
        .attributes
        .iter()
        .filter(|a| a.path().is_ident("cfg"))
        .cloned()
        .collect();
    let declared = Declared {
        attributes: tree.attributes,
        cfgs,
        vis: tree.vis,
        name: tree.name,
    };
    let mut checker = Checker {
        errors,
        next: 0,
        half_typed: Vec::new(),
    };
    let children = checker.children(tree.children, &policy, false);
    let half_typed = checker.half_typed;
    Tree {
        krate,
        declared,
        arguments: tree.arguments,
        policy,
        requires,
        children,
        half_typed,
    }
}

/// Two arguments of one name; the later gets another, so that there are as many as are given.
pub(super) fn argument_twice(arguments: &mut [Argument], errors: &mut Errors) {
    let mut seen = Vec::new();
    for (number, argument) in arguments.iter_mut().enumerate() {
        if seen.contains(&argument.name) {
            errors.at(&argument.name, text::argument_twice(&argument.name));
            argument.name = crate::names::numbered("__again", number);
        } else {
            seen.push(argument.name.clone());
        }
    }
}

/// What a tree or a supervisor does when children end.
pub(super) fn policy(options: &mut Reader<'_>) -> Policy {
    Policy {
        strategy: word::option(options, "strategy", &STRATEGIES).map(|(_, strategy)| strategy),
        max_restarts: options.number("max_restarts").map(|(_, expr)| expr),
        within: window(options),
        auto_shutdown: word::option(options, "auto_shutdown", &AUTO_SHUTDOWN).map(|(_, when)| when),
    }
}

/// `within = 5s`; within no time there are no restarts to count.
pub(super) fn window(options: &mut Reader<'_>) -> Option<Time> {
    let (name, time) = options.with("within", Time::parse)?;
    if matches!(&time, Time::Literal(time) if time.is_zero()) {
        options.errors().at(&name, text::zero_time("within"));
    }
    Some(time)
}

/// Walks through the children, and numbers them.
pub(super) struct Checker<'e> {
    pub(super) errors: &'e mut Errors,
    next: u32,
    half_typed: Vec<Path>,
}

impl Checker<'_> {
    /// The children of one supervisor, or of a block within it.
    pub(super) fn children(
        &mut self,
        children: Children,
        policy: &Policy,
        repeated: bool,
    ) -> Vec<Child> {
        let list = self.block(children, policy, repeated);
        if !repeated {
            names::unique(&list, self.errors);
        }
        list
    }

    fn block(&mut self, children: Children, policy: &Policy, repeated: bool) -> Vec<Child> {
        children
            .errors
            .into_iter()
            .for_each(|error| self.errors.absorb(error));
        children
            .list
            .into_iter()
            .filter_map(|child| self.child(child, policy, repeated))
            .collect()
    }

    fn child(&mut self, child: ast::Child, policy: &Policy, repeated: bool) -> Option<Child> {
        let attributes = child.attributes;
        match child.what {
            ast::What::Server {
                ty,
                arguments,
                options,
            } => {
                let cfgs = self.only_cfgs(&attributes);
                let options = child::options(options, policy, self.errors);
                if repeated && options.id.is_none() {
                    self.errors.at(&ty, text::repeated_without_id());
                }
                Some(self.one(
                    cfgs,
                    What::Server {
                        ty: Box::new(turbofish_off(*ty)),
                        arguments,
                    },
                    options,
                ))
            }
            ast::What::Place(place, options) => {
                if repeated {
                    self.errors
                        .at(&place.kind, text::repeated_declaration(&place.kind));
                }
                let options = child::options(options, policy, self.errors);
                let cfgs = attributes
                    .iter()
                    .filter(|a| a.path().is_ident("cfg"))
                    .cloned()
                    .collect();
                let what = self.place(*place, attributes)?;
                Some(self.one(cfgs, what, options))
            }
            ast::What::Half(path) => {
                self.errors.at(&path, text::child_without_arguments(&path));
                self.half_typed.push(path);
                None
            }
            ast::What::For {
                pattern,
                list,
                children,
            } => {
                let cfgs = self.only_cfgs(&attributes);
                let children = self.block(children, policy, true);
                Some(Child::For {
                    cfgs,
                    pattern,
                    list,
                    children,
                })
            }
            ast::What::If {
                condition,
                then,
                otherwise,
            } => {
                let cfgs = self.only_cfgs(&attributes);
                let then = self.block(then, policy, repeated);
                let otherwise = self.block(otherwise.unwrap_or_default(), policy, repeated);
                Some(Child::If {
                    cfgs,
                    condition,
                    then,
                    otherwise,
                })
            }
        }
    }

    fn one(&mut self, cfgs: Vec<Attribute>, what: What, options: ChildOptions) -> Child {
        let number = self.next;
        self.next += 1;
        Child::One(Box::new(One {
            number,
            cfgs,
            what,
            options,
        }))
    }

    /// The `#[cfg]`s on a child that declares nothing; docs are for readers, and all else is for items.
    pub(super) fn only_cfgs(&mut self, attributes: &[Attribute]) -> Vec<Attribute> {
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
}

/// `Cache::<u64>(…)`, as one writes a call, is the type `Cache<u64>`.
pub(super) fn turbofish_off(mut ty: Type) -> Type {
    if let Type::Path(path) = &mut ty {
        for segment in &mut path.path.segments {
            if let syn::PathArguments::AngleBracketed(list) = &mut segment.arguments {
                list.colon2_token = None;
            }
        }
    }
    ty
}

/// Where a child is to be underlined.
pub(crate) fn span(what: &What) -> Span {
    match what {
        What::Server { ty, .. } => ty.span(),
        What::Placed(placed) => placed.path.span(),
    }
}
