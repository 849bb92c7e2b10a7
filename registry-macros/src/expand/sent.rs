//! What a message must be, asked for where its type is written.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Attribute;

use super::quiet;
use crate::krate::Krate;
use crate::names;

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

/// A function that asks the questions.
///
/// Not a constant that the messages depend on, though then the compiler would say less of those: a message
/// may hold a reference to its own server, and so the constant would depend on itself.
pub(super) fn asked(questions: &TokenStream) -> TokenStream {
    if questions.is_empty() {
        return TokenStream::new();
    }
    let quiet = quiet();
    quote! {
        #quiet
        fn __questions() {
            #questions
        }
    }
}
