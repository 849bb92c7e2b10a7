//! `#[gen_server]` on an impl, `init` and `terminate`.

use std::fmt::Display;

pub(crate) fn struct_option_on_impl(name: impl Display) -> String {
    format!("`{name}` belongs to the struct; move it to the `#[gen_server(…)]` there")
}

pub(crate) fn impl_option_on_struct(name: impl Display) -> String {
    format!("`{name}` belongs to the impl; move it to the `#[gen_server(…)]` there")
}

pub(crate) fn trait_impl() -> String {
    "handlers are the server's own methods, not a trait's; write `#[gen_server] impl Server { … }`, and \
     the trait's impl apart"
        .to_owned()
}

pub(crate) fn unsafe_impl() -> String {
    "a server's impl is not unsafe; take `unsafe` out".to_owned()
}

pub(crate) fn impl_of_no_struct() -> String {
    "this is no server; write the impl of a struct that has `#[gen_server]`".to_owned()
}

pub(crate) fn init_argument_beside_self() -> String {
    "an `init` with `&mut self` takes the context alone; read the arguments from the fields, or build the \
     struct: `fn init(arguments…) -> Result<Self, ExitReason>` and `#[gen_server(init(arguments…))]`"
        .to_owned()
}

pub(crate) fn init_returns_state() -> String {
    "an `init` with `&mut self` is given the state, and returns nothing or `Result<(), ExitReason>`; write `()` \
     here, or build the struct: `fn init(arguments…) -> Result<Self, ExitReason>` and \
     `#[gen_server(init(arguments…))]`"
        .to_owned()
}

pub(crate) fn init_builds_nothing() -> String {
    "`init` without `self` builds the server; return `Result<Self, ExitReason>`, or take `&mut self`"
        .to_owned()
}

pub(crate) fn callback_takes_self(name: &str) -> String {
    format!("`{name}` borrows the state; write `&mut self`")
}

pub(crate) fn terminate_without_self() -> String {
    "`terminate` needs the state; write `fn terminate(&mut self, reason: &ExitReason)`".to_owned()
}

pub(crate) fn reason_by_value() -> String {
    "the reason is lent; write `&ExitReason`".to_owned()
}

pub(crate) fn terminate_argument() -> String {
    "`terminate` takes `&ExitReason` and `&mut Ctx<Self>`, or one of them; take this argument out"
        .to_owned()
}

pub(crate) fn terminate_returns() -> String {
    "nobody waits for what `terminate` returns; return nothing".to_owned()
}
