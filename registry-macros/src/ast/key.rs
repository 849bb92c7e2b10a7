//! `key = …`: how a server's name is made of its arguments.

use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Ident, LitStr, Token};

use crate::diagnostics::text;
use crate::options::unexpected;

/// A key as written.
pub(crate) enum Key {
    /// `"session:<user_id>"`: a `String`.
    Template(LitStr, Vec<Part>),
    /// `<id>`: the argument itself.
    Argument(Ident),
    /// `(<tenant>, <id>)`: a tuple of arguments.
    Tuple(Vec<Ident>),
}

/// A piece of a template.
#[derive(Debug, PartialEq)]
pub(crate) enum Part {
    /// As it stands.
    Text(String),
    /// An argument, displayed.
    Placeholder(String),
}

impl Parse for Key {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        if input.peek(LitStr) {
            let literal: LitStr = input.parse()?;
            return match template(&literal.value()) {
                Ok(parts) => Ok(Self::Template(literal, parts)),
                Err(message) => Err(syn::Error::new(literal.span(), message)),
            };
        }
        if input.peek(Token![<]) {
            return Ok(Self::Argument(placeholder(input)?));
        }
        if input.peek(syn::token::Paren) {
            let content;
            syn::parenthesized!(content in input);
            let list: Punctuated<Ident, Token![,]> =
                Punctuated::parse_terminated_with(&content, placeholder)?;
            return Ok(Self::Tuple(list.into_iter().collect()));
        }
        let ahead = input.fork();
        match ahead.parse::<Ident>() {
            Ok(name) if ahead.is_empty() => Err(unexpected(input, text::key_is_a_name(&name))),
            _ => Err(unexpected(input, text::not_a_key())),
        }
    }
}

/// `<name>`.
fn placeholder(input: ParseStream) -> syn::Result<Ident> {
    if !input.peek(Token![<]) {
        let message = match input.fork().parse::<Ident>() {
            Ok(name) => text::key_is_a_name(&name),
            Err(_) => text::not_a_placeholder(),
        };
        return Err(unexpected(input, message));
    }
    let _: Token![<] = input.parse()?;
    let name = input.parse()?;
    let _: Token![>] = input.parse()?;
    Ok(name)
}

/// Splits a template; `<<` and `>>` are the signs themselves.
fn template(template: &str) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut so_far = String::new();
    let mut letters = template.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '<' if letters.next_if_eq(&'<').is_some() => so_far.push('<'),
            '>' if letters.next_if_eq(&'>').is_some() => so_far.push('>'),
            '>' => return Err(text::closed_without_opening()),
            '<' => {
                let mut name = String::new();
                loop {
                    match letters.next() {
                        Some('>') => break,
                        Some(letter) => name.push(letter),
                        None => return Err(text::placeholder_not_closed(&name)),
                    }
                }
                if syn::parse_str::<Ident>(&name).is_err() && !is_keyword(&name) {
                    return Err(text::placeholder_is_no_name(&name));
                }
                if !so_far.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut so_far)));
                }
                parts.push(Part::Placeholder(name));
            }
            letter => so_far.push(letter),
        }
    }
    if !so_far.is_empty() {
        parts.push(Part::Text(so_far));
    }
    Ok(parts)
}

/// Whether `r#name` is an identifier: `<type>` stands for the field `r#type`.
fn is_keyword(name: &str) -> bool {
    syn::parse_str::<Ident>(&format!("r#{name}")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Part {
        Part::Text(text.to_owned())
    }

    fn field(name: &str) -> Part {
        Part::Placeholder(name.to_owned())
    }

    #[test]
    fn templates_are_split_at_placeholders() {
        assert_eq!(template("lobby"), Ok(vec![text("lobby")]));
        assert_eq!(
            template("session:<id>"),
            Ok(vec![text("session:"), field("id")])
        );
        assert_eq!(template("<a><b>"), Ok(vec![field("a"), field("b")]));
        assert_eq!(
            template("{<type>}"),
            Ok(vec![text("{"), field("type"), text("}")])
        );
        assert_eq!(template(""), Ok(vec![]));
    }

    #[test]
    fn doubled_signs_are_literal() {
        assert_eq!(template("a<<b>>c"), Ok(vec![text("a<b>c")]));
        assert_eq!(template("<a>>>"), Ok(vec![field("a"), text(">")]));
    }

    #[test]
    fn broken_placeholders_are_told() {
        assert_eq!(template("a:<id"), Err(text::placeholder_not_closed("id")));
        assert_eq!(template("a>b"), Err(text::closed_without_opening()));
        assert_eq!(template("<>"), Err(text::placeholder_is_no_name("")));
        assert_eq!(template("<a.b>"), Err(text::placeholder_is_no_name("a.b")));
    }

    #[test]
    fn keys_of_other_types() {
        assert!(matches!(syn::parse_str("<id>"), Ok(Key::Argument(id)) if id == "id"));
        assert!(matches!(syn::parse_str("(<a>, <b>)"), Ok(Key::Tuple(list)) if list.len() == 2));
        assert!(syn::parse_str::<Key>("user_id").is_err());
        assert!(syn::parse_str::<Key>("(a, b)").is_err());
    }
}
