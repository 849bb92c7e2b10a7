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

pub(crate) fn unexpected_token() -> String {
    "unexpected token; the value ends before it".to_owned()
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

pub(crate) fn value_is_no(name: &str, what: &str, error: &syn::Error) -> String {
    format!("the value of `{name}` is no {what}: {error}; write one after `{name} =`")
}

pub(crate) fn path_in_quotes(name: &str, path: &str) -> String {
    format!("the value of `{name}` is a path; write `{name} = {path}`, without quotes")
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

pub(crate) fn unknown_word<'a>(
    word: &str,
    option: &str,
    words: impl Iterator<Item = &'a str> + Clone,
) -> String {
    match nearest(word, words.clone()) {
        Some(meant) => format!("unknown `{option}`: `{word}`; did you mean `{meant}`?"),
        None => format!(
            "unknown `{option}`: `{word}`; write one of {}",
            listed(words)
        ),
    }
}
