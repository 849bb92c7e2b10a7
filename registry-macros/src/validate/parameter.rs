//! The rules for a handler's parameters.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{FnArg, GenericArgument, Meta, Pat, PatType, PathArguments, Signature, Type};

use super::borrowed;
use super::handler::Mark;
use crate::diagnostics::{Errors, text};
use crate::model::behaviour::Parameter;

/// The parameters beside `self`.
pub(super) fn parameters(mark: Mark, signature: &Signature, errors: &mut Errors) -> Vec<Parameter> {
    let mut list = Vec::new();
    let mut taken: Vec<String> = signature.inputs.iter().filter_map(simple_name).collect();
    let mut has_ctx = false;
    let mut has_reply = false;
    for input in &signature.inputs {
        let FnArg::Typed(input) = input else { continue };
        conditional(input, "handlers", errors);
        if let Some(ctx) = is_ctx(&input.ty) {
            if let Err(message) = ctx {
                errors.at(&input.ty, message);
            } else if has_ctx {
                errors.at(input, text::ctx_twice());
            }
            has_ctx = true;
            list.push(Parameter::Ctx);
        } else if mark == Mark::Call && reply_to(&input.ty).is_some() {
            if has_reply {
                errors.at(&input.ty, text::reply_to_twice());
            }
            has_reply = true;
            list.push(Parameter::Reply);
        } else {
            borrowed::argument(&input.ty, errors);
            let name = client_name(input, &mut taken);
            list.push(Parameter::Message(name, input.ty.clone()));
        }
    }
    list
}

/// What is called with these parameters has them all: a message, its client's method, the runtime.
pub(super) fn conditional(input: &PatType, what: &str, errors: &mut Errors) {
    for attribute in &input.attrs {
        let hides = |meta: &Meta| meta.path().is_ident("cfg");
        let is_conditional = hides(&attribute.meta)
            || (attribute.path().is_ident("cfg_attr")
                && super::handler::conditional(attribute).iter().any(hides));
        if is_conditional {
            errors.at(attribute, text::conditional_parameter(what));
        }
    }
}

/// A parameter's name, if its pattern is one.
fn simple_name(input: &FnArg) -> Option<String> {
    match input {
        FnArg::Typed(PatType { pat, .. }) => match &**pat {
            Pat::Ident(pat) => Some(pat.ident.unraw().to_string()),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    }
}

/// The name of a parameter in the client: that of the handler's, without `mut` and a leading
/// underscore; for a pattern, a made-up one.
fn client_name(input: &PatType, taken: &mut Vec<String>) -> Ident {
    if let Pat::Ident(pat) = &*input.pat {
        let name = pat.ident.unraw().to_string();
        let bare = name.trim_start_matches('_');
        let free = !bare.is_empty() && !taken.iter().any(|taken| taken == bare);
        if bare != name
            && free
            && let Ok(mut ident) = syn::parse_str::<Ident>(bare)
        {
            ident.set_span(pat.ident.span());
            return ident;
        }
        return pat.ident.clone();
    }
    let mut name = match input.pat.as_ref() {
        Pat::Wild(_) => "ignored".to_owned(),
        _ => "argument".to_owned(),
    };
    let base = name.clone();
    let mut number = 1;
    while taken.contains(&name) {
        number += 1;
        name = format!("{base}{number}");
    }
    taken.push(name.clone());
    Ident::new(&name, Span::call_site().located_at(input.pat.span()))
}

/// Whether a type is the process's context; if so, and not lent, what to write.
pub(crate) fn is_ctx(ty: &Type) -> Option<Result<(), String>> {
    match ty {
        Type::Group(group) => is_ctx(&group.elem),
        Type::Reference(reference) if is_bare_ctx(&reference.elem) => {
            Some(Err(text::ctx_of_nobody()))
        }
        Type::Reference(reference) => match is_ctx(&reference.elem)? {
            Err(_) if reference.lifetime.is_none() => Some(Ok(())),
            Err(_) => Some(Err(text::ctx_with_lifetime())),
            Ok(()) => None,
        },
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let is_ctx = last.ident == "Ctx" && !matches!(last.arguments, PathArguments::None);
            is_ctx.then(|| Err(text::ctx_by_value()))
        }
        _ => None,
    }
}

/// `Ctx`, which lacks its server.
fn is_bare_ctx(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("Ctx"))
}

/// `T` of `ReplyTo<T>`.
pub(super) fn reply_to(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Group(group) => reply_to(&group.elem),
        Type::Path(path) => {
            let last = path
                .path
                .segments
                .last()
                .filter(|last| last.ident == "ReplyTo")?;
            let PathArguments::AngleBracketed(types) = &last.arguments else {
                return None;
            };
            match (types.args.first(), types.args.len()) {
                (Some(GenericArgument::Type(ty)), 1) => Some(ty),
                _ => None,
            }
        }
        _ => None,
    }
}
