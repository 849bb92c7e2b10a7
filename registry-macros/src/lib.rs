//! The macros of `registry-runtime`.
//!
//! Not to be used by itself: `registry_runtime` re-exports all of it, and what the macros write
//! compiles against that crate alone, in this very version.
//!
//! Each macro goes through the same steps: `ast` parses what the user wrote, `validate` applies the
//! rules and collects every error, `model` is what comes out of that, and `expand` writes the code.
//! The user's own item is written out again whatever is wrong with it, and `fallback` stands in for what
//! could not be written, so that one mistake is one error.

mod ast;
mod diagnostics;
mod expand;
mod fallback;
mod krate;
mod model;
mod names;
mod options;
mod pipeline;
mod validate;

#[cfg(test)]
mod expands_to;

use proc_macro::TokenStream;

#[doc = include_str!("docs/gen_server.md")]
#[proc_macro_attribute]
pub fn gen_server(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::gen_server(options.into(), item.into()).into()
}

#[doc = include_str!("docs/registry.md")]
#[proc_macro]
pub fn registry(input: TokenStream) -> TokenStream {
    pipeline::registry(input.into()).into()
}

#[doc = include_str!("docs/supervision_tree.md")]
#[proc_macro]
pub fn supervision_tree(input: TokenStream) -> TokenStream {
    pipeline::supervision_tree(input.into()).into()
}

#[doc = include_str!("docs/match_spec.md")]
#[proc_macro]
pub fn match_spec(input: TokenStream) -> TokenStream {
    pipeline::match_spec(input.into()).into()
}

#[doc = include_str!("docs/test.md")]
#[proc_macro_attribute]
pub fn test(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::test(options.into(), item.into()).into()
}
