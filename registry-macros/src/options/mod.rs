//! The one parser of `name = value` lists: attributes, headers of trees, children, `registry!`.
//!
//! A value is first taken as tokens, up to the comma that ends it, and read when someone asks for it:
//! so one bad value does not hide the other options, nor their errors.

mod reader;
#[cfg(test)]
mod tests;
mod value;

pub(crate) use reader::{Known, Reader, parse, unexpected};

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::ParseStream;

use crate::diagnostics::text;
use value::value;

/// What ends a list of options.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// The end of the input.
    Input,
    /// A semicolon, or the end of the input.
    Semicolon,
    /// The `>` that closes the list.
    Angle,
}

impl End {
    fn reached(self, input: ParseStream) -> bool {
        match self {
            End::Input => input.is_empty(),
            End::Semicolon => input.is_empty() || input.peek(Token![;]),
            End::Angle => input.is_empty() || input.peek(Token![;]) || input.peek(Token![>]),
        }
    }
}

/// A list as written.
#[derive(Default)]
pub(crate) struct Options {
    list: Vec<Opt>,
    /// Whether children follow after a semicolon.
    before_children: bool,
    /// What could not be read.
    pub(crate) malformed: Vec<syn::Error>,
}

/// One option as written.
pub(crate) struct Opt {
    /// Its name.
    pub(crate) name: Ident,
    /// What it is set to.
    pub(crate) value: Value,
}

/// The value of an option as written.
pub(crate) enum Value {
    /// `name` alone, or `name =` and nothing.
    Missing,
    /// `name(…)`.
    List(Group),
    /// `name = …`.
    Tokens(TokenStream),
}

impl Options {
    /// Parses up to, and without, what ends the list. What cannot be read is kept as an error and
    /// skipped.
    pub(crate) fn parse(input: ParseStream, end: End) -> Self {
        let mut options = Self {
            before_children: end == End::Semicolon,
            ..Self::default()
        };
        while !end.reached(input) {
            if input.peek(Token![,]) {
                let _: syn::Result<Token![,]> = input.parse();
                continue;
            }
            match parse_option(input, end) {
                Ok(option) => options.list.push(option),
                Err(error) => {
                    options.malformed.push(error);
                    value(input, end);
                }
            }
        }
        options
    }

    /// Skips what is neither an option nor the end of the list.
    pub(crate) fn skip_to_option(input: ParseStream, end: End) {
        let is_option = || input.peek(syn::Ident) && input.peek2(Token![=]);
        while !(end.reached(input) || input.peek(Token![,]) || is_option()) {
            if input.parse::<TokenTree>().is_err() {
                break;
            }
        }
    }

    /// The names as written.
    pub(crate) fn names(&self) -> impl Iterator<Item = &Ident> {
        self.list.iter().map(|option| &option.name)
    }

    /// Leaves out the options whose name `keep` refuses.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Ident) -> bool) {
        self.list.retain(|option| keep(&option.name));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty() && self.malformed.is_empty()
    }

    /// Whether the option is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.list.iter().any(|option| option.name == name)
    }
}

fn parse_option(input: ParseStream, end: End) -> syn::Result<Opt> {
    if !input.peek(syn::Ident::peek_any) {
        return Err(unexpected(input, text::expected_option()));
    }
    let name = Ident::parse_any(input)?;
    let is_child =
        input.peek(syn::token::Paren) && name.to_string().starts_with(char::is_uppercase);
    if end == End::Semicolon && is_child {
        return Err(syn::Error::new(name.span(), text::child_after_comma(&name)));
    }
    if input.peek(Token![=]) && !input.peek(Token![==]) && !input.peek(Token![=>]) {
        let _: Token![=] = input.parse()?;
        let tokens = value(input, end);
        let value = if tokens.is_empty() {
            Value::Missing
        } else {
            Value::Tokens(tokens)
        };
        return Ok(Opt { name, value });
    }
    if input.peek(syn::token::Paren)
        && let TokenTree::Group(group) = input.parse()?
    {
        return Ok(Opt {
            name,
            value: Value::List(group),
        });
    }
    if input.peek(Token![,]) || end.reached(input) {
        return Ok(Opt {
            name,
            value: Value::Missing,
        });
    }
    Err(unexpected(input, text::expected_equals(&name)))
}
