//! `#[gen_server]` on an impl: messages, client, and how the runtime runs the handlers.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::client::Client;
use super::messages::Messages;
use super::this::named;
use crate::model::behaviour::{
    Behaviour, CallbackParameter, Handler, Init, Kind, Parameter, Terminate,
};
use crate::names::{self, Used};

/// The whole expansion.
pub(crate) fn behaviour(behaviour: &Behaviour) -> TokenStream {
    let item = &behaviour.item;
    let mut used = Used::new(item.to_token_stream());
    let client = Client::new(behaviour, used.fresh("A"), used.fresh("S"));
    let messages = Messages::new(behaviour);
    let client_declaration = client.declaration();
    let parts = [
        messages.declaration(),
        actor(behaviour, &messages),
        infos(behaviour, &messages),
        gen_server(behaviour, &messages, &client),
        client.impls(&messages),
        obligations(behaviour),
    ];
    quote! {
        #item

        #client_declaration

        const _: () = {
            #(#parts)*
        };
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
            reason = "generated: calls what the user wrote, whatever that is"
        )]
    }
}

/// `Actor`: the message type, and untyped messages made typed.
fn actor(behaviour: &Behaviour, messages: &Messages<'_>) -> TokenStream {
    let Behaviour { krate, item, handlers, name, .. } = behaviour;
    let (impl_generics, _, clauses) = item.generics.split_for_impl();
    let this = &item.self_ty;
    let message = messages.ty();
    let text = names::plain(name);
    let any = quote!(#krate::std::boxed::Box<dyn #krate::core::any::Any + #krate::core::marker::Send>);
    let (untyped, typed) = (names::local("message"), names::local("typed"));
    let attempts = handlers.iter().filter(|handler| matches!(handler.kind, Kind::Info)).map(|handler| {
        let cfgs = &handler.attributes.cfgs;
        let types = handler.message().map(|(_, ty)| named(ty, this));
        let built = messages.build(handler, &quote!(*#typed));
        quote! {
            #(#cfgs)*
            let #untyped = match <#any>::downcast::<#(#types)*>(#untyped) {
                #krate::core::result::Result::Ok(#typed) => {
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
    let Behaviour { krate, item, handlers, .. } = behaviour;
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
            let built = messages.build(handler, &quote!(#value));
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
    let Behaviour { krate, item, handlers, init, terminate, .. } = behaviour;
    let (impl_generics, _, clauses) = item.generics.split_for_impl();
    let this = &item.self_ty;
    let message = messages.ty();
    let address = names::local("Address");
    let client_type = client.ty(&quote!(#address));
    let (value, ctx) = (names::local("message"), names::local("ctx"));
    let arms = handlers.iter().map(|handler| arm(behaviour, handler, messages, &ctx));
    let generics_arm = messages.generics_arm();
    let init = match init {
        Some(init) => run_init(behaviour, init),
        None => ready(behaviour, &[]),
    };
    let terminate = terminate.as_ref().map(|terminate| run_terminate(behaviour, terminate));
    let quiet = quiet_impl();
    quote! {
        #quiet
        impl #impl_generics #krate::GenServer for #this #clauses {
            type Client<#address: #krate::Address<Self>> = #client_type;

            #init

            fn __handle(
                &mut self,
                #value: #message,
                #ctx: &mut #krate::Ctx<Self>,
            ) -> impl #krate::core::future::Future<Output = ()> + #krate::core::marker::Send {
                async move {
                    match #value {
                        #(#arms)*
                        #generics_arm
                    }
                }
            }

            #terminate
        }
    }
}

/// The arm that runs a handler.
fn arm(behaviour: &Behaviour, handler: &Handler, messages: &Messages<'_>, ctx: &Ident) -> TokenStream {
    let krate = &behaviour.krate;
    let Handler { name, attributes, is_async, parameters, .. } = handler;
    let reply = names::local("reply");
    let mut fields = Vec::new();
    let mut arguments = Vec::new();
    for (number, parameter) in parameters.iter().enumerate() {
        match parameter {
            Parameter::Ctx => arguments.push(ctx.clone()),
            Parameter::Reply => arguments.push(reply.clone()),
            Parameter::Message(..) => {
                let field = names::numbered("a", number);
                fields.push(field.clone());
                arguments.push(field);
            }
        }
    }
    let run = run(krate, name, *is_async, &quote!(self #(, #arguments)*));
    let cfgs = &attributes.cfgs;
    match &handler.kind {
        Kind::Call(_) => {
            let pattern = messages.build(handler, &quote!(#(#fields,)* #reply));
            if handler.is_deferred() {
                return quote!(#(#cfgs)* #pattern => { #run; });
            }
            let answer = names::local("answer");
            quote! {
                #(#cfgs)*
                #pattern => {
                    let #answer = #run;
                    #reply.send(#answer);
                }
            }
        }
        Kind::Cast | Kind::Info => {
            let pattern = messages.build(handler, &quote!(#(#fields,)*));
            quote!(#(#cfgs)* #pattern => { #run; })
        }
    }
}

/// Runs one of the user's functions. A future that cannot be sent between threads is reported at its name.
fn run(
    krate: &crate::krate::Krate,
    name: &Ident,
    is_async: bool,
    arguments: &TokenStream,
) -> TokenStream {
    let span = names::at(name.span());
    let call = quote_spanned!(span=> Self::#name(#arguments));
    if is_async {
        quote_spanned!(span=> #krate::sendable(#call).await)
    } else {
        call
    }
}

/// A server without `init` is ready when it is built.
fn ready(behaviour: &Behaviour, cfgs: &[TokenStream]) -> TokenStream {
    let krate = &behaviour.krate;
    let seed = names::local("seed");
    let seed_type = quote!(<Self as #krate::Construct>::Seed);
    let span = names::at(behaviour.name.span());
    let built = quote_spanned!(span=> <#seed_type as #krate::Built<Self>>::built(#seed));
    quote! {
        #(#cfgs)*
        fn __ready(#seed: #seed_type) -> #krate::core::result::Result<Self, #seed_type> {
            #krate::core::result::Result::Ok(#built)
        }
    }
}

/// Runs `init`.
fn run_init(behaviour: &Behaviour, init: &Init) -> TokenStream {
    let Behaviour { krate, item, .. } = behaviour;
    let Init { name, cfgs, is_async, has_self, parameters, fallible } = init;
    let (seed, ctx, state) = (names::local("seed"), names::local("ctx"), names::local("state"));
    let seed_type = quote!(<Self as #krate::Construct>::Seed);
    let result = quote!(#krate::core::result::Result<Self, #krate::ExitReason>);
    let ok = quote!(#krate::core::result::Result::<Self, #krate::ExitReason>::Ok);
    let span = names::at(name.span());
    let question = fallible.then(|| quote_spanned!(span=> ?));
    let mut names = Vec::new();
    let mut types = Vec::new();
    let arguments = parameters.iter().enumerate().map(|(number, parameter)| match parameter {
        CallbackParameter::Argument(ty) => {
            let field = names::numbered("a", number);
            names.push(field.clone());
            types.push(named(ty, &item.self_ty));
            field
        }
        CallbackParameter::Ctx | CallbackParameter::Reason => ctx.clone(),
    });
    let arguments: Vec<Ident> = arguments.collect();
    let body = if *has_self {
        let built = quote_spanned!(span=> <#seed_type as #krate::Built<Self>>::built(#seed));
        let run = run(krate, name, *is_async, &quote!(&mut #state #(, #arguments)*));
        quote! {
            let mut #state = #built;
            #run #question;
            #ok(#state)
        }
    } else {
        let given =
            quote_spanned!(span=> <#seed_type as #krate::InitArgs<(#(#types,)*)>>::into_args(#seed));
        let run = run(krate, name, *is_async, &quote!(#(#arguments),*));
        quote! {
            let (#(#names,)*) = #given;
            #ok(#run #question)
        }
    };
    let otherwise = otherwise(cfgs);
    let ready = (!cfgs.is_empty()).then(|| ready(behaviour, &otherwise));
    quote! {
        #(#cfgs)*
        fn __init(
            #seed: #seed_type,
            #ctx: &mut #krate::Ctx<Self>,
        ) -> impl #krate::core::future::Future<Output = #result> + #krate::core::marker::Send {
            async move {
                #body
            }
        }

        #ready
    }
}

/// The `#[cfg]` for what is there when something with these is not.
fn otherwise(cfgs: &[syn::Attribute]) -> Vec<TokenStream> {
    let conditions: Vec<_> = cfgs
        .iter()
        .filter_map(|cfg| cfg.meta.require_list().ok())
        .map(|list| &list.tokens)
        .collect();
    if conditions.is_empty() {
        return Vec::new();
    }
    vec![quote!(#[cfg(not(all(#(#conditions),*)))])]
}

/// Runs `terminate`.
fn run_terminate(behaviour: &Behaviour, terminate: &Terminate) -> TokenStream {
    let krate = &behaviour.krate;
    let Terminate { name, cfgs, is_async, parameters } = terminate;
    let (reason, ctx) = (names::local("reason"), names::local("ctx"));
    let arguments = parameters.iter().map(|parameter| match parameter {
        CallbackParameter::Ctx => &ctx,
        CallbackParameter::Reason | CallbackParameter::Argument(_) => &reason,
    });
    let run = run(krate, name, *is_async, &quote!(self #(, #arguments)*));
    quote! {
        #(#cfgs)*
        const TERMINATES: #krate::core::primitive::bool = true;

        #(#cfgs)*
        fn __terminate(
            &mut self,
            #reason: &#krate::ExitReason,
            #ctx: &mut #krate::Ctx<Self>,
        ) -> impl #krate::core::future::Future<Output = ()> + #krate::core::marker::Send {
            async move {
                #run;
            }
        }
    }
}

/// What each argument and answer must be, asked for where it is written: the compiler's message then
/// underlines the handler's own type.
fn obligations(behaviour: &Behaviour) -> TokenStream {
    let Behaviour { krate, item, handlers, .. } = behaviour;
    let (impl_generics, _, clauses) = item.generics.split_for_impl();
    let this = &item.self_ty;
    let checks = handlers.iter().flat_map(|handler| {
        let reply = match &handler.kind {
            Kind::Call(reply) => Some(reply),
            Kind::Cast | Kind::Info => None,
        };
        let cfgs = &handler.attributes.cfgs;
        handler.message().map(|(_, ty)| ty).chain(reply).map(move |ty| {
            let span = names::at(ty.span());
            let ty = named(ty, this);
            quote_spanned!(span=> #(#cfgs)* let () = #krate::message::<#ty>();)
        })
    });
    let checks: TokenStream = checks.collect();
    if checks.is_empty() {
        return checks;
    }
    let quiet = super::quiet();
    quote! {
        #quiet
        fn __messages #impl_generics () #clauses {
            #checks
        }
    }
}
