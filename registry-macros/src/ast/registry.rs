//! The values of a registry's options.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, LitStr, Token, Type};

use crate::diagnostics::text;
use crate::options::unexpected;

/// `unique`, `duplicate`, `duplicate(by_key)`.
pub(crate) struct Keys {
    pub(crate) kind: Ident,
    pub(crate) by: Option<Ident>,
}

impl Parse for Keys {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let kind = input.parse()?;
        let by = if input.peek(syn::token::Paren) {
            let content;
            syn::parenthesized!(content in input);
            Some(content.parse()?)
        } else {
            None
        };
        Ok(Self { kind, by })
    }
}

/// `Server(key)`, a listener by its name.
pub(crate) struct Listener {
    pub(crate) server: Type,
    pub(crate) key: Punctuated<Expr, Token![,]>,
}

impl Parse for Listener {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let server = super::tree::callee(input)?;
        if !input.peek(syn::token::Paren) {
            return Err(unexpected(input, text::listener_without_key()));
        }
        let content;
        syn::parenthesized!(content in input);
        Ok(Self {
            server,
            key: Punctuated::parse_terminated(&content)?,
        })
    }
}

/// `("name", value)`, an entry of the registry's metadata.
pub(crate) struct Meta {
    pub(crate) key: LitStr,
    pub(crate) value: Expr,
}

impl Parse for Meta {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if !input.peek(syn::token::Paren) {
            return Err(unexpected(input, text::meta_without_name()));
        }
        let content;
        syn::parenthesized!(content in input);
        if !content.peek(LitStr) {
            return Err(unexpected(&content, text::meta_without_name()));
        }
        let key = content.parse()?;
        let _: Token![,] = content.parse()?;
        let value = content.parse()?;
        let _: Option<Token![,]> = content.parse()?;
        Ok(Self { key, value })
    }
}
