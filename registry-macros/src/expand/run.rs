//! How the runtime runs what the user wrote: handlers, `init`, `terminate`.

use proc_macro2::TokenStream;
use quote::quote;

use super::future::{Argument, Function, sent};
use super::messages;
use super::this::named;
use crate::krate::Krate;
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
    let krate = &behaviour.krate;
    let cfgs = &handler.attributes.cfgs;
    let called = function.call(&quote!(self));
    let answers = matches!(handler.kind, Kind::Call(_)) && !handler.is_deferred();
    let reply = names::local("reply");
    let given = matches!(handler.kind, Kind::Call(_)).then_some(&reply);
    let pattern = messages::build(handler, &quote!(#(#fields,)* #given));
    let run = match (handler.is_async, answers) {
        (true, true) => quote!(#krate::Run::answer(#reply, #called)),
        (true, false) => quote!(#krate::Run::later(#called)),
        (false, true) => {
            let answer = names::local("answer");
            quote!({
                let #answer = #called;
                #reply.send(#answer);
                #krate::Run::DONE
            })
        }
        (false, false) => quote!({
            #called;
            #krate::Run::DONE
        }),
    };
    quote!(#(#cfgs)* #pattern => #run,)
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
    let krate = &behaviour.krate;
    let cfgs = &init.cfgs;
    let ready = (!cfgs.is_empty()).then(|| ready(behaviour, &otherwise(cfgs)));
    let start = names::local("start");
    let (started, function) = if init.has_self {
        let seed = names::local("seed");
        let built = names::around(
            init.name.span(),
            quote!(#krate::Built::<Self>::built(#seed)),
        );
        (quote!(init(|#seed| #built)), init_built(behaviour, init))
    } else {
        (quote!(build()), init_builds(behaviour, init))
    };
    quote! {
        #(#cfgs)*
        fn __run(#start: #krate::Starting<'_, Self>) -> #krate::Launched<Self> {
            #start.#started
        }

        #(#cfgs)*
        #function

        #ready
    }
}

/// The `init` of a server that is built when it starts.
fn init_built(behaviour: &Behaviour, init: &Init) -> TokenStream {
    let krate = &behaviour.krate;
    let ctx = names::local("ctx");
    let output = answer(behaviour, init, &quote!(self));
    // What else it might return nobody would look at.
    let body = names::around(init.name.span(), quote!(let () = #output;));
    let run = run_fallible(krate, init.is_async, &body);
    let sent = sent(behaviour, &quote!(Self));
    quote! {
        fn __init<'__a>(&'__a mut self, #ctx: &'__a mut #krate::Ctx<Self>) -> #krate::Run<'__a>
        where
            #sent,
        {
            #run
        }
    }
}

/// The `init` that builds the server.
fn init_builds(behaviour: &Behaviour, init: &Init) -> TokenStream {
    let Behaviour { krate, item, .. } = behaviour;
    let (site, seed, ctx) = (
        names::local("site"),
        names::local("seed"),
        names::local("ctx"),
    );
    let (mut names, mut types) = (Vec::new(), Vec::new());
    for argument in init_function(behaviour, init).arguments {
        if let Argument::Value(name, ty) = argument {
            types.push(named(ty, &item.self_ty));
            names.push(name);
        }
    }
    let given = quote!(#krate::InitArgs::<(#(#types,)*)>::into_args({ #seed }));
    let given = names::around(init.name.span(), given);
    let output = answer(behaviour, init, &TokenStream::new());
    let body = quote!(*#site = #krate::Site::<Self>::Ready(#output););
    let run = run_fallible(krate, init.is_async, &body);
    let sent = sent(behaviour, &quote!(Self));
    quote! {
        fn __build<'__a>(
            #site: &'__a mut #krate::Site<Self>,
            #ctx: &'__a mut #krate::Ctx<Self>,
        ) -> #krate::Run<'__a>
        where
            #sent,
        {
            let #krate::core::option::Option::Some(#seed) = #site.seed() else {
                return #krate::Run::DONE;
            };
            let (#(#names,)*) = #given;
            #run
        }
    }
}

/// What `init` returns, with the reason taken off by `?` if it may fail.
fn answer(behaviour: &Behaviour, init: &Init, this: &TokenStream) -> TokenStream {
    let krate = &behaviour.krate;
    let output = init_function(behaviour, init).output(this);
    if init.fallible {
        names::around(init.name.span(), quote!(#krate::reasoned({ #output })?))
    } else {
        output
    }
}

/// Runs statements that may leave with `?`, now or as a future.
fn run_fallible(krate: &Krate, is_async: bool, body: &TokenStream) -> TokenStream {
    let ok = quote!(#krate::core::result::Result::<(), #krate::ExitReason>::Ok(()));
    if is_async {
        quote!(#krate::Run::fallible(async move { #body #ok }))
    } else {
        quote!(#krate::Run::Done((move || { #body #ok })()))
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
    let called = terminate_function(behaviour, terminate).call(&quote!(self));
    let run = if terminate.is_async {
        quote!(#krate::Run::later(#called))
    } else {
        quote!(#called; #krate::Run::DONE)
    };
    let sent = sent(behaviour, &quote!(Self));
    quote! {
        #(#cfgs)*
        const TERMINATES: #krate::core::primitive::bool = true;

        #(#cfgs)*
        fn __terminate<'__a>(
            &'__a mut self,
            #reason: &'__a #krate::ExitReason,
            #ctx: &'__a mut #krate::Ctx<Self>,
        ) -> #krate::Run<'__a>
        where
            #sent,
        {
            #run
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
