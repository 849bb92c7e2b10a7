//! `#[registry_runtime::test]`.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use crate::names;
use crate::validate::test::Test;

/// The test function, around the user's.
pub(crate) fn test(test: &Test) -> TokenStream {
    let Test {
        krate,
        item,
        paused,
        multi_thread,
        workers,
    } = test;
    let syn::ItemFn {
        attrs,
        vis,
        sig,
        block,
        ..
    } = item;
    let (name, output) = (&sig.ident, &sig.output);
    let multi_thread = multi_thread.then(|| {
        if let Some(workers) = workers {
            quote!(.multi_thread(#workers))
        } else {
            quote!(.multi_thread(0))
        }
    });
    let paused = paused
        .as_ref()
        .map(|name| quote_spanned!(names::at(name.span())=> .start_paused()));
    quote! {
        #[::core::prelude::v1::test]
        #(#attrs)*
        #vis fn #name() #output {
            #[allow(clippy::unused_async, reason = "a test may have nothing to wait for")]
            #sig #block
            #krate::TestRuntime::new() #multi_thread #paused .run(#name())
        }
    }
}
