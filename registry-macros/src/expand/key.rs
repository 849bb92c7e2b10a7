//! Keys: owned for the registry, borrowed for `via`.

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{LitStr, Type};

use crate::ast::argument::Argument;
use crate::krate::Krate;
use crate::model::borrow::{Lent, lent};
use crate::model::server::Key;
use crate::names;

/// What the key of a server expands to. All of it is written where `lent` and `arguments` are the
/// variables that hold the arguments.
pub(crate) struct Keys<'a> {
    pub(crate) key: &'a Key,
    pub(crate) arguments: &'a [Argument],
    pub(crate) krate: &'a Krate,
}

impl Keys<'_> {
    /// The arguments that the key is made of, with their numbers.
    pub(crate) fn parts(&self) -> Vec<(usize, &Argument)> {
        let numbers = self.key.arguments();
        let all = self.arguments.iter().enumerate();
        all.filter(|(number, _)| numbers.contains(number)).collect()
    }

    /// The argument of a number.
    fn argument(&self, number: usize) -> Option<&Argument> {
        self.arguments.get(number)
    }

    /// The key as it is looked up, made of the variables that [`Keys::parameter`] declares.
    pub(crate) fn borrowed(&self) -> TokenStream {
        let krate = self.krate;
        let variable = |number: usize| {
            let name = self.argument(number).map(|argument| &argument.name);
            quote!(#name)
        };
        match self.key {
            Key::Template {
                literal,
                format,
                holes,
            } => {
                let holes = holes
                    .iter()
                    .map(|number| at_literal(literal, &variable(*number)));
                let arguments = quote!(#krate::core::format_args!(#format #(, #holes)*));
                let arguments = names::around(literal.span(), arguments);
                quote!(#krate::StackKey::format(#arguments))
            }
            Key::Argument(number) => {
                let value = variable(*number);
                if self.by_value(*number) {
                    quote!(#krate::Owned(#value))
                } else {
                    quote!(#krate::Borrowed(#value))
                }
            }
            Key::Tuple(numbers) => {
                let parts = numbers.iter().map(|number| variable(*number));
                quote!(__Key(#(#parts,)* #krate::core::marker::PhantomData))
            }
        }
    }

    /// The type of [`Keys::borrowed`], where the lifetime `'__key` is declared if [`Keys::is_lent`].
    pub(crate) fn borrowed_type(&self) -> TokenStream {
        let krate = self.krate;
        match self.key {
            Key::Template { .. } => quote!(#krate::StackKey),
            Key::Argument(number) => {
                let target = self
                    .argument(*number)
                    .map(|argument| self.target(&argument.ty));
                if self.by_value(*number) {
                    quote!(#krate::Owned<#target>)
                } else {
                    quote!(#krate::Borrowed<'__key, #target>)
                }
            }
            Key::Tuple(_) if self.is_lent() => quote!(__Key<'__key>),
            Key::Tuple(_) => quote!(__Key<'static>),
        }
    }

    /// Whether the client that `via` returns borrows the key.
    pub(crate) fn is_lent(&self) -> bool {
        match self.key {
            Key::Template { .. } => false,
            Key::Argument(number) => !self.by_value(*number),
            Key::Tuple(numbers) => numbers.iter().any(|number| !self.by_value(*number)),
        }
    }

    fn by_value(&self, number: usize) -> bool {
        self.argument(number)
            .is_some_and(|argument| self.is_value(argument))
    }

    fn is_value(&self, argument: &Argument) -> bool {
        matches!(self.lent(&argument.ty), Lent::Value)
    }

    /// How an argument is lent: freely for a template, which only displays it; else so that it can be
    /// made from what is lent again.
    fn lent<'t>(&self, ty: &'t Type) -> Lent<'t> {
        match (self.key, lent(ty)) {
            (Key::Template { .. }, lent) => lent,
            (_, Lent::Shared) => Lent::Reference,
            (_, Lent::Target(_)) => Lent::Value,
            (_, lent) => lent,
        }
    }

    /// What a reference to an argument of type `ty` points to.
    fn target(&self, ty: &Type) -> TokenStream {
        let krate = self.krate;
        match self.lent(ty) {
            Lent::Value | Lent::Reference => quote!(#ty),
            Lent::Str | Lent::Shared => quote!(#krate::core::primitive::str),
            Lent::Slice(item) => quote!([#item]),
            Lent::Path => quote!(#krate::std::path::Path),
            Lent::Target(target) => quote!(#target),
        }
    }

    /// The type of `via`'s parameter for an argument.
    pub(crate) fn parameter(
        &self,
        argument: &Argument,
        lifetime: Option<&TokenStream>,
    ) -> TokenStream {
        let target = self.target(&argument.ty);
        if let Lent::Value = self.lent(&argument.ty) {
            target
        } else {
            quote!(& #lifetime #target)
        }
    }

    /// An argument, of which there is a reference, as [`Keys::parameter`] takes it.
    pub(crate) fn lend(&self, number: usize, reference: &TokenStream) -> TokenStream {
        let Some(argument) = self.argument(number) else {
            return quote!();
        };
        match self.lent(&argument.ty) {
            Lent::Value | Lent::Target(_) => quote!(*#reference),
            Lent::Reference => quote!(#reference),
            Lent::Str | Lent::Shared | Lent::Slice(_) | Lent::Path => quote!(&**#reference),
        }
    }

    /// For a tuple: a type that borrows its parts and finds the tuple in a registry.
    pub(crate) fn tuple_type(&self) -> TokenStream {
        let Key::Tuple(numbers) = self.key else {
            return TokenStream::new();
        };
        let krate = self.krate;
        let arguments: Vec<&Argument> = numbers.iter().filter_map(|n| self.argument(*n)).collect();
        let lifetime = quote!('__key);
        let lent = arguments
            .iter()
            .map(|argument| self.parameter(argument, Some(&lifetime)));
        let owned: Vec<&Type> = arguments.iter().map(|argument| &argument.ty).collect();
        let index: Vec<syn::Index> = (0..arguments.len()).map(syn::Index::from).collect();
        let same = arguments.iter().zip(&index).map(|(argument, index)| {
            let reference = quote!((&key.#index));
            if self.is_value(argument) {
                quote!(self.#index == key.#index)
            } else {
                let target = self.target(&argument.ty);
                quote!(*self.#index == *#krate::core::borrow::Borrow::<#target>::borrow(#reference))
            }
        });
        let kept = arguments.iter().zip(&index).map(|(argument, index)| {
            if self.is_value(argument) {
                quote!(self.#index)
            } else {
                quote!(#krate::std::borrow::ToOwned::to_owned(self.#index))
            }
        });
        let quiet = super::quiet();
        let derive_names = quote!(#krate::core);
        let (state, key) = (
            names::local("state"),
            Ident::new("key", proc_macro2::Span::call_site()),
        );
        quote! {
            #[doc(hidden)]
            #quiet
            pub struct __Key<'__key>(#(#lent,)* #krate::core::marker::PhantomData<&'__key ()>);

            impl #derive_names::clone::Clone for __Key<'_> {
                fn clone(&self) -> Self {
                    *self
                }
            }

            impl #derive_names::marker::Copy for __Key<'_> {}

            impl #derive_names::fmt::Debug for __Key<'_> {
                fn fmt(&self, f: &mut #krate::core::fmt::Formatter<'_>) -> #krate::core::fmt::Result {
                    f.write_str("key")
                }
            }

            impl #derive_names::hash::Hash for __Key<'_> {
                fn hash<H: #krate::core::hash::Hasher>(&self, #state: &mut H) {
                    #(#krate::core::hash::Hash::hash(&self.#index, #state);)*
                }
            }

            impl #krate::LookupKey<(#(#owned,)*)> for __Key<'_> {
                fn to_key(&self) -> (#(#owned,)*) {
                    (#(#kept,)*)
                }

                fn is(&self, #key: &(#(#owned,)*)) -> #krate::core::primitive::bool {
                    #(#same)&&*
                }
            }
        }
    }
}

/// An expression whose errors underline the template: an argument that cannot be displayed, say.
fn at_literal(literal: &LitStr, tokens: &TokenStream) -> TokenStream {
    names::respanned(tokens.clone(), literal.span())
}
