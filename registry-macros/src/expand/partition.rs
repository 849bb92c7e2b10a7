//! `partition_supervisor!<…> { … }` in a tree.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::declaration::{self, Declaration};
use super::registry::{item, visibility};
use super::{dynamic, placement, spec, time};
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
    let root = krate.root();
    let vis = visibility(vis);
    let declared_trait = quote!(#krate::DeclaredPartitionSupervisor);
    let declaration = Declaration {
        kind: quote!(PartitionSupervisor),
        name,
        more: quote!(.steps(<#name as #declared_trait>::STEPS)),
    };
    let reference = declaration.reference(krate);
    let submission = declaration::submit(krate, &quote!(<#name as #declared_trait>::declaration));
    let instance = quote!(#krate::Instance<#krate::PartitionSupervisor<#of>>);
    let options = options(partition, &spec, krate);
    quote! {
        #item

        #(#cfgs)*
        const _: () = {
            #[allow(private_interfaces, reason = "the supervisor is as visible as it needs to be")]
            impl #declared_trait for #name {
                type Of = #of;
                #steps

                fn slot() -> &'static #krate::Slot<Self, #instance> {
                    static SLOT: #krate::Slot<#name, #instance> = #krate::Slot::new();
                    &SLOT
                }

                fn declaration() -> &'static #krate::Declaration {
                    #reference
                }

                fn options() -> #krate::PartitionSupervisorOptions<#of> {
                    #options
                }
            }

            #root::__partition_supervisor_api! { #name, #vis, #of }
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
        partitions,
        policy,
        number,
        ..
    } = partition;
    let mut builder = quote!(#krate::PartitionSupervisor::builder(#spec));
    if let Some(number) = number {
        // What the builder is given is for those who do not ask for the number.
        builder = quote! {
            #krate::PartitionSupervisor::builder({
                let #number: #krate::core::primitive::usize = 0;
                #spec
            })
            .with_arguments(move |#number: #krate::core::primitive::usize| #spec)
        };
    }
    let partitions = partitions.as_ref().map(|partitions| match partitions {
        Partitions::Schedulers => quote!(.partitions(#krate::Partitions::Schedulers)),
        Partitions::Count(count) => quote!(.partitions(#krate::Partitions::Count(#count))),
    });
    let strategy = policy.strategy.map(|strategy| {
        let strategy = names::item(strategy);
        quote!(.strategy(#krate::Strategy::#strategy))
    });
    let max_restarts = policy
        .max_restarts
        .as_ref()
        .map(|most| quote!(.max_restarts(#most)));
    let within = policy.within.as_ref().map(|time| {
        let time = time::duration(time, krate);
        quote!(.within(#time))
    });
    quote!(#builder #partitions #strategy #max_restarts #within)
}
