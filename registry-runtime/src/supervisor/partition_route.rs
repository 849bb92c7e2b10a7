//! Which partition a key leads to, and what runs there.

use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::FixedState;

use super::SupervisorNotRunning;
use crate::sync::{AtomicUsize, Ordering, RwLock};

/// What runs in each partition. A restarted one takes its predecessor's seat.
#[derive(Debug)]
pub(crate) struct Table<R> {
    seats: Box<[RwLock<Option<R>>]>,
    /// How many of the seats keys lead to.
    open: AtomicUsize,
    /// What to tell who finds nobody there.
    not_running: SupervisorNotRunning,
    /// One resize at a time.
    pub(super) resizing: tokio::sync::Mutex<()>,
}

impl<R: Clone> Table<R> {
    pub(super) fn new(seats: usize, not_running: SupervisorNotRunning) -> Self {
        Self {
            not_running,
            seats: (0..seats).map(|_| RwLock::new(None)).collect(),
            open: AtomicUsize::new(seats),
            resizing: tokio::sync::Mutex::default(),
        }
    }

    pub(super) fn not_running(&self) -> SupervisorNotRunning {
        self.not_running.clone()
    }

    pub(super) fn most(&self) -> usize {
        self.seats.len()
    }

    pub(super) fn open(&self) -> usize {
        self.open.load(Ordering::Acquire)
    }

    pub(super) fn set_open(&self, open: usize) {
        self.open.store(open, Ordering::Release);
    }

    /// Who comes, or nobody, has this seat from now on.
    pub(super) fn seat(&self, index: usize, running: Option<R>) {
        if let Some(seat) = self.seats.get(index) {
            let old = std::mem::replace(&mut *seat.write(), running);
            drop(old);
        }
    }

    /// Who has the seat that a key's number leads to, alive or not.
    pub(super) fn find(&self, number: u128) -> Option<R> {
        // No partitions are open: nowhere to go.
        let rest = number.checked_rem(self.open() as u128)?;
        self.seats.get(usize::try_from(rest).ok()?)?.read().clone()
    }
}

/// The number that says which partition a key leads to: an integer's own, without its sign, and the
/// hash of anything else.
pub(super) fn number(key: &(impl Hash + ?Sized)) -> u128 {
    let mut router = Router {
        hasher: FixedState::default().build_hasher(),
        integer: None,
        parts: 0,
    };
    key.hash(&mut router);
    match router {
        Router {
            parts: 1,
            integer: Some(integer),
            ..
        } => integer,
        Router { hasher, .. } => hasher.finish().into(),
    }
}

/// A hasher that notes whether all that it is given is one integer.
struct Router<H> {
    hasher: H,
    integer: Option<u128>,
    parts: usize,
}

macro_rules! integers {
    ($($write:ident($type:ty) => $size:expr;)*) => { $(
        fn $write(&mut self, integer: $type) {
            self.parts += 1;
            self.integer = Some($size(integer));
            self.hasher.$write(integer);
        }
    )* };
}

impl<H: Hasher> Hasher for Router<H> {
    fn write(&mut self, bytes: &[u8]) {
        self.parts += 1;
        self.hasher.write(bytes);
    }

    fn finish(&self) -> u64 {
        self.hasher.finish()
    }

    integers! {
        write_u8(u8) => u128::from;
        write_u16(u16) => u128::from;
        write_u32(u32) => u128::from;
        write_u64(u64) => u128::from;
        write_u128(u128) => u128::from;
        write_usize(usize) => |integer| integer as u128;
        write_i8(i8) => |integer: i8| integer.unsigned_abs().into();
        write_i16(i16) => |integer: i16| integer.unsigned_abs().into();
        write_i32(i32) => |integer: i32| integer.unsigned_abs().into();
        write_i64(i64) => |integer: i64| integer.unsigned_abs().into();
        write_i128(i128) => i128::unsigned_abs;
        write_isize(isize) => |integer: isize| integer.unsigned_abs() as u128;
    }
}

#[cfg(all(test, not(registry_loom)))]
mod tests {
    use super::*;

    #[test]
    fn an_integer_is_its_own_number_and_its_sign_does_not_count() {
        assert_eq!(number(&7_u8), 7);
        assert_eq!(number(&-1_i64), 1);
        assert_eq!(number(&i128::MIN), 1 << 127);
        assert_eq!(number(&usize::MAX), usize::MAX as u128);
    }

    #[test]
    fn other_keys_are_hashed_and_a_borrowed_one_as_its_owner() {
        assert_ne!(number("a"), number("b"));
        assert_eq!(number("a"), number(&"a".to_owned()));
        assert_ne!(number(&(1, 2)), number(&(2, 1)));
        assert_ne!(number(&[3_u8][..]), 3);
    }

    #[test]
    fn a_key_leads_to_a_seat_that_is_open() {
        let table = Table::new(3, SupervisorNotRunning::new("three", None));
        for seat in 0..3 {
            table.seat(seat, Some(seat));
        }
        assert_eq!(table.find(5), Some(2));
        table.set_open(2);
        assert_eq!(table.find(5), Some(1));
        table.set_open(0);
        assert_eq!(table.find(5), None);
    }
}
