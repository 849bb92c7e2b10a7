//! The rules for a server's impl.

use proc_macro2::Ident;
use quote::format_ident;
use syn::{
    Attribute, GenericParam, ImplItem, ImplItemConst, ImplItemFn, ImplItemType, ItemImpl, Meta,
    PathArguments, Type, parse_quote,
};

use super::handler::{self, Mark, conditional};
use super::{bounds, callback, server};
use crate::diagnostics::{Errors, suggest, text};
use crate::model::behaviour::{Behaviour, Handler, Kind};
use crate::names;
use crate::options::{Known, Options, Reader};

/// The options of `#[gen_server]` on an impl.
const OPTIONS: [Known; 2] = [
    ("client", "client = Name"),
    ("crate", "crate = path::to::registry_runtime"),
];

/// Attributes that are near `call`, `cast` or `info` in spelling, and right.
const NOT_MEANT: [&str; 1] = ["cold"];

/// What Elixir calls the callbacks.
const ELIXIR: [(&str, &str); 3] = [
    ("handle_call", "call"),
    ("handle_cast", "cast"),
    ("handle_info", "info"),
];

/// Functions that the struct's macro writes for every server.
const TAKEN: [&str; 3] = ["start_link", "start", "child_spec"];

/// Checks an impl. Without a server's name there is nothing to expand.
pub(crate) fn behaviour(
    options: Options,
    mut item: ItemImpl,
    errors: &mut Errors,
) -> Result<Behaviour, Box<ItemImpl>> {
    server::twice(&item.attrs, errors);
    struct_options(&options, errors);
    let mut options = Reader::new(strip_struct_options(options), &OPTIONS, errors);
    let krate = super::krate(&mut options);
    let client = options.get::<Ident>("client", "name").map(|(_, name)| name);
    // All that is written calls the handlers by name, and finds a trait's too.
    if let Some((path, _)) = &item.trait_ {
        errors.at(path, text::trait_impl());
    }
    let sound = header(&item, errors);
    let mut handlers = Vec::new();
    let mut broken = Vec::new();
    let mut init = None;
    let mut terminate = None;
    for member in &mut item.items {
        let method = match member {
            ImplItem::Fn(method) => method,
            ImplItem::Const(ImplItemConst { attrs, .. })
            | ImplItem::Type(ImplItemType { attrs, .. }) => {
                no_mark(attrs, errors);
                continue;
            }
            _ => continue,
        };
        let mark = mark(method, errors);
        let name = method.sig.ident.to_string();
        match mark {
            _ if taken_name(method, mark, errors) => continue,
            Some(mark) => match handler::handler(mark, method, errors) {
                Ok(handler) => handlers.push(handler),
                Err(stub) => broken.push(*stub),
            },
            None if name == "init" => init = callback::init(method, errors),
            None if name == "terminate" => terminate = callback::terminate(method, errors),
            None => continue,
        }
        method.attrs.insert(0, dictated_signature());
    }
    bounds::of_impl(&mut item.generics, &handlers, errors);
    same_info_twice(&mut handlers, errors);
    let Some(name) = name(&item.self_ty).filter(|_| sound) else {
        return Err(Box::new(item));
    };
    let client = client.unwrap_or_else(|| crate::expand::client::name(&name));
    Ok(Behaviour {
        item,
        krate,
        name,
        client,
        handlers,
        broken,
        init,
        terminate,
    })
}

/// Lints that would have the user change what the macro asks for.
fn dictated_signature() -> Attribute {
    parse_quote! {
        #[allow(
            clippy::missing_const_for_fn,
            clippy::must_use_candidate,
            clippy::single_call_fn,
            clippy::needless_pass_by_value,
            clippy::needless_pass_by_ref_mut,
            clippy::trivially_copy_pass_by_ref,
            clippy::unnecessary_wraps,
            clippy::unused_async,
            clippy::unused_self,
            reason = "`#[gen_server]` dictates the signature"
        )]
    }
}

/// Options of the struct, which stand here by mistake.
fn struct_options(options: &Options, errors: &mut Errors) {
    for name in options.names() {
        if is_struct_option(name) {
            errors.at(name, text::struct_option_on_impl(name));
        }
    }
}

fn is_struct_option(name: &Ident) -> bool {
    name != "crate" && server::OPTIONS.iter().any(|(known, _)| name == known)
}

fn strip_struct_options(mut options: Options) -> Options {
    options.retain(|name| !is_struct_option(name));
    options
}

/// An impl of a named type, that borrows nothing.
fn header(item: &ItemImpl, errors: &mut Errors) -> bool {
    let before = errors.count();
    if let Some(token) = &item.unsafety {
        errors.at(token, text::unsafe_impl());
    }
    if name(&item.self_ty).is_none() {
        errors.at(&item.self_ty, text::impl_of_no_struct());
    }
    for parameter in &item.generics.params {
        if let GenericParam::Lifetime(parameter) = parameter {
            errors.at(
                &parameter.lifetime,
                text::server_with_lifetime(&parameter.lifetime),
            );
        }
    }
    errors.count() == before
}

/// The name of the server: the last of its type's path.
fn name(ty: &Type) -> Option<Ident> {
    match ty {
        Type::Group(group) => name(&group.elem),
        Type::Paren(paren) => name(&paren.elem),
        Type::Path(path) if path.qself.is_none() => {
            let last = path.path.segments.last()?;
            let plain = !matches!(last.arguments, PathArguments::Parenthesized(_));
            plain.then(|| last.ident.clone())
        }
        _ => None,
    }
}

/// Takes the handler attribute off a method; at most one, without options, and spelt right.
fn mark(method: &mut ImplItemFn, errors: &mut Errors) -> Option<Mark> {
    let mut found: Option<Mark> = None;
    let mut others = Vec::new();
    for attribute in std::mem::take(&mut method.attrs) {
        hidden_mark(&attribute, errors);
        if attribute.path().is_ident("default") {
            errors.at(&attribute, text::default_on_method());
            continue;
        }
        let Some(mark) = mark_of(&attribute, errors) else {
            others.push(attribute);
            continue;
        };
        match found {
            Some(earlier) if earlier == mark => {
                errors.at(&attribute, text::mark_twice(mark.name()));
            }
            Some(earlier) => errors.at(&attribute, text::two_marks(earlier.name(), mark.name())),
            None => found = Some(mark),
        }
    }
    method.attrs = others;
    found
}

/// Constants and types are no handlers.
fn no_mark(attributes: &mut Vec<Attribute>, errors: &mut Errors) {
    attributes.retain(|attribute| {
        let mark = Mark::ALL
            .iter()
            .find(|(name, _)| attribute.path().is_ident(name));
        if let Some((name, _)) = mark {
            errors.at(attribute, text::mark_on_no_method(name));
        }
        mark.is_none()
    });
}

/// Which handler attribute this is, or is meant to be.
fn mark_of(attribute: &Attribute, errors: &mut Errors) -> Option<Mark> {
    let path = attribute.path();
    let name = path.get_ident()?.to_string();
    if let Some((_, mark)) = Mark::ALL.into_iter().find(|(known, _)| *known == name) {
        if !matches!(attribute.meta, Meta::Path(_)) {
            errors.at(attribute, text::mark_with_options(mark.name()));
        }
        return Some(mark);
    }
    let elixir = ELIXIR
        .into_iter()
        .find(|(elixir, _)| *elixir == name)
        .map(|(_, ours)| ours);
    let near = Mark::ALL
        .into_iter()
        .map(|(known, _)| known)
        .find(|known| suggest::distance(&name, known) == 1 && !NOT_MEANT.contains(&name.as_str()));
    let meant = elixir.or(near)?;
    errors.at(path, text::unknown_mark(&name, meant));
    Mark::ALL
        .into_iter()
        .find(|(known, _)| *known == meant)
        .map(|(_, mark)| mark)
}

/// `#[cfg_attr(…, call)]` is not yet resolved when the macro runs.
fn hidden_mark(attribute: &Attribute, errors: &mut Errors) {
    if !attribute.path().is_ident("cfg_attr") {
        return;
    }
    for meta in conditional(attribute) {
        if let Some((name, _)) = Mark::ALL
            .iter()
            .find(|(name, _)| meta.path().is_ident(name))
        {
            errors.at(meta, text::mark_in_cfg_attr(name));
        }
    }
}

/// The struct's macro writes functions of these names for the same type. The user's is written out under
/// another, or the compiler would tell the same once more.
fn taken_name(method: &mut ImplItemFn, mark: Option<Mark>, errors: &mut Errors) -> bool {
    let name = &method.sig.ident;
    let taken = TAKEN.iter().any(|taken| name == taken);
    if taken {
        errors.at(name, text::taken_name(name, mark.is_some()));
        method.sig.ident = format_ident!("__{name}", span = name.span());
    }
    taken
}

/// Two handlers for one type of message: only one could get it.
fn same_info_twice(handlers: &mut Vec<Handler>, errors: &mut Errors) {
    let mut seen: Vec<(String, Ident)> = Vec::new();
    handlers.retain(|handler| {
        // Two that are never compiled together are fine.
        if !matches!(handler.kind, Kind::Info) || !handler.attributes.cfgs.is_empty() {
            return true;
        }
        let Some((_, ty)) = handler.message().next() else {
            return true;
        };
        let written = names::written(ty);
        if let Some((_, earlier)) = seen.iter().find(|(earlier, _)| *earlier == written) {
            errors.at(ty, text::same_info_twice(&written, earlier));
            return false;
        }
        seen.push((written, handler.name.clone()));
        true
    });
}
