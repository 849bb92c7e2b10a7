//! What `#[gen_server]` may be written on.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::parse::{Parse, ParseStream};
use syn::{Item, ItemImpl, ItemStruct};

/// The annotated item.
pub(crate) enum Annotated {
    /// A struct: the server's state.
    Struct(Box<ItemStruct>),
    /// An impl: the server's behaviour.
    Impl(Box<ItemImpl>),
    /// Anything else: a mistake. The keyword is what the message underlines.
    Other(TokenStream),
}

impl Parse for Annotated {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        Ok(match input.parse()? {
            Item::Struct(item) => Self::Struct(Box::new(item)),
            Item::Impl(item) => Self::Impl(Box::new(item)),
            Item::Enum(item) => Self::Other(item.enum_token.into_token_stream()),
            Item::Union(item) => Self::Other(item.union_token.into_token_stream()),
            Item::Fn(item) => Self::Other(item.sig.fn_token.into_token_stream()),
            Item::Trait(item) => Self::Other(item.trait_token.into_token_stream()),
            Item::Mod(item) => Self::Other(item.mod_token.into_token_stream()),
            Item::Type(item) => Self::Other(item.type_token.into_token_stream()),
            item => Self::Other(item.into_token_stream()),
        })
    }
}
