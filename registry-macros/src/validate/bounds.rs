//! What the type parameters of a server lack for sure: the compiler would say it at a dozen places, and not
//! what to write.

use quote::ToTokens;
use syn::{Generics, Ident, TypeParam, TypeParamBound, parse_quote};

use crate::ast::argument::Argument;
use crate::diagnostics::{Errors, text};
use crate::model::behaviour::Handler;
use crate::model::sends;
use crate::names::{self, Used};

/// Traits of the language that say nothing of where a type may go. Any other may have `Send` and `'static` in it.
const SAY_NOTHING: [&str; 13] = [
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Display",
    "Eq",
    "From",
    "Hash",
    "Into",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Sync",
];

/// On the impl, a parameter that may borrow; or one of which a message holds a value, and that may not be `Send`.
pub(super) fn of_impl(generics: &mut Generics, handlers: &[Handler], errors: &mut Errors) {
    check(generics, errors, |parameter| {
        let mut bounds = parameter.bounds.iter();
        bounds.all(|bound| is(bound, "Send") || says_nothing(bound))
            || may_not_be_send(parameter) && travels(&parameter.ident, handlers)
    });
}

/// Whether a message or an answer of one of the handlers holds a value of the type parameter.
fn travels(parameter: &Ident, handlers: &[Handler]) -> bool {
    handlers.iter().any(|handler| {
        let types = handler.message().map(|(_, ty)| ty);
        types
            .chain(handler.reply())
            .any(|ty| sends::holds(ty, parameter))
    })
}

/// On the struct, a parameter of which an argument holds one, and that may not be `Send`.
pub(super) fn of_struct(generics: &mut Generics, arguments: &[Argument], errors: &mut Errors) {
    check(generics, errors, |parameter| {
        may_not_be_send(parameter)
            && arguments
                .iter()
                .any(|argument| sends::holds(&argument.ty, &parameter.ident))
    });
}

/// Tells of the parameters that lack something. They get it, so that it is told once.
fn check(generics: &mut Generics, errors: &mut Errors, lacks: impl Fn(&TypeParam) -> bool) {
    // What a clause says is for the compiler to find out.
    let clauses = generics.where_clause.as_ref();
    let clauses = Used::new(clauses.map(ToTokens::to_token_stream).unwrap_or_default());
    for parameter in generics.type_params_mut() {
        let name = &parameter.ident;
        if !clauses.contains(&names::plain(name)) && lacks(parameter) {
            errors.at(name, text::parameter_may_borrow(name));
            parameter.bounds.push(parse_quote!(::core::marker::Send));
            parameter.bounds.push(parse_quote!('static));
        }
    }
}

/// Whether no bound has `Send` in it.
fn may_not_be_send(parameter: &TypeParam) -> bool {
    let mut bounds = parameter.bounds.iter();
    bounds.all(|bound| matches!(bound, TypeParamBound::Lifetime(_)) || says_nothing(bound))
}

fn says_nothing(bound: &TypeParamBound) -> bool {
    SAY_NOTHING.iter().any(|name| is(bound, name))
}

fn is(bound: &TypeParamBound, name: &str) -> bool {
    let TypeParamBound::Trait(bound) = bound else {
        return false;
    };
    let last = bound.path.segments.last();
    last.is_some_and(|last| last.ident == name)
}

#[cfg(test)]
mod tests {
    use syn::Visibility;

    use super::*;
    use crate::model::behaviour::{Attributes, Kind};

    fn lacking(generics: &str, argument: Option<&str>) -> usize {
        let mut errors = Errors::new();
        let mut generics: Generics = syn::parse_str(generics).unwrap_or_default();
        match argument {
            Some(argument) => {
                let argument = syn::parse_str(argument).unwrap_or_else(|error| panic!("{error}"));
                of_struct(&mut generics, &[argument], &mut errors);
            }
            None => of_impl(&mut generics, &[], &mut errors),
        }
        let found = errors.count();
        let _ = errors.report();
        found
    }

    #[test]
    fn a_parameter_in_a_message_needs_send() {
        let lacking = |generics: &str, message: &str| {
            let mut errors = Errors::new();
            let mut generics: Generics = syn::parse_str(generics).unwrap_or_default();
            let message = syn::parse_str(message).unwrap_or_else(|error| panic!("{error}"));
            let handler = Handler {
                kind: Kind::Call(Box::new(message)),
                name: parse_quote!(get),
                vis: Visibility::Inherited,
                attributes: Attributes::default(),
                is_async: false,
                shared: None,
                parameters: Vec::new(),
            };
            of_impl(&mut generics, &[handler], &mut errors);
            let found = errors.count();
            let _ = errors.report();
            found
        };
        assert_eq!(lacking("<T: 'static>", "Option<T>"), 1);
        assert_eq!(lacking("<T: 'static + Clone, U: Job>", "(T, U)"), 1);
        assert_eq!(lacking("<T: 'static>", "PhantomData<fn() -> T>"), 0);
        assert_eq!(lacking("<T: Send + 'static>", "Option<T>"), 0);
        assert_eq!(lacking("<T: Job>", "Option<T>"), 0);
    }

    #[test]
    fn only_what_is_lacking_for_sure_is_told_of() {
        assert_eq!(lacking("<T>", None), 1);
        assert_eq!(lacking("<T, U: Clone + Send>", None), 2);
        assert_eq!(lacking("<T: 'static, U: Job, const N: usize>", None), 0);
        assert_eq!(lacking("<T>", Some("items: Vec<T>")), 1);
        assert_eq!(lacking("<T: 'static>", Some("one: (u8, Option<T>)")), 1);
        assert_eq!(lacking("<T: Send>", Some("one: T")), 0);
        assert_eq!(lacking("<T: Job>", Some("one: T")), 0);
        assert_eq!(lacking("<T>", Some("one: PhantomData<fn() -> T>")), 0);
    }
}
