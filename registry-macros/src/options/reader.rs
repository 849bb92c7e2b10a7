//! Reading the options of a list, and what is wrong with them.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, ExprLit, Lit, LitStr, Path, Token};

use super::{Opt, Options, Value};
use crate::diagnostics::{Errors, suggest, text};

/// Reads the options of a list one by one, and reports what is wrong with them.
pub(crate) struct Reader<'e> {
    list: Vec<Opt>,
    known: &'static [Known],
    before_children: bool,
    /// The options that were probably meant by those that are unknown.
    meant: Vec<&'static str>,
    errors: &'e mut Errors,
}

/// An option that a list may have: its name, and how it is written, for messages: `call_timeout = 5s`.
pub(crate) type Known = (&'static str, &'static str);

impl<'e> Reader<'e> {
    /// Reports what could not be parsed, unknown options, and those given twice.
    pub(crate) fn new(options: Options, known: &'static [Known], errors: &'e mut Errors) -> Self {
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
            if let Value::List(group) = &option.value
                && !form.starts_with(&format!("{name}("))
            {
                errors.here(group.span_open(), text::option_is_no_list(&name, form));
                continue;
            }
            list.push(option);
        }
        Self {
            list,
            known,
            before_children: options.before_children,
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
            Value::List(_) | Value::Missing => return None,
        };
        let rest = text::value_ends(self.before_children);
        let value = parse(tokens, option.name.span(), rest, parser);
        let value = self.errors.ok(value)?;
        Some((option.name, value))
    }

    /// How an option is written.
    fn form(&self, name: &str) -> &'static str {
        let known = self.known.iter().find(|(known, _)| *known == name);
        known.map_or("", |(_, form)| form)
    }

    /// The option `name = …`, read as a `T`, which `what` says in words.
    pub(crate) fn get<T: Parse>(&mut self, name: &str, what: &str) -> Option<(Ident, T)> {
        let form = self.form(name);
        self.with(name, |input| {
            unquoted(input, name, what)?;
            let value = T::parse(input);
            let rest = !input.is_empty();
            let here = input.span();
            match value {
                Ok(_) if rest => Err(syn::Error::new(here, text::value_goes_on(name, what))),
                Ok(value) => Ok(value),
                Err(error) => Err(syn::Error::new(
                    error.span(),
                    text::value_is_no(name, what, form),
                )),
            }
        })
    }

    /// The option `name = [a, b, c]`; empty if it is not there.
    pub(crate) fn bracketed<T: Parse>(&mut self, name: &str) -> Vec<T> {
        let form = self.form(name);
        let parse = |input: ParseStream| {
            if !input.peek(syn::token::Bracket) {
                return Err(unexpected(input, text::value_is_no(name, "list", form)));
            }
            let content;
            syn::bracketed!(content in input);
            let list: Punctuated<T, Token![,]> = Punctuated::parse_terminated(&content)?;
            Ok(list.into_iter().collect())
        };
        self.with(name, parse)
            .map_or_else(Vec::new, |(_, list)| list)
    }

    /// The option `name = path`.
    pub(crate) fn path(&mut self, name: &str) -> Option<(Ident, Path)> {
        let form = self.form(name);
        self.with(name, |input| {
            unquoted(input, name, "path")?;
            Path::parse_mod_style(input).map_err(|error| {
                syn::Error::new(error.span(), text::value_is_no(name, "path", form))
            })
        })
    }

    /// The option `name = number`: an expression that may be one.
    pub(crate) fn number(&mut self, name: &str) -> Option<(Ident, Expr)> {
        let form = self.form(name);
        let (option, expr) = self.get::<Expr>(name, "number")?;
        let digits = match &expr {
            Expr::Unary(unary) => &*unary.expr,
            expr => expr,
        };
        let is_other = match digits {
            Expr::Lit(ExprLit { lit, .. }) => {
                let is_integer = matches!(lit, Lit::Int(lit) if lit.suffix().is_empty() || lit.suffix().starts_with(['u', 'i']));
                !is_integer || matches!(expr, Expr::Unary(_))
            }
            _ => false,
        };
        if is_other {
            self.errors
                .at(&expr, text::value_is_no(name, "number", form));
            return None;
        }
        Some((option, expr))
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
                let rest = text::value_ends(false);
                let value = parse(group.stream(), group.span_close(), rest, parser);
                let value = self.errors.ok(value)?;
                Some((option.name, value))
            }
            Value::Tokens(_) | Value::Missing => {
                self.errors.at(&option.name, text::option_is_a_list(name));
                None
            }
        }
    }
}

/// Types and paths are no text.
fn unquoted(input: ParseStream, name: &str, what: &str) -> syn::Result<()> {
    match input.fork().parse::<LitStr>() {
        Ok(quoted) if matches!(what, "type" | "path") => {
            let message = text::value_in_quotes(name, what, &quoted.value());
            Err(syn::Error::new(quoted.span(), message))
        }
        _ => Ok(()),
    }
}

/// An error at the next token, or at what closes the input if there is none. (`ParseStream::error` would
/// put "unexpected end of input" before the message.)
pub(crate) fn unexpected(input: ParseStream, message: String) -> syn::Error {
    syn::Error::new(input.span(), message)
}

/// Reads `tokens` to their end; an error for what is missing at the end points at the last token, or at
/// `empty` if there are none. What comes after the value is told of by `rest`.
pub(crate) fn parse<T>(
    tokens: TokenStream,
    empty: Span,
    rest: &str,
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
            Err(unexpected(&content, rest.to_owned()))
        }
    };
    parse.parse2(TokenTree::Group(group).into())
}
