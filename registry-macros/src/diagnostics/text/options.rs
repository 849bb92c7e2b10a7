//! Lists of options, and the values that any of them may have.

use std::fmt::Display;

use super::listed;
use crate::diagnostics::suggest::nearest;
use crate::options::Known;

pub(crate) fn expected_option() -> String {
    "expected an option; write `name = value`".to_owned()
}

pub(crate) fn expected_equals(name: impl Display) -> String {
    format!("expected `=` after `{name}`; write `{name} = value`, and commas between options")
}

pub(crate) fn value_ends(before_children: bool) -> &'static str {
    if before_children {
        "the value ends before this; put `,` before an option, `;` before a child, or take it out"
    } else {
        "the value ends before this; put `,` before it, or take it out"
    }
}

pub(crate) fn unknown_option(name: &str, known: &[Known]) -> String {
    let names = known.iter().map(|(name, _)| *name);
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

pub(crate) fn option_is_no_list(name: &str, form: &str) -> String {
    format!("expected `=` after `{name}`; write `{form}`")
}

pub(crate) fn value_is_no(name: &str, what: &str, form: &str) -> String {
    format!("the value of `{name}` is no {what}; write one, as in `{form}`")
}

pub(crate) fn value_in_quotes(name: &str, what: &str, value: &str) -> String {
    format!("the value of `{name}` is a {what}; write `{name} = {value}`, without quotes")
}

pub(crate) fn value_goes_on(name: &str, what: &str) -> String {
    format!("the value of `{name}` is one {what}; take this out, or put a comma before it")
}

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
        _ => format!(
            "unknown unit `{unit}`; the units are {}",
            listed(units.iter().copied())
        ),
    }
}

pub(crate) fn duration_out_of_range() -> String {
    "the duration is out of range; write an expression of type `Duration` if it is meant".to_owned()
}

pub(crate) fn expected_word<'a>(option: &str, words: impl Iterator<Item = &'a str>) -> String {
    format!("`{option}` is one of {}; write one of them", listed(words))
}

pub(crate) fn word_in_quotes(option: &str, word: &str) -> String {
    format!("the value of `{option}` is a word; write `{option} = {word}`, without quotes")
}

pub(crate) fn nearly_a_word(option: &str, word: impl Display, meant: &str) -> String {
    format!("unknown `{option}`: `{word}`; did you mean `{meant}`?")
}

pub(crate) fn argument_without_type(name: impl Display) -> String {
    format!("the argument `{name}` needs a type; write `{name}: Type`")
}

pub(crate) fn expected_argument() -> String {
    "expected an argument; write `name: Type`".to_owned()
}

pub(crate) fn unknown_word<'a>(
    word: &str,
    option: &str,
    words: impl Iterator<Item = &'a str> + Clone,
) -> String {
    // Elixir's former name for it.
    if word == "simple_one_for_one" {
        return "`simple_one_for_one` is a supervisor of its own; declare it: `dynamic_supervisor!<pub Name>;`"
            .to_owned();
    }
    match nearest(word, words.clone()) {
        Some(meant) => nearly_a_word(option, word, meant),
        None => format!(
            "unknown `{option}`: `{word}`; write one of {}",
            listed(words)
        ),
    }
}
