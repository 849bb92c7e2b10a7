//! `#[gen_server]` on a struct: how the server is made, started, named and found.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Index;
use syn::spanned::Spanned;

use super::declaration::{self, Declaration};
use super::key::Keys;
use super::{quiet, time};
use crate::ast::argument::Argument;
use crate::krate::Krate;
use crate::model::borrow;
use crate::model::server::{Build, Field, Name, Registered, Server, Source, Timeout};
use crate::names;

/// The whole expansion.
pub(crate) fn server(server: &Server) -> TokenStream {
    let item = &server.item;
    let parts = [
        arguments(server),
        construct(server),
        registered(server),
        functions(server),
        submission(server),
    ];
    quote! {
        #item
        const _: () = {
            #(#parts)*
        };
    }
}

/// The type that carries the arguments of a start.
///
/// A type of its own, and not a tuple, since a tuple of private types cannot be the associated type of a
/// public server, nor be cloned beyond twelve.
fn arguments(server: &Server) -> TokenStream {
    let Server { krate, item, .. } = server;
    let (impl_generics, ty_generics, clauses) = item.generics.split_for_impl();
    let types = server.arguments.iter().map(|argument| &argument.ty);
    let name = &item.ident;
    let marker = has_parameters(server).then(|| {
        quote!(pub #krate::core::marker::PhantomData<fn() -> #name #ty_generics>)
    });
    let marker_value = marker.is_some().then(|| quote!(#krate::core::marker::PhantomData));
    let bounds = clone_bounds(server, &quote!(#krate::core::clone::Clone));
    let clauses_and = with_clauses(server, &bounds);
    let index = (0..server.arguments.len()).map(Index::from);
    let quiet = quiet();
    quote! {
        #[doc(hidden)]
        #quiet
        pub struct __Args #impl_generics (#(pub #types,)* #marker) #clauses;

        impl #impl_generics #krate::core::clone::Clone for __Args #ty_generics #clauses_and {
            fn clone(&self) -> Self {
                Self(#(#krate::core::clone::Clone::clone(&self.#index),)* #marker_value)
            }
        }
    }
}

fn has_parameters(server: &Server) -> bool {
    !server.item.generics.params.is_empty()
}

/// `for<'__a> T: Trait` for each argument that is not known to be `Clone`.
///
/// The lifetime is there so that the compiler takes a bound that does not hold, as for a socket: then
/// the function that has it cannot be called, and all others can.
fn clone_bounds(server: &Server, bound: &TokenStream) -> Vec<TokenStream> {
    let unsure = server.arguments.iter().filter(|argument| !borrow::surely_clone(&argument.ty));
    unsure
        .map(|argument| {
            let ty = &argument.ty;
            quote_spanned!(names::at(ty.span())=> for<'__a> #ty: #bound)
        })
        .collect()
}

/// The struct's where clause and some more.
fn with_clauses(server: &Server, more: &[TokenStream]) -> TokenStream {
    let own = server.item.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let own: Vec<_> = own.collect();
    if own.is_empty() && more.is_empty() {
        return TokenStream::new();
    }
    quote!(where #(#own,)* #(#more,)*)
}

/// `where Self: Trait` for a generic server. One without parameters has it checked at once, which tells
/// in one place that the annotated impl is missing.
fn generic_bound(server: &Server, bound: &TokenStream) -> Option<TokenStream> {
    let (_, ty_generics, _) = server.item.generics.split_for_impl();
    let name = &server.item.ident;
    has_parameters(server).then(|| quote!(#name #ty_generics: #bound))
}

/// `Construct`: from arguments to the server.
fn construct(server: &Server) -> TokenStream {
    let Server { krate, item, .. } = server;
    let (impl_generics, ty_generics, _) = item.generics.split_for_impl();
    let name = &item.ident;
    let bound = generic_bound(server, &quote!(#krate::Actor));
    let clauses = with_clauses(server, &bound.into_iter().collect::<Vec<_>>());
    let args = names::local("args");
    let (seed_type, seed_value, init_args) = match &server.build {
        Build::Fields(fields) => (quote!(Self), struct_value(fields, &args, krate), None),
        Build::Init => {
            (quote!(__Args #ty_generics), quote!(#args), Some(init_arguments(server)))
        }
        Build::Broken => {
            let broken = quote!(#krate::core::unreachable!("the errors of `#[gen_server]` come first"));
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
fn struct_value(fields: &[Field], args: &proc_macro2::Ident, krate: &Krate) -> TokenStream {
    let fields = fields.iter().map(|Field { name, cfgs, source }| {
        let value = match source {
            Source::Argument(number) => {
                let index = Index::from(*number);
                quote!(#args.#index)
            }
            Source::Default => {
                let span = names::at(name.span());
                let krate = krate.at(span);
                quote_spanned!(span=> #krate::core::default::Default::default())
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
    let types: Vec<_> = server.arguments.iter().map(|argument| &argument.ty).collect();
    let index = (0..types.len()).map(Index::from);
    quote! {
        impl #impl_generics #krate::InitArgs<(#(#types,)*)> for __Args #ty_generics #clauses {
            fn into_args(self) -> (#(#types,)*) {
                (#(self.#index,)*)
            }
        }
    }
}

/// How the server takes its name, and how a running one is found by it.
fn place(server: &Server, registered: &Registered) -> TokenStream {
    let Server { krate, arguments, .. } = server;
    let Registered { registry, key, value } = registered;
    let keys = Keys { key, arguments, krate };
    let (args, cell) = (names::local("args"), names::local("cell"));
    let reference = |number: usize| {
        let index = Index::from(number);
        quote!((&#args.#index))
    };
    let owned = keys.owned(reference);
    let lent = keys.parts().into_iter().map(|(number, _)| keys.lend(number, &reference(number)));
    let span = names::at(registry.span());
    let value_type = quote_spanned!(span=> <#registry as #krate::DeclaredRegistry>::Value);
    let value = match value {
        Some(value) => quote!(#value),
        None => quote_spanned!(span=> <#value_type as #krate::NoValue>::none()),
    };
    // `value` may use the arguments by their names.
    let used = names::Used::new(value.clone());
    let mentioned = arguments.iter().enumerate().filter_map(|(number, argument)| {
        let name = &argument.name;
        let index = Index::from(number);
        used.contains(&names::plain(name)).then(|| quote!(let #name = &#args.#index;))
    });
    let claim = quote_spanned!(span=> #krate::claim::<#registry, Self>);
    // By way of `Named`, which says once that the registry's keys must be unique.
    let find = quote_spanned!(span=> #krate::find::<<Self as #krate::Named>::Registry, Self, _>);
    quote! {
        const REGISTRY: #krate::core::option::Option<#krate::RegistryId> =
            #krate::core::option::Option::Some(<#registry as #krate::DeclaredRegistry>::ID);

        fn claim(
            #args: &<Self as #krate::Construct>::Args,
            #cell: &#krate::std::sync::Arc<#krate::Cell<Self>>,
        ) -> #krate::core::result::Result<(), #krate::StartError> {
            let key = #owned;
            let value = {
                #(#mentioned)*
                #value
            };
            #claim(#cell, key, value)
        }

        fn find_running(
            #args: &<Self as #krate::Construct>::Args,
        ) -> #krate::core::option::Option<#krate::std::sync::Arc<#krate::Cell<Self>>> {
            #find(&Self::__key(#(#lent),*))
        }
    }
}

/// The function that makes the key to look the server up by, of what `via` takes.
fn lookup_key(server: &Server, registered: &Registered) -> TokenStream {
    let Server { krate, arguments, item, .. } = server;
    let keys = Keys { key: &registered.key, arguments, krate };
    let (impl_generics, ty_generics, clauses) = item.generics.split_for_impl();
    let (name, ty) = (&item.ident, keys.borrowed_type());
    let lifetime = keys.is_lent().then(|| quote!('__key));
    let parameters = via_parameters(&keys);
    let key = keys.borrowed();
    let quiet = quiet();
    quote! {
        #quiet
        impl #impl_generics #name #ty_generics #clauses {
            #[doc(hidden)]
            fn __key<#lifetime>(#(#parameters),*) -> #ty {
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
fn registered(server: &Server) -> TokenStream {
    let Server { krate, item, arguments, .. } = server;
    let Name::Registered(registered) = &server.name else { return TokenStream::new() };
    let (impl_generics, ty_generics, _) = item.generics.split_for_impl();
    let bound = generic_bound(server, &quote!(#krate::GenServer));
    let clauses = with_clauses(server, &bound.into_iter().collect::<Vec<_>>());
    let (name, registry) = (&item.ident, &registered.registry);
    let tuple = Keys { key: &registered.key, arguments, krate }.tuple_type();
    let lookup_key = lookup_key(server, registered);
    let span = names::at(registry.span());
    let registry = quote_spanned!(span=> type Registry = #registry;);
    quote! {
        #tuple
        #lookup_key

        impl #impl_generics #krate::Named for #name #ty_generics #clauses {
            #registry
        }
    }
}

/// `start_link`, `start`, `child_spec` and `via`.
fn functions(server: &Server) -> TokenStream {
    let Server { krate, item, .. } = server;
    let (impl_generics, ty_generics, _) = item.generics.split_for_impl();
    // The bound hides the impl that says what the arguments are.
    let bounds = quote!(#krate::GenServer + #krate::Construct<Args = __Args #ty_generics>);
    let bound = generic_bound(server, &bounds);
    let clauses = with_clauses(server, &bound.into_iter().collect::<Vec<_>>());
    let (name, vis) = (&item.ident, &item.vis);
    let text = names::plain(name);
    let names: Vec<_> = server.arguments.iter().map(|argument| &argument.name).collect();
    let types: Vec<_> = server.arguments.iter().map(|argument| &argument.ty).collect();
    let marker = has_parameters(server).then(|| quote!(#krate::core::marker::PhantomData));
    let args = quote!(__Args(#(#names,)* #marker));
    let started = quote! {
        #krate::core::result::Result<#krate::ServerRef<Self>, #krate::StartError>
    };
    let cloned = clone_bounds(server, &quote!(#krate::RestartArg));
    let cloned = (!cloned.is_empty()).then(|| quote!(where #(#cloned,)*));
    let start_link_doc = format!(
        "Starts a `{text}`, linked to the process that this is called in, and returns once its `init` \
         has.\n\nIn a plain task, which is no process, there is nothing to link to.\n\n# Errors\n\n\
         What `init` ended with; that the name is taken, or its registry is not running."
    );
    let start_doc = format!(
        "Starts a `{text}` that is linked to nothing, and returns once its `init` has.\n\n# Errors\n\n\
         What `init` ended with; that the name is taken, or its registry is not running."
    );
    let spec_doc = format!(
        "How a supervisor starts a `{text}`: with these arguments, at each restart anew."
    );
    let via = via(server);
    let quiet = quiet();
    quote! {
        #quiet
        impl #impl_generics #name #ty_generics #clauses {
            #[doc = #start_link_doc]
            #vis async fn start_link(#(#names: #types),*) -> #started {
                #krate::start_link::<Self>(#args).await
            }

            #[doc = #start_doc]
            #vis async fn start(#(#names: #types),*) -> #started {
                #krate::start::<Self>(#args).await
            }

            #[doc = #spec_doc]
            #[must_use]
            #vis fn child_spec(#(#names: #types),*) -> #krate::ChildSpec<Self> #cloned {
                #krate::child_spec::<Self>(#args)
            }

            #via
        }
    }
}

/// `via`: the client of the server of a name.
fn via(server: &Server) -> TokenStream {
    let Server { krate, item, arguments, .. } = server;
    let vis = &item.vis;
    match &server.name {
        Name::Anonymous => TokenStream::new(),
        Name::Broken(arguments) => crate::fallback::via(krate, vis, *arguments),
        Name::Registered(registered) => {
            let keys = Keys { key: &registered.key, arguments, krate };
            let lifetime = keys.is_lent().then(|| quote!('__key));
            let parameters = via_parameters(&keys);
            let names = keys.parts().into_iter().map(|(_, argument)| &argument.name);
            let key_type = keys.borrowed_type();
            let span = names::at(registered.registry.span());
            let call = quote_spanned!(span=> #krate::via::<Self, _>);
            let doc = format!(
                "The `{}` of this name, whichever process bears it when a call or cast is made.\n\n\
                 Nothing is looked up yet, and nothing is allocated.",
                names::plain(&item.ident)
            );
            quote! {
                #[doc = #doc]
                #[must_use]
                #vis fn via<#lifetime>(
                    #(#parameters),*
                ) -> <Self as #krate::GenServer>::Client<#krate::Via<Self, #key_type>> {
                    #call(Self::__key(#(#names),*))
                }
            }
        }
    }
}

/// The declaration of the server, for the catalogue.
fn submission(server: &Server) -> TokenStream {
    let krate = &server.krate;
    let more = match &server.name {
        Name::Registered(registered) => {
            let registry = &registered.registry;
            quote! {
                .registry(#krate::core::option::Option::Some(
                    <#registry as #krate::DeclaredRegistry>::ID
                ))
            }
        }
        Name::Anonymous | Name::Broken(_) => TokenStream::new(),
    };
    let declaration = Declaration { kind: quote!(Server), name: &server.item.ident, more };
    let reference = declaration.reference(krate);
    declaration::submit(krate, &quote!(|| #reference))
}
