//! Keeps the sections "Expands to" of the docs true.
//!
//! What the docs show leaves out docs, lint attributes, and the paths of the runtime; `...` stands for
//! any tokens.

use std::str::FromStr;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

use crate::pipeline;

#[test]
fn gen_server() {
    for [input, output] in examples(include_str!("docs/gen_server.md")) {
        let (options, item) = attribute(input);
        check(pipeline::gen_server(options, item), output);
    }
}

#[test]
fn registry() {
    for [input, output] in examples(include_str!("docs/registry.md")) {
        check(pipeline::registry(bang(input)), output);
    }
}

#[test]
fn supervision_tree() {
    for [input, output] in examples(include_str!("docs/supervision_tree.md")) {
        check(pipeline::supervision_tree(bang(input)), output);
    }
}

#[test]
fn match_spec() {
    for [input, output] in examples(include_str!("docs/match_spec.md")) {
        check(pipeline::match_spec(bang(input)), output);
    }
}

#[test]
fn test() {
    for [input, output] in examples(include_str!("docs/test.md")) {
        let (options, item) = attribute(input);
        check(pipeline::test(options, item), output);
    }
}

/// The blocks of code in the section, two by two: what is written, and what it becomes.
fn examples(docs: &str) -> Vec<[TokenStream; 2]> {
    let (_, section) = docs.split_once("# Expands to").unwrap_or_default();
    let mut blocks = section.split("```").skip(1).step_by(2).map(|block| {
        let code = block.strip_prefix("ignore").unwrap_or(block);
        TokenStream::from_str(code).unwrap_or_else(|error| panic!("{error}: {code}"))
    });
    let mut examples = Vec::new();
    while let (Some(input), Some(output)) = (blocks.next(), blocks.next()) {
        examples.push([input, output]);
    }
    assert!(!examples.is_empty(), "no example in the docs");
    examples
}

/// `#[name(options)] item`.
fn attribute(input: TokenStream) -> (TokenStream, TokenStream) {
    let mut tokens = input.into_iter();
    let attribute = tokens.nth(1).map(inner).unwrap_or_default();
    let options = attribute.into_iter().nth(1).map(inner).unwrap_or_default();
    (options, tokens.collect())
}

/// `name! { input }`.
fn bang(input: TokenStream) -> TokenStream {
    input.into_iter().nth(2).map(inner).unwrap_or_default()
}

fn inner(token: TokenTree) -> TokenStream {
    match token {
        TokenTree::Group(group) => group.stream(),
        _ => TokenStream::new(),
    }
}

#[track_caller]
fn check(expansion: TokenStream, shown: TokenStream) {
    let expansion = plain(expansion);
    // Through text, so that the spacing of signs is the same on both sides.
    let [expansion, shown] = [expansion, shown].map(|tokens| tokens.to_string());
    let [found, expected] = [&expansion, &shown].map(|text| tokens(text));
    assert!(
        matches(&found, &expected),
        "the docs show\n{shown}\nand the macro writes\n{expansion}"
    );
}

fn tokens(text: &str) -> Vec<TokenTree> {
    TokenStream::from_str(text).into_iter().flatten().collect()
}

/// Whether tokens are those that are shown.
fn matches(found: &[TokenTree], shown: &[TokenTree]) -> bool {
    let is_dot = |token: &TokenTree| token.to_string() == ".";
    if shown.len() >= 3 && shown.iter().take(3).all(is_dot) {
        return (0..=found.len()).any(|skipped| matches(&found[skipped..], &shown[3..]));
    }
    match (found.split_first(), shown.split_first()) {
        (None, None) => true,
        (Some((TokenTree::Group(left), found)), Some((TokenTree::Group(right), shown))) => {
            let [left_tokens, right_tokens] =
                [left, right].map(|group| group.stream().into_iter().collect::<Vec<_>>());
            left.delimiter() == right.delimiter()
                && matches(&left_tokens, &right_tokens)
                && matches(found, shown)
        }
        (Some((left, found)), Some((right, shown))) => {
            left.to_string() == right.to_string() && matches(found, shown)
        }
        _ => false,
    }
}

/// The tokens without docs, lint attributes and the paths of the runtime.
fn plain(tokens: TokenStream) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = tokens.as_slice();
    let mut kept = TokenStream::new();
    while let Some((token, after)) = rest.split_first() {
        if let Some(("root", after)) = segment(rest) {
            let (name, after) = last_segment(after);
            kept.extend(name);
            rest = after;
            continue;
        }
        rest = after;
        match (token, after.first()) {
            (TokenTree::Punct(sign), Some(TokenTree::Group(attribute)))
                if sign.as_char() == '#' && is_left_out(attribute) =>
            {
                rest = &after[1..];
            }
            (TokenTree::Group(group), _) if group.delimiter() == Delimiter::None => {
                kept.extend(plain(group.stream()));
            }
            (TokenTree::Group(group), _) => {
                let inner = Group::new(group.delimiter(), plain(group.stream()));
                kept.extend([TokenTree::from(inner)]);
            }
            (other, _) => kept.extend([other.clone()]),
        }
    }
    kept
}

/// `::name` at the beginning of some tokens, and what comes after it.
fn segment(tokens: &[TokenTree]) -> Option<(&'static str, &[TokenTree])> {
    let [
        TokenTree::Punct(first),
        TokenTree::Punct(second),
        TokenTree::Ident(name),
        rest @ ..,
    ] = tokens
    else {
        return None;
    };
    if first.as_char() != ':' || second.as_char() != ':' {
        return None;
    }
    // All that matters of a name is what it begins with, but for that of the runtime.
    let name = name.to_string();
    let name = match name.as_str() {
        "registry_runtime" | "core" => "root",
        _ if name.starts_with(char::is_uppercase) => "Type",
        _ => "module",
    };
    Some((name, rest))
}

/// The last segment of a path, or the first that is a type's, and what comes after it.
fn last_segment(mut tokens: &[TokenTree]) -> (Option<TokenTree>, &[TokenTree]) {
    while let Some((kind, after)) = segment(tokens) {
        if kind == "Type" || segment(after).is_none() {
            return (tokens.get(2).cloned(), after);
        }
        tokens = after;
    }
    (None, tokens)
}

/// Whether an attribute is for readers or lints only.
fn is_left_out(attribute: &Group) -> bool {
    const NAMES: [&str; 4] = ["doc", "allow", "must_use", "inline"];
    let name = attribute.stream().into_iter().next();
    name.is_some_and(|name| NAMES.contains(&name.to_string().as_str()))
}

#[test]
fn dots_stand_for_anything() {
    let list = |stream: TokenStream| stream.into_iter().collect::<Vec<_>>();
    let found = list(quote!(
        fn a(x: u8) -> u8 {
            x + 1
        }
    ));
    assert!(matches(&found, &list(quote!(fn a(...) -> u8 { ... }))));
    assert!(matches(&found, &list(quote!(fn a ... { x + 1 }))));
    assert!(!matches(&found, &list(quote!(fn b ... { x + 1 }))));
}
