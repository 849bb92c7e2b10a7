//! What `#[gen_server]` may be written on.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream};
use syn::{Item, ItemImpl, ItemStruct};

/// The annotated item.
pub(crate) enum Annotated {
    /// A struct: the server's state.
    Struct(Box<ItemStruct>),
    /// An impl: the server's behaviour.
    Impl(Box<ItemImpl>),
    /// Anything else: a mistake. With its first keyword, which the message underlines.
    Other(TokenStream),
}

impl Parse for Annotated {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let tokens: TokenStream = input.fork().parse()?;
        match input.parse()? {
            Item::Struct(item) => Ok(Self::Struct(Box::new(item))),
            Item::Impl(item) => Ok(Self::Impl(Box::new(item))),
            _ => Ok(Self::Other(tokens)),
        }
    }
}
