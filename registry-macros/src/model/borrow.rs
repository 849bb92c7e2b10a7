//! How `via` takes an argument: borrowed, in the form that a caller is likely to have.

use syn::{GenericArgument, PathArguments, Type};

/// The parameter of `via` for an argument of some type.
pub(crate) enum Lent<'a> {
    /// A small `Copy` type of the language: by value.
    Value,
    /// `String`: `&str`.
    Str,
    /// `Arc<str>` and its like: `&str`.
    Shared,
    /// `Vec<T>`: `&[T]`.
    Slice(&'a Type),
    /// `PathBuf`: `&Path`.
    Path,
    /// `&'static T`: `&T`.
    Target(&'a Type),
    /// Anything else: `&T`.
    Reference,
}

const VALUES: [&str; 16] = [
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32",
    "u64", "u128", "usize",
];

/// How an argument of type `ty` is lent.
pub(crate) fn lent(ty: &Type) -> Lent<'_> {
    let path = match ty {
        Type::Group(group) => return lent(&group.elem),
        Type::Paren(paren) => return lent(&paren.elem),
        Type::Reference(reference) if reference.mutability.is_none() => {
            return Lent::Target(&reference.elem);
        }
        Type::Path(path) if path.qself.is_none() => &path.path,
        _ => return Lent::Reference,
    };
    let Some(last) = path.segments.last() else {
        return Lent::Reference;
    };
    let name = last.ident.to_string();
    match (name.as_str(), only_type(&last.arguments)) {
        ("String", None) => Lent::Str,
        ("PathBuf", None) => Lent::Path,
        ("Box" | "Rc" | "Arc", Some(inner)) if is_str(inner) => Lent::Shared,
        ("Vec", Some(item)) => Lent::Slice(item),
        (name, None) if path.segments.len() == 1 && VALUES.contains(&name) => Lent::Value,
        _ => Lent::Reference,
    }
}

/// Whether every such type is known to be `Clone`, so that no bound need say it.
pub(crate) fn surely_clone(ty: &Type) -> bool {
    match lent(ty) {
        Lent::Value | Lent::Str | Lent::Shared | Lent::Path | Lent::Target(_) => true,
        Lent::Slice(item) => surely_clone(item),
        Lent::Reference => false,
    }
}

/// `T` of `<T>`.
fn only_type(arguments: &PathArguments) -> Option<&Type> {
    let PathArguments::AngleBracketed(list) = arguments else {
        return None;
    };
    match (list.args.first(), list.args.len()) {
        (Some(GenericArgument::Type(ty)), 1) => Some(ty),
        _ => None,
    }
}

fn is_str(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("str"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn arguments_are_lent_as_callers_have_them() {
        assert!(matches!(lent(&parse_quote!(String)), Lent::Str));
        assert!(matches!(
            lent(&parse_quote!(std::string::String)),
            Lent::Str
        ));
        assert!(matches!(lent(&parse_quote!(Arc<str>)), Lent::Shared));
        assert!(matches!(lent(&parse_quote!(Vec<u8>)), Lent::Slice(_)));
        assert!(matches!(lent(&parse_quote!(u64)), Lent::Value));
        assert!(matches!(lent(&parse_quote!(&'static str)), Lent::Target(_)));
        assert!(matches!(lent(&parse_quote!(Arc<User>)), Lent::Reference));
        assert!(matches!(lent(&parse_quote!(my::u64)), Lent::Reference));
        assert!(matches!(lent(&parse_quote!((u8, u8))), Lent::Reference));
    }

    #[test]
    fn what_is_surely_clone() {
        assert!(surely_clone(&parse_quote!(Vec<String>)));
        assert!(!surely_clone(&parse_quote!(Vec<TcpStream>)));
        assert!(!surely_clone(&parse_quote!(TcpStream)));
    }
}
