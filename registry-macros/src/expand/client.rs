//! The client: one method per handler.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{GenericParam, Type};

use super::messages;
use super::quiet;
use super::this::named;
use crate::model::behaviour::{Behaviour, Handler, Kind};
use crate::names;

/// The names and generics that the client is written with.
pub(crate) struct Client<'a> {
    behaviour: &'a Behaviour,
    /// The parameter for the address.
    address: Ident,
    /// The parameter for the server, which is always this one. A private server must be named in the
    /// head of every impl that has it for an associated type.
    server: Ident,
}

impl<'a> Client<'a> {
    pub(crate) fn new(behaviour: &'a Behaviour, address: Ident, server: Ident) -> Self {
        Self {
            behaviour,
            address,
            server,
        }
    }

    /// A name for an address that nothing of the user's has.
    pub(crate) fn address(&self) -> &Ident {
        &self.address
    }

    fn is_generic(&self) -> bool {
        !self.behaviour.item.generics.params.is_empty()
    }

    /// The field that makes use of the server's parameters, in a value.
    fn marker(&self) -> Option<TokenStream> {
        let krate = &self.behaviour.krate;
        self.is_generic()
            .then(|| quote!(, server: #krate::core::marker::PhantomData))
    }

    fn this(&self) -> &'a Type {
        &self.behaviour.item.self_ty
    }

    /// `T, N`: the server's own parameters, as arguments, each with a comma.
    fn arguments(&self) -> TokenStream {
        let parameters =
            self.behaviour
                .item
                .generics
                .params
                .iter()
                .map(|parameter| match parameter {
                    GenericParam::Type(parameter) => &parameter.ident,
                    GenericParam::Const(parameter) => &parameter.ident,
                    GenericParam::Lifetime(parameter) => &parameter.lifetime.ident,
                });
        quote!(#(#parameters,)*)
    }

    /// The server's own parameters as declared, each with a comma.
    fn parameters(&self) -> TokenStream {
        let parameters = &self.behaviour.item.generics.params;
        let parameters = parameters.iter();
        quote!(#(#parameters,)*)
    }

    /// The client's type, with `address` for an address.
    pub(crate) fn ty(&self, address: &TokenStream) -> TokenStream {
        let (client, arguments) = (&self.behaviour.client, self.arguments());
        let this = self.this();
        quote!(#client<#arguments #address, #this>)
    }

    /// The struct, in the scope of the user's impl.
    pub(crate) fn declaration(&self) -> TokenStream {
        let Behaviour {
            krate,
            client,
            item,
            name,
            ..
        } = self.behaviour;
        let (this, parameters) = (self.this(), self.parameters());
        let Self {
            address, server, ..
        } = self;
        let clauses = &item.generics.where_clause;
        let doc = format!(
            "The client of a `{}`: one method for each of its handlers.\n\nIt is what `start_link` \
             returns and `via` makes; it derefs to what all clients have.",
            names::plain(name)
        );
        let quiet = quiet();
        let marker = self
            .is_generic()
            .then(|| quote!(server: #krate::core::marker::PhantomData<fn() -> #this>,));
        quote! {
            #[doc = #doc]
            #quiet
            pub struct #client<
                #parameters
                #address = #krate::Local<#this>,
                #server: #krate::GenServer = #this,
            > #clauses {
                client: #krate::Client<#server, #address>,
                #marker
            }
        }
    }

    /// Its impls, in the block that holds the messages.
    pub(crate) fn impls(&self) -> TokenStream {
        let Behaviour {
            krate,
            client,
            item,
            ..
        } = self.behaviour;
        let (this, address) = (self.this(), &self.address);
        let (parameters, clauses) = (self.parameters(), &item.generics.where_clause);
        let ty = self.ty(&quote!(#address));
        let core = quote!(#krate::core);
        let handlers = self.behaviour.handlers.iter();
        let methods = handlers
            .filter(|handler| !matches!(handler.kind, Kind::Info))
            .map(|handler| self.method(handler));
        let stubs = self
            .behaviour
            .broken
            .iter()
            .map(|broken| crate::fallback::client_method(krate, broken, this));
        let timeout = self.timeout();
        let marker = self.marker();
        let client_value = names::local("client");
        let debug_name = names::plain(client);
        let quiet = quiet();
        quote! {
            #quiet
            impl<#parameters #address: #krate::Address<#this>> #ty #clauses {
                #(#methods)*
                #(#stubs)*
            }

            #timeout

            impl<#parameters #address> #core::ops::Deref for #ty #clauses {
                type Target = #krate::Client<#this, #address>;

                fn deref(&self) -> &#krate::Client<#this, #address> {
                    &self.client
                }
            }

            impl<#parameters #address> #core::convert::From<#krate::Client<#this, #address>> for #ty #clauses {
                fn from(#client_value: #krate::Client<#this, #address>) -> Self {
                    Self { client: #client_value #marker }
                }
            }

            impl<#parameters #address: #core::clone::Clone> #core::clone::Clone for #ty #clauses {
                fn clone(&self) -> Self {
                    Self { client: #core::clone::Clone::clone(&self.client) #marker }
                }
            }

            impl<#parameters #address: #core::fmt::Debug> #core::fmt::Debug for #ty #clauses {
                fn fmt(&self, f: &mut #core::fmt::Formatter<'_>) -> #core::fmt::Result {
                    f.debug_tuple(#debug_name).field(&self.client).finish()
                }
            }
        }
    }

    /// `timeout`, unless a handler is called so.
    fn timeout(&self) -> Option<TokenStream> {
        let Behaviour {
            krate,
            item,
            handlers,
            ..
        } = self.behaviour;
        if handlers.iter().any(|handler| handler.name == "timeout") {
            return None;
        }
        let (parameters, clauses) = (self.parameters(), &item.generics.where_clause);
        let address = &self.address;
        let ty = self.ty(&quote!(#address));
        let (marker, quiet) = (self.marker(), quiet());
        Some(quote! {
            #quiet
            impl<#parameters #address> #ty #clauses {
                /// This client with another time-out for its calls.
                #[must_use]
                pub fn timeout(self, timeout: #krate::core::time::Duration) -> Self {
                    Self { client: self.client.__timeout(timeout) #marker }
                }
            }
        })
    }

    fn method(&self, handler: &Handler) -> TokenStream {
        let krate = &self.behaviour.krate;
        let Handler {
            name,
            vis,
            attributes,
            ..
        } = handler;
        let this = self.this();
        let cfgs = &attributes.cfgs;
        let carried = &attributes.client;
        let written = names::plain(name);
        let arguments: Vec<&Ident> = handler.message().map(|(name, _)| name).collect();
        let types = handler.message().map(|(_, ty)| named(ty, this));
        let (doc, result, body) = match &handler.kind {
            Kind::Call(reply) => {
                let reply_type = named(reply, this);
                let reply = names::local("reply");
                let message = messages::build(handler, &quote!(#(#arguments,)* #reply));
                (
                    format!("Calls `{written}`, and waits for its answer."),
                    quote!(#krate::Call<#this, #reply_type>),
                    quote!(self.client.__call(|#reply| #message)),
                )
            }
            Kind::Cast | Kind::Info => {
                let message = messages::build(handler, &quote!(#(#arguments,)*));
                (
                    format!("Casts `{written}`: sends it, and waits for nothing."),
                    quote!(#krate::core::result::Result<(), #krate::CastError>),
                    quote!(self.client.__cast(#message)),
                )
            }
        };
        let doc = (!attributes.documented).then(|| quote!(#[doc = #doc]));
        quote! {
            #(#cfgs)*
            #doc
            #(#carried)*
            #vis fn #name(&self #(, #arguments: #types)*) -> #result {
                #body
            }
        }
    }
}

/// The client's name for a server, unless the user gives another.
pub(crate) fn name(server: &Ident) -> Ident {
    format_ident!("{}Client", names::plain(server), span = server.span())
}
