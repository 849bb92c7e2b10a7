//! The rules for `#[registry_runtime::test]`.

use syn::{Expr, ItemFn, LitBool, LitStr};

use crate::diagnostics::{Errors, text};
use crate::krate::Krate;
use crate::options::{Known, Options, Reader};

const OPTIONS: [Known; 4] = [
    ("start_paused", "start_paused = true"),
    ("flavor", "flavor = \"multi_thread\""),
    ("worker_threads", "worker_threads = 2"),
    ("crate", "crate = path::to::registry_runtime"),
];

/// A test.
pub(crate) struct Test {
    pub(crate) krate: Krate,
    pub(crate) item: ItemFn,
    pub(crate) paused: Option<syn::Ident>,
    pub(crate) multi_thread: bool,
    pub(crate) workers: Option<Expr>,
}

/// Checks a test.
pub(crate) fn test(options: Options, item: ItemFn, errors: &mut Errors) -> Test {
    signature(&item, errors);
    test_twice(&item, errors);
    let mut options = Reader::new(options, &OPTIONS, errors);
    let krate = super::krate(&mut options);
    let paused = options.get::<LitBool>("start_paused", "`true` or `false`");
    let flavor = options
        .get::<LitStr>("flavor", "text")
        .map(|(_, flavor)| flavor);
    let workers = options.get::<Expr>("worker_threads", "number");
    let multi_thread = match flavor.as_ref().map(LitStr::value).as_deref() {
        None | Some("current_thread") => false,
        Some("multi_thread") => true,
        Some(other) => {
            options.errors().at(&flavor, text::unknown_flavor(other));
            false
        }
    };
    if let Some((name, _)) = workers
        .as_ref()
        .filter(|_| !multi_thread && sound(flavor.as_ref()))
    {
        options.errors().at(name, text::workers_without_threads());
    }
    let paused = paused
        .filter(|(_, paused)| paused.value)
        .map(|(name, _)| name);
    if let Some(name) = paused.as_ref().filter(|_| multi_thread) {
        options.errors().at(name, text::paused_with_threads());
    }
    Test {
        krate,
        item,
        paused,
        multi_thread,
        workers: workers.map(|(_, workers)| workers),
    }
}

/// Whether a flavor is one that there is.
fn sound(flavor: Option<&LitStr>) -> bool {
    flavor.is_none_or(|flavor| flavor.value() == "current_thread")
}

/// A test is an async function of nothing.
fn signature(item: &ItemFn, errors: &mut Errors) {
    let signature = &item.sig;
    if signature.asyncness.is_none() {
        errors.at(signature.fn_token, text::test_not_async());
    }
    for input in &signature.inputs {
        errors.at(input, text::test_with_argument());
    }
    if !signature.generics.params.is_empty() {
        errors.at(&signature.generics, text::generic_test());
    }
}

/// A second `#[test]` would run it twice.
fn test_twice(item: &ItemFn, errors: &mut Errors) {
    for attribute in &item.attrs {
        if attribute
            .path()
            .segments
            .last()
            .is_some_and(|last| last.ident == "test")
        {
            errors.at(attribute, text::test_twice());
        }
    }
}
