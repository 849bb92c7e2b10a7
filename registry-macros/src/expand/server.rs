//! `#[gen_server]` on a struct: how the server is made, started, named and found.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Index;
use syn::spanned::Spanned;

use super::construct::construct;
use super::declaration::{self, Declaration};
use super::named::{registered, via};
use super::quiet;
use super::sent::Questions;
use crate::model::server::{Build, Name, Server};
use crate::model::{borrow, sends};
use crate::names;

/// The whole expansion.
pub(crate) fn server(server: &Server) -> TokenStream {
    let (item, more) = (&server.item, beside(server));
    quote!(#item #more)
}

/// What is written beside the user's struct.
pub(crate) fn beside(server: &Server) -> TokenStream {
    let parts = [
        // First, since this is what says best that something is not `Send`.
        sendable(server),
        arguments(server),
        construct(server),
        registered(server),
        functions(server),
        submission(server),
    ];
    quote! {
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
    let marker = has_parameters(server)
        .then(|| quote!(pub #krate::core::marker::PhantomData<fn() -> #name #ty_generics>));
    let marker_value = marker
        .is_some()
        .then(|| quote!(#krate::core::marker::PhantomData));
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

pub(super) fn has_parameters(server: &Server) -> bool {
    !server.item.generics.params.is_empty()
}

/// `for<'__a> T: Trait` for each argument that is not known to be `Clone`.
///
/// The lifetime is there so that the compiler takes a bound that does not hold, as for a socket: then
/// the function that has it cannot be called, and all others can.
fn clone_bounds(server: &Server, bound: &TokenStream) -> Vec<TokenStream> {
    let unsure = server
        .arguments
        .iter()
        .filter(|argument| !borrow::surely_clone(&argument.ty));
    unsure
        .map(|argument| {
            let ty = &argument.ty;
            quote_spanned!(names::at(ty.span())=> for<'__a> #ty: #bound)
        })
        .collect()
}

/// The struct's where clause and some more.
pub(super) fn with_clauses(server: &Server, more: &[TokenStream]) -> TokenStream {
    let own = server
        .item
        .generics
        .where_clause
        .iter()
        .flat_map(|clause| &clause.predicates);
    let own: Vec<_> = own.collect();
    if own.is_empty() && more.is_empty() {
        return TokenStream::new();
    }
    quote!(where #(#own,)* #(#more,)*)
}

/// `where Self: Trait` for a generic server. One without parameters has it checked at once, which tells
/// in one place that the annotated impl is missing.
pub(super) fn generic_bound(server: &Server, bound: &TokenStream) -> Option<TokenStream> {
    let (_, ty_generics, _) = server.item.generics.split_for_impl();
    let name = &server.item.ident;
    has_parameters(server).then(|| quote!(#name #ty_generics: #bound))
}

/// Asks that each field and argument can be sent between threads, where its type is written.
fn sendable(server: &Server) -> TokenStream {
    if has_parameters(server) {
        return TokenStream::new();
    }
    let fields = server.item.fields.iter().map(|field| {
        let cfgs = field.attrs.iter();
        let cfgs = cfgs.filter(|attribute| attribute.path().is_ident("cfg"));
        (cfgs.collect::<Vec<_>>(), &field.ty)
    });
    let arguments = match server.build {
        Build::Init => server.arguments.as_slice(),
        Build::Fields(_) | Build::Broken => &[],
    };
    let arguments = arguments.iter().map(|argument| (Vec::new(), &argument.ty));
    let mut questions = Questions::new(&server.krate);
    for (cfgs, ty) in fields.chain(arguments) {
        if !sends::surely(ty) {
            questions.ask(cfgs, "Part", ty, ty.span());
        }
    }
    // Where the annotated impl is forgotten, this says so before whatever makes use of the server does.
    let (name, krate) = (&server.item.ident, &server.krate);
    questions.also(&quote!(#krate::ServerRef<#name>,));
    questions.declaration("__State")
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
    let names: Vec<_> = server
        .arguments
        .iter()
        .map(|argument| &argument.name)
        .collect();
    let types: Vec<_> = server
        .arguments
        .iter()
        .map(|argument| &argument.ty)
        .collect();
    let marker = has_parameters(server).then(|| quote!(#krate::core::marker::PhantomData));
    let args = quote!(__Args(#(#names,)* #marker));
    // Not `async`: one future less to compile, and the compiler says but once that the annotated impl is
    // missing, since it tells no two places of one macro apart.
    // What is started leads an editor to its struct.
    let [start_link, start, child_spec] =
        ["start_link", "start", "child_spec"].map(|text| Ident::new(text, name.span()));
    let started = quote! {
        impl #krate::core::future::Future<
            Output = #krate::core::result::Result<#krate::ServerRef<Self>, #krate::StartError>
        > + #krate::core::marker::Send
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
    let spec_doc =
        format!("How a supervisor starts a `{text}`: with these arguments, at each restart anew.");
    let via = via(server);
    let quiet = quiet();
    quote! {
        #quiet
        impl #impl_generics #name #ty_generics #clauses {
            #[doc = #start_link_doc]
            #vis fn #start_link(#(#names: #types),*) -> #started {
                <Self as #krate::GenServer>::__start_link(#args)
            }

            #[doc = #start_doc]
            #vis fn #start(#(#names: #types),*) -> #started {
                <Self as #krate::GenServer>::__start(#args)
            }

            #[doc = #spec_doc]
            #[must_use]
            #vis fn #child_spec(#(#names: #types),*) -> #krate::ChildSpec<Self> #cloned {
                <Self as #krate::GenServer>::__child_spec(#args)
            }

            #via
        }
    }
}

/// The declaration of the server, for the catalogue.
fn submission(server: &Server) -> TokenStream {
    let krate = &server.krate;
    let more = match &server.name {
        Name::Registered(_) => quote!(.registry(__REGISTRY)),
        Name::Anonymous | Name::Broken(_) => TokenStream::new(),
    };
    let declaration = Declaration {
        kind: quote!(Server),
        name: &server.item.ident,
        more,
    };
    let reference = declaration.reference(krate);
    declaration::submit(krate, &quote!(|| #reference))
}
