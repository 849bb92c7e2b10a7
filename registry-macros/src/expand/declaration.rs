//! What `catalog()` learns of a declared thing.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::Visibility;

use crate::krate::Krate;

/// A declared thing, on its way to the catalogue.
pub(crate) struct Declaration<'a> {
    /// The variant of `DeclarationKind`.
    pub(crate) kind: TokenStream,
    pub(crate) name: &'a Ident,
    /// `.registry(…)`, `.steps(…)`.
    pub(crate) more: TokenStream,
}

impl Declaration<'_> {
    /// The functions of the type's trait that lead to its instance on a node and to its declaration.
    pub(crate) fn functions(&self, instance: &TokenStream, krate: &Krate) -> TokenStream {
        let (name, reference) = (self.name, self.reference(krate));
        quote! {
            fn slot() -> &'static #krate::Slot<Self, #instance> {
                static SLOT: #krate::Slot<#name, #instance> = #krate::Slot::new();
                &SLOT
            }

            fn declaration() -> &'static #krate::Declaration {
                #reference
            }
        }
    }

    /// The function that every declared type has of its own: how a supervisor starts it. It is not a
    /// function of the trait, so that a type which is no server is not told to implement that trait.
    pub(crate) fn child_spec(
        &self,
        vis: &Visibility,
        spec: &TokenStream,
        krate: &Krate,
    ) -> TokenStream {
        let name = self.name;
        quote! {
            #[allow(dead_code, unreachable_pub, reason = "generated: a declared type has it, used or not")]
            impl #name {
                /// How a supervisor starts this.
                #[must_use]
                #vis fn child_spec() -> #krate::AnyChildSpec {
                    #spec
                }
            }
        }
    }

    /// An expression of type `&'static Declaration`.
    pub(crate) fn reference(&self, krate: &Krate) -> TokenStream {
        let Self { kind, name, more } = self;
        // `line!()` would be that of the whole macro call, for everything that a tree declares.
        let line = u32::try_from(name.span().start().line)
            .ok()
            .filter(|line| *line > 0);
        let line = line.map_or_else(|| quote!(#krate::core::line!()), |line| quote!(#line));
        let name = crate::names::plain(name);
        quote! {{
            static DECLARATION: #krate::Declaration = #krate::Declaration::new(
                #krate::DeclarationKind::#kind,
                #name,
                #krate::core::module_path!(),
                #krate::core::file!(),
                #line,
            )
            #more;
            &DECLARATION
        }}
    }
}

/// Submits a declaration: `get` is a path to, or a closure that is, a function that returns it.
pub(crate) fn submit(krate: &Krate, get: &TokenStream) -> TokenStream {
    quote! {
        #krate::inventory::submit! { #krate::CatalogEntry(#get) }
    }
}
