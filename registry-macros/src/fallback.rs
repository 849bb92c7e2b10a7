//! Stubs that stand in for what an error kept from being written, so that the code that uses it gives
//! no errors of its own.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::token::Brace;
use syn::{Field, FieldsNamed, ImplItem, Token, Type, Visibility};

use crate::ast::item::Annotated;
use crate::expand::this::named;
use crate::krate::Krate;
use crate::model::behaviour::Broken;
use crate::names;

/// `via` of a server whose name is wrong: takes anything.
pub(crate) fn via(krate: &Krate, vis: &Visibility, arguments: usize) -> TokenStream {
    let types: Vec<_> = (0..arguments)
        .map(|number| names::numbered("__K", number))
        .collect();
    quote! {
        #[doc(hidden)]
        #vis fn via<#(#types),*>(
            #(_: #types),*
        ) -> <Self as #krate::GenServer>::Client<#krate::Local<Self>> {
            #krate::core::unreachable!("the errors of `#[gen_server]` come first")
        }
    }
}

/// The client's method for a handler that cannot be expanded: takes anything.
pub(crate) fn client_method(krate: &Krate, broken: &Broken, server: &Type) -> TokenStream {
    let Broken {
        is_cast,
        name,
        vis,
        attributes,
        parameters,
        reply,
    } = broken;
    let cfgs = &attributes.cfgs;
    let types: Vec<_> = (0..*parameters)
        .map(|number| names::numbered("__T", number))
        .collect();
    let result = if *is_cast {
        quote!(#krate::core::result::Result<(), #krate::CastError>)
    } else {
        let reply = reply.as_ref().map(|reply| named(reply, server));
        let reply = reply.map_or_else(|| quote!(()), |reply| quote!(#reply));
        quote!(#krate::Call<#server, #reply>)
    };
    quote! {
        #(#cfgs)*
        #[doc(hidden)]
        #vis fn #name<#(#types),*>(&self #(, _: #types)*) -> #result {
            #krate::core::unreachable!("the errors of `#[gen_server]` come first")
        }
    }
}

/// Our attributes, which mean nothing to the compiler.
const OURS: [&str; 4] = ["call", "cast", "info", "default"];

/// An item that could not be parsed, without the attributes that only our macro knows.
pub(crate) fn without_our_attributes(item: TokenStream) -> TokenStream {
    let mut tokens = item.into_iter().peekable();
    let mut kept = TokenStream::new();
    while let Some(token) = tokens.next() {
        let is_pound = matches!(&token, TokenTree::Punct(sign) if sign.as_char() == '#');
        if is_pound && tokens.next_if(is_ours).is_some() {
            continue;
        }
        kept.extend([match token {
            TokenTree::Group(group) => {
                let mut inner =
                    Group::new(group.delimiter(), without_our_attributes(group.stream()));
                inner.set_span(group.span());
                inner.into()
            }
            token => token,
        }]);
    }
    kept
}

/// A struct or an impl that could not be parsed, with those of its fields or members that can.
///
/// What a function does is left out: the macro needs its signature alone, and it is the body that is
/// half-typed most often.
pub(crate) fn whole_parts(item: TokenStream) -> Option<Annotated> {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let Some(TokenTree::Group(body)) = tokens.pop() else {
        return None;
    };
    if body.delimiter() != Delimiter::Brace {
        return None;
    }
    let header: TokenStream = tokens.into_iter().collect();
    let mut item: Annotated = syn::parse2(quote!(#header {})).ok()?;
    match &mut item {
        Annotated::Struct(item) => {
            let fields = whole_fields.parse2(body.stream()).ok()?;
            item.fields = syn::Fields::Named(FieldsNamed {
                brace_token: Brace(body.span()),
                named: fields.into_iter().collect(),
            });
        }
        Annotated::Impl(item) => item.items = whole_members(body.stream()),
        Annotated::Other(_) => return None,
    }
    Some(item)
}

fn whole_fields(input: ParseStream) -> syn::Result<Vec<Field>> {
    let mut fields = Vec::new();
    while !input.is_empty() {
        let ahead = input.fork();
        if Field::parse_named(&ahead).is_ok() && (ahead.is_empty() || ahead.peek(Token![,])) {
            fields.push(Field::parse_named(input)?);
        }
        while !input.is_empty() && !input.peek(Token![,]) {
            let _: TokenTree = input.parse()?;
        }
        let _: Option<Token![,]> = input.parse()?;
    }
    Ok(fields)
}

fn whole_members(body: TokenStream) -> Vec<ImplItem> {
    let mut members = Vec::new();
    let mut member = TokenStream::new();
    for token in body {
        let ends = match &token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(sign) => sign.as_char() == ';',
            _ => false,
        };
        member.extend([match token {
            TokenTree::Group(group) if ends => {
                let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
                empty.set_span(group.span());
                empty.into()
            }
            token => token,
        }]);
        if ends {
            members.extend(syn::parse2::<ImplItem>(std::mem::take(&mut member)));
        }
    }
    members
}

/// Whether a token is the `[call]` of `#[call]`.
fn is_ours(token: &TokenTree) -> bool {
    let TokenTree::Group(group) = token else {
        return false;
    };
    group.delimiter() == Delimiter::Bracket
        && matches!(
            group.stream().into_iter().next(),
            Some(TokenTree::Ident(name)) if OURS.iter().any(|ours| name == ours)
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_attributes_are_taken_out() {
        let item =
            quote!(impl S { #[call] #[inline] fn a(&self) {} #[default(5)] b: [u8; 5], c: # });
        let kept = quote!(impl S { #[inline] fn a(&self) {} b: [u8; 5], c: # });
        assert_eq!(without_our_attributes(item).to_string(), kept.to_string());
    }
}
