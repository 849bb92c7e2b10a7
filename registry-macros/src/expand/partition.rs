//! `partition_supervisor!<…> { … }` in a tree.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::declaration::{self, Declaration};
use super::registry::item;
use super::{dynamic, placement, spec};
use crate::krate::Krate;
use crate::model::registry::{Declared, Partitions};
use crate::model::tree::{Partition, PartitionOf, PartitionServer};
use crate::names;

/// The items of a partition supervisor.
pub(super) fn partition(partition: &Partition, krate: &Krate) -> TokenStream {
    let Declared {
        cfgs, vis, name, ..
    } = &partition.declared;
    let item = item(&partition.declared, "partition supervisor");
    let (of, spec, steps) = of(&partition.of, krate);
    let declared_trait = quote!(#krate::DeclaredPartitionSupervisor);
    let declaration = Declaration {
        kind: quote!(PartitionSupervisor),
        name,
        more: quote!(.steps(<#name as #declared_trait>::STEPS)),
    };
    // By way of a trait, so that what is no partition is told of where it is written, and nowhere else.
    let types = quote!(#krate::part::Types);
    let reference = declaration.reference(krate);
    let child = quote! {
        <#krate::AnyChildSpec as #krate::core::convert::From<_>>::from(
            #krate::part::partition_options::<Self>(),
        )
    };
    // Not a function of the trait, so that a server without a name is not told to implement that.
    let via = quote! {
        #[allow(dead_code, unreachable_pub, reason = "generated: a declared type has it, used or not")]
        impl #name {
            /// What runs in the partition that a key leads to; see `PartitionSupervisor::via`.
            ///
            /// # Errors
            ///
            /// `SupervisorError::NotRunning`.
            ///
            /// # Elixir
            ///
            /// `{:via, PartitionSupervisor, {name, key}}`.
            #vis fn via<Q>(
                key: &Q,
            ) -> #krate::core::result::Result<<Self as #types>::Via, #krate::SupervisorError>
            where
                Q: ?#krate::core::marker::Sized + #krate::core::hash::Hash,
            {
                #krate::part::via::<Self>(key)
            }
        }
    };
    let child_spec = declaration.child_spec(vis, &child, krate);
    let submission = declaration::submit(krate, &quote!(<#name as #declared_trait>::declaration));
    let options = options(partition, &spec, krate);
    quote! {
        #item

        #(#cfgs)*
        const _: () = {
            #[allow(private_interfaces, reason = "the supervisor is as visible as it needs to be")]
            impl #declared_trait for #name {
                type Of = #of;
                #steps

                fn slot() -> &'static <Self as #types>::Slot {
                    static SLOT: <#name as #types>::Slot = #krate::Slot::new();
                    &SLOT
                }

                fn declaration() -> &'static #krate::Declaration {
                    #reference
                }

                fn options() -> <Self as #types>::Options {
                    #options
                }
            }

            #child_spec
            #via
            #submission
        };
    }
}

/// The type of a partition, how one is started, and the steps that it takes.
fn of(of: &PartitionOf, krate: &Krate) -> (TokenStream, TokenStream, Option<TokenStream>) {
    let (name, limits) = match of {
        PartitionOf::Server(server) => {
            let PartitionServer {
                ty,
                arguments,
                options,
            } = &**server;
            let span = names::at(ty.span());
            let spec = quote_spanned!(span=> <#ty>::child_spec #arguments);
            let options = spec::options(options, krate);
            let steps = placement::held(std::slice::from_ref(ty), krate);
            let steps = placement::constant(&steps, krate);
            return (quote!(#ty), quote!(#spec #options), Some(steps));
        }
        PartitionOf::Dynamic(limits) => ("DynamicSupervisor", limits),
        PartitionOf::Tasks(limits) => ("TaskSupervisor", limits),
    };
    let name = names::item(name);
    let spec = dynamic::options(&name, limits, krate);
    (quote!(#krate::#name), spec, None)
}

/// An expression of type `PartitionSupervisorOptions`.
fn options(partition: &Partition, spec: &TokenStream, krate: &Krate) -> TokenStream {
    let Partition {
        declared,
        partitions,
        policy,
        number,
        ..
    } = partition;
    let number = number
        .as_ref()
        .map_or_else(|| quote!(_), |number| quote!(#number));
    let option = quote!(#krate::core::option::Option);
    let partitions = match partitions {
        Some(Partitions::Schedulers) => quote!(#option::Some(#krate::Partitions::Schedulers)),
        Some(Partitions::Count(count)) => quote!(#option::Some(#krate::Partitions::Count(#count))),
        None => quote!(#option::None),
    };
    let policy = spec::policy(policy, &declared.name, krate);
    quote! {
        #krate::part::options::<Self, _>(
            #partitions,
            #policy,
            move |#number: #krate::core::primitive::usize| #spec,
        )
    }
}
