//! `#[gen_server]` on a struct.

use std::fmt::Display;

use quote::ToTokens;

use super::listed;
use crate::names::written;

pub(crate) fn not_a_key() -> String {
    "expected a key; write a template such as `\"session:<id>\"`, or `<id>`, or `(<a>, <b>)`"
        .to_owned()
}

pub(crate) fn key_is_a_name(name: impl Display) -> String {
    format!("a key is not an expression; write `<{name}>` for the argument `{name}`")
}

pub(crate) fn value_with_self() -> String {
    "there is no server yet when its name is taken; use the arguments by their names".to_owned()
}

pub(crate) fn not_a_placeholder() -> String {
    "expected a placeholder; write `<name>` with the name of an argument".to_owned()
}

pub(crate) fn placeholder_not_closed(name: &str) -> String {
    format!(
        "the placeholder `<{name}` is not closed; write `<{name}>`, or `<<` for the sign itself"
    )
}

pub(crate) fn closed_without_opening() -> String {
    "this key has a `>` that closes no placeholder; write `>>` for the sign itself".to_owned()
}

pub(crate) fn placeholder_is_no_name(name: &str) -> String {
    format!(
        "`<{name}>` is no placeholder; write `<name>` with the name of an argument, or `<<` for the \
         sign itself"
    )
}

pub(crate) fn no_such_argument<'a>(
    name: &str,
    nearest: Option<&str>,
    arguments: impl Iterator<Item = &'a str>,
) -> String {
    let arguments = listed(arguments);
    match nearest {
        Some(meant) => {
            format!("`<{name}>` is no argument of this server; did you mean `<{meant}>`?")
        }
        None if arguments.is_empty() => format!(
            "`<{name}>` is no argument of this server, which has none; add a field `{name}` without \
             `#[default]`"
        ),
        None => format!(
            "`<{name}>` is no argument of this server; its arguments are {arguments} (fields with \
             `#[default]` are none)"
        ),
    }
}

pub(crate) fn needs_registry(option: &str) -> String {
    format!("`{option}` needs a registry for the server to stand in; add `registry = Name`")
}

pub(crate) fn registry_without_key(argument: Option<&impl Display>) -> String {
    let key = match argument {
        Some(argument) => format!("key = \"name:<{argument}>\""),
        None => "key = \"name\"".to_owned(),
    };
    format!("`registry` needs a key for the server to be found by; add `{key}`")
}

pub(crate) fn not_a_struct_or_impl() -> String {
    "`#[gen_server]` goes on a struct, the server's state, and on its impl, the server's behaviour; \
     move it there"
        .to_owned()
}

pub(crate) fn attribute_twice() -> String {
    "`#[gen_server]` is given twice; take this one out, and join the options in the other"
        .to_owned()
}

pub(crate) fn server_with_lifetime(lifetime: impl Display) -> String {
    format!(
        "a server cannot borrow for `{lifetime}`, since it may outlive what it borrows from; let it \
         own its state (`String` for `&str`), or share it in an `Arc`"
    )
}

pub(crate) fn parameter_may_borrow(name: impl Display) -> String {
    format!(
        "a server goes from thread to thread, and may outlive what a `{name}` borrows from; write \
         `{name}: Send + 'static`"
    )
}

pub(crate) fn borrowed_in_server(owned: &str) -> String {
    format!("a server owns its state, since it may outlive what it borrows from; write {owned}")
}

pub(crate) fn tuple_struct() -> String {
    "the fields of a server become the arguments of `start_link`, and need names; write `{ name: Type }`"
        .to_owned()
}

pub(crate) fn default_beside_init() -> String {
    "`#[default]` has no effect beside `init(…)`, where `init` builds the struct; take one of them out"
        .to_owned()
}

pub(crate) fn one_default() -> String {
    "a field has one default; write `#[default(expression)]`".to_owned()
}

pub(crate) fn nearly_default(name: &str) -> String {
    format!("unknown field attribute `{name}`; did you mean `default`?")
}

pub(crate) fn default_twice() -> String {
    "the field has two defaults; take one of them out".to_owned()
}

pub(crate) fn default_with_equals(value: impl ToTokens) -> String {
    format!(
        "a default is written in parentheses; write `#[default({})]`",
        written(value)
    )
}

pub(crate) fn conditional_argument(name: impl Display) -> String {
    format!(
        "the argument `{name}` would come and go with `#[cfg]`; give the field `#[default]`, so that it \
         is no argument"
    )
}

pub(crate) fn argument_twice(name: impl Display) -> String {
    format!("there are two arguments called `{name}`; rename one of them")
}

pub(crate) fn ctx_among_init_arguments() -> String {
    "the context is no argument of `start_link`; leave it out here, and let `async fn init` take it"
        .to_owned()
}

pub(crate) fn zero_timeout() -> String {
    "with a timeout of zero every call would fail; write a longer one, or `infinity`".to_owned()
}

pub(crate) fn zero(option: &str) -> String {
    format!("`{option}` must be at least 1; write a greater number, or leave the option out")
}
