//! The functions of a declared registry whose result depends on its kind.

use std::hash::Hash;

use hashbrown::Equivalent;

use super::declared::{CloneValue, DeclaredRegistry};
use super::kind::{DuplicateKeys, Unique};
use crate::process::Pid;

/// A declared registry with `keys = unique`: a key has one process at most.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// registry! { Users, keys = unique, key = String, value = u32 }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// Users::start().await?;
/// assert_eq!(Users::lookup("ann"), None);
/// assert_eq!(Users::with("ann", |_pid, value| *value), None);
/// # Ok(())
/// # }
/// ```
pub trait UniqueRegistry: DeclaredRegistry<Keys = Unique> {
    /// As [`Registry::lookup`](crate::Registry::lookup).
    #[inline]
    #[must_use]
    fn lookup<Q>(key: &Q) -> Option<(Pid, Self::Value)>
    where
        Self::Value: CloneValue,
        Q: ?Sized + Hash + Equivalent<Self::Key>,
    {
        Self::registry().lookup_by(key, CloneValue::clone_value)
    }

    /// As [`Registry::with`](crate::Registry::with).
    fn with<Q, F, R>(key: &Q, f: F) -> Option<R>
    where
        Q: ?Sized + Hash + Equivalent<Self::Key>,
        F: FnOnce(Pid, &Self::Value) -> R,
    {
        Self::registry().with(key, f)
    }
}

impl<R: DeclaredRegistry<Keys = Unique>> UniqueRegistry for R {}

/// A declared registry with `keys = duplicate`: a key may have several processes.
///
/// # Examples
///
/// ```
/// # use registry_runtime::prelude::*;
/// registry! { Topics, keys = duplicate, key = String, value = u32 }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// Topics::start().await?;
/// assert_eq!(Topics::lookup("news"), []);
/// assert_eq!(Topics::with("news", |_pid, value| *value), [0; 0]);
/// # Ok(())
/// # }
/// ```
pub trait DuplicateRegistry: DeclaredRegistry<Keys: DuplicateKeys> {
    /// As [`Registry::lookup`](crate::Registry::lookup).
    #[must_use]
    fn lookup<Q>(key: &Q) -> Vec<(Pid, Self::Value)>
    where
        Self::Value: CloneValue,
        Q: ?Sized + Hash + Equivalent<Self::Key>,
    {
        Self::registry().lookup_by(key, CloneValue::clone_value)
    }

    /// As [`Registry::with`](crate::Registry::with).
    fn with<Q, F, R>(key: &Q, f: F) -> Vec<R>
    where
        Q: ?Sized + Hash + Equivalent<Self::Key>,
        F: FnMut(Pid, &Self::Value) -> R,
    {
        Self::registry().with(key, f)
    }
}

impl<R: DeclaredRegistry<Keys: DuplicateKeys>> DuplicateRegistry for R {}
