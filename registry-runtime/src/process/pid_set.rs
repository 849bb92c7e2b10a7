//! A set of pids that costs nothing while it is empty or holds one, as most processes' links do.

use super::Pid;
use super::pid_map::Pids;

#[derive(Debug, Default)]
pub(crate) enum PidSet {
    #[default]
    Empty,
    One(Pid),
    Many(Box<Pids>),
}

impl PidSet {
    /// Adds `pid`; `false` when it was there.
    pub(crate) fn insert(&mut self, pid: Pid) -> bool {
        match self {
            Self::Empty => {
                *self = Self::One(pid);
                true
            }
            Self::One(one) if *one == pid => false,
            Self::One(one) => {
                *self = Self::Many(Box::new(Pids::from_iter([*one, pid])));
                true
            }
            Self::Many(many) => many.insert(pid, ()).is_none(),
        }
    }

    /// Takes `pid` out; `false` when it was not there.
    pub(crate) fn remove(&mut self, pid: Pid) -> bool {
        match self {
            Self::Empty => false,
            Self::One(one) => {
                let same = *one == pid;
                if same {
                    *self = Self::Empty;
                }
                same
            }
            Self::Many(many) => {
                let removed = many.remove(pid).is_some();
                if many.is_empty() {
                    *self = Self::Empty;
                }
                removed
            }
        }
    }

    pub(crate) fn contains(&self, pid: Pid) -> bool {
        match self {
            Self::Empty => false,
            Self::One(one) => *one == pid,
            Self::Many(many) => many.contains(pid),
        }
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    pub(crate) fn to_vec(&self) -> Vec<Pid> {
        match self {
            Self::Empty => Vec::new(),
            Self::One(one) => vec![*one],
            Self::Many(many) => many.pids().collect(),
        }
    }
}

#[cfg(all(test, not(registry_loom)))]
mod tests {
    use super::*;

    #[test]
    fn holds_each_pid_once_and_forgets_it_when_told() {
        let pids: Vec<_> = (1..=3).map(|n| Pid::new(0, n)).collect();
        let mut set = PidSet::default();
        for &pid in &pids {
            assert!(set.insert(pid));
            assert!(!set.insert(pid));
            assert!(set.contains(pid));
        }
        assert_eq!(set.to_vec().len(), 3);
        for &pid in &pids {
            assert!(set.remove(pid));
            assert!(!set.remove(pid));
            assert!(!set.contains(pid));
        }
        assert!(set.is_empty());
    }
}
