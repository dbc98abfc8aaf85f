//! Where to look for the statements of a set that can be about a request, so that the cost of a
//! decision grows slower than the number of statements.
//!
//! An action's entry hangs on the action itself, or on what stands before its first wildcard; below
//! that a resource's entry hangs on the text of the ARN's last part, or on what stands before its
//! first wildcard there (an index over the whole ARN would collapse, because `*` for region and
//! account comes early). A request asks for each length of prefix that occurs, once. Where many
//! entries still hang on one place (patterns that begin with a wildcard), they are told apart by
//! three letters in a row that each must find somewhere in the request.
//!
//! The index only proposes: hashes ignore case and may collide, and whoever asks looks at each
//! proposed statement itself.

mod build;
mod hash;
#[cfg(test)]
mod tests;

use self::hash::{ACTION, Map, RESOURCE, below, gram, prefix, whole};

/// A statement, and which of its patterns led here; [`ALL`] where all have to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// Deny statements come first at each place.
    allows: bool,
    /// The statement, counted over the whole set.
    pub(super) rule: u32,
    pub(super) action: u32,
    pub(super) resource: u32,
}

pub(super) const ALL: u32 = u32::MAX;

/// The index of a set; see the head of this module.
#[derive(Debug)]
pub(super) struct Index {
    /// Drawn by the process: which texts share a place is nobody's to choose.
    seed: u64,
    /// Whole actions, and prefixes of actions, with the node below.
    actions: Map<u32>,
    /// By service: which lengths of prefix occur.
    services: Map<Box<[u32]>>,
    /// Which lengths of prefix occur that do not reach the colon.
    general: Box<[u32]>,
    nodes: Box<[Node]>,
    /// Nodes with last parts of resources, and with prefixes of them.
    resources: Map<Bucket>,
}

/// What hangs on one action, or one prefix of actions.
#[derive(Debug, Default)]
struct Node {
    /// What can be about any resource.
    any: Bucket,
    /// Whether last parts without a wildcard occur.
    whole: bool,
    /// Which lengths of prefix occur.
    lengths: Box<[u32]>,
}

#[derive(Debug, Default)]
struct Bucket {
    /// All entries, or where they are many, those without three letters in a row.
    entries: Box<[Entry]>,
    /// The others by three of their letters; see [`gram`].
    grams: Map<Box<[Entry]>>,
}

impl Index {
    /// Gives `visit` every statement that can be about `action` on a resource whose last part is
    /// `relative`; `resource` is the whole of its name. Some may come twice.
    pub(super) fn candidates(
        &self,
        action: &str,
        resource: &str,
        relative: Option<&str>,
        mut visit: impl FnMut(&Entry),
    ) {
        let asked = Asked {
            action: action.as_bytes(),
            resource: resource.as_bytes(),
            relative: relative.map(str::as_bytes),
        };
        let mut node = |key: u64| {
            if let Some(at) = self.actions.get(&key)
                && let Some(node) = self.nodes.get(index(*at))
            {
                self.below(*at, node, &asked, &mut visit);
            }
        };
        node(whole(self.seed, asked.action));
        let of_service = memchr::memchr(b':', asked.action)
            .and_then(|colon| asked.action.get(..colon))
            .and_then(|service| self.services.get(&whole(self.seed, service)));
        for &length in of_service.into_iter().flatten().chain(&self.general) {
            if let Some(start) = asked.action.get(..index(length)) {
                node(prefix(self.seed, start));
            }
        }
    }

    fn below(&self, at: u32, node: &Node, asked: &Asked<'_>, visit: &mut impl FnMut(&Entry)) {
        node.any.visit(asked, visit);
        let Some(relative) = asked.relative else {
            return;
        };
        let seed = below(self.seed, at);
        if node.whole
            && let Some(bucket) = self.resources.get(&whole(seed, relative))
        {
            bucket.visit(asked, visit);
        }
        for &length in &node.lengths {
            if let Some(start) = relative.get(..index(length))
                && let Some(bucket) = self.resources.get(&prefix(seed, start))
            {
                bucket.visit(asked, visit);
            }
        }
    }
}

struct Asked<'a> {
    action: &'a [u8],
    resource: &'a [u8],
    relative: Option<&'a [u8]>,
}

impl Bucket {
    fn visit(&self, asked: &Asked<'_>, visit: &mut impl FnMut(&Entry)) {
        self.entries.iter().for_each(&mut *visit);
        if self.grams.is_empty() {
            return;
        }
        for (kind, text) in [(ACTION, asked.action), (RESOURCE, asked.resource)] {
            for letters in text.array_windows::<3>() {
                if let Some(entries) = self.grams.get(&gram(kind, *letters)) {
                    entries.iter().for_each(&mut *visit);
                }
            }
        }
    }
}

fn index(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}
