//! The rules for `match_spec!`.

use syn::Pat;

use crate::ast::match_spec::MatchSpec;
use crate::diagnostics::{Errors, text};

/// What the closure takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// `(key, pid, value)`, for `select`.
    Entry,
    /// `(pid, value)`, for `matching`.
    Process,
    /// The value, for `unregister_match`.
    Value,
}

/// Checks the clauses, and tells what the closure takes.
pub(crate) fn match_spec(spec: &MatchSpec, errors: &mut Errors) -> Takes {
    let Some(first) = spec.clauses.first() else {
        errors.here(
            proc_macro2::Span::call_site(),
            text::match_spec_without_clauses(),
        );
        return Takes::Entry;
    };
    let takes = takes(&first.pattern);
    for clause in &spec.clauses {
        if let Some(other) = shape(&clause.pattern)
            && other != takes
        {
            errors.at(&clause.pattern, text::clauses_of_different_shapes());
        }
        if clause.body.is_some() != first.body.is_some() {
            errors.at(
                &clause.pattern,
                text::clause_with_and_without_body(first.body.is_some()),
            );
        }
    }
    takes
}

/// What a pattern's shape says that the closure takes.
fn takes(pattern: &Pat) -> Takes {
    shape(pattern).unwrap_or(Takes::Value)
}

/// As [`takes`]; nothing for a pattern that matches anything.
fn shape(pattern: &Pat) -> Option<Takes> {
    match pattern {
        Pat::Or(or) => or.cases.first().and_then(shape),
        Pat::Paren(paren) => shape(&paren.pat),
        Pat::Wild(_) => None,
        Pat::Tuple(tuple) => match tuple.elems.len() {
            3 => Some(Takes::Entry),
            2 => Some(Takes::Process),
            _ => Some(Takes::Value),
        },
        _ => Some(Takes::Value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> (Option<Takes>, usize) {
        let mut errors = Errors::new();
        let spec = errors.ok(syn::parse_str::<MatchSpec>(text));
        let takes = spec.map(|spec| match_spec(&spec, &mut errors));
        let count = errors.count();
        errors.report();
        (takes, count)
    }

    #[test]
    fn the_shape_of_the_first_clause_decides() {
        assert_eq!(
            check("(k, p, v) if *v > 3 => (k.clone(), p), (_, p, 0) => f(p)"),
            (Some(Takes::Entry), 0)
        );
        assert_eq!(
            check("(pid, Role::Admin { .. })"),
            (Some(Takes::Process), 0)
        );
        assert_eq!(
            check("Role::Admin { .. } | Role::Root"),
            (Some(Takes::Value), 0)
        );
        assert_eq!(check("((a, b),) if a == b"), (Some(Takes::Value), 0));
        assert_eq!(
            check("(k, _, _) => { k } (_, p, _) => { p }"),
            (Some(Takes::Entry), 0)
        );
    }

    #[test]
    fn mixed_clauses_are_refused() {
        assert_eq!(check("(k, p, v) => 1, (p, v) => 2").1, 1);
        assert_eq!(check("(k, p, v) => 1, (k, p, w)").1, 1);
        assert_eq!(check("").1, 1);
    }
}
