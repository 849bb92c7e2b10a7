//! The specification of a supervisor: what it starts, in order.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::time::duration;
use crate::krate::Krate;
use crate::model::tree::{Backoff, Child, ChildOptions, One, Placed, Policy, Shutdown, What};
use crate::names;

/// An expression of type `SupervisorSpec`, without children.
pub(super) fn policy(policy: &Policy, name: &Ident, krate: &Krate) -> TokenStream {
    let text = names::plain(name);
    let strategy = policy.strategy.map(|strategy| {
        let strategy = names::item(strategy);
        quote!(.strategy(#krate::Strategy::#strategy))
    });
    let max_restarts = policy
        .max_restarts
        .as_ref()
        .map(|most| quote!(.max_restarts(#most)));
    let within = policy.within.as_ref().map(|time| {
        let time = duration(time, krate);
        quote!(.within(#time))
    });
    let auto_shutdown = policy.auto_shutdown.map(|when| {
        let when = names::item(when);
        quote!(.auto_shutdown(#krate::AutoShutdown::#when))
    });
    quote!(#krate::SupervisorSpec::new(#text) #strategy #max_restarts #within #auto_shutdown)
}

/// Statements that add children to the variable `spec`.
pub(super) fn children(list: &[Child], spec: &Ident, krate: &Krate) -> TokenStream {
    list.iter()
        .map(|child| statement(child, spec, krate))
        .collect()
}

fn statement(child: &Child, spec: &Ident, krate: &Krate) -> TokenStream {
    let (cfgs, statement) = match child {
        Child::One(one) => {
            let child = one_child(one, krate);
            (&one.cfgs, quote!(#spec = #spec.child(#child);))
        }
        Child::For {
            cfgs,
            pattern,
            list,
            children: inner,
        } => {
            let inner = children(inner, spec, krate);
            (cfgs, quote!(for #pattern in #list { #inner }))
        }
        Child::If {
            cfgs,
            condition,
            then,
            otherwise,
        } => {
            let then = children(then, spec, krate);
            let otherwise = (!otherwise.is_empty()).then(|| {
                let otherwise = children(otherwise, spec, krate);
                quote!(else { #otherwise })
            });
            (cfgs, quote!(if #condition { #then } #otherwise))
        }
    };
    if cfgs.is_empty() {
        statement
    } else {
        quote!(#(#cfgs)* { #statement })
    }
}

fn one_child(one: &One, krate: &Krate) -> TokenStream {
    let spec = match &one.what {
        What::Server { ty, arguments } => {
            let span = names::at(ty.span());
            quote_spanned!(span=> <#ty>::child_spec #arguments)
        }
        What::Placed(Placed {
            path,
            arguments,
            declares,
            ..
        }) => {
            let arguments = arguments
                .as_ref()
                .map_or_else(|| quote!(()), |arguments| quote!(#arguments));
            // What is declared here has the function for sure, and need not lead an editor to it.
            if declares.is_some() {
                names::around(path.span(), quote!(<#path>::child_spec #arguments))
            } else {
                quote_spanned!(names::at(path.span())=> <#path>::child_spec #arguments)
            }
        }
    };
    let options = options(&one.options, krate);
    quote!(#spec #options)
}

/// `.restart(…)` and the like.
pub(super) fn options(options: &ChildOptions, krate: &Krate) -> TokenStream {
    let id = options.id.as_ref().map(|id| quote!(.id(#id)));
    let restart = options.restart.map(|restart| {
        let restart = names::item(restart);
        quote!(.restart(#krate::Restart::#restart))
    });
    let shutdown = options.shutdown.as_ref().map(|shutdown| {
        let shutdown = match shutdown {
            Shutdown::BrutalKill => quote!(BrutalKill),
            Shutdown::Infinity => quote!(Infinity),
            Shutdown::After(time) => {
                let time = duration(time, krate);
                quote!(After(#time))
            }
        };
        quote!(.shutdown(#krate::Shutdown::#shutdown))
    });
    let significant = options
        .significant
        .as_ref()
        .map(|literal| quote!(.significant(#literal)));
    let backoff = options.backoff.as_ref().map(|backoff| {
        let backoff = match backoff {
            Backoff::Constant(time) => {
                let time = duration(time, krate);
                quote!(#krate::Backoff::constant(#time))
            }
            Backoff::Exponential(first, most) => {
                let (first, most) = (duration(first, krate), duration(most, krate));
                quote!(#krate::Backoff::exponential(#first, #most))
            }
            Backoff::Expr(expr) => quote!(#expr),
        };
        quote!(.backoff(#backoff))
    });
    let start_timeout = options.start_timeout.as_ref().map(|time| {
        let time = duration(time, krate);
        quote!(.start_timeout(#time))
    });
    quote!(#id #restart #shutdown #significant #backoff #start_timeout)
}
