//! The enum of a server's messages.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::this::named;
use crate::model::behaviour::{Behaviour, Handler, Kind};
use crate::names;

/// The enum: a variant per handler, called like it.
pub(crate) struct Messages<'a> {
    behaviour: &'a Behaviour,
}

/// The enum's name. The user's types are in scope where it is, so none of them may be called so.
const NAME: &str = "__Msg";

impl<'a> Messages<'a> {
    pub(crate) fn new(behaviour: &'a Behaviour) -> Self {
        Self { behaviour }
    }

    /// The type, as seen from an impl with the server's generics.
    pub(crate) fn ty(&self) -> TokenStream {
        let (_, generics, _) = self.behaviour.item.generics.split_for_impl();
        // Of a generic server, this is where the compiler says what its parameters lack.
        let span = if self.is_generic() {
            names::at(self.behaviour.name.span())
        } else {
            Span::call_site()
        };
        let name = Ident::new(NAME, span);
        quote!(#name #generics)
    }

    /// The declaration.
    pub(crate) fn declaration(&self) -> TokenStream {
        let Behaviour {
            krate,
            item,
            handlers,
            ..
        } = self.behaviour;
        let (parameters, _, clauses) = item.generics.split_for_impl();
        let this = &item.self_ty;
        let name = format_ident!("{NAME}");
        let variants = handlers.iter().map(|handler| {
            let cfgs = &handler.attributes.cfgs;
            let variant = variant(handler);
            let types = handler.message().map(|(_, ty)| named(ty, this));
            let reply = match &handler.kind {
                Kind::Call(ty) => {
                    let ty = named(ty, this);
                    Some(quote!(#krate::ReplyTo<#ty>))
                }
                Kind::Cast | Kind::Info => None,
            };
            quote!(#(#cfgs)* #variant(#(#types,)* #reply),)
        });
        // Generic parameters have to be used, and some may be in no message.
        let marker = self.is_generic().then(|| {
            quote! {
                __Generics(#krate::core::marker::PhantomData<fn() -> #this>, #krate::core::convert::Infallible),
            }
        });
        quote! {
            #[doc(hidden)]
            #[allow(
                dead_code,
                deprecated,
                non_camel_case_types,
                non_snake_case,
                unreachable_pub,
                private_interfaces,
                private_bounds,
                missing_debug_implementations,
                clippy::all,
                clippy::pedantic,
                clippy::nursery,
                clippy::restriction,
                reason = "generated: variants are called like the handlers"
            )]
            pub enum #name #parameters #clauses {
                #(#variants)*
                #marker
            }
        }
    }

    pub(crate) fn is_generic(&self) -> bool {
        !self.behaviour.item.generics.params.is_empty()
    }

    /// The arm of a `match` for the variant that is only there for the generics.
    pub(crate) fn generics_arm(&self) -> Option<TokenStream> {
        let name = format_ident!("{NAME}");
        let never = names::local("never");
        self.is_generic()
            .then(|| quote!(#name::__Generics(_, #never) => match #never {},))
    }
}

/// A value or a pattern of a handler's variant.
pub(crate) fn build(handler: &Handler, fields: &TokenStream) -> TokenStream {
    let name = format_ident!("{NAME}");
    let variant = variant(handler);
    quote!(#name::#variant(#fields))
}

/// A handler's variant. It is no place that the handler's name should lead an editor to.
fn variant(handler: &Handler) -> Ident {
    let mut name = handler.name.clone();
    name.set_span(Span::call_site());
    name
}
