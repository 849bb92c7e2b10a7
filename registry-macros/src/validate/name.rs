//! The rules for a server's name: its registry, its key, its value.

use proc_macro2::{Ident, Span};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::Parse;
use syn::visit::{self, Visit};
use syn::{Expr, ItemStruct, Path, parse_quote};

use crate::ast::argument::Argument;
use crate::ast::key::{self, Part};
use crate::diagnostics::{Errors, suggest, text};
use crate::model::server::{Key, Name, Registered};
use crate::names;
use crate::options::Reader;

/// `registry`, `key` and `value`: all of the first two, or none of the three.
pub(super) fn name(
    options: &mut Reader<'_>,
    arguments: &[Argument],
    has_registry: bool,
    has_key: bool,
) -> Name {
    let registry = options.path("registry");
    let key = options.with("key", key::Key::parse);
    let value = options.get::<Expr>("value", "expression");
    let before = options.errors().count();
    if let Some((_, value)) = &value {
        without_self(value, options.errors());
    }
    let value_is_sound = options.errors().count() == before;
    let holes = key.as_ref().map_or(1, |(_, key)| holes(key));
    if options.is_meant("registry") || options.is_meant("key") {
        return Name::Broken(holes);
    }
    if !has_registry {
        if let Some((name, _)) = &key {
            options.errors().at(name, text::needs_registry("key"));
        }
        if let Some((name, _)) = &value {
            options.errors().at(name, text::needs_registry("value"));
        }
        return if has_key {
            Name::Broken(holes)
        } else {
            Name::Anonymous
        };
    }
    if let Some((name, _)) = &registry
        && !has_key
    {
        options.errors().at(
            name,
            text::registry_without_key(arguments.first().map(|a| &a.name)),
        );
    }
    match (registry, key) {
        (Some((_, registry)), Some((key_option, key))) if value_is_sound => {
            match resolve(key, arguments, options.errors()) {
                Some(key) => {
                    let value = value.map(|(_, value)| value);
                    Name::Registered(Box::new(Registered {
                        registry,
                        key,
                        key_option,
                        value,
                    }))
                }
                None => Name::Broken(holes),
            }
        }
        _ => Name::Broken(holes),
    }
}

/// A field may be there for the server's name alone, which is made before there is a field: so the
/// compiler thinks that nobody reads it.
pub(super) fn read_by_name(item: &mut ItemStruct, arguments: &[Argument], name: &Name) {
    let Name::Registered(registered) = name else {
        return;
    };
    let in_value = names::Used::new(registered.value.to_token_stream());
    let in_key = registered.key.arguments();
    let used = arguments.iter().enumerate().filter(|(number, argument)| {
        in_key.contains(number) || in_value.contains(&names::plain(&argument.name))
    });
    let used: Vec<&Ident> = used.map(|(_, argument)| &argument.name).collect();
    for field in &mut item.fields {
        if field
            .ident
            .as_ref()
            .is_some_and(|name| used.contains(&name))
        {
            field.attrs.push(parse_quote! {
                #[allow(dead_code, reason = "part of the server's name")]
            });
        }
    }
}

/// How many arguments `via` would have.
fn holes(key: &key::Key) -> usize {
    match key {
        key::Key::Template(_, parts) => parts
            .iter()
            .filter(|part| matches!(part, Part::Placeholder(_)))
            .count(),
        key::Key::Argument(_) => 1,
        key::Key::Tuple(list) => list.len(),
    }
}

/// Finds the arguments that a key names.
fn resolve(key: key::Key, arguments: &[Argument], errors: &mut Errors) -> Option<Key> {
    match key {
        key::Key::Template(literal, parts) => {
            let mut format = String::new();
            let mut holes = Vec::new();
            let mut sound = true;
            for part in parts {
                match part {
                    // Braces mean something to `format!`, and nothing in a key.
                    Part::Text(text) => {
                        format.push_str(&text.replace('{', "{{").replace('}', "}}"));
                    }
                    Part::Placeholder(name) => {
                        format.push_str("{}");
                        match find(&name, literal.span(), arguments, errors) {
                            Some(number) => holes.push(number),
                            None => sound = false,
                        }
                    }
                }
            }
            sound.then_some(Key::Template {
                literal,
                format,
                holes,
            })
        }
        key::Key::Argument(name) => {
            let number = find(&name.unraw().to_string(), name.span(), arguments, errors)?;
            Some(Key::Argument(number))
        }
        key::Key::Tuple(names) => {
            let mut numbers = Vec::new();
            for name in &names {
                numbers.extend(find(
                    &name.unraw().to_string(),
                    name.span(),
                    arguments,
                    errors,
                ));
            }
            (numbers.len() == names.len()).then_some(Key::Tuple(numbers))
        }
    }
}

/// `value` is made when the name is taken, which is before there is a server.
fn without_self(value: &Expr, errors: &mut Errors) {
    struct Finder<'e>(&'e mut Errors);

    impl<'ast> Visit<'ast> for Finder<'_> {
        fn visit_path(&mut self, path: &'ast Path) {
            if path.is_ident("self") {
                self.0.at(path, text::value_with_self());
            }
            visit::visit_path(self, path);
        }
    }

    Finder(errors).visit_expr(value);
}

/// The number of the argument called `name`.
fn find(name: &str, span: Span, arguments: &[Argument], errors: &mut Errors) -> Option<usize> {
    let found = arguments
        .iter()
        .position(|argument| argument.name.unraw() == name);
    if found.is_none() {
        let names: Vec<String> = arguments
            .iter()
            .map(|a| a.name.unraw().to_string())
            .collect();
        let names = || names.iter().map(String::as_str);
        let nearest = suggest::nearest(name, names());
        errors.here(span, text::no_such_argument(name, nearest, names()));
    }
    found
}
