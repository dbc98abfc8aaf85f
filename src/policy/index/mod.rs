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
//! The index only proposes: hashes ignore case, look at the first bytes of a text only (see
//! [`LONGEST`](hash::LONGEST)) and may collide, and whoever asks looks at each proposed statement
//! itself. What that takes hangs in the index as well, packed: a decision on a large set is a few
//! looks at memory that is far apart, and these are what it costs.

mod build;
mod entry;
mod hash;
mod table;
#[cfg(test)]
mod tests;

use self::entry::Texts;
pub(super) use self::entry::{Entry, Named};
use self::hash::{ACTION, Folded, RESOURCE, Reach, below, gram};
use self::table::{CROWD, Span, Table};
use super::arn::Resource;

/// In [`Named`]: all have to be looked at.
pub(super) const ALL: u32 = u32::MAX;

/// The index of a set; see the head of this module.
#[derive(Debug)]
pub(super) struct Index {
    /// Drawn by the process: which texts share a place is nobody's to choose.
    seed: u64,
    /// Whole actions, and prefixes of actions, with the node below.
    actions: Table,
    /// By service: which lengths of prefix occur.
    services: Table,
    /// Which lengths of prefix occur that do not reach the colon.
    general: Span,
    nodes: Box<[Node]>,
    /// Nodes with last parts of resources, and with prefixes of them: their entries.
    resources: Table,
    /// Lengths, in bytes; those of one place rise.
    lengths: Box<[u32]>,
    entries: Box<[Entry]>,
    crowds: Box<[Crowd]>,
    texts: Texts,
}

/// What hangs on one action, or one prefix of actions.
#[derive(Debug, Clone, Copy, Default)]
struct Node {
    /// What can be about any resource.
    any: Span,
    /// Which lengths of prefix occur.
    lengths: Span,
    /// Whether last parts without a wildcard occur.
    whole: bool,
}

/// Entries that are too many to be looked at one by one.
#[derive(Debug)]
struct Crowd {
    /// Those without three letters in a row.
    rest: Span,
    /// The others by three of their letters; see [`gram`].
    grams: Table,
}

/// What is asked for.
pub(super) struct Asked<'a> {
    action: &'a str,
    /// The resource's name.
    name: &'a str,
    resource: &'a Resource<'a>,
    folded_action: Folded,
}

/// How many prefixes are looked for at once: whether each may be there is told without a branch.
const AT_ONCE: usize = 8;

impl Index {
    /// Prepares a search.
    pub(super) fn asked<'a>(
        &self,
        action: &'a str,
        name: &'a str,
        resource: &'a Resource<'a>,
    ) -> Asked<'a> {
        Asked {
            action,
            name,
            resource,
            folded_action: Folded::new(self.seed, action.as_bytes()),
        }
    }

    /// Gives `visit` every statement that can be about what is asked. Some may come twice.
    #[inline]
    pub(super) fn candidates(&self, asked: &Asked<'_>, mut visit: impl FnMut(&Entry)) {
        let action = &asked.folded_action;
        let relative = asked
            .resource
            .relative()
            .map(|relative| Folded::new(self.seed, relative.as_bytes()));
        let mut below = |node: Span| self.below(node.at, asked, relative.as_ref(), &mut visit);
        // Most sets have no prefixes that end before the colon.
        if self.general.count != 0 {
            self.prefixes(self.general, action, 0, &self.actions, &mut below);
        }
        let colon = action.bytes().iter().position(|byte| *byte == b':');
        let service = colon.and_then(|colon| action.to(colon, Reach::Whole, 0));
        if let Some(lengths) = service.and_then(|service| self.services.get(service)) {
            self.prefixes(lengths, action, 0, &self.actions, &mut below);
        }
        if let Some(node) = action.whole(0).and_then(|whole| self.actions.get(whole)) {
            below(node);
        }
    }

    fn below(
        &self,
        at: u32,
        asked: &Asked<'_>,
        relative: Option<&Folded>,
        visit: &mut impl FnMut(&Entry),
    ) {
        let Some(node) = index(at).and_then(|at| self.nodes.get(at)) else {
            return;
        };
        if node.any.count != 0 {
            self.visit(node.any, asked, visit);
        }
        let Some(relative) = relative else {
            return;
        };
        let salt = below(self.seed, at);
        self.prefixes(node.lengths, relative, salt, &self.resources, |entries| {
            self.visit(entries, asked, visit);
        });
        if node.whole
            && let Some(whole) = relative.whole(salt)
            && let Some(entries) = self.resources.get(whole)
        {
            self.visit(entries, asked, visit);
        }
    }

    /// Gives `visit` what `table` has for the beginnings of a text.
    fn prefixes(
        &self,
        lengths: Span,
        text: &Folded,
        salt: u64,
        table: &Table,
        mut visit: impl FnMut(Span),
    ) {
        for lengths in lengths.of(&self.lengths).chunks(AT_ONCE) {
            let mut keys = [0; AT_ONCE];
            let mut may_have = 0_u8;
            for ((key, bit), length) in keys.iter_mut().zip(0..).zip(lengths) {
                // Rising lengths: the rest are too long as well.
                let Some(start) = index(*length).and_then(|to| text.to(to, Reach::Prefix, salt))
                else {
                    break;
                };
                *key = start;
                may_have |= u8::from(table.may_have(start)) << bit;
            }
            while may_have != 0 {
                let at = usize::try_from(may_have.trailing_zeros()).unwrap_or(AT_ONCE);
                may_have &= may_have.wrapping_sub(1);
                if let Some(found) = keys.get(at).and_then(|key| table.find(*key)) {
                    visit(found);
                }
            }
        }
    }

    fn visit(&self, entries: Span, asked: &Asked<'_>, visit: &mut impl FnMut(&Entry)) {
        if entries.count != CROWD {
            return entries.of(&self.entries).iter().for_each(&mut *visit);
        }
        let Some(crowd) = index(entries.at).and_then(|at| self.crowds.get(at)) else {
            return;
        };
        crowd.rest.of(&self.entries).iter().for_each(&mut *visit);
        for (kind, text) in [(ACTION, asked.action), (RESOURCE, asked.name)] {
            for letters in text.as_bytes().array_windows::<3>() {
                if let Some(entries) = crowd.grams.get(gram(kind, *letters)) {
                    entries.of(&self.entries).iter().for_each(&mut *visit);
                }
            }
        }
    }

    /// Whether an entry is about what is asked; its condition is not looked at. `Err` says what of
    /// its statement has to be looked at, where the entry alone does not tell.
    pub(super) fn fits(&self, entry: &Entry, asked: &Asked<'_>) -> Result<bool, Named> {
        self.texts.fits(entry, asked)
    }
}

/// A place in a list of fewer than 2^32: the text of a set is far shorter.
fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(ALL)
}

fn index(place: u32) -> Option<usize> {
    usize::try_from(place).ok()
}
