//! Lists that end where they should.

use syn::parse::Parser;

use super::*;
use quote::quote;

fn read(tokens: TokenStream, end: End) -> syn::Result<(Vec<(String, String)>, String)> {
    let parse = |input: ParseStream| {
        let options = Options::parse(input, end);
        if let Some(error) = options.malformed.into_iter().next() {
            return Err(error);
        }
        let rest: TokenStream = input.parse()?;
        let list = options.list.into_iter().map(|option| {
            let value = match option.value {
                Value::Missing => String::new(),
                Value::List(group) => group.to_string(),
                Value::Tokens(tokens) => tokens.to_string(),
            };
            (option.name.to_string(), value)
        });
        Ok((list.collect(), rest.to_string()))
    };
    parse.parse2(tokens)
}

#[track_caller]
fn values(tokens: TokenStream, end: End, expected: &[(&str, TokenStream)], rest: &TokenStream) {
    let expected: Vec<_> = expected
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.to_string()))
        .collect();
    match read(tokens, end) {
        Ok(found) => assert_eq!(found, (expected, rest.to_string())),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn values_end_at_commas_outside_of_brackets() {
    values(
        quote!(key = HashMap<u8, Vec<u8>>, value = f::<A, B>(x, y), flag, init(a: u8, b: u8),),
        End::Input,
        &[
            ("key", quote!(HashMap<u8, Vec<u8>>)),
            ("value", quote!(f::<A, B>(x, y))),
            ("flag", quote!()),
            ("init", quote!((a: u8, b: u8))),
        ],
        &quote!(),
    );
}

#[test]
fn values_in_angle_brackets_end_at_theirs() {
    values(
        quote!(key = Vec<u8>, value = fn(u8) -> Vec<u8>>; rest),
        End::Angle,
        &[
            ("key", quote!(Vec<u8>)),
            ("value", quote!(fn(u8) -> Vec<u8>)),
        ],
        &quote!(>; rest),
    );
    values(
        quote!(a = 1 << 10, b = X << 3, key = Vec << T as Tr > ::X >> rest),
        End::Angle,
        &[
            ("a", quote!(1 << 10)),
            ("b", quote!(X << 3)),
            ("key", quote!(Vec<<T as Tr>::X>)),
        ],
        &quote!(> rest),
    );
    values(
        quote!(key = <id>, max = usize::MAX>),
        End::Angle,
        &[("key", quote!(<id>)), ("max", quote!(usize::MAX))],
        &quote!(>),
    );
    values(
        quote!(f = |x| match x { _ => 5, }, g = if (a > b) { 1 } else { 2 }>),
        End::Angle,
        &[
            (
                "f",
                quote!(|x| match x {
                    _ => 5,
                }),
            ),
            ("g", quote!(if (a > b) { 1 } else { 2 })),
        ],
        &quote!(>),
    );
}

#[test]
fn lists_end_at_semicolons() {
    values(
        quote!(, restart = transient, within = 5s,; next),
        End::Semicolon,
        &[("restart", quote!(transient)), ("within", quote!(5s))],
        &quote!(; next),
    );
}

#[test]
fn what_is_no_option_is_reported() {
    let message = |tokens| {
        read(tokens, End::Input)
            .err()
            .map(|error| error.to_string())
    };
    assert_eq!(message(quote!(5)), Some(text::expected_option()));
    assert!(message(quote!(key "x")).is_some_and(|text| text.contains("expected `=`")));
}

#[test]
fn keywords_may_be_names() {
    values(
        quote!(crate = a::b),
        End::Input,
        &[("crate", quote!(a::b))],
        &quote!(),
    );
}
