//! `Self` in a handler's signature, where generated code stands in another impl.

use syn::visit_mut::{self, VisitMut};
use syn::{QSelf, Token, Type, TypePath, parse_quote};

/// The type with every `Self` replaced by the server's type.
pub(crate) fn named(ty: &Type, this: &Type) -> Type {
    let mut ty = ty.clone();
    Replace { this }.visit_type_mut(&mut ty);
    ty
}

struct Replace<'a> {
    this: &'a Type,
}

impl VisitMut for Replace<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if matches!(ty, Type::Path(path) if path.qself.is_none() && path.path.is_ident("Self")) {
            *ty = self.this.clone();
            return;
        }
        visit_mut::visit_type_mut(self, ty);
    }

    fn visit_type_path_mut(&mut self, path: &mut TypePath) {
        visit_mut::visit_type_path_mut(self, path);
        let begins = path
            .path
            .segments
            .first()
            .is_some_and(|first| first.ident == "Self");
        if path.qself.is_some() || !begins {
            return;
        }
        // `Self::Item` becomes `<Server>::Item`.
        let rest = path.path.segments.iter().skip(1).cloned();
        path.path.segments = rest.collect();
        path.path.leading_colon = Some(Token![::](proc_macro2::Span::call_site()));
        let this = self.this;
        let marker: TypePath = parse_quote!(<#this>::X);
        path.qself = marker.qself.map(|qself| QSelf {
            position: 0,
            ..qself
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::ToTokens;

    #[track_caller]
    fn check(ty: &Type, expected: &Type) {
        let this: Type = parse_quote!(Server<T>);
        let found = named(ty, &this).into_token_stream().to_string();
        assert_eq!(found, expected.into_token_stream().to_string());
    }

    #[test]
    fn self_is_replaced_wherever_it_is() {
        check(&parse_quote!(Self), &parse_quote!(Server<T>));
        check(
            &parse_quote!(Vec<Option<Self>>),
            &parse_quote!(Vec<Option<Server<T>>>),
        );
        check(&parse_quote!(Self::Item), &parse_quote!(<Server<T>>::Item));
        check(
            &parse_quote!(<Self as Tr>::Item),
            &parse_quote!(<Server<T> as Tr>::Item),
        );
        check(&parse_quote!(u8), &parse_quote!(u8));
    }
}
