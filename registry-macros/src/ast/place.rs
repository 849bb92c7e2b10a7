//! What stands in a tree between angle brackets, `registry!<…>`; and, as it is the same, the body of
//! `registry! { … }`.

use proc_macro2::{Group, Ident, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Path, Token, Visibility};

use super::argument::{self, Argument};
use super::partition::Partition;
use super::tree::Children;
use crate::diagnostics::text;
use crate::options::{End, Options, unexpected};

/// `/// docs pub Name(arguments…), options…`.
pub(crate) struct Body {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) path: Path,
    /// `(name: Type, …)`, of a supervisor.
    pub(crate) arguments: Option<(Group, Vec<Argument>)>,
    pub(crate) options: Options,
}

impl Body {
    pub(crate) fn parse(input: ParseStream, end: End) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        if !input.peek(Token![::]) && !input.peek(syn::Ident) && !is_path_keyword(input) {
            return Err(unexpected(input, text::expected_name()));
        }
        if input.peek(syn::Ident) && input.peek2(Token![=]) {
            return Err(unexpected(input, text::expected_name_first()));
        }
        let path = Path::parse_mod_style(input)?;
        let arguments = arguments(input)?;
        let error = after_name(input, end).err();
        if error.is_some() {
            Options::skip_to_option(input, end);
        }
        let mut options = Options::parse(input, end);
        options.malformed.extend(error);
        Ok(Self {
            attributes,
            vis,
            path,
            arguments,
            options,
        })
    }
}

/// The arguments of a supervisor that is declared, with their parentheses.
fn arguments(input: ParseStream) -> syn::Result<Option<(Group, Vec<Argument>)>> {
    if !input.peek(syn::token::Paren) {
        return Ok(None);
    }
    let fork = input.fork();
    let content;
    syn::parenthesized!(content in input);
    let list = argument::list(&content)?;
    match fork.parse()? {
        TokenTree::Group(group) => Ok(Some((group, list))),
        _ => Ok(None),
    }
}

fn is_path_keyword(input: ParseStream) -> bool {
    input.peek(Token![crate]) || input.peek(Token![self]) || input.peek(Token![super])
}

/// A comma, or the end: everything else was meant to be something.
fn after_name(input: ParseStream, end: End) -> syn::Result<()> {
    let ends = match end {
        End::Angle => input.peek(Token![>]),
        End::Semicolon => input.peek(Token![;]),
        End::Input => false,
    };
    if ends || input.is_empty() || input.peek(Token![,]) {
        return Ok(());
    }
    Err(unexpected(input, text::expected_comma_after_name()))
}

/// `kind!<…>(…) { … }, options…`.
pub(crate) struct Place {
    /// `registry`, `dynamic_supervisor`, …
    pub(crate) kind: Ident,
    pub(crate) body: Body,
    /// What a supervisor is started with.
    pub(crate) arguments: Option<Group>,
    pub(crate) children: Option<Children>,
    /// In braces as well, of a partition supervisor.
    pub(crate) partition: Option<syn::Result<Partition>>,
}

impl Place {
    /// Parses from the kind to the end of the block.
    pub(crate) fn parse(input: ParseStream) -> syn::Result<Self> {
        let kind: Ident = input.parse()?;
        let _: Token![!] = input.parse()?;
        if !input.peek(Token![<]) {
            return Err(unexpected(input, text::angle_brackets_in_tree(&kind)));
        }
        let _: Token![<] = input.parse()?;
        let body = Body::parse(input, End::Angle)?;
        if !input.peek(Token![>]) {
            return Err(unexpected(input, text::angle_bracket_not_closed(&kind)));
        }
        let _: Token![>] = input.parse()?;
        let mut arguments = None;
        if input.peek(syn::token::Paren)
            && let TokenTree::Group(group) = input.parse()?
        {
            arguments = Some(group);
        }
        let mut place = Self {
            kind,
            body,
            arguments,
            children: None,
            partition: None,
        };
        if input.peek(syn::token::Brace) {
            let content;
            syn::braced!(content in input);
            if place.kind == "partition_supervisor" {
                let partition = Partition::parse(&content);
                skip(&content);
                place.partition = Some(partition);
            } else {
                place.children = Some(Children::parse(&content));
            }
        }
        Ok(place)
    }

    /// Whether it ends with a block.
    pub(crate) fn has_block(&self) -> bool {
        self.children.is_some() || self.partition.is_some()
    }
}

/// Skips what is left after an error: the rest of the input is another child's.
fn skip(input: ParseStream) {
    while !input.is_empty() {
        if input.parse::<TokenTree>().is_err() {
            break;
        }
    }
}
