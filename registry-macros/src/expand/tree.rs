//! `supervision_tree!`: the items of everything that it declares.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

use super::declaration::{self, Declaration};
use super::registry::{item, visibility};
use super::{placement, spec, time};
use crate::ast::argument::Argument;
use crate::krate::Krate;
use crate::model::registry::Declared;
use crate::model::tree::{Child, Dynamic, Policy, Supervisor, Tree, What};
use crate::names;

/// The whole expansion.
pub(crate) fn tree(tree: &Tree) -> TokenStream {
    let Tree { krate, declared, arguments, policy, requires, children } = tree;
    let root = Root { declared, arguments, policy, requires, children, kind: quote!(Tree), what: "tree" };
    let (items, supervisor) = (items(children, krate), root.expand(krate));
    let checks = placement::checks(declared, children, krate);
    quote! {
        #items
        #supervisor
        #checks
    }
}

/// What is declared among the children.
fn items(children: &[Child], krate: &Krate) -> TokenStream {
    children
        .iter()
        .map(|child| match child {
            Child::One(one) => match &one.what {
                What::Registry { declared: Some(registry), .. } => super::registry::registry(registry, krate),
                What::Dynamic { declared: Some(dynamic), .. } => dynamic_supervisor(dynamic, krate),
                What::Supervisor { declared: Some(supervisor), .. } => self::supervisor(supervisor, krate),
                _ => TokenStream::new(),
            },
            Child::For { children, .. } => items(children, krate),
            Child::If { then, otherwise, .. } => {
                let (then, otherwise) = (items(then, krate), items(otherwise, krate));
                quote!(#then #otherwise)
            }
        })
        .collect()
}

/// A supervisor declared within a tree.
fn supervisor(supervisor: &Supervisor, krate: &Krate) -> TokenStream {
    let Supervisor { declared, arguments, policy, children } = supervisor;
    let root = Root {
        declared,
        arguments,
        policy,
        requires: &[],
        children,
        kind: quote!(Supervisor),
        what: "supervisor",
    };
    let (items, supervisor) = (items(children, krate), root.expand(krate));
    quote!(#items #supervisor)
}

/// What a tree and a supervisor within one have in common.
struct Root<'a> {
    declared: &'a Declared,
    arguments: &'a [Argument],
    policy: &'a Policy,
    requires: &'a [Path],
    children: &'a [Child],
    kind: TokenStream,
    what: &'a str,
}

impl Root<'_> {
    fn expand(&self, krate: &Krate) -> TokenStream {
        let Declared { cfgs, vis, name, .. } = self.declared;
        let item = item(self.declared, self.what);
        let root = krate.root();
        let types: Vec<_> = self.arguments.iter().map(|argument| &argument.ty).collect();
        let names: Vec<_> = self.arguments.iter().map(|argument| &argument.name).collect();
        let (args, spec) = (names::local("args"), names::local("spec"));
        let policy = spec::policy(self.policy, name, krate);
        let children = spec::children(self.children, &spec, krate);
        let required = placement::required(self.declared, self.requires, krate);
        let steps = placement::steps(self.children, krate);
        let steps = placement::constant(&quote!(#required #steps), krate);
        let requires = self.requires;
        let requires = (!requires.is_empty()).then(|| {
            quote! {
                const REQUIRES: &'static [#krate::RegistryId] =
                    &[#(<#requires as #krate::DeclaredRegistry>::ID),*];
            }
        });
        let own_steps = quote!(<#name as #krate::DeclaredSupervisor>::STEPS);
        let declaration =
            Declaration { kind: self.kind.clone(), name, more: quote!(.steps(#own_steps)) };
        let reference = declaration.reference(krate);
        let submission =
            declaration::submit(krate, &quote!(<#name as #krate::DeclaredSupervisor>::declaration));
        quote! {
            #item

            #(#cfgs)*
            const _: () = {
                #[allow(
                    unused_mut,
                    unused_assignments,
                    private_interfaces,
                    clippy::all,
                    clippy::pedantic,
                    clippy::nursery,
                    clippy::restriction,
                    reason = "generated: children come and go with `#[cfg]`"
                )]
                impl #krate::DeclaredSupervisor for #name {
                    type Args = (#(#types,)*);
                    #requires
                    #steps

                    fn slot() -> &'static #krate::Slot<Self, #krate::Instance<#krate::Supervisor>> {
                        static SLOT: #krate::Slot<#name, #krate::Instance<#krate::Supervisor>> =
                            #krate::Slot::new();
                        &SLOT
                    }

                    fn declaration() -> &'static #krate::Declaration {
                        #reference
                    }

                    fn spec(#args: <Self as #krate::DeclaredSupervisor>::Args) -> #krate::SupervisorSpec {
                        let (#(#names,)*) = #args;
                        let mut #spec = #policy;
                        #children
                        #spec
                    }
                }

                #root::__supervisor_api! { #name, #vis, (#(#names: #types),*) }
                #submission
            };
        }
    }
}

/// A dynamic supervisor declared within a tree.
fn dynamic_supervisor(dynamic: &Dynamic, krate: &Krate) -> TokenStream {
    let Dynamic { declared, max_children, max_restarts, within, holds } = dynamic;
    let Declared { cfgs, vis, name, .. } = declared;
    let item = item(declared, "dynamic supervisor");
    let root = krate.root();
    let steps = (!holds.is_empty())
        .then(|| placement::constant(&placement::held(holds, krate), krate));
    let options_type = quote!(#krate::DynamicSupervisorOptions);
    let max_children = max_children.as_ref().map(|most| quote!(.max_children(#most)));
    let max_restarts = max_restarts.as_ref().map(|most| quote!(.max_restarts(#most)));
    let within = within.as_ref().map(|time| {
        let time = time::duration(time, krate);
        quote!(.within(#time))
    });
    let own_steps = quote!(<#name as #krate::DeclaredDynamicSupervisor>::STEPS);
    let declaration = Declaration {
        kind: quote!(DynamicSupervisor),
        name,
        more: quote!(.steps(#own_steps)),
    };
    let reference = declaration.reference(krate);
    let submission =
        declaration::submit(krate, &quote!(<#name as #krate::DeclaredDynamicSupervisor>::declaration));
    let instance = quote!(#krate::Instance<#krate::DynamicSupervisor>);
    let api_vis = visibility(vis);
    quote! {
        #item

        #(#cfgs)*
        const _: () = {
            impl #krate::DeclaredDynamicSupervisor for #name {
                #steps

                fn slot() -> &'static #krate::Slot<Self, #instance> {
                    static SLOT: #krate::Slot<#name, #instance> = #krate::Slot::new();
                    &SLOT
                }

                fn declaration() -> &'static #krate::Declaration {
                    #reference
                }

                fn options() -> #options_type {
                    <#options_type as #krate::core::default::Default>::default()
                        #max_children #max_restarts #within
                }
            }

            #root::__dynamic_supervisor_api! { #name, #api_vis }
            #submission
        };
    }
}
