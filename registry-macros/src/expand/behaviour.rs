//! `#[gen_server]` on an impl: messages, client, and how the runtime runs the handlers.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::client::Client;
use super::future::{Argument, Function};
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
        futures(behaviour),
        obligations(behaviour),
        only_one(behaviour),
    ];
    quote! {
        #item

        #client_declaration

        const _: () = {
            #(#parts)*
        };
    }
}

/// A name that tells what is wrong when a second impl has the attribute.
fn only_one(behaviour: &Behaviour) -> TokenStream {
    let item = &behaviour.item;
    let (impl_generics, _, clauses) = item.generics.split_for_impl();
    let this = &item.self_ty;
    let name = names::item("ALL_HANDLERS_BELONG_IN_ONE_GEN_SERVER_IMPL");
    let quiet = super::quiet();
    quote! {
        #quiet
        impl #impl_generics #this #clauses {
            #[doc(hidden)]
            const #name: () = ();
        }
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
    let address = client.address();
    let client_type = client.ty(&quote!(#address));
    let (value, ctx) = (names::local("message"), names::local("ctx"));
    let arms = handlers.iter().map(|handler| arm(behaviour, handler, messages));
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

/// A handler, as a function to run.
fn handler_function<'a>(behaviour: &'a Behaviour, handler: &'a Handler) -> Function<'a> {
    let reply = match &handler.kind {
        Kind::Call(reply) => Some(reply),
        Kind::Cast | Kind::Info => None,
    };
    let mut arguments = vec![Argument::This];
    for (number, parameter) in handler.parameters.iter().enumerate() {
        match (parameter, reply) {
            (Parameter::Ctx, _) => arguments.push(Argument::Ctx),
            (Parameter::Reply, Some(ty)) => arguments.push(Argument::Reply(ty)),
            (Parameter::Reply, None) => {}
            (Parameter::Message(_, ty), _) => {
                arguments.push(Argument::Value(names::numbered("a", number), ty));
            }
        }
    }
    Function {
        behaviour,
        name: &handler.name,
        cfgs: &handler.attributes.cfgs,
        is_async: handler.is_async,
        arguments,
        output: reply.filter(|_| !handler.is_deferred()),
    }
}

/// The arm that runs a handler.
fn arm(behaviour: &Behaviour, handler: &Handler, messages: &Messages<'_>) -> TokenStream {
    let function = handler_function(behaviour, handler);
    let fields = function.arguments.iter().filter_map(|argument| match argument {
        Argument::Value(name, _) => Some(name),
        _ => None,
    });
    let cfgs = &handler.attributes.cfgs;
    let run = function.run(&quote!(self));
    match &handler.kind {
        Kind::Call(_) => {
            let reply = names::local("reply");
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

/// A server without `init` is ready when it is built.
fn ready(behaviour: &Behaviour, cfgs: &[TokenStream]) -> TokenStream {
    let krate = &behaviour.krate;
    let seed = names::local("seed");
    let seed_type = quote!(<Self as #krate::Construct>::Seed);
    let span = names::at(behaviour.name.span());
    let krate_here = krate.at(span);
    let built = quote_spanned!(span=> #krate_here::Built::<Self>::built(#seed));
    quote! {
        #(#cfgs)*
        fn __ready(#seed: #seed_type) -> #krate::core::result::Result<Self, #seed_type> {
            #krate::core::result::Result::Ok(#built)
        }
    }
}

/// `init`, as a function to run.
fn init_function<'a>(behaviour: &'a Behaviour, init: &'a Init) -> Function<'a> {
    let this = init.has_self.then_some(Argument::This);
    Function {
        behaviour,
        name: &init.name,
        cfgs: &init.cfgs,
        is_async: init.is_async,
        arguments: this.into_iter().chain(callback_arguments(&init.parameters)).collect(),
        output: init.output.as_ref(),
    }
}

fn callback_arguments(parameters: &[CallbackParameter]) -> impl Iterator<Item = Argument<'_>> {
    parameters.iter().enumerate().map(|(number, parameter)| match parameter {
        CallbackParameter::Ctx => Argument::Ctx,
        CallbackParameter::Reason => Argument::Reason,
        CallbackParameter::Argument(ty) => Argument::Value(names::numbered("a", number), ty),
    })
}

/// Runs `init`.
fn run_init(behaviour: &Behaviour, init: &Init) -> TokenStream {
    let Behaviour { krate, item, .. } = behaviour;
    let function = init_function(behaviour, init);
    let (seed, ctx) = (names::local("seed"), names::local("ctx"));
    let seed_type = quote!(<Self as #krate::Construct>::Seed);
    let result = quote!(#krate::core::result::Result<Self, #krate::ExitReason>);
    let ok = quote!(#krate::core::result::Result::<Self, #krate::ExitReason>::Ok);
    let span = names::at(init.name.span());
    let krate_here = krate.at(span);
    let question = init.fallible.then(|| quote_spanned!(span=> ?));
    let body = if init.has_self {
        let state = names::local("state");
        let built = quote_spanned!(span=> #krate_here::Built::<Self>::built(#seed));
        let run = function.run(&quote!(&mut #state));
        quote! {
            let mut #state = #built;
            #run #question;
            #ok(#state)
        }
    } else {
        let mut names = Vec::new();
        let mut types = Vec::new();
        for argument in &function.arguments {
            if let Argument::Value(name, ty) = argument {
                names.push(name);
                types.push(named(ty, &item.self_ty));
            }
        }
        let given =
            quote_spanned!(span=> #krate_here::InitArgs::<(#(#types,)*)>::into_args(#seed));
        let run = function.run(&TokenStream::new());
        quote! {
            let (#(#names,)*) = #given;
            #ok(#run #question)
        }
    };
    let cfgs = &init.cfgs;
    let ready = (!cfgs.is_empty()).then(|| ready(behaviour, &otherwise(cfgs)));
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

/// `terminate`, as a function to run.
fn terminate_function<'a>(behaviour: &'a Behaviour, terminate: &'a Terminate) -> Function<'a> {
    Function {
        behaviour,
        name: &terminate.name,
        cfgs: &terminate.cfgs,
        is_async: terminate.is_async,
        arguments: [Argument::This].into_iter().chain(callback_arguments(&terminate.parameters)).collect(),
        output: None,
    }
}

/// Runs `terminate`.
fn run_terminate(behaviour: &Behaviour, terminate: &Terminate) -> TokenStream {
    let krate = &behaviour.krate;
    let cfgs = &terminate.cfgs;
    let (reason, ctx) = (names::local("reason"), names::local("ctx"));
    let run = terminate_function(behaviour, terminate).run(&quote!(self));
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

/// The functions that promise that what is awaited can be sent between threads.
fn futures(behaviour: &Behaviour) -> TokenStream {
    let Behaviour { handlers, init, terminate, .. } = behaviour;
    let handlers = handlers.iter().map(|handler| handler_function(behaviour, handler));
    let init = init.iter().map(|init| init_function(behaviour, init));
    let terminate = terminate.iter().map(|terminate| terminate_function(behaviour, terminate));
    handlers.chain(init).chain(terminate).filter_map(|function| function.declaration()).collect()
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
            let (ty, krate) = (named(ty, this), krate.at(span));
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
