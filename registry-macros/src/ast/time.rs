//! Durations: `5s`, `250ms`, `1.5m`, or an expression of type `Duration`.

use std::time::Duration;

use syn::parse::{Parse, ParseStream};
use syn::{Expr, ExprLit, Lit};

use crate::diagnostics::text;

/// The units, each with its nanoseconds.
const UNITS: [(&str, u64); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60 * 1_000_000_000),
    ("h", 60 * 60 * 1_000_000_000),
    ("d", 24 * 60 * 60 * 1_000_000_000),
];

/// A duration as written.
#[derive(Clone)]
pub(crate) enum Time {
    /// A number with a unit.
    Literal(Duration),
    /// Any expression.
    Expr(Box<Expr>),
}

impl Parse for Time {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let expr: Expr = input.parse()?;
        Self::new(expr)
    }
}

impl Time {
    /// The duration that an expression stands for.
    pub(crate) fn new(expr: Expr) -> syn::Result<Self> {
        let Expr::Lit(ExprLit { lit, .. }) = &expr else {
            return Ok(Self::Expr(Box::new(expr)));
        };
        let (digits, unit) = match lit {
            Lit::Int(lit) => (lit.base10_digits(), lit.suffix()),
            Lit::Float(lit) => (lit.base10_digits(), lit.suffix()),
            _ => return Err(syn::Error::new_spanned(lit, text::not_a_duration())),
        };
        if unit.is_empty() {
            return Err(syn::Error::new_spanned(
                lit,
                text::duration_without_unit(digits),
            ));
        }
        let Some((_, nanos)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            let units = UNITS.map(|(name, _)| name);
            return Err(syn::Error::new_spanned(
                lit,
                text::unknown_unit(digits, unit, &units),
            ));
        };
        match duration(digits, *nanos) {
            Some(duration) => Ok(Self::Literal(duration)),
            None => Err(syn::Error::new_spanned(lit, text::duration_out_of_range())),
        }
    }
}

/// `digits`, which may hold a decimal point, times `unit` nanoseconds.
fn duration(digits: &str, unit: u64) -> Option<Duration> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let whole: u64 = whole.parse().ok()?;
    let mut nanos = u128::from(whole) * u128::from(unit);
    let mut place = u128::from(unit);
    for digit in fraction.chars() {
        place /= 10;
        nanos += place * u128::from(digit.to_digit(10)?);
    }
    let seconds = u64::try_from(nanos / 1_000_000_000).ok()?;
    let rest = u32::try_from(nanos % 1_000_000_000).ok()?;
    Some(Duration::new(seconds, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn literal(text: &str) -> Duration {
        match syn::parse_str(text) {
            Ok(Time::Literal(duration)) => duration,
            Ok(Time::Expr(_)) => panic!("{text}: read as an expression"),
            Err(error) => panic!("{text}: {error}"),
        }
    }

    fn error(text: &str) -> Option<String> {
        syn::parse_str::<Time>(text)
            .err()
            .map(|error| error.to_string())
    }

    #[test]
    fn numbers_with_units() {
        assert_eq!(literal("5s"), Duration::from_secs(5));
        assert_eq!(literal("1_000ms"), Duration::from_secs(1));
        assert_eq!(literal("1.5s"), Duration::from_millis(1500));
        assert_eq!(literal("2m"), Duration::from_secs(120));
        assert_eq!(literal("1d"), Duration::from_secs(86_400));
        assert_eq!(literal("7us"), Duration::from_micros(7));
    }

    #[test]
    fn expressions() {
        for text in ["Duration::from_secs(1)", "WINDOW", "base() * 2"] {
            assert!(matches!(syn::parse_str(text), Ok(Time::Expr(_))), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_says_so() {
        assert_eq!(error("5"), Some(text::duration_without_unit("5")));
        assert!(error("5sec").is_some_and(|text| text.contains("`sec`")));
        assert_eq!(error("\"5s\""), Some(text::not_a_duration()));
        assert_eq!(
            error("99999999999999999999s"),
            Some(text::duration_out_of_range())
        );
    }
}
