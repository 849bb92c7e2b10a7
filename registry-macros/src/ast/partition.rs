//! What a partition supervisor has several of: `{ |number| Worker(number), restart = transient }`, or
//! `{ dynamic_supervisor!<max_children = 10> }`.

use proc_macro2::{Group, Ident};
use syn::parse::{Parse, ParseStream};
use syn::{Token, Type};

use super::tree;
use crate::diagnostics::text;
use crate::options::{End, Options, unexpected};

/// One partition.
pub(crate) struct Partition {
    /// The variable that holds the partition's number, if it is asked for.
    pub(crate) number: Option<Ident>,
    pub(crate) what: What,
}

/// What runs in it.
pub(crate) enum What {
    /// `Type(arguments…), options…`.
    Server {
        ty: Box<Type>,
        arguments: Group,
        options: Options,
    },
    /// `kind!<options…>`, which has no name.
    Supervisor { kind: Ident, options: Options },
}

impl Parse for Partition {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let mut number = None;
        let bar: Option<Token![|]> = input.parse()?;
        if bar.is_some() {
            number = Some(input.parse()?);
            let _: Token![|] = input.parse()?;
        }
        if input.is_empty() {
            return Err(unexpected(input, text::empty_partition()));
        }
        let what = if input.peek(syn::Ident) && input.peek2(Token![!]) {
            supervisor(input)?
        } else {
            let ty = tree::callee(input)?;
            let arguments = tree::arguments(input, &ty)?;
            What::Server {
                ty: Box::new(ty),
                arguments,
                options: tree::child_options(input, false)?,
            }
        };
        let _: Option<Token![;]> = input.parse()?;
        if input.is_empty() {
            Ok(Self { number, what })
        } else {
            Err(unexpected(input, text::one_partition()))
        }
    }
}

fn supervisor(input: ParseStream) -> syn::Result<What> {
    let kind: Ident = input.parse()?;
    let _: Token![!] = input.parse()?;
    if !input.peek(Token![<]) {
        return Err(unexpected(input, text::angle_brackets_in_tree(&kind)));
    }
    let _: Token![<] = input.parse()?;
    let options = Options::parse(input, End::Angle);
    if !input.peek(Token![>]) {
        return Err(unexpected(input, text::angle_bracket_not_closed(&kind)));
    }
    let _: Token![>] = input.parse()?;
    Ok(What::Supervisor { kind, options })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_servers_or_supervisors() -> syn::Result<()> {
        let partition: Partition = syn::parse_str("|n| Worker(n, 5), restart = transient;")?;
        assert!(partition.number.is_some_and(|number| number == "n"));
        assert!(matches!(partition.what, What::Server { .. }));
        let partition: Partition = syn::parse_str("dynamic_supervisor!<max_children = 10>")?;
        assert!(
            matches!(partition.what, What::Supervisor { kind, .. } if kind == "dynamic_supervisor")
        );
        assert!(syn::parse_str::<Partition>("A(); B()").is_err());
        assert!(syn::parse_str::<Partition>("").is_err());
        Ok(())
    }
}
