//! Each macro from end to end: parse, validate, expand, report.

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{ParseStream, Parser};

use crate::ast::item::Annotated;
use crate::ast::match_spec::MatchSpec;
use crate::ast::place::Body;
use crate::ast::tree::Tree;
use crate::diagnostics::{Errors, text};
use crate::options::{End, Options};
use crate::{expand, fallback, validate};

/// `#[gen_server(options)] item`.
pub(crate) fn gen_server(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let options = attribute_options(options, &mut errors);
    let expansion = match errors.ok(syn::parse2::<Annotated>(item.clone())) {
        Some(Annotated::Struct(item)) => {
            let server = validate::server::server(options, *item, &mut errors);
            expand::server::server(&server)
        }
        Some(Annotated::Impl(item)) => {
            match validate::behaviour::behaviour(options, *item, &mut errors) {
                Ok(behaviour) => expand::behaviour::behaviour(&behaviour),
                Err(item) => quote!(#item),
            }
        }
        Some(Annotated::Other(keyword)) => {
            errors.at(keyword, text::not_a_struct_or_impl());
            item
        }
        None => half_typed(options, item),
    };
    with_errors(errors, &expansion)
}

/// The expansion of an item that is no syntax, yet: an editor asks for it while the user types. The item
/// stays as it is, and what goes with it is made of those of its parts that are whole.
fn half_typed(options: Options, item: TokenStream) -> TokenStream {
    let whole = fallback::whole_parts(item.clone());
    let item = fallback::without_our_attributes(item);
    // Nothing is to be said but that it is no syntax.
    let mut unsaid = Errors::new();
    let more = match whole {
        Some(Annotated::Struct(parts)) => {
            let server = validate::server::server(options, *parts, &mut unsaid);
            expand::server::beside(&server)
        }
        Some(Annotated::Impl(parts)) => {
            match validate::behaviour::behaviour(options, *parts, &mut unsaid) {
                Ok(behaviour) => expand::behaviour::beside(&behaviour),
                Err(_) => TokenStream::new(),
            }
        }
        Some(Annotated::Other(_)) | None => TokenStream::new(),
    };
    let _ = unsaid.report();
    quote!(#item #more)
}

/// `registry! { … }`.
pub(crate) fn registry(input: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let parse = |input: ParseStream| Body::parse(input, End::Input);
    let expansion = errors
        .ok(parse.parse2(input))
        .and_then(|body| validate::registry::registry(body, &mut errors))
        .map(|(registry, krate)| expand::registry::registry(&registry, &krate));
    with_errors(errors, &expansion.unwrap_or_default())
}

/// `supervision_tree! { … }`.
pub(crate) fn supervision_tree(input: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let expansion = match errors.ok(syn::parse2::<Tree>(input)) {
        Some(tree) => {
            let tree = validate::tree::tree(tree, &mut errors);
            expand::tree::tree(&tree)
        }
        None => TokenStream::new(),
    };
    with_errors(errors, &expansion)
}

/// `match_spec! { … }`, an expression.
pub(crate) fn match_spec(input: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let expansion = match errors.ok(syn::parse2::<MatchSpec>(input)) {
        Some(spec) => {
            let takes = validate::match_spec::match_spec(&spec, &mut errors);
            expand::match_spec::match_spec(&spec, takes)
        }
        None => TokenStream::new(),
    };
    if errors.count() > 0 {
        // An expression of any type: what is around it gives no errors of its own.
        let errors = errors.report();
        return quote!({ #errors ::core::unreachable!() });
    }
    with_errors(errors, &expansion)
}

/// `#[test(options)] async fn …`.
pub(crate) fn test(options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let options = attribute_options(options, &mut errors);
    let expansion = match syn::parse2(item.clone()) {
        Ok(function) => {
            let before = errors.count();
            let test = validate::test::test(options, function, &mut errors);
            if errors.count() == before {
                expand::test::test(&test)
            } else {
                item
            }
        }
        Err(error) => {
            errors.here(error.span(), text::test_on_no_function());
            item
        }
    };
    with_errors(errors, &expansion)
}

/// The options of an attribute.
fn attribute_options(options: TokenStream, errors: &mut Errors) -> Options {
    let parse = |input: ParseStream| Ok(Options::parse(input, End::Input));
    errors.ok(parse.parse2(options)).unwrap_or_default()
}

fn with_errors(errors: Errors, expansion: &TokenStream) -> TokenStream {
    let errors = errors.report();
    quote!(#errors #expansion)
}

#[cfg(test)]
mod editor;
#[cfg(test)]
mod tests;
