//! Names in generated code that cannot meet the user's.

use std::collections::HashSet;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};
use syn::ext::IdentExt;

/// A local variable, parameter or label of generated code: invisible to the user's code, and the
/// user's to it, whatever they are called.
pub(crate) fn local(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

/// Local variables `a0`, `a1`, …
pub(crate) fn numbered(prefix: &str, number: usize) -> Ident {
    format_ident!("{prefix}{number}", span = Span::mixed_site())
}

/// The name of an item of the runtime.
pub(crate) fn item(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// The span for generated code that the compiler should report at the user's `span`.
///
/// Names are still looked up as in generated code, and lints know that no user wrote it.
pub(crate) fn at(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// Generated tokens for the compiler to report at the user's `span`, though no name in them leads an editor
/// there: signs, brackets and keywords go to `span`, which is where the compiler has the ends of a path or an
/// expression; names stay where they are. What is the user's own stays as it is.
pub(crate) fn around(span: Span, tokens: TokenStream) -> TokenStream {
    let start = Span::call_site().start();
    let around = tokens.into_iter().map(|mut token| {
        let is_generated = token.span().start() == start;
        if let TokenTree::Group(group) = &token {
            let mut inner = Group::new(group.delimiter(), around(span, group.stream()));
            inner.set_span(group.span());
            token = inner.into();
        }
        // Literals stay too: a format string looks names up as it is.
        let stays = match &token {
            TokenTree::Ident(name) => name != "impl" && name != "let",
            TokenTree::Literal(_) => true,
            TokenTree::Punct(_) | TokenTree::Group(_) => false,
        };
        if is_generated && !stays {
            token.set_span(at(span));
        }
        token
    });
    around.collect()
}

/// The tokens, at another place of the source; names are looked up as before.
pub(crate) fn respanned(tokens: TokenStream, span: Span) -> TokenStream {
    let respanned = tokens.into_iter().map(|mut token| {
        if let TokenTree::Group(group) = &token {
            token = Group::new(group.delimiter(), respanned(group.stream(), span)).into();
        }
        token.set_span(token.span().located_at(span));
        token
    });
    respanned.collect()
}

/// A name for people to read: without `r#`.
pub(crate) fn plain(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// A type, a path or a short expression as the user wrote it, near enough, for messages.
pub(crate) fn written(tokens: impl ToTokens) -> String {
    let mut text = String::new();
    write(tokens.to_token_stream(), &mut text);
    text
}

fn write(tokens: TokenStream, text: &mut String) {
    let mut before_is_word = false;
    for token in tokens {
        let is_word = matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_));
        let is_as = matches!(&token, TokenTree::Ident(ident) if ident == "as");
        if is_word && (before_is_word || is_as) {
            text.push(' ');
        }
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                text.push_str(open);
                write(group.stream(), text);
                text.push_str(close);
            }
            TokenTree::Punct(sign) => match sign.as_char() {
                sign @ (',' | ';') => {
                    text.push(sign);
                    text.push(' ');
                }
                sign @ ('=' | '+') => {
                    text.push(' ');
                    text.push(sign);
                    text.push(' ');
                }
                sign => text.push(sign),
            },
            word @ (TokenTree::Ident(_) | TokenTree::Literal(_)) => {
                text.push_str(&word.to_string());
            }
        }
        before_is_word = is_word;
    }
}

/// The identifiers that occur in some of the user's tokens.
///
/// Items and generic parameters are not hygienic on stable Rust, so those that generated code adds
/// where the user's types are in scope get a name that the user's tokens do not hold.
pub(crate) struct Used(HashSet<String>);

impl Used {
    pub(crate) fn new(tokens: TokenStream) -> Self {
        let mut used = HashSet::new();
        collect(tokens, &mut used);
        Self(used)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// `base`, or `base_`, `base__`, … if that is taken.
    pub(crate) fn fresh(&mut self, base: &str) -> Ident {
        let mut name = base.to_owned();
        while !self.0.insert(name.clone()) {
            name.push('_');
        }
        Ident::new(&name, Span::call_site())
    }
}

fn collect(tokens: TokenStream, used: &mut HashSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                let name = ident.to_string();
                used.insert(name.trim_start_matches("r#").to_owned());
            }
            TokenTree::Group(group) => collect(group.stream(), used),
            // Format strings name variables too.
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let words = text.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
                used.extend(words.map(str::to_owned));
            }
            TokenTree::Punct(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn types_are_written_as_users_write_them() {
        for text in [
            "&'a mut T",
            "Box<dyn Iterator<Item = u8> + Send>",
            "<Vec<u8> as IntoIterator>::Item",
            "(u8, [u8; 4])",
        ] {
            assert_eq!(
                syn::parse_str::<syn::Type>(text)
                    .map(written)
                    .ok()
                    .as_deref(),
                Some(text)
            );
        }
    }

    #[test]
    fn a_fresh_name_is_not_among_the_used_ones() {
        let mut used = Used::new(quote!(
            fn a(x: Vec<A>) {
                (A_, r#B)
            }
        ));
        assert_eq!(used.fresh("A"), "A__");
        assert_eq!(used.fresh("A"), "A___");
        assert_eq!(used.fresh("B"), "B_");
        assert_eq!(used.fresh("C"), "C");
    }
}
