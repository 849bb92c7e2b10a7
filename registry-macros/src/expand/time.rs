//! Durations.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::time::Time;
use crate::krate::Krate;

/// An expression of type `Duration`; of a literal, a constant one.
pub(crate) fn duration(time: &Time, krate: &Krate) -> TokenStream {
    let duration = match time {
        Time::Expr(expr) => return quote!(#expr),
        Time::Literal(duration) => duration,
    };
    let (seconds, nanos) = (duration.as_secs(), duration.subsec_nanos());
    let ty = quote!(#krate::core::time::Duration);
    if nanos == 0 {
        return quote!(#ty::from_secs(#seconds));
    }
    match u64::try_from(duration.as_millis()) {
        Ok(millis) if nanos % 1_000_000 == 0 => quote!(#ty::from_millis(#millis)),
        _ => quote!(#ty::new(#seconds, #nanos)),
    }
}
