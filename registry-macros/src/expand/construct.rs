//! `Construct`: from the arguments of a start to the server.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Index;

use super::named::place;
use super::server::{generic_bound, with_clauses};
use super::{quiet, time};
use crate::krate::Krate;
use crate::model::server::{Build, Field, Name, Server, Source, Timeout};
use crate::names;

/// `Construct`: from arguments to the server.
pub(super) fn construct(server: &Server) -> TokenStream {
    let Server { krate, item, .. } = server;
    let (impl_generics, ty_generics, _) = item.generics.split_for_impl();
    let name = &item.ident;
    let bound = generic_bound(server, &quote!(#krate::Actor));
    let clauses = with_clauses(server, &bound.into_iter().collect::<Vec<_>>());
    let args = names::local("args");
    let (seed_type, seed_value, init_args) = match &server.build {
        Build::Fields(fields) => (quote!(Self), struct_value(fields, &args, krate), None),
        Build::Init => (
            quote!(__Args #ty_generics),
            quote!(#args),
            Some(init_arguments(server)),
        ),
        Build::Broken => {
            let broken =
                quote!(#krate::core::unreachable!("the errors of `#[gen_server]` come first"));
            (quote!(Self), broken, None)
        }
    };
    let call_timeout = server.call_timeout.as_ref().map(|timeout| {
        let duration = match timeout {
            Timeout::After(time) => time::duration(time, krate),
            Timeout::Infinity => quote!(#krate::core::time::Duration::MAX),
        };
        quote!(const CALL_TIMEOUT: #krate::core::time::Duration = #duration;)
    });
    let mailbox = server.mailbox.as_ref().map(|limit| {
        quote! {
            const MAILBOX: #krate::core::option::Option<#krate::core::primitive::usize> =
                #krate::core::option::Option::Some(#limit);
        }
    });
    let place = match &server.name {
        Name::Registered(registered) => place(server, registered),
        Name::Anonymous | Name::Broken(_) => TokenStream::new(),
    };
    // What is underlined when the annotated impl is missing.
    let this = quote_spanned!(name.span()=> #name #ty_generics);
    let quiet = quiet();
    quote! {
        #init_args

        #quiet
        impl #impl_generics #krate::Construct for #this #clauses {
            type Args = __Args #ty_generics;
            type Seed = #seed_type;
            #call_timeout
            #mailbox
            fn seed(#args: <Self as #krate::Construct>::Args) -> <Self as #krate::Construct>::Seed {
                let _ = &#args;
                #seed_value
            }
            #place
        }
    }
}

/// The struct, from its arguments and defaults.
fn struct_value(fields: &[Field], args: &Ident, krate: &Krate) -> TokenStream {
    let fields = fields.iter().map(|Field { name, cfgs, source }| {
        let value = match source {
            Source::Argument(number) => {
                let index = Index::from(*number);
                quote!(#args.#index)
            }
            Source::Default => {
                let value = quote!(#krate::core::default::Default::default());
                names::around(name.span(), value)
            }
            Source::Expr(expr) => quote!(#expr),
        };
        quote!(#(#cfgs)* #name: #value)
    });
    quote!(Self { #(#fields,)* })
}

/// For a server that `init` builds: its arguments as the impl's macro asks for them.
fn init_arguments(server: &Server) -> TokenStream {
    let Server { krate, item, .. } = server;
    let (impl_generics, ty_generics, clauses) = item.generics.split_for_impl();
    let types: Vec<_> = server
        .arguments
        .iter()
        .map(|argument| &argument.ty)
        .collect();
    let index = (0..types.len()).map(Index::from);
    quote! {
        impl #impl_generics #krate::InitArgs<(#(#types,)*)> for __Args #ty_generics #clauses {
            fn into_args(self) -> (#(#types,)*) {
                (#(self.#index,)*)
            }
        }
    }
}
