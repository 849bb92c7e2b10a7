//! Handlers.

use std::fmt::Display;

use quote::ToTokens;

use crate::names::written;

pub(crate) fn mark_twice(mark: &str) -> String {
    format!("`#[{mark}]` is given twice; take one of them out")
}

pub(crate) fn two_marks(first: &str, second: &str) -> String {
    format!(
        "a handler is either `#[{first}]` or `#[{second}]`; take one of them out, or write two methods"
    )
}

pub(crate) fn mark_with_options(mark: &str) -> String {
    let more = match mark {
        "call" => {
            "; a timeout is set with `call_timeout = …` on the struct or `.timeout(…)` on the client"
        }
        _ => "",
    };
    format!("`#[{mark}]` takes no options; write `#[{mark}]`{more}")
}

pub(crate) fn unknown_mark(name: &str, meant: &str) -> String {
    format!("unknown handler attribute `{name}`; did you mean `{meant}`?")
}

pub(crate) fn mark_in_cfg_attr(mark: &str) -> String {
    format!(
        "`#[{mark}]` cannot be conditional by itself; write `#[{mark}]`, and `#[cfg(…)]` on the whole \
         handler"
    )
}

pub(crate) fn taken_name(name: impl Display, handler: bool) -> String {
    let what = if handler {
        "the handler"
    } else {
        "the function"
    };
    format!("`#[gen_server]` writes a function `{name}` for every server; rename {what}")
}

pub(crate) fn same_info_twice(ty: &str, earlier: impl Display) -> String {
    format!(
        "messages of type `{ty}` go to `{earlier}` already; join the two handlers, or give one of them a \
         type of its own"
    )
}

pub(crate) fn handler_named_like_callback(mark: &str, name: impl Display) -> String {
    format!("`{name}` is called by the runtime; take `#[{mark}]` out, or rename the handler")
}

pub(crate) fn handler_modifier(what: &str, modifier: &str) -> String {
    format!("{what} cannot be `{modifier}`; take it out")
}

pub(crate) fn generic_handler(what: &str) -> String {
    format!(
        "{what} cannot be generic, since its arguments are a message of one type; write the type, or make \
         the server generic"
    )
}

pub(crate) fn handler_where_clause(what: &str) -> String {
    format!("{what} cannot have a `where` clause; put it on the impl")
}

pub(crate) fn handler_takes_self() -> String {
    "a handler borrows the state; write `&self` or `&mut self`".to_owned()
}

pub(crate) fn handler_without_self() -> String {
    "a handler needs the state; add `&self` or `&mut self`".to_owned()
}

pub(crate) fn ctx_twice() -> String {
    "there is one context; take this argument out".to_owned()
}

pub(crate) fn ctx_by_value() -> String {
    "the context is lent; write `&mut Ctx<Self>`".to_owned()
}

pub(crate) fn ctx_of_nobody() -> String {
    "the context is that of this server; write `&mut Ctx<Self>`".to_owned()
}

pub(crate) fn ctx_with_lifetime() -> String {
    "the context is lent for the call only; write `&mut Ctx<Self>`".to_owned()
}

pub(crate) fn conditional_parameter(what: &str) -> String {
    format!(
        "an argument cannot come and go by itself; write two {what}, with `#[cfg(…)]` on the whole of \
         each"
    )
}

pub(crate) fn reply_to_twice() -> String {
    "a call has one answer, and so one `ReplyTo`; take one of them out".to_owned()
}

pub(crate) fn returns_without_call(mark: &str) -> String {
    let instead = match mark {
        "cast" => "make it `#[call]`, or return nothing",
        _ => "return nothing",
    };
    format!("nobody waits for what `#[{mark}]` returns; {instead}")
}

pub(crate) fn deferred_and_returned() -> String {
    "a handler that takes a `ReplyTo` answers through it; return nothing, or take the `ReplyTo` out"
        .to_owned()
}

pub(crate) fn info_without_message() -> String {
    "`#[info]` is called for messages of one type; add an argument of that type".to_owned()
}

pub(crate) fn info_with_many() -> String {
    "`#[info]` takes one message; join the arguments in a struct or a tuple".to_owned()
}

/// The owned type to write for a reference.
pub(crate) fn owned(target: &syn::Type) -> String {
    if let syn::Type::Slice(slice) = target {
        return format!("`Vec<{}>`", written(&slice.elem));
    }
    let target = written(target);
    let (module, name) = target.rsplit_once("::").unwrap_or(("", &target));
    let owned = match name {
        "str" => "String",
        "Path" => "PathBuf",
        "OsStr" => "OsString",
        "CStr" => "CString",
        _ => return format!("`{target}` or `Arc<{target}>`"),
    };
    if module.is_empty() || owned == "String" {
        format!("`{owned}`")
    } else {
        format!("`{module}::{owned}`")
    }
}

/// What to write for `impl Into<T>` and its like, which have but one type in mind.
fn meant_by(bounds: &str) -> Option<&str> {
    match bounds {
        "ToString" | "AsRef<str>" | "Display" => Some("String"),
        "AsRef<Path>" => Some("PathBuf"),
        _ => bounds.strip_prefix("Into<")?.strip_suffix('>'),
    }
}

fn instead_of_impl_trait(bounds: impl ToTokens) -> String {
    let bounds = written(bounds);
    match meant_by(&bounds) {
        Some(meant) => format!("write `{meant}`"),
        None => format!("write the type, or `Box<dyn {bounds} + Send>`"),
    }
}

pub(crate) fn borrowed_argument(owned: &str) -> String {
    format!("an argument waits in the mailbox, and cannot borrow; write {owned}")
}

pub(crate) fn borrowed_reply(owned: &str) -> String {
    format!("an answer goes to another process, and cannot borrow; write {owned}")
}

pub(crate) fn lifetime_in_message(lifetime: impl Display) -> String {
    format!("a message cannot borrow for `{lifetime}`; write `'static`, or an owned type")
}

pub(crate) fn impl_trait_argument(bounds: impl ToTokens) -> String {
    let instead = instead_of_impl_trait(bounds);
    format!("a message needs types with names; {instead}")
}

pub(crate) fn impl_trait_reply(bounds: impl ToTokens) -> String {
    let instead = instead_of_impl_trait(bounds);
    format!("an answer needs a type with a name; {instead}")
}

pub(crate) fn inferred_in_message() -> String {
    "a message needs types with names; write the type instead of `_`".to_owned()
}

pub(crate) fn mark_on_no_method(mark: &str) -> String {
    format!("`#[{mark}]` makes a method a handler; take it out here")
}

pub(crate) fn default_on_method() -> String {
    "`#[default]` goes on a field of the struct; take it out here".to_owned()
}

pub(crate) fn never_reply() -> String {
    "a call must answer; write what it answers, or `()`".to_owned()
}
