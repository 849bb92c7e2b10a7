//! How keys read, for those who look at a process: snapshots.
//!
//! Keys need not be `Debug`. What is generic shows those that it knows by their type; what knows
//! the key's type, a declaration or [`show_keys`](super::RegistryBuilder::show_keys), shows all
//! that are.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

/// A text as it is, a number, `bool` or `char` by its `Display`; nothing else.
pub(super) fn text<K: 'static>(key: &K) -> Option<String> {
    macro_rules! first_of {
        ($($type:ty),*) => {{
            let key: &dyn Any = key;
            $(if let Some(key) = key.downcast_ref::<$type>() {
                return Some(key.to_string());
            })*
            None
        }};
    }
    first_of!(
        String,
        &'static str,
        Arc<str>,
        Box<str>,
        u64,
        u32,
        u16,
        u8,
        usize,
        u128,
        i64,
        i32,
        i16,
        i8,
        isize,
        i128,
        bool,
        char
    )
}

/// A key whose type a macro knows: `(&Shown(key)).show()` calls [`Readable`] for one that is
/// `Debug`, since it comes first in the search for a method, and [`Opaque`] for any other.
#[derive(Debug)]
pub struct Shown<'a, K>(pub &'a K);

/// A key that is `Debug`.
pub trait Readable {
    /// How it reads.
    fn show(&self) -> Option<String>;
}

impl<K: Debug + 'static> Readable for Shown<'_, K> {
    fn show(&self) -> Option<String> {
        text(self.0).or_else(|| Some(format!("{:?}", self.0)))
    }
}

/// Any key.
pub trait Opaque {
    /// How it reads, if that is known.
    fn show(&self) -> Option<String>;
}

impl<K: 'static> Opaque for &Shown<'_, K> {
    fn show(&self) -> Option<String> {
        text(self.0)
    }
}
