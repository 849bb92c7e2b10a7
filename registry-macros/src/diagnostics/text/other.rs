//! `match_spec!` and `#[test]`.

use crate::diagnostics::suggest::nearest;

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
        "the first clause has no body, and so may none; take `=> …` out, or add one there"
            .to_owned()
    }
}

pub(crate) fn expected_comma_after_clause() -> String {
    "the clause ends here; write `=> what` after its pattern, and `,` between clauses".to_owned()
}

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
