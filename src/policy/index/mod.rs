//! Where to look for the statements of a set that can be about a request, so that the cost of a
//! decision grows slower than the number of statements.
//!
//! A statement's entry hangs on the text of the ARN's last part, or on what stands before its first
//! wildcard there (an index over the whole ARN would collapse, because `*` for region and account
//! comes early). Where many hang on one place, as all do that are about any resource, each hangs
//! below it on its action, or on what stands before that one's first wildcard. A request asks for
//! each length of prefix that occurs with its service, once. Where many entries still hang on one
//! place (patterns that begin with a wildcard), they are told apart by three letters in a row that
//! each must find somewhere in the request.
//!
//! A hostile set can still make it propose much: the same statement many times, or many for each
//! letter of the request. So what is proposed is paid for, up to a quarter of what looking at each
//! statement once would cost ([`Index::budget`]); who has spent that does just so.
//!
//! The index only proposes: hashes ignore case, look at the first bytes of a text only (see
//! [`LONGEST`](hash::LONGEST)) and may collide, and whoever asks looks at each proposed statement
//! itself. What that takes hangs in the index as well, packed: a decision on a large set is a few
//! looks at memory that is far apart, and these are what it costs.

mod build;
mod entry;
mod hash;
mod slots;
mod table;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use self::entry::Texts;
pub(super) use self::entry::{Entry, Named};
use self::hash::{ACTION, Folded, RESOURCE, Reach, gram, root, start};
use self::table::{Slot, Table};
use super::arn::Resource;
use super::word::first_colons;

/// In [`Named`]: all have to be looked at.
pub(super) const ALL: u32 = u32::MAX;

/// The index of a set; see the head of this module.
#[derive(Debug)]
pub(super) struct Index {
    /// Drawn by the process: which texts share a place is nobody's to choose.
    seed: u64,
    /// A quarter of what looking at every statement once would cost, and a little.
    budget: u32,
    /// What can be about any resource, which hangs on [`root`].
    root: Span,
    /// Which beginnings of last parts occur in ARNs whose service has wildcards.
    general: Lengths,
    /// Which occur in those of a service; and which beginnings of actions, below a node.
    services: Table<OfService>,
    /// By the beginning of a last part; and, below a node, by the beginning of an action.
    places: Table<Hung>,
    nodes: Box<[Node]>,
    entries: Box<[Entry]>,
    crowds: Box<[Crowd]>,
    texts: Texts,
}

/// The lengths of beginnings that occur, up to [`LONGEST`](hash::LONGEST): a bit each. The lowest
/// stands for whole texts; what hangs on the empty beginning is not looked up.
type Lengths = u64;

/// In [`Lengths`].
const WHOLE: Lengths = 1;

/// What hangs on one place, by its actions.
#[derive(Debug)]
struct Node {
    /// What can be about any action.
    any: Span,
    /// Which beginnings of actions occur that do not reach the colon.
    general: Lengths,
}

/// Which beginnings occur with a service.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct OfService {
    key: u64,
    lengths: Lengths,
}

/// The entries of one place: mostly there is one, which stands here itself. A line of the
/// processor's cache, so that one look at memory brings all that is to be known of a statement.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C, align(64))]
struct Hung {
    key: u64,
    first: Entry,
    /// The others; in a node the first is once more.
    more: Span,
}

const _: () = assert!(size_of::<Hung>() == 64, "a place takes one line");

/// The entries that have three letters in a row.
#[derive(Debug, Clone, Copy, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct WithGram {
    key: u64,
    entries: Span,
}

impl Slot for OfService {
    fn key(&self) -> u64 {
        self.key
    }
}

impl Slot for Hung {
    fn key(&self) -> u64 {
        self.key
    }
}

impl Slot for WithGram {
    fn key(&self) -> u64 {
        self.key
    }
}

/// So many entries from `at` on.
#[derive(Debug, Clone, Copy, Default, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Span {
    at: u32,
    /// With [`CROWD`] and [`NODE`], `at` is the place of such a thing.
    count: u32,
}

/// As [`Span::count`], which no list reaches.
const CROWD: u32 = u32::MAX;
const NODE: u32 = u32::MAX - 1;

impl Span {
    fn of(self, entries: &[Entry]) -> &[Entry] {
        let at = index(self.at).unwrap_or(usize::MAX);
        let count = index(self.count).unwrap_or(usize::MAX);
        entries
            .get(at..at.saturating_add(count))
            .unwrap_or_default()
    }
}

/// Entries that are too many to be looked at one by one.
#[derive(Debug)]
struct Crowd {
    /// Those without three letters in a row.
    rest: Span,
    /// The others by three of their letters; see [`gram`].
    grams: Table<WithGram>,
}

/// What is asked for.
pub(super) struct Asked<'a> {
    action: &'a str,
    /// The resource's name.
    name: &'a str,
    resource: &'a Resource<'a>,
}

/// Takes a candidate, and says whether it wants more.
pub(super) trait Visit: FnMut(&Entry) -> ControlFlow<()> {}

impl<F: FnMut(&Entry) -> ControlFlow<()>> Visit for F {}

/// How many places are looked up at once: whether each may be there is told without a branch.
const AT_ONCE: usize = 8;

impl<'a> Asked<'a> {
    pub(super) fn new(action: &'a str, name: &'a str, resource: &'a Resource<'a>) -> Self {
        Self {
            action,
            name,
            resource,
        }
    }
}

impl Index {
    /// How much may be spent on candidates before each statement is looked at once instead.
    pub(super) fn budget(&self) -> u32 {
        self.budget
    }

    /// How many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let crowds = self.crowds.iter().map(|crowd| crowd.grams.bytes());
        let own = [
            self.services.bytes(),
            self.places.bytes(),
            size_of_val(&*self.nodes),
            size_of_val(&*self.entries),
            size_of_val(&*self.crowds),
            self.texts.bytes(),
        ];
        own.into_iter().chain(crowds).fold(0, usize::saturating_add)
    }

    /// Gives `visit` every statement that can be about what is asked, until it has enough. Some may
    /// come twice.
    #[inline]
    pub(super) fn candidates(&self, asked: &Asked<'_>, mut visit: impl Visit) -> ControlFlow<()> {
        if self.root.count != 0 {
            self.visit(self.root, root(self.seed), asked, &mut visit)?;
        }
        let Some(parts) = asked.resource.parts() else {
            return ControlFlow::Continue(());
        };
        let (service, length) = parts.service_and_more();
        let lengths = self.general | self.of_service(service, length, 0);
        let mut relative = Folded::default();
        relative.read(self.seed, parts.relative());
        self.look_up(&relative, lengths, 0, |key, hung| {
            visit(&hung.first)?;
            if hung.more.count == 0 {
                return ControlFlow::Continue(());
            }
            self.visit(hung.more, key, asked, &mut visit)
        })
    }

    /// Which beginnings occur with the service that the first `length` bytes of `text` are.
    fn of_service(&self, text: &[u8], length: usize, salt: u64) -> Lengths {
        let lengths = self.services.find(start(self.seed, text, length, salt));
        lengths.map(|found| found.lengths).unwrap_or_default()
    }

    /// Gives `visit` what hangs on `key`.
    #[inline(never)]
    fn visit(
        &self,
        hung: Span,
        key: u64,
        asked: &Asked<'_>,
        visit: &mut impl Visit,
    ) -> ControlFlow<()> {
        if hung.count == NODE {
            self.below(hung.at, key, asked, visit)
        } else {
            self.any(hung, asked, visit)
        }
    }

    fn below(
        &self,
        at: u32,
        key: u64,
        asked: &Asked<'_>,
        visit: &mut impl Visit,
    ) -> ControlFlow<()> {
        let Some(node) = index(at).and_then(|at| self.nodes.get(at)) else {
            return ControlFlow::Continue(());
        };
        self.any(node.any, asked, visit)?;
        let action = asked.action.as_bytes();
        let service = first_colons(action).map(|[colon]| self.of_service(action, colon, key));
        let lengths = node.general | service.unwrap_or_default();
        let mut folded = Folded::default();
        folded.read(self.seed, action);
        self.look_up(&folded, lengths, key, |_, hung| {
            visit(&hung.first)?;
            self.any(hung.more, asked, visit)
        })
    }

    /// Gives `visit` what hangs on the beginnings of a text that are so long.
    #[inline]
    fn look_up(
        &self,
        text: &Folded,
        lengths: Lengths,
        salt: u64,
        mut visit: impl FnMut(u64, &Hung) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let mut lengths = lengths & text.lengths();
        while lengths != 0 {
            let mut keys = [0; AT_ONCE];
            let mut count = 0_usize;
            while lengths != 0 && count < AT_ONCE {
                let key = match index(lengths.trailing_zeros()) {
                    Some(length @ 1..) => text.to(length, Reach::Prefix, salt),
                    _ => text.whole(salt),
                };
                lengths &= lengths.wrapping_sub(1);
                if let Some(free) = keys.get_mut(count) {
                    *free = key;
                }
                count = count.wrapping_add(usize::from(self.places.may_have(key)));
            }
            for key in keys.iter().take(count) {
                if let Some(found) = self.places.find(*key) {
                    visit(*key, found)?;
                }
            }
        }
        ControlFlow::Continue(())
    }

    /// Gives `visit` what hangs on a place that is not told apart by actions.
    fn any(&self, hung: Span, asked: &Asked<'_>, visit: &mut impl Visit) -> ControlFlow<()> {
        if hung.count == CROWD {
            self.crowd(hung.at, asked, visit)
        } else {
            hung.of(&self.entries).iter().try_for_each(visit)
        }
    }

    fn crowd(&self, at: u32, asked: &Asked<'_>, visit: &mut impl Visit) -> ControlFlow<()> {
        let Some(crowd) = index(at).and_then(|at| self.crowds.get(at)) else {
            return ControlFlow::Continue(());
        };
        let rest = crowd.rest.of(&self.entries);
        rest.iter().try_for_each(&mut *visit)?;
        for (kind, text) in [(ACTION, asked.action), (RESOURCE, asked.name)] {
            for letters in text.as_bytes().array_windows::<3>() {
                if let Some(found) = crowd.grams.get(gram(kind, *letters)) {
                    let entries = found.entries.of(&self.entries);
                    entries.iter().try_for_each(&mut *visit)?;
                }
            }
        }
        ControlFlow::Continue(())
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
