//! Types that can surely go from thread to thread, so that nothing need ask.

use syn::{GenericArgument, Ident, PathArguments, Type};

/// Types without parameters, and those that are as their parameters are.
const PLAIN: [&str; 21] = [
    "bool", "char", "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32",
    "u64", "u128", "usize", "str", "String", "PathBuf", "Duration", "Instant",
];
const HOLDERS: [&str; 9] = [
    "Box", "Vec", "VecDeque", "Option", "Result", "HashMap", "HashSet", "BTreeMap", "BTreeSet",
];

/// Whether a type is known to be `Send`. Should a program have a type of its own by one of these names, then
/// the compiler's words for it are less good, and no more.
pub(crate) fn surely(ty: &Type) -> bool {
    let path = match ty {
        Type::Group(group) => return surely(&group.elem),
        Type::Paren(paren) => return surely(&paren.elem),
        Type::Array(array) => return surely(&array.elem),
        Type::Tuple(tuple) => return tuple.elems.iter().all(surely),
        Type::Reference(reference) => {
            return matches!(&*reference.elem, Type::Path(path) if path.path.is_ident("str"));
        }
        Type::Path(path) if path.qself.is_none() && path.path.segments.len() == 1 => &path.path,
        _ => return false,
    };
    let Some(last) = path.segments.last() else {
        return false;
    };
    match &last.arguments {
        PathArguments::None => PLAIN.iter().any(|name| last.ident == name),
        PathArguments::AngleBracketed(list) => {
            HOLDERS.iter().any(|name| last.ident == name)
                && list.args.iter().all(
                    |argument| matches!(argument, GenericArgument::Type(inner) if surely(inner)),
                )
        }
        PathArguments::Parenthesized(_) => false,
    }
}

/// Whether there is a value of the type parameter in each value of a type, for sure enough: if the one is not `Send`,
/// the other is not.
pub(crate) fn holds(ty: &Type, parameter: &Ident) -> bool {
    match ty {
        Type::Group(group) => holds(&group.elem, parameter),
        Type::Paren(paren) => holds(&paren.elem, parameter),
        Type::Array(array) => holds(&array.elem, parameter),
        Type::Tuple(tuple) => tuple.elems.iter().any(|ty| holds(ty, parameter)),
        Type::Path(path) if path.qself.is_none() => {
            if path.path.is_ident(parameter) {
                return true;
            }
            let Some(last) = path.path.segments.last() else {
                return false;
            };
            let PathArguments::AngleBracketed(list) = &last.arguments else {
                return false;
            };
            HOLDERS.iter().any(|name| last.ident == name)
                && list.args.iter().any(|argument| {
                    matches!(argument, GenericArgument::Type(inner) if holds(inner, parameter))
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn what_surely_goes_from_thread_to_thread() {
        let sure: [Type; 6] = [
            parse_quote!(u64),
            parse_quote!(&'static str),
            parse_quote!(Vec<String>),
            parse_quote!(HashMap<String, Option<(u8, [f32; 4])>>),
            parse_quote!(()),
            parse_quote!(Box<str>),
        ];
        for ty in &sure {
            assert!(surely(ty));
        }
        let unsure: [Type; 6] = [
            parse_quote!(Rc<str>),
            parse_quote!(Arc<str>),
            parse_quote!(Vec<Job>),
            parse_quote!(Box<dyn Any>),
            parse_quote!(&'static Cell<u8>),
            parse_quote!(my::String),
        ];
        for ty in &unsure {
            assert!(!surely(ty));
        }
    }
}
