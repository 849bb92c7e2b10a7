//! The macros, given anything: they never panic, and what they write is syntax.
//!
//! The first byte says which macro; the rest is text. An attribute's options and its item are
//! parted by a line of `%%`.

#![no_main]
#![allow(dead_code, unused_imports, reason = "included sources hold more than is used here")]

#[path = "../../registry-macros/src/ast/mod.rs"]
mod ast;
#[path = "../../registry-macros/src/diagnostics/mod.rs"]
mod diagnostics;
#[path = "../../registry-macros/src/expand/mod.rs"]
mod expand;
#[path = "../../registry-macros/src/fallback.rs"]
mod fallback;
#[path = "../../registry-macros/src/krate.rs"]
mod krate;
#[path = "../../registry-macros/src/model/mod.rs"]
mod model;
#[path = "../../registry-macros/src/names.rs"]
mod names;
#[path = "../../registry-macros/src/options/mod.rs"]
mod options;
#[path = "../../registry-macros/src/pipeline.rs"]
mod pipeline;
#[path = "../../registry-macros/src/validate/mod.rs"]
mod validate;

use libfuzzer_sys::{Corpus, fuzz_target};
use proc_macro2::TokenStream;
use quote::quote;

/// How deep brackets and prefixes may be nested: the parser, syn, recurses.
const DEPTH: usize = 24;

fn too_deep(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut run = 0;
    for character in text.chars() {
        match character {
            '(' | '[' | '{' | '<' => depth += 1,
            ')' | ']' | '}' | '>' => depth = depth.saturating_sub(1),
            _ => {}
        }
        run = match character {
            '-' | '!' | '&' | '*' | '|' | '.' => run + 1,
            ' ' => run,
            _ => 0,
        };
        if depth > DEPTH || run > DEPTH {
            return true;
        }
    }
    false
}

fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((&which, text)) = data.split_first() else {
        return Corpus::Reject;
    };
    let Ok(text) = std::str::from_utf8(text) else {
        return Corpus::Reject;
    };
    if too_deep(text) {
        return Corpus::Reject;
    }
    let (options, item) = text.split_once("\n%%\n").unwrap_or(("", text));
    let (Ok(options), Ok(item)) = (options.parse::<TokenStream>(), item.parse::<TokenStream>())
    else {
        return Corpus::Reject;
    };
    let parses = syn::parse2::<syn::File>(item.clone()).is_ok();
    let output = match which % 5 {
        0 => pipeline::gen_server(options, item),
        1 => pipeline::registry(item),
        2 => pipeline::supervision_tree(item),
        3 => pipeline::test(options, item),
        _ => {
            let closure = pipeline::match_spec(item);
            quote!(const _: () = { #closure; };)
        }
    };
    // An item that is no syntax is handed back as it is, and so are the arguments of a tree's children,
    // where an editor completes what is half typed: those who read the output say what is wrong.
    let handed_back = matches!(which % 5, 0 | 3) && !parses || which % 5 == 2;
    if !handed_back && let Err(error) = syn::parse2::<syn::File>(output.clone()) {
        panic!("{error}: {output}");
    }
    Corpus::Keep
});
