//! The rule for options that are one of a few words.

use proc_macro2::Ident;
use syn::LitStr;
use syn::parse::{Parse, ParseStream};

use crate::diagnostics::text;
use crate::options::Reader;

/// A word and what it stands for.
pub(super) type Words<T> = [(&'static str, T)];

/// The option `name`, which is one of the words.
pub(super) fn option<T: Copy>(
    options: &mut Reader<'_>,
    name: &str,
    words: &Words<T>,
) -> Option<(Ident, T)> {
    options.with(name, |input| one(input, name, words))
}

/// One of the words.
pub(super) fn one<T: Copy>(input: ParseStream, name: &str, words: &Words<T>) -> syn::Result<T> {
    if let Ok(quoted) = input.fork().parse::<LitStr>()
        && list(words).any(|word| word == quoted.value())
    {
        let message = text::word_in_quotes(name, &quoted.value());
        return Err(syn::Error::new(quoted.span(), message));
    }
    let written = Ident::parse(input)
        .map_err(|error| syn::Error::new(error.span(), text::expected_word(name, list(words))))?;
    find(&written, name, words)
}

/// What a word stands for.
pub(super) fn find<T: Copy>(written: &Ident, name: &str, words: &Words<T>) -> syn::Result<T> {
    let found = words
        .iter()
        .find(|(word, _)| written == word)
        .map(|(_, meaning)| *meaning);
    found.ok_or_else(|| {
        syn::Error::new(
            written.span(),
            text::unknown_word(&written.to_string(), name, list(words)),
        )
    })
}

fn list<T>(words: &Words<T>) -> impl Iterator<Item = &'static str> + Clone {
    words.iter().map(|(word, _)| *word)
}
