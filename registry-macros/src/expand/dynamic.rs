//! `dynamic_supervisor!<…>` and `task_supervisor!<…>` in a tree.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::declaration::{self, Declaration};
use super::registry::item;
use super::{placement, time};
use crate::krate::Krate;
use crate::model::registry::Declared;
use crate::model::tree::{Dynamic, Limits};
use crate::names;

/// A dynamic supervisor.
pub(super) fn dynamic(dynamic: &Dynamic, krate: &Krate) -> TokenStream {
    let steps = (!dynamic.holds.is_empty())
        .then(|| placement::constant(&placement::held(&dynamic.holds, krate), krate));
    let kind = Kind {
        what: "dynamic supervisor",
        name: "DynamicSupervisor",
        options: "dynamic_options",
        has_steps: true,
    };
    kind.expand(dynamic, steps.as_ref(), krate)
}

/// A task supervisor.
pub(super) fn tasks(tasks: &Dynamic, krate: &Krate) -> TokenStream {
    let kind = Kind {
        what: "task supervisor",
        name: "TaskSupervisor",
        options: "task_options",
        has_steps: false,
    };
    kind.expand(tasks, None, krate)
}

/// An expression of the type of the options of a supervisor.
pub(super) fn options(of: &Ident, limits: &Limits, krate: &Krate) -> TokenStream {
    let ty = options_type(of, krate);
    let Limits {
        max_children,
        max_restarts,
        within,
    } = limits;
    let max_children = max_children
        .as_ref()
        .map(|most| quote!(.max_children(#most)));
    let max_restarts = max_restarts
        .as_ref()
        .map(|most| quote!(.max_restarts(#most)));
    let within = within.as_ref().map(|time| {
        let time = time::duration(time, krate);
        quote!(.within(#time))
    });
    quote! {
        <#ty as #krate::core::default::Default>::default() #max_children #max_restarts #within
    }
}

fn options_type(of: &Ident, krate: &Krate) -> TokenStream {
    let ty = names::item(&format!("{of}Options"));
    quote!(#krate::#ty)
}

/// What differs between the two.
struct Kind {
    /// In words, for docs.
    what: &'static str,
    /// The type of the running supervisor; also the kind of declaration.
    name: &'static str,
    /// The function that returns the declared options.
    options: &'static str,
    /// Whether its trait tells the steps.
    has_steps: bool,
}

impl Kind {
    fn expand(&self, dynamic: &Dynamic, steps: Option<&TokenStream>, krate: &Krate) -> TokenStream {
        let Declared {
            cfgs, vis, name, ..
        } = &dynamic.declared;
        let item = item(&dynamic.declared, self.what);
        let of = names::item(self.name);
        let declared_trait = names::item(&format!("Declared{}", self.name));
        let more = if self.has_steps {
            quote!(.steps(<#name as #krate::#declared_trait>::STEPS))
        } else {
            TokenStream::new()
        };
        let kind = names::item(self.name);
        let declaration = Declaration {
            kind: quote!(#kind),
            name,
            more,
        };
        let submission = declaration::submit(
            krate,
            &quote!(<#name as #krate::#declared_trait>::declaration),
        );
        let functions = declaration.functions(&quote!(#krate::Instance<#krate::#of>), krate);
        let declared_options = names::item(self.options);
        let spec = quote! {
            <#krate::AnyChildSpec as #krate::core::convert::From<_>>::from(
                #krate::#declared_options::<Self>(),
            )
        };
        let child_spec = declaration.child_spec(vis, &spec, krate);
        let (options_type, options) = (
            options_type(&of, krate),
            options(&of, &dynamic.limits, krate),
        );
        quote! {
            #item

            #(#cfgs)*
            const _: () = {
                impl #krate::#declared_trait for #name {
                    #steps

                    #functions

                    fn options() -> #options_type {
                        #options
                    }
                }

                #child_spec
                #submission
            };
        }
    }
}
