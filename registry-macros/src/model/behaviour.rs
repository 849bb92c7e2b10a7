//! A server's impl.

use syn::{Attribute, Ident, ItemImpl, Receiver, Type, Visibility};

use crate::krate::Krate;

/// An impl with `#[gen_server]`.
pub(crate) struct Behaviour {
    /// The user's impl, without our attributes.
    pub(crate) item: ItemImpl,
    pub(crate) krate: Krate,
    /// The server's name, without path and generics.
    pub(crate) name: Ident,
    /// The name of the client.
    pub(crate) client: Ident,
    pub(crate) handlers: Vec<Handler>,
    /// Handlers that the errors tell of; the client has a stub for each.
    pub(crate) broken: Vec<Broken>,
    pub(crate) init: Option<Init>,
    pub(crate) terminate: Option<Terminate>,
}

/// A method with `#[call]`, `#[cast]` or `#[info]`.
pub(crate) struct Handler {
    pub(crate) kind: Kind,
    pub(crate) name: Ident,
    pub(crate) vis: Visibility,
    pub(crate) attributes: Attributes,
    pub(crate) is_async: bool,
    /// `&self`; nothing if it is `&mut self`.
    pub(crate) shared: Option<Receiver>,
    /// All parameters but `self`, in order.
    pub(crate) parameters: Vec<Parameter>,
}

/// What a handler is for.
pub(crate) enum Kind {
    /// Answers with a value of this type.
    Call(Box<Type>),
    Cast,
    Info,
}

/// A handler's parameter.
pub(crate) enum Parameter {
    /// `&mut Ctx<Self>`.
    Ctx,
    /// `ReplyTo<T>`, by which a call is answered later.
    Reply,
    /// A part of the message: its name in the client, and its type.
    Message(Ident, Box<Type>),
}

impl Handler {
    /// The parts of the message.
    pub(crate) fn message(&self) -> impl Iterator<Item = (&Ident, &Type)> {
        self.parameters
            .iter()
            .filter_map(|parameter| match parameter {
                Parameter::Message(name, ty) => Some((name, &**ty)),
                Parameter::Ctx | Parameter::Reply => None,
            })
    }

    /// What a call answers.
    pub(crate) fn reply(&self) -> Option<&Type> {
        match &self.kind {
            Kind::Call(reply) => Some(reply),
            Kind::Cast | Kind::Info => None,
        }
    }

    /// Whether a `ReplyTo` answers, and not what the handler returns.
    pub(crate) fn is_deferred(&self) -> bool {
        self.parameters
            .iter()
            .any(|parameter| matches!(parameter, Parameter::Reply))
    }
}

/// The attributes of a handler that generated code takes over.
#[derive(Default)]
pub(crate) struct Attributes {
    /// On everything that stands for the handler: `#[cfg]`, and a `#[cfg_attr]` that holds one.
    pub(crate) cfgs: Vec<Attribute>,
    /// On the client's method: docs, `#[deprecated]`, `#[doc(hidden)]`, `#[allow]`.
    pub(crate) client: Vec<Attribute>,
    /// Whether there is a doc comment.
    pub(crate) documented: bool,
}

/// What is left of a handler with errors.
pub(crate) struct Broken {
    pub(crate) is_cast: bool,
    pub(crate) name: Ident,
    pub(crate) vis: Visibility,
    pub(crate) attributes: Attributes,
    /// How many parameters its client method would have.
    pub(crate) parameters: usize,
    /// What it answers, if that can be told.
    pub(crate) reply: Option<Type>,
}

/// The function `init`.
pub(crate) struct Init {
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) is_async: bool,
    /// `&mut self`: it begins with a built state. Otherwise it builds it.
    pub(crate) has_self: bool,
    pub(crate) parameters: Vec<CallbackParameter>,
    /// What it returns.
    pub(crate) output: Option<Type>,
    /// Whether that may be an error.
    pub(crate) fallible: bool,
}

/// The function `terminate`.
pub(crate) struct Terminate {
    pub(crate) name: Ident,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) is_async: bool,
    pub(crate) parameters: Vec<CallbackParameter>,
}

/// A parameter of `init` or `terminate`.
pub(crate) enum CallbackParameter {
    /// `&mut Ctx<Self>`.
    Ctx,
    /// `&ExitReason`.
    Reason,
    /// An argument of `init(…)`, of this type.
    Argument(Box<Type>),
}
