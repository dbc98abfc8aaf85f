//! What is kept of one kind of entity by name, absence included.

use std::hash::Hash;
use std::sync::{Arc, PoisonError, RwLock};

use crate::iam::maps::NameMap;
use crate::iam::shelf::Shelf;

/// How many names are remembered not to exist.
const ABSENT_KEPT: usize = 1024;

/// Names of what is known not to exist, and since which revision.
#[derive(Debug)]
pub(super) struct Absent<K>(RwLock<NameMap<K, i64>>);

impl<K> Default for Absent<K> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<K: Hash + Eq + Clone> Absent<K> {
    fn is_known(&self, name: &K, revision: i64) -> bool {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        known.get(name).is_some_and(|since| *since <= revision)
    }

    pub(super) fn note(&self, name: &K, revision: i64) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ABSENT_KEPT {
            known.clear();
        }
        known.insert(name.clone(), revision);
    }

    fn forget(&self, name: &K, revision: i64) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.get(name).is_some_and(|since| *since < revision) {
            known.remove(name);
        }
    }
}

/// Entities of one kind by name: those that are kept, and those that are known not to exist.
#[derive(Debug)]
pub(super) struct Named<K, V> {
    pub(super) there: Shelf<K, V>,
    pub(super) absent: Absent<K>,
}

impl<K: Hash + Eq + Clone, V> Named<K, V> {
    pub(super) fn new() -> Self {
        Self {
            there: Shelf::new(),
            absent: Absent::default(),
        }
    }

    /// The entity, if it is known whether there is one.
    #[expect(
        clippy::option_option,
        reason = "known to exist, known not to exist, not known"
    )]
    pub(super) fn get(&self, name: &K, revision: i64) -> Option<Option<Arc<V>>> {
        if let Some(known) = self.there.get(name, revision) {
            return Some(Some(known));
        }
        self.absent.is_known(name, revision).then_some(None)
    }

    /// Takes out what was read before `revision`.
    pub(super) fn evict(&self, name: &K, revision: i64) {
        self.there.remove_older(name, revision);
        self.absent.forget(name, revision);
    }
}
