//! A server's name: how it is taken, and how the server is found by it.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Index;
use syn::spanned::Spanned;

use super::key::Keys;
use super::quiet;
use super::server::{generic_bound, with_clauses};
use crate::ast::argument::Argument;
use crate::model::server::{Name, Registered, Server};
use crate::names;

/// How the server takes its name, and how a running one is found by it.
pub(super) fn place(server: &Server, registered: &Registered) -> TokenStream {
    let Server {
        krate, arguments, ..
    } = server;
    let Registered {
        registry,
        key,
        value,
        ..
    } = registered;
    let keys = Keys {
        key,
        arguments,
        krate,
    };
    let (args, cell) = (names::local("args"), names::local("cell"));
    let reference = |number: usize| {
        let index = Index::from(number);
        quote!((&#args.#index))
    };
    let lent = keys
        .parts()
        .into_iter()
        .map(|(number, _)| keys.lend(number, &reference(number)));
    let span = registry.span();
    let value_type = quote!(<#registry as #krate::DeclaredRegistry>::Value);
    let value = if let Some(value) = value {
        quote!(#value)
    } else {
        names::around(span, quote!(<#value_type as #krate::NoValue>::none::<>()))
    };
    // `value` may use the arguments by their names.
    let used = names::Used::new(value.clone());
    let mentioned = arguments
        .iter()
        .enumerate()
        .filter_map(|(number, argument)| {
            let name = &argument.name;
            let index = Index::from(number);
            used.contains(&names::plain(name))
                .then(|| quote!(let #name = &#args.#index;))
        });
    let claim = quote!(#krate::claim::<Self>);
    let key = quote!(&Self::__key(#(#lent),*));
    // Taken for granted here, lifetime or not: that the annotated impl is missing is told elsewhere.
    let served = quote!(for<'__s> Self: #krate::GenServer);
    quote! {
        const REGISTRY: #krate::core::option::Option<#krate::RegistryId> = __REGISTRY;

        fn claim(
            #args: &<Self as #krate::Construct>::Args,
            #cell: &#krate::std::sync::Arc<#krate::Cell<Self>>,
        ) -> #krate::core::result::Result<(), #krate::StartError>
        where
            #served,
        {
            let value: #value_type = {
                #(#mentioned)*
                #value
            };
            #claim(#cell, #key, value)
        }

        fn find_running(
            #args: &<Self as #krate::Construct>::Args,
        ) -> #krate::core::option::Option<#krate::std::sync::Arc<#krate::Cell<Self>>>
        where
            #served,
        {
            #krate::find::<Self>(#key)
        }
    }
}

/// The function that makes the key to look the server up by, of what `via` takes.
fn lookup_key(server: &Server, registered: &Registered) -> TokenStream {
    let Server {
        krate,
        arguments,
        item,
        ..
    } = server;
    let keys = Keys {
        key: &registered.key,
        arguments,
        krate,
    };
    let (impl_generics, ty_generics, clauses) = item.generics.split_for_impl();
    let (name, ty) = (&item.ident, keys.borrowed_type());
    let generics = keys.is_lent().then(|| quote!(<'__key>));
    let parameters = via_parameters(&keys);
    let key = keys.borrowed();
    let quiet = quiet();
    quote! {
        #quiet
        impl #impl_generics #name #ty_generics #clauses {
            #[doc(hidden)]
            fn __key #generics (#(#parameters),*) -> #ty {
                #key
            }
        }
    }
}

/// The parameters of `via`: what the key is made of, lent, in the order of the server's arguments.
fn via_parameters(keys: &Keys<'_>) -> Vec<TokenStream> {
    let lifetime = keys.is_lent().then(|| quote!('__key));
    let parameter = |(_, argument): (usize, &Argument)| {
        let (name, ty) = (&argument.name, keys.parameter(argument, lifetime.as_ref()));
        quote!(#name: #ty)
    };
    keys.parts().into_iter().map(parameter).collect()
}

/// `Named`: which registry the server stands in; and the key type of `via`.
pub(super) fn registered(server: &Server) -> TokenStream {
    let Server {
        krate,
        item,
        arguments,
        ..
    } = server;
    let Name::Registered(registered) = &server.name else {
        return TokenStream::new();
    };
    let (impl_generics, ty_generics, _) = item.generics.split_for_impl();
    let bound = generic_bound(server, &quote!(#krate::GenServer));
    let clauses = with_clauses(server, &bound.into_iter().collect::<Vec<_>>());
    let (name, registry) = (&item.ident, &registered.registry);
    let keys = Keys {
        key: &registered.key,
        arguments,
        krate,
    };
    let tuple = keys.tuple_type();
    let lookup_key = lookup_key(server, registered);
    let id = quote!(<#registry as #krate::DeclaredRegistry>::ID);
    let id = names::around(registry.span(), id);
    let registry = quote!(type Registry = #registry;);
    let lookup = keys.borrowed_type();
    let lookup = names::respanned(
        quote!(type Lookup<'__key> = #lookup;),
        registered.key_option.span(),
    );
    quote! {
        const __REGISTRY: #krate::core::option::Option<#krate::RegistryId> =
            #krate::core::option::Option::Some(#id);

        #tuple
        #lookup_key

        impl #impl_generics #krate::Named for #name #ty_generics #clauses {
            #registry
            #lookup
        }
    }
}

/// `via`: the client of the server of a name.
pub(super) fn via(server: &Server) -> TokenStream {
    let Server {
        krate,
        item,
        arguments,
        ..
    } = server;
    let vis = &item.vis;
    match &server.name {
        Name::Anonymous => TokenStream::new(),
        Name::Broken(arguments) => crate::fallback::via(krate, vis, *arguments),
        Name::Registered(registered) => {
            let keys = Keys {
                key: &registered.key,
                arguments,
                krate,
            };
            let lifetime = keys.is_lent().then(|| quote!('__key));
            let generics = lifetime.as_ref().map(|lifetime| quote!(<#lifetime>));
            let parameters = via_parameters(&keys);
            let names = keys.parts().into_iter().map(|(_, argument)| &argument.name);
            let returned = lifetime.clone().unwrap_or_else(|| quote!('static));
            let call = quote!(#krate::via::<Self>);
            let via = Ident::new("via", item.ident.span());
            let doc = format!(
                "The `{}` of this name, whichever process bears it when a call or cast is made.\n\n\
                 Nothing is looked up yet, and nothing is allocated.",
                names::plain(&item.ident)
            );
            quote! {
                #[doc = #doc]
                #[must_use]
                #vis fn #via #generics (
                    #(#parameters),*
                ) -> <Self as #krate::GenServer>::Client<#krate::Via<#returned, Self>> {
                    #call(Self::__key(#(#names),*))
                }
            }
        }
    }
}
