//! Reading the options of a list, and what is wrong with them.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{LitStr, Path};

use super::{Opt, Options, Value};
use crate::diagnostics::{Errors, suggest, text};

/// Reads the options of a list one by one, and reports what is wrong with them.
pub(crate) struct Reader<'e> {
    list: Vec<Opt>,
    /// The options that were probably meant by those that are unknown.
    meant: Vec<&'static str>,
    errors: &'e mut Errors,
}

/// An option that a list may have: its name, and how it is written, for messages: `call_timeout = 5s`.
pub(crate) type Known = (&'static str, &'static str);

impl<'e> Reader<'e> {
    /// Reports what could not be parsed, unknown options, and those given twice.
    pub(crate) fn new(options: Options, known: &[Known], errors: &'e mut Errors) -> Self {
        options
            .malformed
            .into_iter()
            .for_each(|error| errors.absorb(error));
        let mut list: Vec<Opt> = Vec::new();
        let mut meant = Vec::new();
        for option in options.list {
            let name = option.name.to_string();
            let Some((_, form)) = known.iter().find(|(known, _)| *known == name) else {
                errors.at(&option.name, text::unknown_option(&name, known));
                meant.extend(suggest::nearest(&name, known.iter().map(|(name, _)| *name)));
                continue;
            };
            if list.iter().any(|earlier| earlier.name == option.name) {
                errors.at(&option.name, text::option_twice(&name));
                continue;
            }
            if matches!(option.value, Value::Missing) {
                errors.at(&option.name, text::option_without_value(&name, form));
                continue;
            }
            list.push(option);
        }
        Self {
            list,
            meant,
            errors,
        }
    }

    /// The collector that the reader reports to.
    pub(crate) fn errors(&mut self) -> &mut Errors {
        self.errors
    }

    /// Whether an unknown option was probably meant to be this one: that it is missing need not be told.
    pub(crate) fn is_meant(&self, name: &str) -> bool {
        self.meant.contains(&name)
    }

    /// Takes an option out of the list.
    fn take(&mut self, name: &str) -> Option<Opt> {
        let index = self.list.iter().position(|option| option.name == name)?;
        Some(self.list.remove(index))
    }

    /// The option `name = …` and its name's tokens, read by `parser`.
    pub(crate) fn with<T>(
        &mut self,
        name: &str,
        parser: impl FnOnce(ParseStream) -> syn::Result<T>,
    ) -> Option<(Ident, T)> {
        let option = self.take(name)?;
        let tokens = match option.value {
            Value::Tokens(tokens) => tokens,
            // `keys(unique)` is read like `keys = (unique)`, and fails like it.
            Value::List(group) => group.into_token_stream(),
            Value::Missing => return None,
        };
        let value = self.errors.ok(parse(tokens, option.name.span(), parser))?;
        Some((option.name, value))
    }

    /// The option `name = …`, read as a `T`, which `what` says in words.
    pub(crate) fn get<T: Parse>(&mut self, name: &str, what: &str) -> Option<(Ident, T)> {
        self.with(name, |input| {
            let value = T::parse(input);
            let rest = !input.is_empty();
            let here = input.span();
            match value {
                Ok(_) if rest => Err(syn::Error::new(here, text::value_goes_on(name, what))),
                Ok(value) => Ok(value),
                Err(error) => Err(syn::Error::new(
                    error.span(),
                    text::value_is_no(name, what, &error),
                )),
            }
        })
    }

    /// The option `name = path`.
    pub(crate) fn path(&mut self, name: &str) -> Option<(Ident, Path)> {
        self.with(name, |input| {
            if let Ok(quoted) = input.fork().parse::<LitStr>() {
                let message = text::path_in_quotes(name, &quoted.value());
                return Err(syn::Error::new(quoted.span(), message));
            }
            Path::parse_mod_style(input).map_err(|error| {
                syn::Error::new(error.span(), text::value_is_no(name, "path", &error))
            })
        })
    }

    /// The option `name(…)`: its name and what is in the parentheses, read by `parser`.
    pub(crate) fn list<T>(
        &mut self,
        name: &str,
        parser: impl FnOnce(ParseStream) -> syn::Result<T>,
    ) -> Option<(Ident, T)> {
        let option = self.take(name)?;
        match option.value {
            Value::List(group) => {
                let value = self
                    .errors
                    .ok(parse(group.stream(), group.span_close(), parser))?;
                Some((option.name, value))
            }
            Value::Tokens(_) | Value::Missing => {
                self.errors.at(&option.name, text::option_is_a_list(name));
                None
            }
        }
    }
}

/// An error at the next token, or at what closes the input if there is none. (`ParseStream::error` would
/// put "unexpected end of input" before the message.)
pub(crate) fn unexpected(input: ParseStream, message: String) -> syn::Error {
    syn::Error::new(input.span(), message)
}

/// Reads `tokens` to their end; an error for what is missing at the end points at the last token, or at
/// `empty` if there are none.
pub(crate) fn parse<T>(
    tokens: TokenStream,
    empty: Span,
    parser: impl FnOnce(ParseStream) -> syn::Result<T>,
) -> syn::Result<T> {
    let last = tokens
        .clone()
        .into_iter()
        .last()
        .map_or(empty, |token| token.span());
    // A parser that runs out of tokens points at the end of the group around them.
    let mut group = Group::new(Delimiter::Parenthesis, tokens);
    group.set_span(last);
    let parse = |input: ParseStream| {
        let content;
        syn::parenthesized!(content in input);
        let value = parser(&content)?;
        if content.is_empty() {
            Ok(value)
        } else {
            Err(unexpected(&content, text::unexpected_token()))
        }
    };
    parse.parse2(TokenTree::Group(group).into())
}
