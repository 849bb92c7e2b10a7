//! Where the entries of a process are in their rows. See `names`.

/// Where the entries of one note are in their rows.
pub(crate) enum At {
    One(u32),
    #[expect(
        clippy::box_collection,
        reason = "a process with one name has no use for the room"
    )]
    Many(Box<Vec<u32>>),
    /// No entry: the process listens.
    Listener,
    /// No entry any more.
    None,
}

impl At {
    pub(super) fn push(&mut self, index: u32) {
        match self {
            Self::One(first) => *self = Self::Many(Box::new(vec![*first, index])),
            Self::Many(indexes) => indexes.push(index),
            Self::Listener | Self::None => *self = Self::One(index),
        }
    }

    /// Asks once for each index; whether any is left is [`At::is_empty`].
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(u32) -> bool) {
        match self {
            Self::One(index) => {
                if !keep(*index) {
                    *self = Self::None;
                }
            }
            Self::Many(indexes) => {
                indexes.retain(|index| keep(*index));
                if indexes.len() < indexes.capacity() / 4 {
                    indexes.shrink_to(indexes.len() * 2);
                }
            }
            Self::Listener | Self::None => {}
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    pub(crate) fn as_slice(&self) -> &[u32] {
        match self {
            Self::One(index) => std::slice::from_ref(index),
            Self::Many(indexes) => indexes,
            Self::Listener | Self::None => &[],
        }
    }
}
