//! From the model to tokens. Nothing can fail here.

pub(crate) mod behaviour;
pub(crate) mod client;
mod construct;
mod declaration;
mod dynamic;
mod future;
mod key;
pub(crate) mod match_spec;
mod messages;
mod named;
mod partition;
mod placement;
pub(crate) mod registry;
mod run;
mod sent;
pub(crate) mod server;
mod spec;
pub(crate) mod test;
pub(crate) mod this;
mod time;
pub(crate) mod tree;

use proc_macro2::TokenStream;
use quote::quote;

/// On generated items that a user may or may not use, and whose types are as visible as the user's.
pub(crate) fn quiet() -> TokenStream {
    quote! {
        #[allow(
            dead_code,
            deprecated,
            non_snake_case,
            unused_variables,
            unreachable_pub,
            private_interfaces,
            private_bounds,
            missing_debug_implementations,
            clippy::all,
            clippy::pedantic,
            clippy::nursery,
            clippy::restriction,
            reason = "generated for every server, used or not, and as visible as it needs to be"
        )]
    }
}
