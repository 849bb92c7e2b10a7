//! Options of a registry, and the builder that checks them.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::sync::Arc;

use super::Registry;
use super::error::Label;
use super::kind::{Keys, Unique};
use super::listener::{Listener, RegistryEvent};
use super::show;
use crate::introspect::Declaration;
use crate::process::{NoMessage, Receiver};

/// The most partitions there may be.
pub(crate) const MAX_PARTITIONS: usize = 4096;

/// How many parts a registry is divided into, each with a count of its own.
///
/// What a registry answers does not depend on it. More partitions let more threads register at the
/// same time without waiting for one another.
///
/// Shown in the example of [`RegistryBuilder`].
///
/// # Elixir
///
/// The `:partitions` option.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Partitions {
    /// As many as the machine runs threads at once; the default.
    #[default]
    Schedulers,
    /// This many, from 1 to 4096.
    Count(usize),
}

impl From<usize> for Partitions {
    fn from(count: usize) -> Self {
        Self::Count(count)
    }
}

/// An option of a registry that cannot be used.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use registry_runtime::registry::OptionError;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let none = Registry::<String>::builder().partitions(0).build();
/// assert_eq!(none.err(), Some(OptionError::Partitions(0)));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OptionError {
    /// `partitions` is none of 1 to 4096.
    Partitions(usize),
    /// An option of a declared registry, such as `meta`, starts the registry that it belongs to.
    Recursive,
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recursive => f.write_str(
                "an option of the registry starts the registry itself; start it elsewhere",
            ),
            Self::Partitions(0) => {
                f.write_str("expected `partitions` to be a positive integer, got `0`")
            }
            Self::Partitions(count) => {
                write!(
                    f,
                    "expected `partitions` to be at most {MAX_PARTITIONS}, got `{count}`"
                )
            }
        }
    }
}

impl Error for OptionError {}

/// The options of a registry that do not depend on its types.
#[derive(Clone, Debug, Default)]
pub struct RegistryOptions {
    partitions: Partitions,
    name: Option<Arc<str>>,
    declaration: Option<&'static Declaration>,
}

impl RegistryOptions {
    /// Says how many partitions there are; [`Partitions::Schedulers`] by default.
    #[must_use]
    pub fn partitions(mut self, partitions: impl Into<Partitions>) -> Self {
        self.partitions = partitions.into();
        self
    }

    /// Names the registry in errors, events and reports.
    #[must_use]
    pub fn name(mut self, name: impl Into<Arc<str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Names it as it is declared.
    pub(crate) fn declared(mut self, declaration: &'static Declaration) -> Self {
        self.name = Some(Arc::from(declaration.name));
        self.declaration = Some(declaration);
        self
    }

    pub(crate) fn count(&self) -> Result<usize, OptionError> {
        match self.partitions {
            Partitions::Schedulers => Ok(std::thread::available_parallelism()
                .map_or(1, NonZeroUsize::get)
                .min(MAX_PARTITIONS)),
            Partitions::Count(count @ 1..=MAX_PARTITIONS) => Ok(count),
            Partitions::Count(count) => Err(OptionError::Partitions(count)),
        }
    }

    pub(crate) fn label(&self) -> Label {
        Label {
            name: self.name.clone().unwrap_or_else(|| Arc::from("registry")),
            declaration: self.declaration,
        }
    }
}

/// Builds a [`Registry`]; made by [`Registry::builder`].
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// use registry_runtime::registry::Partitions;
///
/// #[derive(Clone, Debug, PartialEq, Eq, Hash)]
/// struct Seat(char, u8);
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let seats: Registry<Seat, u32> = Registry::builder()
///     .name("seats")
///     .partitions(4)                        // or `Partitions::Schedulers`
///     .meta("rows", 20_u32)
///     .show_keys()
///     .build()?;
/// seats.start()?;
/// assert_eq!((seats.name(), seats.partitions()), ("seats", 4));
/// assert_eq!(seats.meta::<u32>("rows"), Some(20));
/// # Ok(())
/// # }
/// ```
///
/// # Elixir
///
/// The options of `Registry.start_link/1`.
pub struct RegistryBuilder<K, V = (), D = Unique, M: ?Sized = NoMessage> {
    pub(crate) options: RegistryOptions,
    pub(crate) listeners: Vec<Listener<K, V>>,
    pub(crate) meta: Vec<(Box<str>, Arc<dyn Any + Send + Sync>)>,
    /// How a key reads; texts and numbers alone unless it is set.
    pub(crate) show: Option<fn(&K) -> Option<String>>,
    kind: PhantomData<fn(M) -> D>,
}

impl<K, V, D, M: ?Sized> RegistryBuilder<K, V, D, M> {
    pub(crate) fn new(options: RegistryOptions) -> Self {
        Self {
            options,
            listeners: Vec::new(),
            meta: Vec::new(),
            show: None,
            kind: PhantomData,
        }
    }

    /// Says how many partitions there are: a number from 1 to 4096, or
    /// [`Partitions::Schedulers`], the default.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn partitions(mut self, partitions: impl Into<Partitions>) -> Self {
        self.options = self.options.partitions(partitions);
        self
    }

    /// Names the registry in errors, events and reports; `registry` by default.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn name(mut self, name: impl Into<Arc<str>>) -> Self {
        self.options = self.options.name(name);
        self
    }

    /// Has snapshots show keys by their `Debug`. Those that are texts, numbers, `bool` or `char`
    /// are shown without; other keys are left out as `_`. A registry that is declared shows its
    /// keys whenever they are `Debug`.
    ///
    /// Shown in the [example](Self#examples).
    #[must_use]
    pub fn show_keys(mut self) -> Self
    where
        K: fmt::Debug + 'static,
    {
        self.show = Some(|key| show::text(key).or_else(|| Some(format!("{key:?}"))));
        self
    }

    /// Puts a value in under a key that [`Registry::meta`] reads, whenever the registry starts.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Elixir
    ///
    /// The `:meta` option.
    #[must_use]
    pub fn meta<T: Send + Sync + 'static>(mut self, key: &str, value: T) -> Self {
        self.meta.push((key.into(), Arc::new(value)));
        self
    }

    /// Has a process told of each registration and unregistration. `find` is asked at each event
    /// who that is, so that a listener which is restarted under its name goes on listening.
    ///
    /// `find` may look the process up by name, in any registry. It must not register anything.
    ///
    /// # Examples
    ///
    /// ```
    /// # use registry_runtime::prelude::*;
    /// type Listeners = Registry<&'static str, (), Unique, RegistryEvent<u32>>;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let listeners: Listeners = Registry::builder().build()?;
    /// listeners.start()?;
    /// let find = listeners.clone();
    /// let rooms: Registry<u32> = Registry::builder().listener(move || find.find("log")).build()?;
    /// rooms.start()?;
    ///
    /// let log = spawn(async move |mut ctx: Process<RegistryEvent<u32>>| {
    ///     listeners.register(&ctx, "log", ()).expect("the name is free");
    ///     let inside = rooms.clone();
    ///     spawn(async move |ctx: Process<()>| inside.register(&ctx, 7, ()));
    ///     assert!(matches!(ctx.recv().await, RegistryEvent::Registered { key: 7, .. }));
    /// });
    /// assert!(log.ended().await.is_normal());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Elixir
    ///
    /// The `:listeners` option.
    #[must_use]
    pub fn listener<F>(mut self, find: F) -> Self
    where
        F: Fn() -> Option<Arc<dyn Receiver<RegistryEvent<K, V>>>> + Send + Sync + 'static,
    {
        self.listeners.push(Listener::Named(Arc::new(find)));
        self
    }
}

impl<K, V, D, M> RegistryBuilder<K, V, D, M>
where
    K: Send + Sync + 'static,
    V: Send + Sync + 'static,
    D: Keys,
    M: ?Sized + 'static,
{
    /// The registry, which is still to be started.
    ///
    /// Shown in the [example](Self#examples).
    ///
    /// # Errors
    ///
    /// [`OptionError`] names the option and what was expected.
    pub fn build(self) -> Result<Registry<K, V, D, M>, OptionError> {
        let partitions = self.options.count()?;
        Ok(Registry::assemble(self, partitions, None))
    }
}

impl<K, V, D, M: ?Sized> fmt::Debug for RegistryBuilder<K, V, D, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegistryBuilder")
            .field("options", &self.options)
            .field("listeners", &self.listeners.len())
            .field("meta", &self.meta.len())
            .finish_non_exhaustive()
    }
}
