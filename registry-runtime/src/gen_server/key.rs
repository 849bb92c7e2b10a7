//! Keys to look up by: borrowed, copied, or written on the stack.

use std::borrow::Borrow;
use std::fmt::{self, Write as _};
use std::hash::{Hash, Hasher};

use hashbrown::Equivalent;

/// Keys up to this long are written without an allocation.
const INLINE: usize = 63;

/// A key to look a server up by, in a registry whose keys are of type `K`.
#[diagnostic::on_unimplemented(
    message = "the server's key is not of the type that the keys of its registry have",
    label = "the registry has `key = {K}`",
    note = "a template such as `key = \"session:<id>\"` makes a `String`, `key = <id>` is the argument itself; change it, or the registry's `key`"
)]
pub trait LookupKey<K>: Hash + Clone {
    /// The key, for the registry to keep.
    fn to_key(&self) -> K;

    /// Whether `key` is the one looked for. It then has the same hash.
    fn is(&self, key: &K) -> bool;
}

/// A key to look up by, as the registry's table asks for it.
pub(crate) struct Probe<'q, Q>(pub(crate) &'q Q);

impl<Q: Hash> Hash for Probe<'_, Q> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K, Q: LookupKey<K>> Equivalent<K> for Probe<'_, Q> {
    #[inline]
    fn equivalent(&self, key: &K) -> bool {
        self.0.is(key)
    }
}

/// A `String` key made from a template, on the stack when it is short.
#[derive(Clone)]
pub struct StackKey {
    inline: [u8; INLINE],
    length: u8,
    long: Option<Box<str>>,
}

impl StackKey {
    /// Writes a key.
    ///
    /// # Panics
    ///
    /// When the `Display` of a field returns an error, as `format!` does.
    #[must_use]
    pub fn format(arguments: fmt::Arguments<'_>) -> Self {
        let mut key = Self {
            inline: [0; INLINE],
            length: 0,
            long: None,
        };
        if let Some(text) = arguments.as_str() {
            let _ = key.write_str(text);
        } else if key.write_fmt(arguments).is_err() {
            panic!("a field of a key could not be displayed; its `Display` returned an error");
        }
        key
    }

    /// The key.
    #[must_use]
    #[inline]
    pub fn as_str(&self) -> &str {
        match &self.long {
            Some(long) => long,
            // What was written is text, cut nowhere.
            None => std::str::from_utf8(&self.inline[..usize::from(self.length)]).unwrap_or(""),
        }
    }
}

impl fmt::Write for StackKey {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let start = usize::from(self.length);
        if self.long.is_none() && start + text.len() <= INLINE {
            self.inline[start..start + text.len()].copy_from_slice(text.as_bytes());
            self.length = u8::try_from(start + text.len()).map_err(|_| fmt::Error)?;
            return Ok(());
        }
        let mut long = String::with_capacity((self.as_str().len() + text.len()) * 2);
        long.push_str(self.as_str());
        long.push_str(text);
        self.long = Some(long.into_boxed_str());
        Ok(())
    }
}

impl Hash for StackKey {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl LookupKey<String> for StackKey {
    fn to_key(&self) -> String {
        self.as_str().to_owned()
    }

    #[inline]
    fn is(&self, key: &String) -> bool {
        self.as_str() == key
    }
}

impl fmt::Debug for StackKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

/// A borrowed key.
#[derive(Debug)]
pub struct Borrowed<'k, Q: ?Sized>(pub &'k Q);

impl<Q: ?Sized> Clone for Borrowed<'_, Q> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Q: ?Sized> Copy for Borrowed<'_, Q> {}

impl<Q: Hash + ?Sized> Hash for Borrowed<'_, Q> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K: ?Sized, Q: Equivalent<K> + ?Sized> Equivalent<K> for Borrowed<'_, Q> {
    #[inline]
    fn equivalent(&self, key: &K) -> bool {
        self.0.equivalent(key)
    }
}

/// A key that is small enough to copy.
#[derive(Clone, Copy, Debug)]
pub struct Owned<Q>(pub Q);

impl<Q: Hash> Hash for Owned<Q> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<Q: ToOwned + Hash + Eq + ?Sized> LookupKey<Q::Owned> for Borrowed<'_, Q> {
    fn to_key(&self) -> Q::Owned {
        self.0.to_owned()
    }

    #[inline]
    fn is(&self, key: &Q::Owned) -> bool {
        self.0 == key.borrow()
    }
}

impl<K: Hash + Eq + Clone> LookupKey<K> for Owned<K> {
    fn to_key(&self) -> K {
        self.0.clone()
    }

    #[inline]
    fn is(&self, key: &K) -> bool {
        self.0 == *key
    }
}

#[cfg(all(test, not(registry_loom)))]
mod tests {
    use super::*;

    #[test]
    fn short_keys_are_inline_and_long_ones_are_whole() {
        let short = StackKey::format(format_args!("session:{}", 42));
        assert_eq!(short.as_str(), "session:42");
        assert!(short.long.is_none());
        let name = "é".repeat(100);
        let long = StackKey::format(format_args!("a:{name}:{}", "z"));
        assert_eq!(long.as_str(), format!("a:{name}:z"));
    }

    #[test]
    fn a_stack_key_hashes_as_its_string_does() {
        use std::hash::BuildHasher;
        let hasher = foldhash::fast::FixedState::default();
        let key = StackKey::format(format_args!("room:{}:{}", 7, "x"));
        assert_eq!(
            hasher.hash_one(&key),
            hasher.hash_one("room:7:x".to_owned())
        );
        assert!(key.is(&"room:7:x".to_owned()));
    }
}
