//! The rules for one handler.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, FnArg, GenericArgument, ImplItemFn, Meta, Pat, PatType, PathArguments, ReceiverKind,
    ReturnType, Safety, Signature, Token, Type, parse_quote,
};

use super::borrowed;
use crate::diagnostics::{Errors, text};
use crate::model::behaviour::{Attributes, Broken, Handler, Kind, Parameter};

/// Which attribute a handler has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    Call,
    Cast,
    Info,
}

impl Mark {
    /// All of them, with their names.
    pub(crate) const ALL: [(&'static str, Mark); 3] =
        [("call", Mark::Call), ("cast", Mark::Cast), ("info", Mark::Info)];

    /// The attribute's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Mark::Call => "call",
            Mark::Cast => "cast",
            Mark::Info => "info",
        }
    }
}

/// Checks a handler; what cannot be expanded leaves a stub.
pub(crate) fn handler(mark: Mark, method: &ImplItemFn, errors: &mut Errors) -> Result<Handler, Broken> {
    let before = errors.count();
    let signature = &method.sig;
    callback_name(mark, &signature.ident, errors);
    plain_function(signature, "a handler", errors);
    receiver(signature, errors);
    let parameters = parameters(mark, signature, errors);
    let reply = reply(mark, signature, errors);
    arity(mark, signature, &parameters, errors);
    let attributes = attributes(&method.attrs);
    if errors.count() > before {
        return Err(Broken {
            is_cast: mark != Mark::Call,
            name: signature.ident.clone(),
            vis: method.vis.clone(),
            attributes,
            parameters: parameters.iter().filter(|p| matches!(p, Parameter::Message(..))).count(),
            reply: reply.filter(|ty| !borrowed::is_unusual(ty)),
        });
    }
    let kind = match mark {
        Mark::Call => Kind::Call(reply.unwrap_or_else(|| parse_quote!(()))),
        Mark::Cast => Kind::Cast,
        Mark::Info => Kind::Info,
    };
    Ok(Handler {
        kind,
        name: signature.ident.clone(),
        vis: method.vis.clone(),
        attributes,
        is_async: signature.asyncness.is_some(),
        parameters,
    })
}

/// `init` and `terminate` are called by the runtime, by their names.
fn callback_name(mark: Mark, name: &Ident, errors: &mut Errors) {
    if name == "init" || name == "terminate" {
        errors.at(name, text::handler_named_like_callback(mark.name(), name));
    }
}

/// A handler is called from safe code, through one enum of messages: neither `unsafe`, `extern` and
/// `const` nor generic functions fit that.
pub(super) fn plain_function(signature: &Signature, what: &str, errors: &mut Errors) {
    if let Safety::Unsafe(token) = &signature.safety {
        errors.at(token, text::handler_modifier(what, "unsafe"));
    }
    if let Some(abi) = &signature.abi {
        errors.at(abi, text::handler_modifier(what, "extern"));
    }
    if let Some(token) = &signature.constness {
        errors.at(token, text::handler_modifier(what, "const"));
    }
    if let Some(variadic) = &signature.variadic {
        errors.at(variadic, text::handler_modifier(what, "..."));
    }
    for parameter in &signature.generics.params {
        errors.at(parameter, text::generic_handler(what));
    }
    if let Some(clause) = &signature.generics.where_clause
        && signature.generics.params.is_empty()
    {
        errors.at(clause, text::handler_where_clause(what));
    }
}

/// The state stays with the process: a handler borrows it.
fn receiver(signature: &Signature, errors: &mut Errors) {
    match signature.inputs.first() {
        Some(FnArg::Receiver(receiver)) => {
            if !lent_receiver(&receiver.kind) {
                errors.at(receiver, text::handler_takes_self());
            }
        }
        _ => errors.at(&signature.ident, text::handler_without_self()),
    }
}

/// Whether it is `&self` or `&mut self`, in whatever spelling.
pub(super) fn lent_receiver(kind: &ReceiverKind) -> bool {
    match kind {
        ReceiverKind::Reference(_, None, _) => true,
        ReceiverKind::Typed(_, ty) => match &**ty {
            Type::Reference(reference) => {
                reference.lifetime.is_none()
                    && matches!(&*reference.elem, Type::Path(path) if path.path.is_ident("Self"))
            }
            _ => false,
        },
        _ => false,
    }
}

/// The parameters beside `self`.
fn parameters(mark: Mark, signature: &Signature, errors: &mut Errors) -> Vec<Parameter> {
    let mut list = Vec::new();
    let mut taken: Vec<String> = signature.inputs.iter().filter_map(simple_name).collect();
    let mut has_ctx = false;
    let mut has_reply = false;
    for input in &signature.inputs {
        let FnArg::Typed(input) = input else { continue };
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
                errors.at(input, text::reply_to_twice());
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

/// `T` of `ReplyTo<T>`.
fn reply_to(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Group(group) => reply_to(&group.elem),
        Type::Path(path) => {
            let last = path.path.segments.last().filter(|last| last.ident == "ReplyTo")?;
            let PathArguments::AngleBracketed(list) = &last.arguments else { return None };
            match (list.args.first(), list.args.len()) {
                (Some(GenericArgument::Type(ty)), 1) => Some(ty),
                _ => None,
            }
        }
        _ => None,
    }
}

/// What a call answers; that a cast and an info answer nothing.
fn reply(mark: Mark, signature: &Signature, errors: &mut Errors) -> Option<Type> {
    let returned = match &signature.output {
        ReturnType::Default => None,
        ReturnType::Type(_, ty) => Some(&**ty),
    };
    let nothing = returned.is_none_or(is_unit);
    if mark != Mark::Call {
        if !nothing {
            errors.at(&signature.output, text::returns_without_call(mark.name()));
        }
        return None;
    }
    let deferred = signature.inputs.iter().find_map(|input| match input {
        FnArg::Typed(input) => reply_to(&input.ty),
        FnArg::Receiver(_) => None,
    });
    if let Some(ty) = deferred {
        if !nothing {
            errors.at(&signature.output, text::deferred_and_returned());
        }
        borrowed::reply(ty, errors);
        return Some(ty.clone());
    }
    if let Some(ty) = returned {
        borrowed::reply(ty, errors);
    }
    returned.cloned()
}

/// Whether a type is `()`.
pub(super) fn is_unit(ty: &Type) -> bool {
    matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty())
}

/// An info is one message, told by its type.
fn arity(mark: Mark, signature: &Signature, parameters: &[Parameter], errors: &mut Errors) {
    if mark != Mark::Info {
        return;
    }
    let mut messages = signature
        .inputs
        .iter()
        .filter(|input| matches!(input, FnArg::Typed(_)))
        .zip(parameters)
        .filter(|(_, parameter)| matches!(parameter, Parameter::Message(..)));
    if messages.next().is_none() {
        errors.at(&signature.ident, text::info_without_message());
    }
    for (input, _) in messages {
        errors.at(input, text::info_with_many());
    }
}

/// Sorts out which attributes generated code takes over.
pub(super) fn attributes(list: &[Attribute]) -> Attributes {
    let mut attributes = Attributes::default();
    for attribute in list {
        let path = attribute.path();
        if path.is_ident("cfg") {
            attributes.cfgs.push(attribute.clone());
        } else if path.is_ident("doc") {
            attributes.documented |= matches!(attribute.meta, Meta::NameValue(_));
            attributes.client.push(attribute.clone());
        } else if path.is_ident("deprecated") || path.is_ident("allow") {
            attributes.client.push(attribute.clone());
        } else if path.is_ident("cfg_attr") {
            let inner = conditional(attribute);
            let has = |name: &str| inner.iter().any(|meta| meta.path().is_ident(name));
            if has("cfg") {
                attributes.cfgs.push(attribute.clone());
            } else if has("doc") || has("deprecated") || has("allow") {
                attributes.client.push(attribute.clone());
            }
        }
    }
    attributes
}

/// The attributes that a `#[cfg_attr]` stands for.
pub(super) fn conditional(attribute: &Attribute) -> Vec<Meta> {
    let parse = Punctuated::<Meta, Token![,]>::parse_terminated;
    let list = attribute.parse_args_with(parse).unwrap_or_default();
    list.into_iter().skip(1).collect()
}
