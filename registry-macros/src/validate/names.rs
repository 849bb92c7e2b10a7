//! The rule that the children of a supervisor have different names.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Expr, ExprLit, Lit, Type};

use crate::diagnostics::{Errors, text};
use crate::model::tree::{Child, One, What};

/// A name that is taken, and whether it is an id that someone chose.
type Taken = Vec<String>;

/// Reports children of one name. Those behind a `#[cfg]` are left to the runtime, as they may exclude
/// each other; and so are ids that are calculated.
pub(super) fn unique(children: &[Child], errors: &mut Errors) {
    block(children, &mut Taken::new(), errors);
}

fn block(children: &[Child], taken: &mut Taken, errors: &mut Errors) {
    for child in children {
        match child {
            Child::One(one) if one.cfgs.is_empty() => {
                let Some((name, tokens)) = name(one) else {
                    continue;
                };
                if taken.contains(&name) {
                    let is_server = matches!(one.what, What::Server { .. });
                    errors.at(tokens, text::child_twice(&name, is_server));
                } else {
                    taken.push(name);
                }
            }
            // Only one of the two branches is taken; what comes after meets either.
            Child::If {
                cfgs,
                then,
                otherwise,
                ..
            } if cfgs.is_empty() => {
                let mut other = taken.clone();
                block(then, taken, errors);
                block(otherwise, &mut other, errors);
                for name in other {
                    if !taken.contains(&name) {
                        taken.push(name);
                    }
                }
            }
            Child::One(_) | Child::If { .. } | Child::For { .. } => {}
        }
    }
}

/// The name of a child, if it is known here, and the tokens that make it.
fn name(one: &One) -> Option<(String, TokenStream)> {
    match &one.options.id {
        Some(Expr::Lit(ExprLit {
            lit: Lit::Str(id), ..
        })) => {
            return Some((id.value(), id.to_token_stream()));
        }
        Some(_) => return None,
        None => {}
    }
    let path = match &one.what {
        What::Server { ty, .. } => match &**ty {
            Type::Path(ty) => &ty.path,
            _ => return None,
        },
        What::Placed(placed) => &placed.path,
    };
    // Servers are shown by their bare name, whatever their parameters.
    let last = path.segments.last()?;
    Some((crate::names::plain(&last.ident), path.to_token_stream()))
}
