//! The rules for types that travel in messages: owned and named.

use syn::visit::{self, Visit};
use syn::visit_mut::{self, VisitMut};
use syn::{
    AngleBracketedGenericArguments, Lifetime, ParenthesizedGenericArguments, Type, TypeFnPtr,
    TypeImplTrait, TypeInfer, TypeNever, TypeReference,
};

use crate::diagnostics::{Errors, text};

/// A handler's argument.
///
/// It waits in the mailbox, so it cannot borrow; it is a field of an enum, so its type needs a name.
pub(super) fn argument(ty: &Type, errors: &mut Errors) {
    check(ty, Place::Argument, errors);
}

/// A call's answer: it outlives the handler, and goes to another task.
pub(super) fn reply(ty: &Type, errors: &mut Errors) {
    check(ty, Place::Reply, errors);
}

/// What a registry or a server keeps: it borrows for ever, if at all.
pub(super) fn kept(ty: &mut Type, message: fn(&str) -> String, errors: &mut Errors) {
    struct ForEver<'e>(&'e mut Errors, fn(&str) -> String);

    impl VisitMut for ForEver<'_> {
        fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
            if reference.lifetime.is_none() {
                let owned = text::owned(&reference.elem);
                self.0.at(&*reference, (self.1)(&owned));
                // So that the compiler has nothing to add.
                let span = reference.and_token.span;
                reference.lifetime = Some(Lifetime::new("'static", span));
            }
            visit_mut::visit_type_reference_mut(self, reference);
        }

        fn visit_type_fn_ptr_mut(&mut self, _: &mut TypeFnPtr) {}
        fn visit_parenthesized_generic_arguments_mut(
            &mut self,
            _: &mut ParenthesizedGenericArguments,
        ) {
        }
    }

    ForEver(errors, message).visit_type_mut(ty);
}

/// Whether a type holds what [`argument`] and [`reply`] refuse.
pub(super) fn is_unusual(ty: &Type) -> bool {
    let mut finder = Finder {
        place: Place::Reply,
        found: Vec::new(),
    };
    finder.visit_type(ty);
    !finder.found.is_empty()
}

#[derive(Clone, Copy)]
enum Place {
    Argument,
    Reply,
}

fn check(ty: &Type, place: Place, errors: &mut Errors) {
    let mut finder = Finder {
        place,
        found: Vec::new(),
    };
    finder.visit_type(ty);
    for error in finder.found {
        errors.absorb(error);
    }
}

struct Finder {
    place: Place,
    found: Vec<syn::Error>,
}

impl Finder {
    fn report(&mut self, tokens: impl quote::ToTokens, message: String) {
        self.found.push(syn::Error::new_spanned(tokens, message));
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_type_reference(&mut self, reference: &'ast TypeReference) {
        if reference
            .lifetime
            .as_ref()
            .is_some_and(|lifetime| lifetime.ident == "static")
        {
            return visit::visit_type(self, &reference.elem);
        }
        let owned = text::owned(&reference.elem);
        self.report(
            reference,
            match self.place {
                Place::Argument => text::borrowed_argument(&owned),
                Place::Reply => text::borrowed_reply(&owned),
            },
        );
    }

    fn visit_lifetime(&mut self, lifetime: &'ast Lifetime) {
        if lifetime.ident != "static" {
            self.report(lifetime, text::lifetime_in_message(lifetime));
        }
    }

    fn visit_type_impl_trait(&mut self, ty: &'ast TypeImplTrait) {
        self.report(
            ty,
            match self.place {
                Place::Argument => text::impl_trait_argument(&ty.bounds),
                Place::Reply => text::impl_trait_reply(&ty.bounds),
            },
        );
    }

    fn visit_type_infer(&mut self, ty: &'ast TypeInfer) {
        self.report(ty, text::inferred_in_message());
    }

    fn visit_type_never(&mut self, ty: &'ast TypeNever) {
        self.report(ty, text::never_reply());
    }

    fn visit_angle_bracketed_generic_arguments(
        &mut self,
        arguments: &'ast AngleBracketedGenericArguments,
    ) {
        visit::visit_angle_bracketed_generic_arguments(self, arguments);
    }

    // Lifetimes within `fn(&str)` and `dyn Fn(&str)` are the caller's of that function.
    fn visit_type_fn_ptr(&mut self, _: &'ast TypeFnPtr) {}
    fn visit_parenthesized_generic_arguments(&mut self, _: &'ast ParenthesizedGenericArguments) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn owned_types_may_travel() {
        for ty in [
            parse_quote!(String),
            parse_quote!(&'static str),
            parse_quote!(Cow<'static, str>),
            parse_quote!(Box<dyn Fn(&str) -> &str + Send>),
            parse_quote!(fn(&str)),
            parse_quote!(Vec<(u8, [u8; 4])>),
        ] {
            assert!(!is_unusual(&ty));
        }
    }

    #[test]
    fn borrowed_and_unnamed_ones_may_not() {
        for ty in [
            parse_quote!(&str),
            parse_quote!(Option<&T>),
            parse_quote!(Cow<'_, str>),
            parse_quote!(impl Iterator),
            parse_quote!(Vec<impl Trait>),
            parse_quote!(!),
            parse_quote!(Vec<_>),
        ] {
            assert!(is_unusual(&ty));
        }
    }
}
