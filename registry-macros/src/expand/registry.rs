//! `registry!`: a type without values, whose functions are those of the registry.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::declaration::{self, Declaration};
use crate::krate::Krate;
use crate::model::registry::{Declared, Keys, Partitions, Registry};
use crate::names;

/// The type of a declared thing.
pub(super) fn item(declared: &Declared, what: &str) -> TokenStream {
    let Declared {
        attributes,
        vis,
        name,
        ..
    } = declared;
    let doc = (!declared.is_documented()).then(|| {
        let doc = format!("The {what} `{}`.", names::plain(name));
        quote!(#[doc = #doc])
    });
    quote! {
        #doc
        #(#attributes)*
        #[allow(
            unreachable_pub,
            missing_debug_implementations,
            clippy::empty_enums,
            clippy::exhaustive_enums,
            reason = "generated: a name, of which there are no values"
        )]
        #vis enum #name {}
    }
}

/// The whole expansion.
pub(crate) fn registry(registry: &Registry, krate: &Krate) -> TokenStream {
    let Registry {
        declared,
        keys,
        key,
        value,
        message,
        ..
    } = registry;
    let Declared {
        cfgs, vis, name, ..
    } = declared;
    let item = item(declared, "registry");
    let kind = match keys {
        Keys::Unique => quote!(Unique),
        Keys::Duplicate => quote!(Duplicate),
        Keys::DuplicateByKey => quote!(DuplicateByKey),
    };
    let key = key
        .as_ref()
        .map_or_else(|| quote!(#krate::std::string::String), |key| quote!(#key));
    let value = value
        .as_ref()
        .map_or_else(|| quote!(()), |value| quote!(#value));
    let message = message
        .as_ref()
        .map_or_else(|| quote!(#krate::NoMessage), |message| quote!(#message));
    let handle = quote!(#krate::Registry<#key, #value, #krate::#kind, #message>);
    // A private type in a public registry is reported where the type is written.
    let associated = |name: &str, ty: &TokenStream| {
        let name = names::item(name);
        quote_spanned!(names::at(ty.span())=> type #name = #ty;)
    };
    let (key_type, value_type) = (associated("Key", &key), associated("Value", &value));
    let message_type = associated("Message", &message);
    let text = names::plain(name);
    let id = quote!(<#name as #krate::DeclaredRegistry>::ID);
    let declaration = Declaration {
        kind: quote!(Registry),
        name,
        more: quote!(.registry(#krate::core::option::Option::Some(#id))),
    };
    let functions = declaration.functions(&handle, krate);
    let submission = declaration::submit(
        krate,
        &quote!(<#name as #krate::DeclaredRegistry>::declaration),
    );
    let spec = quote!(#krate::declared_child_spec::<Self>());
    let child_spec = declaration.child_spec(vis, &spec, krate);
    let shown = names::local("key");
    let options = options(registry, krate);
    let configure = configure(registry, krate);
    quote! {
        #item

        #(#cfgs)*
        const _: () = {
            #[allow(private_interfaces, reason = "the registry is as visible as it needs to be")]
            impl #krate::DeclaredRegistry for #name {
                #key_type
                #value_type
                type Keys = #krate::#kind;
                #message_type

                const ID: #krate::RegistryId = #krate::RegistryId::new(
                    #krate::core::module_path!(),
                    #text,
                    #krate::core::line!(),
                    #krate::core::column!(),
                );

                #functions

                fn show_key(
                    #shown: &<Self as #krate::DeclaredRegistry>::Key,
                ) -> #krate::core::option::Option<#krate::std::string::String> {
                    #[allow(unused_imports, reason = "which of the two is used depends on the key")]
                    use #krate::{Opaque as _, Readable as _};
                    (&#krate::Shown(#shown)).show()
                }

                #options
                #configure
            }

            #child_spec
            #submission
        };
    }
}

fn options(registry: &Registry, krate: &Krate) -> Option<TokenStream> {
    let partitions = match registry.partitions.as_ref()? {
        Partitions::Schedulers => quote!(#krate::Partitions::Schedulers),
        Partitions::Count(count) => quote!(#krate::Partitions::Count(#count)),
    };
    Some(quote! {
        fn options() -> #krate::RegistryOptions {
            #krate::RegistryOptions::partitions(
                <#krate::RegistryOptions as #krate::core::default::Default>::default(),
                #partitions,
            )
        }
    })
}

/// Listeners and metadata, which depend on the registry's types.
fn configure(registry: &Registry, krate: &Krate) -> Option<TokenStream> {
    if registry.listeners.is_empty() && registry.meta.is_empty() {
        return None;
    }
    let builder = names::local("builder");
    let listeners = registry.listeners.iter().map(|listener| {
        let (server, key) = (&listener.server, &listener.key);
        let span = names::at(server.span());
        let client = quote_spanned!(span=> <#server>::via(#key));
        let listener = quote!(let #builder = #builder.listener(|| #krate::listener(&#client)););
        names::around(server.span(), listener)
    });
    let meta = registry.meta.iter().map(|meta| {
        let (key, value) = (&meta.key, &meta.value);
        quote!(let #builder = #builder.meta(#key, #value);)
    });
    let builder_type = quote! {
        #krate::RegistryBuilder<
            <Self as #krate::DeclaredRegistry>::Key,
            <Self as #krate::DeclaredRegistry>::Value,
            <Self as #krate::DeclaredRegistry>::Keys,
            <Self as #krate::DeclaredRegistry>::Message,
        >
    };
    Some(quote! {
        fn configure(#builder: #builder_type) -> #builder_type {
            #(#listeners)*
            #(#meta)*
            #builder
        }
    })
}
