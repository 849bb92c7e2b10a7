//! The rules for one handler.

use proc_macro2::Ident;
use syn::punctuated::Punctuated;
use syn::{
    Attribute, FnArg, ImplItemFn, Meta, Receiver, ReceiverKind, ReturnType, Safety, Signature,
    Token, Type, parse_quote,
};

use super::borrowed;
use super::parameter::{parameters, reply_to};
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
    pub(crate) const ALL: [(&'static str, Mark); 3] = [
        ("call", Mark::Call),
        ("cast", Mark::Cast),
        ("info", Mark::Info),
    ];

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
pub(crate) fn handler(
    mark: Mark,
    method: &ImplItemFn,
    errors: &mut Errors,
) -> Result<Handler, Box<Broken>> {
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
        return Err(Box::new(Broken {
            is_cast: mark != Mark::Call,
            name: signature.ident.clone(),
            vis: method.vis.clone(),
            attributes,
            parameters: parameters
                .iter()
                .filter(|p| matches!(p, Parameter::Message(..)))
                .count(),
            reply: reply.filter(|ty| !borrowed::is_unusual(ty)),
        }));
    }
    let kind = match mark {
        Mark::Call => Kind::Call(Box::new(reply.unwrap_or_else(|| parse_quote!(())))),
        Mark::Cast => Kind::Cast,
        Mark::Info => Kind::Info,
    };
    Ok(Handler {
        kind,
        name: signature.ident.clone(),
        vis: method.vis.clone(),
        attributes,
        is_async: signature.asyncness.is_some(),
        shared: shared(signature),
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

/// The receiver, if it is `&self` in whatever spelling.
fn shared(signature: &Signature) -> Option<Receiver> {
    let receiver = signature.receiver()?;
    let is_mutable = match &receiver.kind {
        ReceiverKind::Reference(_, _, mutability) => mutability.is_some(),
        ReceiverKind::Typed(_, ty) => {
            matches!(&**ty, Type::Reference(reference) if reference.mutability.is_some())
        }
        _ => true,
    };
    (!is_mutable).then(|| receiver.clone())
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
