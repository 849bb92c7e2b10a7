//! `supervision_tree!`: the items of everything that it declares.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Path, Type};

use super::declaration::{self, Declaration};
use super::registry::item;
use super::{placement, spec};
use crate::ast::argument::Argument;
use crate::krate::Krate;
use crate::model::registry::Declared;
use crate::model::tree::{Child, Declares, Placed, Policy, Supervisor, Tree, What};
use crate::names;

/// The whole expansion.
pub(crate) fn tree(tree: &Tree) -> TokenStream {
    let Tree {
        krate,
        declared,
        arguments,
        policy,
        requires,
        children,
        half_typed,
    } = tree;
    let root = Root {
        declared,
        arguments,
        policy,
        requires,
        children,
        kind: quote!(Tree),
        what: "tree",
    };
    let (items, supervisor) = (items(children, krate), root.expand(krate));
    let checks = placement::checks(declared, children, krate);
    // For the editor alone: the compiler has been told of it, and need not look for a type that is half a word.
    let half_typed = half_typed.iter().map(|path| {
        quote! {
            #[allow(unexpected_cfgs, reason = "only an editor sets it")]
            const _: () = {
                #[cfg(rust_analyzer)]
                const _: #krate::core::marker::PhantomData<#path> = #krate::core::marker::PhantomData;
            };
        }
    });
    quote! {
        #items
        #supervisor
        #checks
        #(#half_typed)*
    }
}

/// What is declared among the children.
fn items(children: &[Child], krate: &Krate) -> TokenStream {
    children
        .iter()
        .map(|child| match child {
            Child::One(one) => match &one.what {
                What::Placed(Placed {
                    declares: Some(declares),
                    ..
                }) => declared_item(declares, krate),
                What::Placed(_) | What::Server { .. } => TokenStream::new(),
            },
            Child::For { children, .. } => items(children, krate),
            Child::If {
                then, otherwise, ..
            } => {
                let (then, otherwise) = (items(then, krate), items(otherwise, krate));
                quote!(#then #otherwise)
            }
        })
        .collect()
}

fn declared_item(declares: &Declares, krate: &Krate) -> TokenStream {
    match declares {
        Declares::Registry(registry) => super::registry::registry(registry, krate),
        Declares::Dynamic(dynamic) => super::dynamic::dynamic(dynamic, krate),
        Declares::Tasks(tasks) => super::dynamic::tasks(tasks, krate),
        Declares::Partition(partition) => super::partition::partition(partition, krate),
        Declares::Supervisor(supervisor) => self::supervisor(supervisor, krate),
    }
}

/// A supervisor declared within a tree.
fn supervisor(supervisor: &Supervisor, krate: &Krate) -> TokenStream {
    let Supervisor {
        declared,
        arguments,
        policy,
        children,
    } = supervisor;
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
        let Declared { cfgs, name, .. } = self.declared;
        let item = item(self.declared, self.what);
        let types: Vec<_> = self.arguments.iter().map(|argument| &argument.ty).collect();
        let names: Vec<_> = self
            .arguments
            .iter()
            .map(|argument| &argument.name)
            .collect();
        let (args, spec) = (names::local("args"), names::local("spec"));
        let policy = spec::policy(self.policy, name, krate);
        let children = spec::children(self.children, &spec, krate);
        let needs = placement::required(self.declared, self.requires, krate);
        let steps = placement::steps(self.children, krate);
        let steps = placement::constant(&quote!(#needs #steps), krate);
        let requires = self.requires;
        let requires = (!requires.is_empty()).then(|| {
            quote! {
                const REQUIRES: &'static [#krate::RegistryId] =
                    &[#(<#requires as #krate::DeclaredRegistry>::ID),*];
            }
        });
        let own_steps = quote!(<#name as #krate::DeclaredSupervisor>::STEPS);
        let declaration = Declaration {
            kind: self.kind.clone(),
            name,
            more: quote!(.steps(#own_steps)),
        };
        let functions = declaration.functions(&quote!(#krate::Instance<#krate::Supervisor>), krate);
        let api = self.api(&types, &names, krate);
        let submission = declaration::submit(
            krate,
            &quote!(<#name as #krate::DeclaredSupervisor>::declaration),
        );
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

                    #functions

                    fn spec(#args: <Self as #krate::DeclaredSupervisor>::Args) -> #krate::SupervisorSpec {
                        let (#(#names,)*) = #args;
                        let mut #spec = #policy;
                        #children
                        #spec
                    }
                }

                #api
                #submission
            };
        }
    }

    /// The functions that take the tree's own arguments.
    fn api(&self, types: &[&Type], names: &[&Ident], krate: &Krate) -> TokenStream {
        let Declared { vis, name, .. } = self.declared;
        let spec = quote!(#krate::supervisor_spec::<Self>((#(#names,)*)));
        quote! {
            #[allow(dead_code, unreachable_pub, reason = "generated: a supervisor has all of its functions, used or not")]
            impl #name {
                /// Starts it with all its children, linked to no process.
                ///
                /// # Errors
                ///
                /// `StartError::Child` names the child that did not start; those before it have been
                /// ended, in reverse. `StartError::AlreadyStarted` when it runs on this node.
                ///
                /// # Cancel safety
                ///
                /// Once polled, it starts even if the wait is given up.
                ///
                /// # Elixir
                ///
                /// `Application.start/2`.
                #vis async fn start(
                    #(#names: #types),*
                ) -> #krate::core::result::Result<#krate::App, #krate::StartError> {
                    #krate::start_tree::<Self>((#(#names,)*)).await
                }

                /// Starts it with all its children, linked to the running process if there is one.
                ///
                /// # Errors
                ///
                /// As `start`.
                ///
                /// # Cancel safety
                ///
                /// As `start`.
                ///
                /// # Elixir
                ///
                /// `Supervisor.start_link/2`.
                #vis async fn start_link(
                    #(#names: #types),*
                ) -> #krate::core::result::Result<#krate::Supervisor, #krate::StartError> {
                    #spec.start_link().await
                }

                /// How a supervisor starts this.
                #[must_use]
                #vis fn child_spec(#(#names: #types),*) -> #krate::AnyChildSpec {
                    <#krate::AnyChildSpec as #krate::core::convert::From<_>>::from(#spec)
                }
            }
        }
    }
}
