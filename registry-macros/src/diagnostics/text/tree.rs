//! `supervision_tree!`.

use std::fmt::Display;

use quote::ToTokens;

use super::listed;
use crate::names::written;

pub(crate) fn expected_tree_name() -> String {
    "expected the name of the tree; begin with `pub Name, strategy = one_for_one;`, and put the children after it"
        .to_owned()
}

pub(crate) fn expected_semicolon_after_header(name: impl Display) -> String {
    format!("expected `,` and options, or `;` and the children; write `{name}, option = value;`")
}

pub(crate) fn attributes_without_child() -> String {
    "these attributes belong to no child; write the child after them, or take them out".to_owned()
}

pub(crate) fn angle_brackets_in_tree(kind: impl Display) -> String {
    format!("in a tree, `{kind}!` takes angle brackets; write `{kind}!<…>`")
}

pub(crate) fn angle_bracket_not_closed(kind: impl Display) -> String {
    format!("`{kind}!<` is not closed here; write `>` before it (a comparison goes in parentheses)")
}

pub(crate) fn expected_semicolon_after_child() -> String {
    "expected `,` and options, or `;` and the next child; put one of them before this".to_owned()
}

pub(crate) fn child_after_comma(child: impl Display) -> String {
    format!("children are separated by semicolons; put `;` before `{child}`, and not `,`")
}

pub(crate) fn option_after_semicolon(name: impl Display) -> String {
    format!(
        "`{name}` belongs to the child before it; put `,` between them, and `;` after the options"
    )
}

pub(crate) fn expected_block(what: &str) -> String {
    format!("the children of {what} stand in braces; write `{{ Server(arguments…); }}`")
}

pub(crate) fn expected_child() -> String {
    "expected a child; write `Server(arguments…)`, `registry!<…>`, `dynamic_supervisor!<…>` or \
     `supervisor!<…> { … }`"
        .to_owned()
}

pub(crate) fn child_is_a_call(server: impl Display) -> String {
    format!("a child is a type, with the arguments of its `start_link`; write `{server}(…)`")
}

pub(crate) fn child_without_arguments(ty: impl ToTokens) -> String {
    let ty = written(ty);
    format!(
        "a server is placed with the arguments of its `start_link`; write `{ty}(…)`, or `{ty}()`"
    )
}

pub(crate) fn child_with_braces(ty: impl ToTokens) -> String {
    let ty = written(ty);
    format!("a server is placed with the arguments of its `start_link`; write `{ty}(…)`")
}

pub(crate) fn zero_time(option: &str) -> String {
    format!("`{option}` must be longer than zero; write a duration such as `5s`")
}

pub(crate) fn repeated_without_id() -> String {
    "children of a `for` would all have one name; add `id = …`, made of what the loop counts"
        .to_owned()
}

pub(crate) fn repeated_declaration(kind: impl Display) -> String {
    format!(
        "`{kind}!` stands for one thing, which a `for` would start again and again; move it out"
    )
}

pub(crate) fn attribute_on_child() -> String {
    "a child takes docs and `#[cfg]` only; put the attribute where the thing is declared".to_owned()
}

pub(crate) fn unknown_kind<'a>(
    kind: &str,
    nearest: Option<&str>,
    kinds: impl IntoIterator<Item = &'a str>,
) -> String {
    match nearest {
        Some(meant) => format!("unknown child `{kind}!`; did you mean `{meant}!`?"),
        None => format!(
            "unknown child `{kind}!`; a tree holds servers, and {}",
            listed(kinds.into_iter())
        ),
    }
}

pub(crate) fn arguments_of_place(kind: &str) -> String {
    format!("`{kind}!` takes no arguments; take the parentheses out")
}

pub(crate) fn supervisor_without_values(name: impl Display) -> String {
    format!(
        "the argument `{name}` gets no value; add it after the angle brackets: `supervisor!<…>({name})`"
    )
}

pub(crate) fn children_of_place(kind: impl Display) -> String {
    format!("`{kind}!` has no children that are written here; take the block out")
}

pub(crate) fn supervisor_without_children(path: impl ToTokens) -> String {
    let path = written(path);
    format!(
        "a supervisor is declared with its children; add `{{ … }}`, or write `supervisor!<{path}>` to place \
         one that is declared elsewhere"
    )
}

pub(crate) fn empty_partition() -> String {
    "a partition supervisor needs to know what it has several of; write `{ Server(arguments…) }`"
        .to_owned()
}

pub(crate) fn one_partition() -> String {
    "a partition supervisor has several of one thing; take this out".to_owned()
}

pub(crate) fn partition_without_block(path: impl ToTokens) -> String {
    let path = written(path);
    format!(
        "a partition supervisor is declared with what it has several of; add `{{ Server(arguments…) }}`, or \
         write `partition_supervisor!<{path}>` to place one that is declared elsewhere"
    )
}

pub(crate) fn id_of_partition() -> String {
    "partitions are called by their numbers; take `id` out".to_owned()
}

pub(crate) fn unknown_partition(kind: impl Display) -> String {
    format!(
        "a partition cannot be a `{kind}!`; write `Server(arguments…)`, `dynamic_supervisor!<…>` or \
         `task_supervisor!<…>`"
    )
}

pub(crate) fn strategy_of_dynamic() -> String {
    "its children are restarted one for one; take `strategy` out".to_owned()
}

pub(crate) fn child_twice(name: &str, is_server: bool) -> String {
    if is_server {
        format!(
            "two children are called `{name}`; give one of them a name of its own with `id = \"…\"`"
        )
    } else {
        format!("`{name}` is placed twice; take one of them out")
    }
}

pub(crate) fn significant_permanent() -> String {
    "a permanent child never ends for good, and so cannot be significant; add `restart = transient` or \
     `restart = temporary`"
        .to_owned()
}

pub(crate) fn significant_without_auto_shutdown() -> String {
    "the supervisor does not mind significant children; add `auto_shutdown = any` or `auto_shutdown = all` \
     to it"
        .to_owned()
}

pub(crate) fn backoff_range() -> String {
    "a backoff goes from the first wait to the longest; write `100ms..10s`".to_owned()
}
