//! `registry!`.

use std::fmt::Display;

use quote::ToTokens;

use crate::names::written;

pub(crate) fn expected_name() -> String {
    "expected a name; write `pub Name` to declare it, or the path of one that is declared elsewhere"
        .to_owned()
}

pub(crate) fn expected_name_first() -> String {
    "what is declared begins with its name; write `pub Name,` before the options".to_owned()
}

pub(crate) fn expected_comma_after_name() -> String {
    "unexpected token after the name; options follow after a comma: `Name, option = value`"
        .to_owned()
}

pub(crate) fn declared_with_path(what: &str, path: impl ToTokens) -> String {
    let path = written(path);
    format!(
        "`{path}` is a path, and what is declared here needs a name of its own; write the name alone, or \
         leave out visibility and options to place a {what} that is declared elsewhere"
    )
}

pub(crate) fn expected_keys() -> String {
    "expected `unique`, `duplicate` or `duplicate(by_key)`; write `keys = unique` if a key has one \
     process at most"
        .to_owned()
}

pub(crate) fn duplicate_by(written: impl Display, by: &str) -> String {
    format!("unknown `keys`: `{written}`; write `keys = duplicate({by})`")
}

pub(crate) fn meta_without_name() -> String {
    "an entry of `meta` is a text and a value; write `(\"name\", value)`".to_owned()
}

pub(crate) fn unique_by(by: impl Display) -> String {
    format!("a unique key has one entry, which `{by}` says nothing about; write `keys = unique`")
}

pub(crate) fn registry_without_keys() -> String {
    "a registry needs to know how many processes a key may have; add `keys = unique` or `keys = duplicate`"
        .to_owned()
}

pub(crate) fn registry_without_key_type() -> String {
    "a registry needs the type of its keys; add `key = String`, or any type that can be hashed"
        .to_owned()
}

pub(crate) fn borrowed_in_registry(owned: &str) -> String {
    format!("a registry outlives what this borrows; write {owned}, or `&'static` before the type")
}

pub(crate) fn meta_twice(key: &str) -> String {
    format!("there are two entries `{key}`; take one of them out")
}

pub(crate) fn listener_without_key() -> String {
    "a listener is a server by its name; write `Server(key)`".to_owned()
}
