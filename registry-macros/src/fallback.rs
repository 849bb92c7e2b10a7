//! Stubs that stand in for what an error kept from being written, so that the code that uses it gives
//! no errors of its own.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Type, Visibility};

use crate::expand::this::named;
use crate::krate::Krate;
use crate::model::behaviour::Broken;
use crate::names;

/// `via` of a server whose name is wrong: takes anything.
pub(crate) fn via(krate: &Krate, vis: &Visibility, arguments: usize) -> TokenStream {
    let types: Vec<_> = (0..arguments).map(|number| names::numbered("__K", number)).collect();
    quote! {
        #[doc(hidden)]
        #vis fn via<#(#types),*>(
            #(_: #types),*
        ) -> <Self as #krate::GenServer>::Client<#krate::Local<Self>> {
            #krate::core::unreachable!("the errors of `#[gen_server]` come first")
        }
    }
}

/// The client's method for a handler that cannot be expanded: takes anything.
pub(crate) fn client_method(krate: &Krate, broken: &Broken, server: &Type) -> TokenStream {
    let Broken { is_cast, name, vis, attributes, parameters, reply } = broken;
    let cfgs = &attributes.cfgs;
    let types: Vec<_> = (0..*parameters).map(|number| names::numbered("__T", number)).collect();
    let result = if *is_cast {
        quote!(#krate::core::result::Result<(), #krate::CastError>)
    } else {
        let reply = reply.as_ref().map(|reply| named(reply, server));
        let reply = reply.map_or_else(|| quote!(()), |reply| quote!(#reply));
        quote!(#krate::Call<#server, #reply>)
    };
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #vis fn #name<#(#types),*>(&self #(, _: #types)*) -> #result {
            #krate::core::unreachable!("the errors of `#[gen_server]` come first")
        }
    }
}
