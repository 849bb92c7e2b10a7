//! Errors: collected through a phase, reported all at once.

pub(crate) mod suggest;
pub(crate) mod text;

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The errors of one macro call.
///
/// To be ended with [`Errors::report`]: errors that nobody reads would let a wrong program compile, so
/// dropping a collector unread panics in debug builds.
#[must_use]
pub(crate) struct Errors {
    list: Vec<syn::Error>,
    reported: bool,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self {
            list: Vec::new(),
            reported: false,
        }
    }

    /// An error that underlines `tokens`.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.list.push(syn::Error::new_spanned(tokens, message));
    }

    /// An error at a place for which there are no tokens.
    pub(crate) fn here(&mut self, span: Span, message: impl Display) {
        self.list.push(syn::Error::new(span, message));
    }

    /// Takes over what a parser reported.
    pub(crate) fn absorb(&mut self, error: syn::Error) {
        self.list.extend(error);
    }

    /// Takes over a parser's error and goes on with what it found, if it did.
    pub(crate) fn ok<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.absorb(error)).ok()
    }

    /// How many errors there are so far.
    pub(crate) fn count(&self) -> usize {
        self.list.len()
    }

    /// All errors as `compile_error!`s, in source order; nothing if there were none.
    pub(crate) fn report(mut self) -> TokenStream {
        self.reported = true;
        let mut list = std::mem::take(&mut self.list);
        list.sort_by_key(|error| {
            let start = error.span().start();
            (start.line, start.column)
        });
        list.iter().map(syn::Error::to_compile_error).collect()
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        debug_assert!(
            self.reported || std::thread::panicking(),
            "errors of a macro were dropped unread"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn errors_are_reported_in_source_order() -> Result<(), syn::Error> {
        let file: Vec<syn::Ident> = syn::parse::Parser::parse_str(
            |input: syn::parse::ParseStream| Ok(vec![input.parse()?, input.parse()?]),
            "first\nsecond",
        )?;
        let mut errors = Errors::new();
        for (ident, message) in file.iter().zip(["one", "two"]).rev() {
            errors.at(ident, message);
        }
        let report = errors.report().to_string();
        assert!(report.find("one") < report.find("two"), "{report}");
        Ok(())
    }

    #[test]
    fn no_error_is_no_token() {
        assert!(Errors::new().report().is_empty());
    }

    #[test]
    #[should_panic(expected = "dropped unread")]
    fn errors_that_nobody_reads_panic() {
        let mut errors = Errors::new();
        errors.at(quote!(x), "never seen");
    }
}
