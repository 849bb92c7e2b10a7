//! What the parts of a state and of messages must be, asked for where their types are written.
//!
//! As fields of a struct that nobody makes: the compiler looks at those before anything else that generated
//! code holds, so that what says best what is wrong is said first. Not as a constant or a bound that the rest
//! depends on, though then the compiler would say less of the rest: a message may hold a reference to its own
//! server, and so the constant would depend on itself.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::Attribute;

use super::quiet;
use crate::krate::Krate;
use crate::names;

/// The questions of one macro call.
pub(super) struct Questions<'a> {
    krate: &'a Krate,
    /// The fields of each struct. The compiler answers the same question but once in a struct, so one that
    /// is asked again goes to the next.
    structs: Vec<TokenStream>,
    asked: HashMap<String, usize>,
}

impl<'a> Questions<'a> {
    pub(super) fn new(krate: &'a Krate) -> Self {
        Self {
            krate,
            structs: Vec::new(),
            asked: HashMap::new(),
        }
    }

    /// Asks `check` of a type, at the place where it is written.
    pub(super) fn ask<'c>(
        &mut self,
        cfgs: impl IntoIterator<Item = &'c Attribute>,
        check: &str,
        ty: &impl ToTokens,
        written: Span,
    ) {
        let times = self
            .asked
            .entry(format!("{check} {}", ty.to_token_stream()))
            .or_default();
        let (krate, check) = (self.krate, names::item(check));
        let cfgs = cfgs.into_iter();
        let question = names::around(written, quote!(#krate::#check<#ty>));
        let question = quote!(#(#cfgs)* #question,);
        match self.structs.get_mut(*times) {
            Some(fields) => fields.extend(question),
            None => self.structs.push(question),
        }
        *times += 1;
    }

    /// A field that asks for itself.
    pub(super) fn also(&mut self, field: &TokenStream) {
        match self.structs.first_mut() {
            Some(fields) => fields.extend(field.clone()),
            None => self.structs.push(field.clone()),
        }
    }

    /// The structs that ask them.
    pub(super) fn declaration(self, name: &str) -> TokenStream {
        let quiet = quiet();
        let structs = self
            .structs
            .into_iter()
            .enumerate()
            .map(|(number, fields)| {
                let name = names::numbered(name, number);
                quote!(#quiet struct #name(#fields);)
            });
        structs.collect()
    }
}
