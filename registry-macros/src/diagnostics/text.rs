//! The text of every message: `what is wrong; how to put it right`, in lower case, code in backticks,
//! no final stop.

use std::fmt::Display;

use quote::ToTokens;

use super::suggest::nearest;
use crate::names::written;
use crate::options::Known;

// Options

pub(crate) fn expected_option() -> String {
    "expected an option; write `name = value`".to_owned()
}

pub(crate) fn expected_equals(name: impl Display) -> String {
    format!("expected `=` after `{name}`; write `{name} = value`, and commas between options")
}

pub(crate) fn unexpected_token() -> String {
    "unexpected token; the value ends before it".to_owned()
}

pub(crate) fn unknown_option(name: &str, known: &[Known]) -> String {
    let names = known.iter().map(|known| known.name);
    match nearest(name, names.clone()) {
        Some(meant) => format!("unknown option `{name}`; did you mean `{meant}`?"),
        None => format!("unknown option `{name}`; the options are {}", listed(names)),
    }
}

pub(crate) fn option_twice(name: &str) -> String {
    format!("the option `{name}` is given twice; take one of them out")
}

pub(crate) fn option_without_value(name: &str, form: &str) -> String {
    format!("the option `{name}` needs a value; write `{form}`")
}

pub(crate) fn option_is_a_list(name: &str) -> String {
    format!("the option `{name}` takes a list; write `{name}(…)`")
}

pub(crate) fn value_is_no(name: &str, what: &str, error: &syn::Error) -> String {
    format!("the value of `{name}` is no {what}: {error}; write one after `{name} =`")
}

pub(crate) fn value_goes_on(name: &str, what: &str) -> String {
    format!("the value of `{name}` is one {what}; take this out, or put a comma before it")
}

/// `a`, `b` and `c`.
pub(crate) fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<String> = words.map(|word| format!("`{word}`")).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

// Durations

pub(crate) fn not_a_duration() -> String {
    "expected a duration; write `5s`, `250ms` or an expression of type `Duration`".to_owned()
}

pub(crate) fn duration_without_unit(digits: &str) -> String {
    format!("a duration needs a unit; write `{digits}s` or `{digits}ms`")
}

pub(crate) fn unknown_unit(digits: &str, unit: &str, units: &[&str]) -> String {
    match unit {
        "sec" | "secs" | "second" | "seconds" => {
            format!("unknown unit `{unit}`; write `{digits}s`")
        }
        "min" | "mins" | "minute" | "minutes" => {
            format!("unknown unit `{unit}`; write `{digits}m`")
        }
        _ => format!("unknown unit `{unit}`; the units are {}", listed(units.iter().copied())),
    }
}

pub(crate) fn duration_out_of_range() -> String {
    "the duration is out of range; write an expression of type `Duration` if it is meant".to_owned()
}

// Keys

pub(crate) fn not_a_key() -> String {
    "expected a key; write a template such as `\"session:<id>\"`, or `<id>`, or `(<a>, <b>)`".to_owned()
}

pub(crate) fn not_a_placeholder() -> String {
    "expected a placeholder; write `<name>` with the name of an argument".to_owned()
}

pub(crate) fn placeholder_not_closed(name: &str) -> String {
    format!("the placeholder `<{name}` is not closed; write `<{name}>`, or `<<` for the sign itself")
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
        Some(meant) => format!("`<{name}>` is no argument of this server; did you mean `<{meant}>`?"),
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

// Structs

pub(crate) fn not_a_struct_or_impl() -> String {
    "`#[gen_server]` goes on a struct, the server's state, and on its impl, the server's behaviour; \
     move it there"
        .to_owned()
}

pub(crate) fn attribute_twice() -> String {
    "`#[gen_server]` is given twice; take this one out, and join the options in the other".to_owned()
}

pub(crate) fn server_with_lifetime(lifetime: impl Display) -> String {
    format!(
        "a server cannot borrow for `{lifetime}`, since it may outlive what it borrows from; let it \
         own its state (`String` for `&str`), or share it in an `Arc`"
    )
}

pub(crate) fn tuple_struct() -> String {
    "the fields of a server become the arguments of `start_link`, and need names; write `{ name: Type }`"
        .to_owned()
}

pub(crate) fn default_beside_init() -> String {
    "`#[default]` has no effect beside `init(…)`, where `init` builds the struct; take one of them out"
        .to_owned()
}

pub(crate) fn default_twice() -> String {
    "the field has two defaults; take one of them out".to_owned()
}

pub(crate) fn default_with_equals(value: impl ToTokens) -> String {
    format!("a default is written in parentheses; write `#[default({})]`", written(value))
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
    "the context is no argument of `start_link`; leave it out here, and let `async fn init` take it".to_owned()
}

pub(crate) fn zero_timeout() -> String {
    "with a timeout of zero every call would fail; write a longer one, or `infinity`".to_owned()
}

pub(crate) fn zero(option: &str) -> String {
    format!("`{option}` must be at least 1; write a greater number, or leave the option out")
}

// Impls

pub(crate) fn struct_option_on_impl(name: impl Display) -> String {
    format!("`{name}` belongs to the struct; move it to the `#[gen_server(…)]` there")
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

// Handlers

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
        "call" => "; a timeout is set with `call_timeout = …` on the struct or `.timeout(…)` on the client",
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
    let what = if handler { "the handler" } else { "the function" };
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

pub(crate) fn ctx_with_lifetime() -> String {
    "the context is lent for the call only; write `&mut Ctx<Self>`".to_owned()
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
    let target_written = written(target);
    match target {
        syn::Type::Slice(slice) => format!("`Vec<{}>`", written(&slice.elem)),
        _ => match target_written.as_str() {
            "str" => "`String`".to_owned(),
            "Path" => "`PathBuf`".to_owned(),
            "OsStr" => "`OsString`".to_owned(),
            "CStr" => "`CString`".to_owned(),
            other => format!("`{other}` or `Arc<{other}>`"),
        },
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
    let bounds = written(bounds);
    format!("a message needs types with names; write the type, or `Box<dyn {bounds} + Send>`")
}

pub(crate) fn impl_trait_reply(bounds: impl ToTokens) -> String {
    let bounds = written(bounds);
    format!("an answer needs a type with a name; write the type, or `Box<dyn {bounds} + Send>`")
}

pub(crate) fn never_reply() -> String {
    "a call must answer; write what it answers, or `()`".to_owned()
}

// `init` and `terminate`

pub(crate) fn init_argument_beside_self() -> String {
    "an `init` with `&mut self` takes the context alone; read the arguments from the fields, or build the \
     struct: `fn init(arguments…) -> Result<Self, ExitReason>` and `#[gen_server(init(arguments…))]`"
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
    "`terminate` takes `&ExitReason` and `&mut Ctx<Self>`, or one of them; take this argument out".to_owned()
}

pub(crate) fn terminate_returns() -> String {
    "nobody waits for what `terminate` returns; return nothing".to_owned()
}

// Words

pub(crate) fn expected_word<'a>(option: &str, words: impl Iterator<Item = &'a str>) -> String {
    format!("`{option}` is one of {}; write one of them", listed(words))
}

pub(crate) fn unknown_word<'a>(
    word: &str,
    option: &str,
    words: impl Iterator<Item = &'a str> + Clone,
) -> String {
    match nearest(word, words.clone()) {
        Some(meant) => format!("unknown `{option}`: `{word}`; did you mean `{meant}`?"),
        None => format!("unknown `{option}`: `{word}`; write one of {}", listed(words)),
    }
}

// Registries

pub(crate) fn expected_name() -> String {
    "expected a name; write `pub Name` to declare it, or the path of one that is declared elsewhere".to_owned()
}

pub(crate) fn expected_name_first() -> String {
    "what is declared begins with its name; write `pub Name,` before the options".to_owned()
}

pub(crate) fn expected_comma_after_name() -> String {
    "unexpected token after the name; options follow after a comma: `Name, option = value`".to_owned()
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

pub(crate) fn unique_by(by: impl Display) -> String {
    format!("a unique key has one entry, which `{by}` says nothing about; write `keys = unique`")
}

pub(crate) fn registry_without_keys() -> String {
    "a registry needs to know how many processes a key may have; add `keys = unique` or `keys = duplicate`"
        .to_owned()
}

pub(crate) fn registry_without_key_type() -> String {
    "a registry needs the type of its keys; add `key = String`, or any type that can be hashed".to_owned()
}

pub(crate) fn meta_twice(key: &str) -> String {
    format!("there are two entries `{key}`; take one of them out")
}

pub(crate) fn listener_without_key() -> String {
    "a listener is a server by its name; write `Server(key)`".to_owned()
}

pub(crate) fn expected_brackets() -> String {
    "expected a list; write it in square brackets".to_owned()
}

// Trees

pub(crate) fn expected_tree_name() -> String {
    "expected the name of the tree; begin with `pub Name, strategy = one_for_one;`".to_owned()
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
    format!(
        "`{kind}!<` is not closed here; write `>` before it (a comparison goes in parentheses)"
    )
}

pub(crate) fn expected_semicolon_after_child() -> String {
    "expected `,` and options, or `;` and the next child; put one of them before this".to_owned()
}

pub(crate) fn child_after_comma(child: impl Display) -> String {
    format!("children are separated by semicolons; put `;` before `{child}`, and not `,`")
}

pub(crate) fn expected_child() -> String {
    "expected a child; write `Server(arguments…)`, `registry!<…>`, `dynamic_supervisor!<…>` or \
     `supervisor!<…> { … }`"
        .to_owned()
}

pub(crate) fn child_without_arguments(ty: impl ToTokens) -> String {
    let ty = written(ty);
    format!("a server is placed with the arguments of its `start_link`; write `{ty}(…)`, or `{ty}()`")
}

pub(crate) fn child_with_braces(ty: impl ToTokens) -> String {
    let ty = written(ty);
    format!("a server is placed with the arguments of its `start_link`; write `{ty}(…)`")
}

pub(crate) fn zero_time(option: &str) -> String {
    format!("`{option}` must be longer than zero; write a duration such as `5s`")
}

pub(crate) fn repeated_without_id() -> String {
    "children of a `for` would all have one name; add `id = …`, made of what the loop counts".to_owned()
}

pub(crate) fn repeated_declaration(kind: impl Display) -> String {
    format!("`{kind}!` stands for one thing, which a `for` would start again and again; move it out")
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
    format!("the argument `{name}` gets no value; add it after the angle brackets: `supervisor!<…>({name})`")
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

pub(crate) fn strategy_of_dynamic() -> String {
    "a dynamic supervisor restarts its children one for one; take `strategy` out".to_owned()
}

pub(crate) fn child_twice(name: &str, is_server: bool) -> String {
    if is_server {
        format!("two children are called `{name}`; give one of them a name of its own with `id = \"…\"`")
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

pub(crate) fn unknown_shutdown(word: impl Display, meant: &str) -> String {
    format!("unknown `shutdown`: `{word}`; did you mean `{meant}`?")
}

pub(crate) fn backoff_range() -> String {
    "a backoff goes from the first wait to the longest; write `100ms..10s`".to_owned()
}

// Match specifications

pub(crate) fn match_spec_without_clauses() -> String {
    "a match specification needs a clause; write `(key, pid, value) => what`".to_owned()
}

pub(crate) fn clauses_of_different_shapes() -> String {
    "all clauses match the same; write `(key, pid, value)` in each, or `(pid, value)`, or the value's pattern"
        .to_owned()
}

pub(crate) fn clause_with_and_without_body(others_have: bool) -> String {
    if others_have {
        "the first clause has a body, and so need all; add `=> what`".to_owned()
    } else {
        "the first clause has no body, and so may none; take `=> …` out, or add one there".to_owned()
    }
}

pub(crate) fn expected_comma_after_clause() -> String {
    "the clause ends here; write `=> what` after its pattern, and `,` between clauses".to_owned()
}

// Tests

pub(crate) fn test_on_no_function() -> String {
    "`#[registry_runtime::test]` goes on an async function; move it there".to_owned()
}

pub(crate) fn test_not_async() -> String {
    "a test that runs processes is async; write `async fn`".to_owned()
}

pub(crate) fn test_with_argument() -> String {
    "a test has no arguments; take this one out".to_owned()
}

pub(crate) fn generic_test() -> String {
    "a test cannot be generic; take the parameters out".to_owned()
}

pub(crate) fn test_twice() -> String {
    "the function would be two tests; take this attribute out".to_owned()
}

pub(crate) fn unknown_flavor(flavor: &str) -> String {
    let words = ["current_thread", "multi_thread"];
    match nearest(flavor, words) {
        Some(meant) => format!("unknown flavor \"{flavor}\"; did you mean \"{meant}\"?"),
        None => format!(
            "unknown flavor \"{flavor}\"; write \"current_thread\", the default, or \"multi_thread\""
        ),
    }
}

pub(crate) fn workers_without_threads() -> String {
    "a test on one thread has no workers; add `flavor = \"multi_thread\"`".to_owned()
}

pub(crate) fn paused_with_threads() -> String {
    "the clock can be paused on one thread only; take `flavor = \"multi_thread\"` out".to_owned()
}
