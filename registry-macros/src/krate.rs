//! Where generated code finds the runtime: `::registry_runtime`, or what `crate = path` says.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::Path;

/// The path of the runtime. Interpolated, it is that of everything that generated code may name:
/// `::registry_runtime::__private`.
#[derive(Clone)]
pub(crate) struct Krate {
    root: TokenStream,
}

impl Krate {
    /// The path for the option `crate = path`, or the default without it.
    pub(crate) fn new(given: Option<&Path>) -> Self {
        Self {
            root: if let Some(path) = given {
                quote!(#path)
            } else {
                quote!(::registry_runtime)
            },
        }
    }
}

impl ToTokens for Krate {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let root = &self.root;
        tokens.extend(quote!(#root::__private));
    }
}
