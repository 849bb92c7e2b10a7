//! `match_spec! { pattern if guard => body, … }`.

use syn::parse::{Parse, ParseStream};
use syn::{Expr, Pat, Token};

use crate::diagnostics::text;
use crate::options::unexpected;

/// All clauses.
pub(crate) struct MatchSpec {
    pub(crate) clauses: Vec<Clause>,
}

/// One clause; without a body it says only whether it matches.
pub(crate) struct Clause {
    pub(crate) pattern: Pat,
    pub(crate) guard: Option<Expr>,
    pub(crate) body: Option<Expr>,
}

impl Parse for MatchSpec {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut clauses = Vec::new();
        while !input.is_empty() {
            let clause: Clause = input.parse()?;
            let block = matches!(clause.body, Some(Expr::Block(_)));
            clauses.push(clause);
            if input.peek(Token![,]) {
                let _: Token![,] = input.parse()?;
            } else if !input.is_empty() && !block {
                return Err(unexpected(input, text::expected_comma_after_clause()));
            }
        }
        Ok(Self { clauses })
    }
}

impl Parse for Clause {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        let has_guard: Option<Token![if]> = input.parse()?;
        let guard = has_guard.map(|_| input.parse()).transpose()?;
        let has_body: Option<Token![=>]> = input.parse()?;
        let body = has_body
            .map(|_| Expr::parse_with_earlier_boundary_rule(input))
            .transpose()?;
        Ok(Self {
            pattern,
            guard,
            body,
        })
    }
}
