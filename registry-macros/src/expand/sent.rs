//! What must be `Send`, asked for where its type is written.
//!
//! For a server without parameters the questions stand in a constant, and what is made of the types in question
//! has that constant for a parameter: `__Args<__SENT>`. If the answer to one of them is no, the constant is
//! an error, and the compiler says nothing more of whatever mentions it. So a field that is not `Send` is told of
//! at the field, and not again for each thing that is made of it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Generics};

use super::quiet;
use crate::krate::Krate;
use crate::names;

/// A type that generated code declares, and that holds what must be `Send`.
pub(super) struct Sent<'a> {
    generics: &'a Generics,
}

impl<'a> Sent<'a> {
    /// For a server with these parameters.
    pub(super) fn new(generics: &'a Generics) -> Self {
        Self { generics }
    }

    fn is_generic(&self) -> bool {
        !self.generics.params.is_empty()
    }

    /// The parameters that such a type is declared with, and its impls.
    pub(super) fn parameters(&self, krate: &Krate) -> TokenStream {
        if self.is_generic() {
            let (parameters, _, _) = self.generics.split_for_impl();
            return quote!(#parameters);
        }
        quote!(<const __IS_SENT: #krate::core::primitive::bool>)
    }

    /// The arguments that its impls are written for.
    pub(super) fn arguments(&self) -> TokenStream {
        if self.is_generic() {
            let (_, arguments, _) = self.generics.split_for_impl();
            return quote!(#arguments);
        }
        quote!(<__IS_SENT>)
    }

    /// The arguments of the one that the server uses.
    pub(super) fn chosen(&self) -> TokenStream {
        if self.is_generic() {
            return self.arguments();
        }
        quote!(<__SENT>)
    }

    /// The same, where the type is named in an expression or a pattern; nothing if they can be inferred.
    pub(super) fn turbofish(&self) -> Option<TokenStream> {
        (!self.is_generic()).then(|| quote!(::<__SENT>))
    }

    /// The constant, which asks the questions; nothing for a generic server.
    pub(super) fn constant(&self, krate: &Krate, questions: &[TokenStream]) -> TokenStream {
        if self.is_generic() {
            return TokenStream::new();
        }
        let quiet = quiet();
        quote! {
            #quiet
            const __SENT: #krate::core::primitive::bool = {
                #(#questions)*
                true
            };
        }
    }
}

/// Asks `check` of a type, at the place where it is written.
pub(super) fn question(
    krate: &Krate,
    cfgs: &[&Attribute],
    check: &str,
    ty: &impl ToTokens,
    written: Span,
) -> TokenStream {
    let span = names::at(written);
    let (krate, check) = (krate.at(span), Ident::new(check, span));
    quote_spanned!(span=> #(#cfgs)* let () = #krate::#check::<#ty>();)
}
