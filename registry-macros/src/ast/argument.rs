//! `name: Type`, as in `init(id: u64)` and `pub App(size: usize)`.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, Token, Type};

/// One named argument.
#[derive(Clone)]
pub(crate) struct Argument {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
}

impl Parse for Argument {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let name = input.parse()?;
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
