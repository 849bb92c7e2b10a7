//! How the runtime runs what the user wrote: handlers, `init`, `terminate`.

use proc_macro2::TokenStream;
use quote::quote;

use super::future::{Argument, Function, sent};
use super::messages;
use super::this::named;
use crate::model::behaviour::{
    Behaviour, CallbackParameter, Handler, Init, Kind, Parameter, Terminate,
};
use crate::names;

/// A handler, as a function to run.
fn handler_function<'a>(behaviour: &'a Behaviour, handler: &'a Handler) -> Function<'a> {
    let reply = handler.reply();
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
pub(super) fn arm(behaviour: &Behaviour, handler: &Handler) -> TokenStream {
    let function = handler_function(behaviour, handler);
    let fields = function
        .arguments
        .iter()
        .filter_map(|argument| match argument {
            Argument::Value(name, _) => Some(name),
            _ => None,
        });
    let cfgs = &handler.attributes.cfgs;
    let run = function.run(&quote!(self));
    match &handler.kind {
        Kind::Call(_) => {
            let reply = names::local("reply");
            let pattern = messages::build(handler, &quote!(#(#fields,)* #reply));
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
            let pattern = messages::build(handler, &quote!(#(#fields,)*));
            quote!(#(#cfgs)* #pattern => { #run; })
        }
    }
}

/// A server without `init` is ready when it is built.
pub(super) fn ready(behaviour: &Behaviour, cfgs: &[TokenStream]) -> TokenStream {
    let krate = &behaviour.krate;
    let (start, seed) = (names::local("start"), names::local("seed"));
    let built = quote!(#krate::Built::<Self>::built(#seed));
    let built = names::around(behaviour.name.span(), built);
    quote! {
        #(#cfgs)*
        fn __run(#start: #krate::Starting<'_, Self>) -> #krate::Launched<Self> {
            #start.built(|#seed| #built)
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
        arguments: this
            .into_iter()
            .chain(callback_arguments(&init.parameters))
            .collect(),
        output: init.output.as_ref(),
    }
}

fn callback_arguments(parameters: &[CallbackParameter]) -> impl Iterator<Item = Argument<'_>> {
    parameters
        .iter()
        .enumerate()
        .map(|(number, parameter)| match parameter {
            CallbackParameter::Ctx => Argument::Ctx,
            CallbackParameter::Reason => Argument::Reason,
            CallbackParameter::Argument(ty) => Argument::Value(names::numbered("a", number), ty),
        })
}

/// Runs `init`.
pub(super) fn run_init(behaviour: &Behaviour, init: &Init) -> TokenStream {
    let Behaviour { krate, item, .. } = behaviour;
    let function = init_function(behaviour, init);
    let (seed, ctx) = (names::local("seed"), names::local("ctx"));
    let seed_type = quote!(<Self as #krate::Construct>::Seed);
    let result = quote!(#krate::core::result::Result<Self, #krate::ExitReason>);
    let ok = quote!(#krate::core::result::Result::<Self, #krate::ExitReason>::Ok);
    let span = init.name.span();
    let answer = |run: TokenStream| {
        if init.fallible {
            names::around(span, quote!(#krate::reasoned({ #run })?))
        } else {
            run
        }
    };
    let body = if init.has_self {
        let state = names::local("state");
        let built = names::around(span, quote!(#krate::Built::<Self>::built(#seed)));
        let run = function.run(&quote!(&mut #state));
        // What else it might return nobody would look at.
        let run = answer(run);
        let run = names::around(span, quote!(let () = #run;));
        quote! {
            let mut #state = #built;
            #run
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
        let given = quote!(#krate::InitArgs::<(#(#types,)*)>::into_args({ #seed }));
        let given = names::around(span, given);
        let run = answer(function.run(&TokenStream::new()));
        quote! {
            let (#(#names,)*) = #given;
            #ok(#run)
        }
    };
    let cfgs = &init.cfgs;
    let sent = sent(behaviour, &quote!(Self));
    let ready = (!cfgs.is_empty()).then(|| ready(behaviour, &otherwise(cfgs)));
    let start = names::local("start");
    quote! {
        #(#cfgs)*
        fn __run(#start: #krate::Starting<'_, Self>) -> #krate::Launched<Self> {
            #start.init()
        }

        #(#cfgs)*
        fn __init(
            #seed: #seed_type,
            #ctx: &mut #krate::Ctx<Self>,
        ) -> impl #krate::core::future::Future<Output = #result> + #krate::core::marker::Send
        where
            #sent,
        {
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
        arguments: [Argument::This]
            .into_iter()
            .chain(callback_arguments(&terminate.parameters))
            .collect(),
        output: None,
    }
}

/// Runs `terminate`.
pub(super) fn run_terminate(behaviour: &Behaviour, terminate: &Terminate) -> TokenStream {
    let krate = &behaviour.krate;
    let cfgs = &terminate.cfgs;
    let (reason, ctx) = (names::local("reason"), names::local("ctx"));
    let run = terminate_function(behaviour, terminate).run(&quote!(self));
    let sent = sent(behaviour, &quote!(Self));
    quote! {
        #(#cfgs)*
        const TERMINATES: #krate::core::primitive::bool = true;

        #(#cfgs)*
        fn __terminate(
            &mut self,
            #reason: &#krate::ExitReason,
            #ctx: &mut #krate::Ctx<Self>,
        ) -> impl #krate::core::future::Future<Output = ()> + #krate::core::marker::Send
        where
            #sent,
        {
            async move {
                #run;
            }
        }
    }
}

/// The functions that promise that what is awaited can be sent between threads.
pub(super) fn futures(behaviour: &Behaviour) -> TokenStream {
    let Behaviour {
        handlers,
        init,
        terminate,
        ..
    } = behaviour;
    let handlers = handlers
        .iter()
        .map(|handler| handler_function(behaviour, handler));
    let init = init.iter().map(|init| init_function(behaviour, init));
    let terminate = terminate
        .iter()
        .map(|terminate| terminate_function(behaviour, terminate));
    handlers
        .chain(init)
        .chain(terminate)
        .filter_map(|function| function.declaration())
        .collect()
}
