//! Futures of the user's functions that must be `Send`.
//!
//! Each gets a function of its own that promises `Send` of what it returns. So a future that cannot be
//! sent is reported there, at the name of the user's function, and what awaits it need not look inside.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, GenericParam, Type};

use super::quiet;
use super::this::named;
use crate::model::behaviour::Behaviour;
use crate::names;

/// `for<'__s> Self: Send`: the state can be sent between threads.
///
/// Taken for granted wherever a future holds the state, and asked for once, where `GenServer` is implemented: so
/// a field that cannot be sent is not told of for each future. The lifetime is there so that the compiler
/// takes a bound that does not hold.
pub(super) fn sent(behaviour: &Behaviour, this: &impl ToTokens) -> TokenStream {
    let krate = &behaviour.krate;
    quote!(for<'__s> #this: #krate::core::marker::Send)
}

/// One of the user's functions.
pub(super) struct Function<'a> {
    pub(super) behaviour: &'a Behaviour,
    pub(super) name: &'a Ident,
    pub(super) cfgs: &'a [Attribute],
    pub(super) is_async: bool,
    pub(super) arguments: Vec<Argument<'a>>,
    /// What it returns; nothing if that is `()`.
    pub(super) output: Option<&'a Type>,
}

/// What it takes, in order.
pub(super) enum Argument<'a> {
    /// `&mut S`.
    This,
    /// `&mut Ctx<S>`.
    Ctx,
    /// `&ExitReason`.
    Reason,
    /// A `ReplyTo` of this type.
    Reply(&'a Type),
    /// An owned value: its variable, and its type.
    Value(Ident, &'a Type),
}

impl Argument<'_> {
    fn is_lent(&self) -> bool {
        matches!(self, Argument::This | Argument::Ctx | Argument::Reason)
    }

    /// The variable that holds it, where the function is called; `this` stands for the state.
    fn variable(&self, this: &TokenStream) -> TokenStream {
        let local = match self {
            Argument::This => return this.clone(),
            Argument::Ctx => names::local("ctx"),
            Argument::Reason => names::local("reason"),
            Argument::Reply(_) => names::local("reply"),
            Argument::Value(name, _) => name.clone(),
        };
        quote!(#local)
    }

    fn ty(&self, behaviour: &Behaviour) -> TokenStream {
        let krate = &behaviour.krate;
        let this = &behaviour.item.self_ty;
        match self {
            Argument::This => quote!(&'__a mut #this),
            Argument::Ctx => quote!(&'__a mut #krate::Ctx<#this>),
            Argument::Reason => quote!(&'__a #krate::ExitReason),
            Argument::Reply(ty) => {
                let ty = named(ty, this);
                quote!(#krate::ReplyTo<#ty>)
            }
            Argument::Value(_, ty) => {
                let ty = named(ty, this);
                quote!(#ty)
            }
        }
    }
}

impl Function<'_> {
    /// The function that promises `Send`; none for one that is not async.
    pub(super) fn declaration(&self) -> Option<TokenStream> {
        if !self.is_async {
            return None;
        }
        let Behaviour { krate, item, .. } = self.behaviour;
        let this = &item.self_ty;
        let clauses = item.generics.where_clause.iter();
        let clauses = clauses.flat_map(|clause| &clause.predicates);
        let sent = sent(self.behaviour, this);
        let span = self.name.span();
        let (name, runner, cfgs) = (self.name, self.runner(), self.cfgs);
        let variable = names::local("this");
        let variables: Vec<_> = self
            .arguments
            .iter()
            .map(|argument| argument.variable(&quote!(#variable)))
            .collect();
        let types = self
            .arguments
            .iter()
            .map(|argument| argument.ty(self.behaviour));
        let lifetime = self
            .arguments
            .iter()
            .any(Argument::is_lent)
            .then(|| quote!('__a,));
        let parameters = item.generics.params.iter();
        let captured = item
            .generics
            .params
            .iter()
            .map(|parameter| match parameter {
                GenericParam::Type(parameter) => &parameter.ident,
                GenericParam::Const(parameter) => &parameter.ident,
                GenericParam::Lifetime(parameter) => &parameter.lifetime.ident,
            });
        let captured = quote!(use<#lifetime #(#captured),*>);
        let output = if let Some(ty) = self.output {
            let ty = named(ty, this);
            quote!(#ty)
        } else {
            quote!(())
        };
        let future = quote!(impl #krate::core::future::Future<Output = #output>
            + #krate::core::marker::Send + #captured);
        let future = names::around(span, future);
        let call = names::around(span, quote!(<#this>::#name(#(#variables),*)));
        let quiet = quiet();
        Some(quote! {
            #(#cfgs)*
            #quiet
            fn #runner<#lifetime #(#parameters),*>(#(#variables: #types),*) -> #future
            where
                #(#clauses,)*
                #sent,
            {
                #call
            }
        })
    }

    /// Calls it: what that gives is its output, or the future of it.
    pub(super) fn call(&self, this: &TokenStream) -> TokenStream {
        let variables = self
            .arguments
            .iter()
            .map(|argument| argument.variable(this));
        let span = self.name.span();
        if self.is_async {
            let runner = self.runner();
            return quote!(#runner(#(#variables),*));
        }
        let name = self.name;
        names::around(span, quote!(<Self>::#name(#(#variables),*)))
    }

    /// Its output, where an async one may be awaited.
    pub(super) fn output(&self, this: &TokenStream) -> TokenStream {
        let call = self.call(this);
        if self.is_async {
            quote!(#call.await)
        } else {
            call
        }
    }

    fn runner(&self) -> Ident {
        format_ident!("__run_{}", names::plain(self.name))
    }
}
