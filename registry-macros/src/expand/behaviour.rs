//! `#[gen_server]` on an impl: messages, client, and how the runtime runs the handlers.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::spanned::Spanned;

use super::client::Client;
use super::future::sent;
use super::messages::{self, Messages};
use super::run::{arm, futures, ready, run_init, run_terminate};
use super::sent::Questions;
use super::this::named;
use crate::model::behaviour::{Behaviour, Kind};
use crate::model::sends;
use crate::names::{self, Used};

/// The whole expansion.
pub(crate) fn behaviour(behaviour: &Behaviour) -> TokenStream {
    let (item, more) = (&behaviour.item, beside(behaviour));
    quote! {
        #item

        #more
    }
}

/// What is written beside the user's impl.
pub(crate) fn beside(behaviour: &Behaviour) -> TokenStream {
    let item = &behaviour.item;
    let mut used = Used::new(item.to_token_stream());
    let client = Client::new(behaviour, used.fresh("A"), used.fresh("S"));
    let messages = Messages::new(behaviour);
    let client_declaration = client.declaration();
    let parts = [
        obligations(behaviour),
        one_impl(behaviour),
        messages.declaration(),
        actor(behaviour, &messages),
        infos(behaviour, &messages),
        gen_server(behaviour, &messages, &client),
        client.impls(),
        futures(behaviour),
    ];
    written_once(
        behaviour,
        &quote! {
            #client_declaration

            const _: () = {
                #(#parts)*
            };
        },
    )
}

/// The items, in a way that a second impl with the attribute says so, and nothing else.
///
/// They go through a macro that is named by its place, in a module that is named by the client. The
/// second module of that name is refused, by a name that says why, and the macro that was in it is not found:
/// so none of the second impl's items is there to be in conflict with the first's.
fn written_once(behaviour: &Behaviour, items: &TokenStream) -> TokenStream {
    let module = format_ident!(
        "all_handlers_of_{}_belong_in_one_gen_server_impl",
        names::plain(&behaviour.client)
            .strip_suffix("Client")
            .map_or_else(|| names::plain(&behaviour.client), str::to_owned)
    );
    let place = behaviour.item.impl_token.span.start();
    let name = format_ident!("impl_at_line_{}_{}", place.line, place.column);
    quote! {
        #[doc(hidden)]
        #[allow(non_snake_case, reason = "named like the server, to be read in an error")]
        mod #module {
            #[allow(unused_macros, reason = "not found in a second module of this name")]
            macro_rules! #name {
                ($($item:tt)*) => { $($item)* };
            }
            #[allow(unused_imports, reason = "not found in a second module of this name")]
            pub(super) use #name;
        }
        #module::#name! { #items }
    }
}

/// On trait impls: the handlers may be deprecated, and names are the user's.
fn quiet_impl() -> TokenStream {
    quote! {
        #[allow(
            deprecated,
            non_snake_case,
            unreachable_code,
            unused_variables,
            clippy::all,
            clippy::pedantic,
            clippy::nursery,
            clippy::restriction,
            reason = "generated: calls what the user wrote, whatever that is"
        )]
    }
}

/// `Actor`: the message type, and untyped messages made typed.
fn actor(behaviour: &Behaviour, messages: &Messages<'_>) -> TokenStream {
    let Behaviour {
        krate,
        item,
        handlers,
        name,
        ..
    } = behaviour;
    let (impl_generics, _, clauses) = item.generics.split_for_impl();
    let this = &item.self_ty;
    let message = messages.ty();
    let text = names::plain(name);
    let any =
        quote!(#krate::std::boxed::Box<dyn #krate::core::any::Any + #krate::core::marker::Send>);
    let (untyped, value) = (names::local("message"), names::local("value"));
    let attempts = handlers
        .iter()
        .filter(|handler| matches!(handler.kind, Kind::Info))
        .map(|handler| {
            let cfgs = &handler.attributes.cfgs;
            let types = handler.message().map(|(_, ty)| named(ty, this));
            let built = messages::build(handler, &quote!(*#value));
            quote! {
                #(#cfgs)*
                let #untyped = match <#any>::downcast::<#(#types)*>(#untyped) {
                    #krate::core::result::Result::Ok(#value) => {
                        return #krate::core::result::Result::Ok(#built);
                    }
                    #krate::core::result::Result::Err(#untyped) => #untyped,
                };
            }
        });
    let quiet = quiet_impl();
    quote! {
        #quiet
        impl #impl_generics #krate::Actor for #this #clauses {
            type Msg = #message;

            fn type_name() -> &'static #krate::core::primitive::str {
                #text
            }

            fn route(#untyped: #any) -> #krate::core::result::Result<#message, #any> {
                #(#attempts)*
                #krate::core::result::Result::Err(#untyped)
            }
        }
    }
}

/// `Info`: one impl for each type of message that an `#[info]` takes.
fn infos(behaviour: &Behaviour, messages: &Messages<'_>) -> TokenStream {
    let Behaviour {
        krate,
        item,
        handlers,
        ..
    } = behaviour;
    let (impl_generics, _, clauses) = item.generics.split_for_impl();
    let this = &item.self_ty;
    let (message, value) = (messages.ty(), names::local("message"));
    let quiet = quiet_impl();
    handlers
        .iter()
        .filter(|handler| matches!(handler.kind, Kind::Info))
        .flat_map(|handler| handler.message().map(move |(_, ty)| (handler, ty)))
        .map(|(handler, ty)| {
            let cfgs = &handler.attributes.cfgs;
            let ty = named(ty, this);
            let built = messages::build(handler, &quote!(#value));
            quote! {
                #(#cfgs)*
                        #quiet
                impl #impl_generics #krate::Info<#ty> for #this #clauses {
                    fn wrap(#value: #ty) -> #message {
                        #built
                    }
                }
            }
        })
        .collect()
}

/// `GenServer`: what the runtime calls.
fn gen_server(behaviour: &Behaviour, messages: &Messages<'_>, client: &Client<'_>) -> TokenStream {
    let Behaviour {
        krate,
        item,
        handlers,
        init,
        terminate,
        ..
    } = behaviour;
    let (impl_generics, _, clauses) = item.generics.split_for_impl();
    let this = &item.self_ty;
    let message = messages.ty();
    let address = client.address();
    let client_type = client.ty(&quote!(#address));
    let (value, ctx) = (names::local("message"), names::local("ctx"));
    let arms = handlers.iter().map(|handler| arm(behaviour, handler));
    let generics_arm = messages.generics_arm();
    let init = match init {
        Some(init) => run_init(behaviour, init),
        None => ready(behaviour, &[]),
    };
    let terminate = terminate
        .as_ref()
        .map(|terminate| run_terminate(behaviour, terminate));
    let quiet = quiet_impl();
    let sent = sent(behaviour, &quote!(Self));
    quote! {
        #quiet
        impl #impl_generics #krate::GenServer for #this #clauses {
            type Client<#address: #krate::Address<Self>> = #client_type;

            #init

            fn __handle<'__a>(
                &'__a mut self,
                #value: #message,
                #ctx: &'__a mut #krate::Ctx<Self>,
            ) -> #krate::Run<'__a>
            where
                #sent,
                for<'__s> #message: #krate::core::marker::Send,
            {
                match #value {
                    #(#arms)*
                    #generics_arm
                }
            }

            #terminate
        }
    }
}

/// A second annotated impl in another module, or with another client, implements this twice.
fn one_impl(behaviour: &Behaviour) -> TokenStream {
    let Behaviour { krate, item, .. } = behaviour;
    let (impl_generics, _, clauses) = item.generics.split_for_impl();
    let this = &item.self_ty;
    quote! {
        impl #impl_generics #krate::AllHandlersBelongInOneGenServerImpl for #this #clauses {}
    }
}

/// What each argument and answer must be, asked for where it is written.
///
/// Of a generic server nothing is asked here: what its parameters lack is told best where the traits are
/// implemented.
fn obligations(behaviour: &Behaviour) -> TokenStream {
    let Behaviour {
        krate,
        item,
        handlers,
        ..
    } = behaviour;
    if !item.generics.params.is_empty() {
        return TokenStream::new();
    }
    let this = &item.self_ty;
    let mut questions = Questions::new(krate);
    for handler in handlers {
        let cfgs = &handler.attributes.cfgs;
        let types = handler.message().map(|(_, ty)| ty).chain(handler.reply());
        for ty in types.filter(|ty| !sends::surely(ty)) {
            questions.ask(cfgs, "Message", &named(ty, this), ty.span());
        }
        if let Some(receiver) = handler.shared.as_ref().filter(|_| handler.is_async) {
            let this = names::respanned(this.to_token_stream(), receiver.span());
            questions.ask(cfgs, "Shared", &this, receiver.span());
        }
    }
    questions.declaration("__Messages")
}
