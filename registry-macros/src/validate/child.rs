//! The rules for a child's options.

use syn::parse::{Parse, ParseStream};
use syn::{Expr, Ident, LitBool, RangeLimits, parse_quote};

use super::word;
use crate::ast::time::Time;
use crate::diagnostics::{Errors, text};
use crate::model::tree::{Backoff, ChildOptions, Policy, Shutdown};
use crate::options::{Known, Options, Reader};

const OPTIONS: [Known; 6] = [
    ("restart", "restart = transient"),
    ("shutdown", "shutdown = 10s"),
    ("id", "id = \"name\""),
    ("significant", "significant = true"),
    ("backoff", "backoff = 100ms..10s"),
    ("start_timeout", "start_timeout = 5s"),
];

const RESTARTS: [(&str, &str); 3] = [
    ("permanent", "Permanent"),
    ("transient", "Transient"),
    ("temporary", "Temporary"),
];

/// Checks a child's options.
pub(super) fn options(options: Options, policy: &Policy, errors: &mut Errors) -> ChildOptions {
    let has_id = options.has("id");
    let mut options = Reader::new(options, &OPTIONS, errors);
    let restart = word::option(&mut options, "restart", &RESTARTS).map(|(_, restart)| restart);
    let significant = options.get::<LitBool>("significant", "`true` or `false`");
    if let Some((name, _)) = significant
        .as_ref()
        .filter(|(_, significant)| significant.value)
    {
        significance(name, restart, policy, options.errors());
    }
    ChildOptions {
        // A wrong one is some name all the same.
        id: (options.get("id", "text").map(|(_, expr)| expr))
            .or_else(|| has_id.then(|| parse_quote!(::std::string::String::new()))),
        restart,
        shutdown: options
            .with("shutdown", shutdown)
            .map(|(_, shutdown)| shutdown),
        significant: significant.map(|(_, literal)| literal),
        backoff: options.with("backoff", backoff).map(|(_, backoff)| backoff),
        start_timeout: options
            .with("start_timeout", Time::parse)
            .map(|(_, time)| time),
    }
}

/// A significant child ends its supervisor by ending for good, which a permanent one never does; and
/// only a supervisor that is told to minds.
fn significance(name: &Ident, restart: Option<&str>, policy: &Policy, errors: &mut Errors) {
    if matches!(restart, None | Some("Permanent")) {
        errors.at(name, text::significant_permanent());
    }
    if matches!(policy.auto_shutdown, None | Some("Never")) {
        errors.at(name, text::significant_without_auto_shutdown());
    }
}

/// `shutdown = brutal_kill | infinity | 5s`.
fn shutdown(input: ParseStream) -> syn::Result<Shutdown> {
    const WORDS: [&str; 2] = ["brutal_kill", "infinity"];
    let expr: Expr = input.parse()?;
    if let Expr::Path(path) = &expr
        && let Some(word) = path.path.get_ident()
    {
        if word == "brutal_kill" {
            return Ok(Shutdown::BrutalKill);
        }
        if word == "infinity" {
            return Ok(Shutdown::Infinity);
        }
        // A word in lower case may be an argument of the tree, unless it is nearly one of ours.
        if let Some(meant) = crate::diagnostics::suggest::nearest(&word.to_string(), WORDS) {
            return Err(syn::Error::new(
                word.span(),
                text::nearly_a_word("shutdown", word, meant),
            ));
        }
    }
    Time::new(expr).map(Shutdown::After)
}

/// `backoff = 100ms`, `backoff = 100ms..10s`, or an expression of type `Backoff`.
fn backoff(input: ParseStream) -> syn::Result<Backoff> {
    let expr = Expr::parse(input)?;
    match expr {
        Expr::Range(range) => match (range.start, range.limits, range.end) {
            (Some(start), RangeLimits::HalfOpen(_), Some(end)) => {
                Ok(Backoff::Exponential(Time::new(*start)?, Time::new(*end)?))
            }
            (_, limits, _) => Err(syn::Error::new_spanned(limits, text::backoff_range())),
        },
        Expr::Lit(_) => Time::new(expr).map(Backoff::Constant),
        _ => Ok(Backoff::Expr(Box::new(expr))),
    }
}
