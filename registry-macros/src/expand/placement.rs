//! The compile-time check that a server is placed after its registry: what is started, as constants,
//! and one check for each child that may need a registry.

use proc_macro2::TokenStream;
use quote::quote;
use syn::spanned::Spanned;
use syn::{Attribute, Type};

use crate::krate::Krate;
use crate::model::registry::Declared;
use crate::model::tree::{Child, Declares, Kind, One, Placed, What};
use crate::names;
use crate::validate;

/// The number of steps that belong to no child: what the tree requires.
const NO_CHILD: u32 = u32::MAX;

/// The elements of the list of steps for some children.
pub(super) fn steps(children: &[Child], krate: &Krate) -> TokenStream {
    children
        .iter()
        .map(|child| steps_of(child, krate))
        .collect()
}

fn steps_of(child: &Child, krate: &Krate) -> TokenStream {
    match child {
        Child::One(one) => {
            let cfgs = &one.cfgs;
            let steps = holds(one, krate).into_iter().chain(step(one, krate));
            steps.map(|step| quote!(#(#cfgs)* #step,)).collect()
        }
        Child::For { cfgs, children, .. } => nested(cfgs, steps(children, krate), krate),
        Child::If {
            cfgs,
            then,
            otherwise,
            ..
        } => {
            let (then, otherwise) = (steps(then, krate), steps(otherwise, krate));
            nested(cfgs, quote!(#then #otherwise), krate)
        }
    }
}

/// Steps that come and go together.
fn nested(cfgs: &[Attribute], steps: TokenStream, krate: &Krate) -> TokenStream {
    if cfgs.is_empty() {
        return steps;
    }
    quote!(#(#cfgs)* #krate::Step::Nested(&[#steps]),)
}

/// The step that tells of a supervisor, whatever it starts.
fn holds(one: &One, krate: &Krate) -> Option<TokenStream> {
    let What::Placed(placed) = &one.what else {
        return None;
    };
    let declared = match placed.kind {
        Kind::Registry => return None,
        Kind::Dynamic => "DeclaredDynamicSupervisor",
        Kind::Tasks => "DeclaredTaskSupervisor",
        Kind::Partition => "DeclaredPartitionSupervisor",
        Kind::Supervisor => "DeclaredSupervisor",
    };
    let (path, declared) = (&placed.path, names::item(declared));
    let declaration = quote!(<#path as #krate::#declared>::declaration);
    let declaration = names::around(path.span(), declaration);
    Some(quote!(#krate::Step::Holds(#declaration)))
}

fn step(one: &One, krate: &Krate) -> Option<TokenStream> {
    let at = one.number;
    Some(match &one.what {
        What::Server { ty, .. } => needs(ty, at, krate),
        What::Placed(placed) => {
            let path = &placed.path;
            let (span, here) = (path.span(), krate);
            let steps = match placed.kind {
                Kind::Registry => {
                    let id = quote!(<#path as #here::DeclaredRegistry>::ID);
                    let id = names::around(span, id);
                    return Some(quote!(#krate::Step::Provides(#id)));
                }
                // Tasks are no servers.
                Kind::Tasks => return None,
                Kind::Dynamic => {
                    quote!(<#path as #here::DeclaredDynamicSupervisor>::STEPS)
                }
                Kind::Partition => {
                    quote!(<#path as #here::DeclaredPartitionSupervisor>::STEPS)
                }
                Kind::Supervisor => {
                    quote!(<#path as #here::DeclaredSupervisor>::STEPS)
                }
            };
            let steps = names::around(span, steps);
            if matches!(placed.declares, Some(Declares::Supervisor(_))) {
                return Some(quote!(#krate::Step::Nested(#steps)));
            }
            let who = names::written(path);
            quote!(#krate::Step::Includes { at: #at, who: #who, steps: #steps })
        }
    })
}

/// The step of a server.
fn needs(ty: &Type, at: u32, krate: &Krate) -> TokenStream {
    let who = names::written(ty);
    let registry = names::around(ty.span(), quote!(#krate::Placed::<#ty>::REGISTRY));
    quote!(#krate::Step::Needs { at: #at, who: #who, registry: #registry })
}

/// The steps of a dynamic supervisor: the servers that it will hold.
pub(super) fn held(servers: &[Type], krate: &Krate) -> TokenStream {
    let steps = servers.iter().map(|ty| needs(ty, NO_CHILD, krate));
    quote!(#(#steps,)*)
}

/// The steps by which a tree asks for the registries that something else starts.
pub(super) fn required(declared: &Declared, requires: &[syn::Path], krate: &Krate) -> TokenStream {
    let who = names::plain(&declared.name);
    requires
        .iter()
        .map(|path| {
            quote! {
                #krate::Step::Needs {
                    at: #NO_CHILD,
                    who: #who,
                    registry: #krate::core::option::Option::Some(<#path as #krate::DeclaredRegistry>::ID),
                },
            }
        })
        .collect()
}

/// `const STEPS`, with these elements.
pub(super) fn constant(steps: &TokenStream, krate: &Krate) -> TokenStream {
    quote! {
        const STEPS: &'static [#krate::Step] = {
            #[allow(unused_imports, reason = "needed where a child is no server")]
            use #krate::NotAServer as _;
            &[#steps]
        };
    }
}

/// A `const` for each child of a tree that fails to compile if its registry is not placed before it.
pub(super) fn checks(tree: &Declared, children: &[Child], krate: &Krate) -> TokenStream {
    let mut checks = TokenStream::new();
    walk(children, &tree.cfgs, &mut |one, cfgs| {
        if let What::Placed(Placed {
            kind: Kind::Registry | Kind::Tasks,
            ..
        }) = one.what
        {
            return;
        }
        let (name, at) = (&tree.name, one.number);
        let text = names::plain(name);
        let span = validate::tree::span(&one.what);
        let check = quote! {
            #krate::check(
                #text,
                <#name as #krate::DeclaredSupervisor>::REQUIRES,
                <#name as #krate::DeclaredSupervisor>::STEPS,
                #at,
            )
        };
        let check = names::around(span, check);
        checks.extend(quote!(#(#cfgs)* const _: () = #check;));
    });
    checks
}

/// Visits every child, also those of supervisors within, with all `#[cfg]`s that it depends on.
fn walk(children: &[Child], cfgs: &[Attribute], visit: &mut impl FnMut(&One, &[Attribute])) {
    for child in children {
        match child {
            Child::One(one) => {
                let cfgs = joined(cfgs, &one.cfgs);
                if let What::Placed(Placed {
                    declares: Some(Declares::Supervisor(supervisor)),
                    ..
                }) = &one.what
                {
                    walk(&supervisor.children, &cfgs, visit);
                } else {
                    visit(one, &cfgs);
                }
            }
            Child::For {
                cfgs: own,
                children,
                ..
            } => walk(children, &joined(cfgs, own), visit),
            Child::If {
                cfgs: own,
                then,
                otherwise,
                ..
            } => {
                let cfgs = joined(cfgs, own);
                walk(then, &cfgs, visit);
                walk(otherwise, &cfgs, visit);
            }
        }
    }
}

fn joined(outer: &[Attribute], inner: &[Attribute]) -> Vec<Attribute> {
    outer.iter().chain(inner).cloned().collect()
}
