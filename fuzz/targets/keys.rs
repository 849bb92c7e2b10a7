//! Keys: a template of any text is taken or refused by the macro without a panic, and a key that
//! is written on the stack is the string that `format!` makes, in every way that a registry asks.

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

use std::hash::{BuildHasher, RandomState};

use libfuzzer_sys::{Corpus, fuzz_target};
use quote::quote;
use registry_runtime::__private::{LookupKey, StackKey};

/// Displays as its parts, one after the other.
struct Parts<'a>(&'a [&'a str]);

impl std::fmt::Display for Parts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|part| f.write_str(part))
    }
}

fn stack_key(text: &str) {
    let parts: Vec<&str> = text.split('|').collect();
    let (first, rest) = parts.split_first().map_or(("", &[][..]), |(first, rest)| (*first, rest));
    let number = text.len();
    let key = StackKey::format(format_args!("{first}:<{}>{number}", Parts(rest)));
    let string = format!("{first}:<{}>{number}", Parts(rest));
    assert_eq!(key.as_str(), string);
    assert!(key.is(&string) && key.to_key() == string);
    assert!(!key.is(&format!("{string}x")));
    let hasher = RandomState::new();
    assert_eq!(hasher.hash_one(&key), hasher.hash_one(&string));
}

fuzz_target!(|data: &[u8]| -> Corpus {
    let Ok(text) = std::str::from_utf8(data) else {
        return Corpus::Reject;
    };
    stack_key(text);
    let options = quote!(registry = Names, key = #text);
    let item = quote!(
        struct Server {
            id: u64,
            name: String,
            r#type: u8,
            #[default]
            state: u8,
        }
    );
    let output = pipeline::gen_server(options, item);
    if let Err(error) = syn::parse2::<syn::File>(output.clone()) {
        panic!("{error}: {output}");
    }
    Corpus::Keep
});
