//! `match_spec!`: a closure around a `match`.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::match_spec::{Clause, MatchSpec};
use crate::names;
use crate::validate::match_spec::Takes;

/// The closure.
pub(crate) fn match_spec(spec: &MatchSpec, takes: Takes) -> TokenStream {
    let (key, pid, value) = (
        names::local("key"),
        names::local("pid"),
        names::local("value"),
    );
    let (parameters, matched) = match takes {
        Takes::Entry => (
            quote!(#key: &_, #pid, #value: &_),
            quote!((#key, #pid, #value)),
        ),
        Takes::Process => (quote!(#pid, #value: &_), quote!((#pid, #value))),
        Takes::Value => (quote!(#value: &_), quote!(#value)),
    };
    let has_bodies = spec
        .clauses
        .first()
        .is_none_or(|clause| clause.body.is_some());
    let arms = spec.clauses.iter().map(
        |Clause {
             pattern,
             guard,
             body,
         }| {
            let guard = guard.as_ref().map(|guard| quote!(if #guard));
            // A tuple of one is how a value that is a tuple itself is told from an entry.
            let pattern = match pattern {
                syn::Pat::Tuple(tuple) if takes == Takes::Value && tuple.elems.len() == 1 => {
                    let only = tuple.elems.first();
                    quote!(#only)
                }
                _ => quote!(#pattern),
            };
            let body = if let Some(body) = body {
                // A statement of its own: where it is an argument, rustc minds its braces.
                let found = names::local("found");
                quote! {{
                    #[allow(clippy::diverging_sub_expression, reason = "a body need not return")]
                    let #found = #body;
                    #[allow(unreachable_code, reason = "a body need not return")]
                    let #found = ::core::option::Option::Some(#found);
                    #found
                }}
            } else {
                quote!(true)
            };
            quote!(#pattern #guard => #body,)
        },
    );
    let otherwise = if has_bodies {
        quote!(::core::option::Option::None)
    } else {
        quote!(false)
    };
    quote! {
        |#parameters| match #matched {
            #(#arms)*
            #[allow(unreachable_patterns, reason = "the clauses may match everything")]
            _ => #otherwise,
        }
    }
}
