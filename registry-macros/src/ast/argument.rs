//! `name: Type`, as in `init(id: u64)` and `pub App(size: usize)`.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, Token, Type};

use crate::diagnostics::text;
use crate::options::unexpected;

/// One named argument.
#[derive(Clone)]
pub(crate) struct Argument {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

impl Parse for Argument {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if !input.peek(Ident) {
            return Err(unexpected(input, text::expected_argument()));
        }
        let name: Ident = input.parse()?;
        if !input.peek(Token![:]) || input.peek(Token![::]) {
            let message = text::argument_without_type(&name);
            return Err(syn::Error::new(name.span(), message));
        }
        let _: Token![:] = input.parse()?;
        Ok(Self {
            name,
            ty: input.parse()?,
        })
    }
}

/// A list of them, without the parentheses.
pub(crate) fn list(input: ParseStream) -> syn::Result<Vec<Argument>> {
    let list: Punctuated<Argument, Token![,]> = Punctuated::parse_terminated(input)?;
    Ok(list.into_iter().collect())
}
