//! The rules for `init` and `terminate`.

use syn::{FnArg, GenericArgument, ImplItemFn, PathArguments, ReturnType, Signature, Type};

use super::borrowed;
use super::handler::{attributes, is_unit, lent_receiver, plain_function};
use super::parameter::{conditional, is_ctx};
use crate::diagnostics::{Errors, text};
use crate::model::behaviour::{CallbackParameter, Init, Terminate};

/// Checks `init`; what cannot be expanded is left out.
pub(crate) fn init(method: &ImplItemFn, errors: &mut Errors) -> Option<Init> {
    let before = errors.count();
    let signature = &method.sig;
    plain_function(signature, "`init`", errors);
    let has_self = receiver(signature, "init", errors);
    let mut parameters = Vec::new();
    let mut has_ctx = false;
    for input in typed(signature) {
        conditional(input, "functions", errors);
        match is_ctx(&input.ty) {
            Some(ctx) => {
                lent_ctx(ctx, input, &mut has_ctx, errors);
                parameters.push(CallbackParameter::Ctx);
            }
            None if has_self => errors.at(input, text::init_argument_beside_self()),
            None => {
                borrowed::argument(&input.ty, errors);
                parameters.push(CallbackParameter::Argument(input.ty.clone()));
            }
        }
    }
    if has_self
        && let ReturnType::Type(_, ty) = &signature.output
        && let Some(state) = returned_state(ty)
    {
        errors.at(state, text::init_returns_state());
    }
    let fallible = match &signature.output {
        ReturnType::Default => false,
        ReturnType::Type(_, ty) if has_self => !is_unit(ty),
        ReturnType::Type(_, ty) => !is_self(ty),
    };
    if !has_self && matches!(&signature.output, ReturnType::Default) {
        errors.at(&signature.ident, text::init_builds_nothing());
    }
    (errors.count() == before).then(|| Init {
        name: signature.ident.clone(),
        cfgs: attributes(&method.attrs).cfgs,
        is_async: signature.asyncness.is_some(),
        has_self,
        parameters,
        output: match &signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some((**ty).clone()),
        },
        fallible,
    })
}

/// What an `init` with `&mut self` returns beside its success, which nobody would look at: `Self`, or the `T`
/// of a `Result<T, …>`.
fn returned_state(ty: &Type) -> Option<&Type> {
    if is_self(ty) {
        return Some(ty);
    }
    let Type::Path(path) = ty else {
        return None;
    };
    let last = path
        .path
        .segments
        .last()
        .filter(|last| last.ident == "Result")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(ty) if !is_unit(ty) => Some(ty),
        _ => None,
    }
}

/// Checks `terminate`; what cannot be expanded is left out.
pub(crate) fn terminate(method: &ImplItemFn, errors: &mut Errors) -> Option<Terminate> {
    let before = errors.count();
    let signature = &method.sig;
    plain_function(signature, "`terminate`", errors);
    if !receiver(signature, "terminate", errors) {
        errors.at(&signature.ident, text::terminate_without_self());
    }
    let mut parameters = Vec::new();
    let mut has_ctx = false;
    let mut has_reason = false;
    for input in typed(signature) {
        conditional(input, "functions", errors);
        match (is_ctx(&input.ty), is_reason(&input.ty)) {
            (Some(ctx), _) => {
                lent_ctx(ctx, input, &mut has_ctx, errors);
                parameters.push(CallbackParameter::Ctx);
            }
            (None, Some(true)) if !has_reason => {
                has_reason = true;
                parameters.push(CallbackParameter::Reason);
            }
            (None, Some(false)) => errors.at(&input.ty, text::reason_by_value()),
            (None, _) => errors.at(input, text::terminate_argument()),
        }
    }
    if let ReturnType::Type(_, ty) = &signature.output
        && !is_unit(ty)
    {
        errors.at(&signature.output, text::terminate_returns());
    }
    (errors.count() == before).then(|| Terminate {
        name: signature.ident.clone(),
        cfgs: attributes(&method.attrs).cfgs,
        is_async: signature.asyncness.is_some(),
        parameters,
    })
}

/// Whether there is a `self`, which must be lent: the process keeps the state.
fn receiver(signature: &Signature, name: &str, errors: &mut Errors) -> bool {
    let Some(FnArg::Receiver(receiver)) = signature.inputs.first() else {
        return false;
    };
    if !lent_receiver(&receiver.kind) {
        errors.at(receiver, text::callback_takes_self(name));
    }
    true
}

/// The parameters beside `self`.
fn typed(signature: &Signature) -> impl Iterator<Item = &syn::PatType> {
    signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(input) => Some(input),
        FnArg::Receiver(_) => None,
    })
}

/// One context, by reference.
fn lent_ctx(
    ctx: Result<(), String>,
    input: &syn::PatType,
    has_ctx: &mut bool,
    errors: &mut Errors,
) {
    if let Err(message) = ctx {
        errors.at(&input.ty, message);
    } else if *has_ctx {
        errors.at(input, text::ctx_twice());
    }
    *has_ctx = true;
}

/// Whether a type is `&ExitReason`, or `ExitReason` by value.
fn is_reason(ty: &Type) -> Option<bool> {
    match ty {
        Type::Group(group) => is_reason(&group.elem),
        Type::Reference(reference) if reference.mutability.is_none() => {
            is_reason(&reference.elem).map(|_| true)
        }
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            (last.ident == "ExitReason").then_some(false)
        }
        _ => None,
    }
}

/// Whether a type is `Self`.
fn is_self(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.is_ident("Self"))
}
