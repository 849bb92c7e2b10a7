//! The rules for a server's struct.

use proc_macro2::Ident;
use syn::{Attribute, Expr, Fields, GenericParam, ItemStruct, Meta};

use super::name::{name, read_by_name};
use super::{borrowed, bounds};
use crate::ast::argument::{self, Argument};
use crate::ast::time::Time;
use crate::diagnostics::{Errors, suggest, text};
use crate::model::server::{Build, Field, Server, Source, Timeout};
use crate::options::{Known, Options, Reader};

/// The options of `#[gen_server]` on a struct.
pub(crate) const OPTIONS: [Known; 7] = [
    ("registry", "registry = Sessions"),
    ("key", "key = \"session:<id>\""),
    ("value", "value = Role::Member"),
    ("init", "init(id: u64)"),
    ("call_timeout", "call_timeout = 5s"),
    ("mailbox", "mailbox = 1_000"),
    ("crate", "crate = path::to::registry_runtime"),
];

/// Checks a struct.
pub(crate) fn server(mut options: Options, mut item: ItemStruct, errors: &mut Errors) -> Server {
    twice(&item.attrs, errors);
    lifetimes(&item, errors);
    for field in &mut item.fields {
        borrowed::kept(&mut field.ty, text::borrowed_in_server, errors);
    }
    for name in options.names().filter(|name| *name == "client") {
        errors.at(name, text::impl_option_on_struct(name));
    }
    options.retain(|name| name != "client");
    let has_key = options.has("key");
    let has_registry = options.has("registry");
    let mut options = Reader::new(options, &OPTIONS, errors);
    let krate = super::krate(&mut options);
    let init = options.list("init", argument::list);
    let (arguments, build) = match init {
        Some((_, mut arguments)) => {
            super::tree::argument_twice(&mut arguments, options.errors());
            defaults_beside_init(&mut item, options.errors());
            no_ctx(&mut arguments, options.errors());
            (arguments, Build::Init)
        }
        None => fields(&mut item, options.errors()),
    };
    bounds::of_struct(&mut item.generics, &arguments, options.errors());
    let call_timeout = call_timeout(&mut options);
    let mailbox = mailbox(&mut options);
    let name = name(&mut options, &arguments, has_registry, has_key);
    read_by_name(&mut item, &arguments, &name);
    Server {
        item,
        krate,
        arguments,
        build,
        name,
        call_timeout,
        mailbox,
    }
}

/// A second `#[gen_server]` would implement everything twice.
pub(super) fn twice(attributes: &[Attribute], errors: &mut Errors) {
    for attribute in attributes {
        let last = attribute.path().segments.last();
        if last.is_some_and(|segment| segment.ident == "gen_server") {
            errors.at(attribute, text::attribute_twice());
        }
    }
}

/// A server outlives whoever started it, so its state cannot borrow.
fn lifetimes(item: &ItemStruct, errors: &mut Errors) {
    for parameter in &item.generics.params {
        if let GenericParam::Lifetime(parameter) = parameter {
            errors.at(
                &parameter.lifetime,
                text::server_with_lifetime(&parameter.lifetime),
            );
        }
    }
}

/// With `init(…)` the macro never builds the struct, and a default would be dead.
fn defaults_beside_init(item: &mut ItemStruct, errors: &mut Errors) {
    for field in &mut item.fields {
        for attribute in take_defaults(&mut field.attrs) {
            errors.at(attribute, text::default_beside_init());
        }
    }
}

/// Sorts the fields into arguments and defaults.
fn fields(item: &mut ItemStruct, errors: &mut Errors) -> (Vec<Argument>, Build) {
    let mut arguments = Vec::new();
    let mut list = Vec::new();
    match &mut item.fields {
        Fields::Unit => {}
        Fields::Unnamed(fields) => {
            errors.at(&*fields, text::tuple_struct());
            for field in &mut fields.unnamed {
                take_defaults(&mut field.attrs);
            }
            return (arguments, Build::Broken);
        }
        Fields::Named(fields) => {
            for field in &mut fields.named {
                let Some(name) = field.ident.clone() else {
                    continue;
                };
                nearly_default(&mut field.attrs, errors);
                let attributes = take_defaults(&mut field.attrs);
                let cfgs: Vec<Attribute> =
                    field.attrs.iter().filter(|a| is_cfg(a)).cloned().collect();
                let source = if let Some(source) = default(&attributes, errors) {
                    source
                } else {
                    conditional_argument(&cfgs, &name, errors);
                    arguments.push(Argument {
                        name: name.clone(),
                        ty: field.ty.clone(),
                    });
                    Source::Argument(arguments.len() - 1)
                };
                list.push(Field { name, cfgs, source });
            }
        }
    }
    (arguments, Build::Fields(list))
}

fn is_cfg(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
}

/// Puts `#[defualt]` right, so that it is but one error.
fn nearly_default(attributes: &mut [Attribute], errors: &mut Errors) {
    for attribute in attributes {
        let Some(name) = attribute.path().get_ident().map(Ident::to_string) else {
            continue;
        };
        if name != "default" && suggest::distance(&name, "default") <= 2 {
            errors.at(attribute.path(), text::nearly_default(&name));
            attribute.meta = syn::parse_quote!(default);
        }
    }
}

/// Takes the `#[default]`s out of a field's attributes.
fn take_defaults(attributes: &mut Vec<Attribute>) -> Vec<Attribute> {
    let (ours, others) = std::mem::take(attributes)
        .into_iter()
        .partition(|a| a.path().is_ident("default"));
    *attributes = others;
    ours
}

/// `#[default]` or `#[default(expr)]`, at most once.
fn default(attributes: &[Attribute], errors: &mut Errors) -> Option<Source> {
    let (first, others) = attributes.split_first()?;
    for attribute in others {
        errors.at(attribute, text::default_twice());
    }
    Some(match &first.meta {
        Meta::Path(_) => Source::Default,
        Meta::List(list) if list.tokens.is_empty() => Source::Default,
        Meta::List(list) => match list.parse_args::<Expr>() {
            Ok(expr) => Source::Expr(Box::new(expr)),
            Err(error) => {
                errors.here(error.span(), text::one_default());
                Source::Default
            }
        },
        Meta::NameValue(pair) => {
            errors.at(first, text::default_with_equals(&pair.value));
            Source::Default
        }
    })
}

/// The number of arguments cannot depend on a `#[cfg]`: callers could not tell.
fn conditional_argument(cfgs: &[Attribute], name: &Ident, errors: &mut Errors) {
    if let Some(cfg) = cfgs.first() {
        errors.at(cfg, text::conditional_argument(name));
    }
}

/// Every `init` may ask for the context by itself.
fn no_ctx(arguments: &mut Vec<Argument>, errors: &mut Errors) {
    arguments.retain(|argument| {
        let is_ctx = super::parameter::is_ctx(&argument.ty).is_some();
        if is_ctx {
            errors.at(&argument.ty, text::ctx_among_init_arguments());
        }
        !is_ctx
    });
}

/// `call_timeout = 5s | infinity`; zero would end each call before it begins.
fn call_timeout(options: &mut Reader<'_>) -> Option<Timeout> {
    let parse = |input: syn::parse::ParseStream| {
        if input.peek(syn::Ident) {
            let fork = input.fork();
            let word: Ident = fork.parse()?;
            if word == "infinity" && fork.is_empty() {
                let _: Ident = input.parse()?;
                return Ok(Timeout::Infinity);
            }
        }
        let expr: Expr = input.parse()?;
        if let Expr::Path(path) = &expr
            && let Some(word) = path.path.get_ident()
            && let Some(meant) = suggest::nearest(&word.to_string(), ["infinity"])
        {
            let message = text::nearly_a_word("call_timeout", word, meant);
            return Err(syn::Error::new(word.span(), message));
        }
        match Time::new(expr.clone())? {
            Time::Literal(time) if time.is_zero() => {
                Err(syn::Error::new_spanned(expr, text::zero_timeout()))
            }
            time => Ok(Timeout::After(time)),
        }
    };
    options
        .with("call_timeout", parse)
        .map(|(_, timeout)| timeout)
}

/// `mailbox = 1_000`; a mailbox of none would refuse everything.
fn mailbox(options: &mut Reader<'_>) -> Option<Expr> {
    let (_, expr) = options.number("mailbox")?;
    if is_zero(&expr) {
        options.errors().at(&expr, text::zero("mailbox"));
    }
    Some(expr)
}

/// Whether an expression is the literal zero.
pub(super) fn is_zero(expr: &Expr) -> bool {
    match expr {
        Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Int(lit),
            ..
        }) => lit.base10_digits() == "0",
        _ => false,
    }
}
