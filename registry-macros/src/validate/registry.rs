//! The rules for a declared registry.

use syn::parse::ParseStream;
use syn::{Attribute, Expr, Path, Type, Visibility};

use super::{borrowed, word};
use crate::ast::place::Body;
use crate::ast::registry::{Keys as Written, Listener, Meta};
use crate::diagnostics::{Errors, suggest, text};
use crate::krate::Krate;
use crate::model::registry::{Declared, Keys, Partitions, Registry};
use crate::options::{Known, Reader, unexpected};

/// The options of a registry.
pub(crate) const OPTIONS: [Known; 8] = [
    ("keys", "keys = unique"),
    ("key", "key = String"),
    ("value", "value = Role"),
    ("message", "message = Event"),
    ("partitions", "partitions = 4"),
    ("listeners", "listeners = [Watcher(\"name\")]"),
    ("meta", "meta = [(\"name\", value)]"),
    ("crate", "crate = path::to::registry_runtime"),
];

const KEYS: [(&str, Keys); 2] = [("unique", Keys::Unique), ("duplicate", Keys::Duplicate)];

const BY: [(&str, Keys); 2] = [
    ("by_pid", Keys::Duplicate),
    ("by_key", Keys::DuplicateByKey),
];

/// Checks a declared registry.
pub(crate) fn registry(body: Body, errors: &mut Errors) -> Option<(Registry, Krate)> {
    let declared = declared(body.attributes, body.vis, &body.path, "registry", errors)?;
    let (has_keys, has_key) = (body.options.has("keys"), body.options.has("key"));
    let mut options = Reader::new(body.options, &OPTIONS, errors);
    let krate = super::krate(&mut options);
    let keys = keys(&mut options);
    let key = kept("key", &mut options);
    if !has_keys && !options.is_meant("keys") {
        options
            .errors()
            .at(&declared.name, text::registry_without_keys());
    }
    if !has_key && !options.is_meant("key") {
        options
            .errors()
            .at(&declared.name, text::registry_without_key_type());
    }
    let registry = Registry {
        declared,
        keys: keys.unwrap_or(Keys::Unique),
        key,
        value: kept("value", &mut options),
        message: kept("message", &mut options),
        partitions: partitions(&mut options),
        listeners: options.bracketed::<Listener>("listeners"),
        meta: options.bracketed::<Meta>("meta"),
    };
    same_meta_twice(&registry.meta, options.errors());
    Some((registry, krate))
}

/// The type of what a registry keeps.
fn kept(name: &str, options: &mut Reader<'_>) -> Option<Type> {
    let (_, mut ty) = options.get::<Type>(name, "type")?;
    borrowed::kept(&mut ty, text::borrowed_in_registry, options.errors());
    Some(ty)
}

/// What is declared has a name of its own, and not a path.
pub(super) fn declared(
    attributes: Vec<Attribute>,
    vis: Visibility,
    path: &Path,
    what: &str,
    errors: &mut Errors,
) -> Option<Declared> {
    let Some(name) = path.get_ident().cloned() else {
        errors.at(path, text::declared_with_path(what, path));
        return None;
    };
    let cfgs = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .cloned()
        .collect();
    Some(Declared {
        attributes,
        cfgs,
        vis,
        name,
    })
}

/// `keys = unique | duplicate | duplicate(by_pid) | duplicate(by_key)`.
fn keys(options: &mut Reader<'_>) -> Option<Keys> {
    let parse = |input: ParseStream| {
        let Ok(written) = input.parse::<Written>() else {
            return Err(unexpected(input, text::expected_keys()));
        };
        if let Some(by) = written.kind.to_string().strip_prefix("duplicate_") {
            let message = text::duplicate_by(&written.kind, by);
            return Err(syn::Error::new(written.kind.span(), message));
        }
        let kind = word::find(&written.kind, "keys", &KEYS)?;
        match (kind, written.by) {
            (kind, None) => Ok(kind),
            (Keys::Unique, Some(by)) => Err(syn::Error::new(by.span(), text::unique_by(&by))),
            (_, Some(by)) => word::find(&by, "duplicate", &BY),
        }
    };
    options.with("keys", parse).map(|(_, keys)| keys)
}

/// `partitions = schedulers | number`.
pub(super) fn partitions(options: &mut Reader<'_>) -> Option<Partitions> {
    const ALL: &str = "schedulers";
    let (_, expr) = options.number("partitions")?;
    if super::server::is_zero(&expr) {
        options.errors().at(&expr, text::zero("partitions"));
        return None;
    }
    let word = match &expr {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    };
    if word.is_some_and(|word| word == ALL) {
        return Some(Partitions::Schedulers);
    }
    // A word may be a constant, unless it is nearly ours.
    if let Some(word) = word
        && let Some(meant) = suggest::nearest(&word.to_string(), [ALL])
    {
        let message = text::nearly_a_word("partitions", word, meant);
        options.errors().at(word, message);
        return None;
    }
    Some(Partitions::Count(Box::new(expr)))
}

/// The later one would silently win.
fn same_meta_twice(list: &[Meta], errors: &mut Errors) {
    for (number, meta) in list.iter().enumerate() {
        let key = meta.key.value();
        if list
            .iter()
            .take(number)
            .any(|earlier| earlier.key.value() == key)
        {
            errors.at(&meta.key, text::meta_twice(&key));
        }
    }
}
