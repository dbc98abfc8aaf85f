//! What hangs in an index: a statement by one action and one resource of it, packed so that most
//! statements are looked at in one stretch of memory.

use std::collections::HashMap;

use zerocopy::{FromBytes, FromZeros, Immutable, IntoBytes, KnownLayout};

use super::{ALL, Asked, index, small};
use crate::policy::arn::{Parts, ResourcePattern};
use crate::policy::compile::Rule;
use crate::policy::document::{Resources, StatementEffect};
use crate::policy::pattern::Pattern;
use crate::policy::word::begin_alike;

/// A statement, and what of it led here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(in crate::policy) struct Entry {
    /// The statement, counted over the whole set.
    pub(in crate::policy) rule: u32,
    /// Where its texts stand one after the other; or, if it is not plain, where its [`Named`] is.
    at: u32,
    flags: u16,
    /// How long the text of the action is, and those of the others.
    action: u8,
    service: u8,
    /// [`ANY`] for any account.
    account: u8,
    /// [`ANY`] for any region.
    region: u8,
    /// Of the resource's last part.
    last: u8,
    /// The last part itself, if there is room for it: what hardly two statements share is found
    /// where the entry is. Else it stands behind the other texts.
    here: [u8; ROOM],
}

/// So that an entry takes up a line of the processor's cache, with what its [`Hung`](super::Hung)
/// has beside it.
const ROOM: usize = 33;

/// A length that no packed text has.
const ANY: u8 = u8::MAX;

const ALLOWS: u16 = 1;
const CONDITION: u16 = 1 << 1;
/// Everything that the entry stands for is in its texts.
const PLAIN: u16 = 1 << 2;
const EVERY_RESOURCE: u16 = 1 << 3;
/// The text stands for all that begin with it.
const ACTION_PREFIX: u16 = 1 << 4;
const REGION_PREFIX: u16 = 1 << 5;
const LAST_PREFIX: u16 = 1 << 6;
/// An ARN of RAM: its case is ignored.
const FOLDED: u16 = 1 << 7;

/// Which of a statement's actions and which of its resources led here; [`ALL`] where all have to
/// be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::policy) struct Named {
    pub(in crate::policy) action: u32,
    pub(in crate::policy) resource: u32,
}

impl Named {
    /// All of them.
    pub(in crate::policy) const EVERY: Self = Self {
        action: ALL,
        resource: ALL,
    };
}

/// What the entries of an index point to.
#[derive(Debug, Default)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    named: Vec<Named>,
}

impl Entry {
    pub(in crate::policy) fn effect(&self) -> StatementEffect {
        if self.flags & ALLOWS == 0 {
            StatementEffect::Deny
        } else {
            StatementEffect::Allow
        }
    }

    /// Whether the statement has a condition beside what it is about.
    pub(in crate::policy) fn has_condition(&self) -> bool {
        self.flags & CONDITION != 0
    }
}

/// Makes the entries of an index, and what they point to.
#[derive(Debug, Default)]
pub(super) struct Packer {
    texts: Texts,
    /// Where the texts stand that were put down: most statements share theirs with others.
    known: HashMap<Vec<u8>, u32>,
}

impl Packer {
    /// Packs a statement. It is plain if both patterns are given, the service and the account are
    /// literal (or the account is anything), and no text has a wildcard before its end.
    pub(super) fn pack(&mut self, rule: &Rule<Resources>, place: u32, named: Named) -> Entry {
        let mut entry = Entry {
            rule: place,
            ..Entry::new_zeroed()
        };
        let action = index(named.action).and_then(|at| rule.actions.entries.get(at));
        let resource = index(named.resource).and_then(|at| rule.target.entries.get(at));
        let mut text = Vec::new();
        let packed = action.zip(resource).and_then(|(action, resource)| {
            entry.flags |= prefix(action, ACTION_PREFIX)?;
            entry.action = append(&mut text, action.prefix())?;
            pack_resource(&mut entry, &mut text, resource)
        });
        if packed.is_some() {
            entry.flags |= PLAIN;
            entry.at = self.put(text);
        } else {
            entry.at = small(self.texts.named.len());
            self.texts.named.push(named);
        }
        if rule.effect == StatementEffect::Allow {
            entry.flags |= ALLOWS;
        }
        if !rule.condition.clauses().is_empty() {
            entry.flags |= CONDITION;
        }
        entry
    }

    fn put(&mut self, text: Vec<u8>) -> u32 {
        let bytes = &mut self.texts.bytes;
        let put = |text: &Vec<u8>| {
            let at = small(bytes.len());
            bytes.extend(text);
            at
        };
        *self.known.entry(text).or_insert_with_key(put)
    }

    pub(super) fn finish(self) -> Texts {
        self.texts
    }
}

fn pack_resource(entry: &mut Entry, text: &mut Vec<u8>, resource: &ResourcePattern) -> Option<()> {
    let Some([service, region, account, last]) = resource.parts() else {
        entry.flags |= EVERY_RESOURCE;
        return Some(());
    };
    service.is_literal().then_some(())?;
    entry.service = append(text, service.as_str())?;
    if service.as_str().eq_ignore_ascii_case("ram") {
        entry.flags |= FOLDED;
    }
    if account.is_any() {
        entry.account = ANY;
    } else {
        account.is_literal().then_some(())?;
        entry.account = append(text, account.as_str())?;
    }
    if region.is_any() {
        entry.region = ANY;
    } else {
        entry.flags |= prefix(region, REGION_PREFIX)?;
        entry.region = append(text, region.prefix())?;
    }
    entry.flags |= prefix(last, LAST_PREFIX)?;
    let last = last.prefix();
    if let Some(here) = entry.here.get_mut(..last.len()) {
        here.copy_from_slice(last.as_bytes());
        entry.last = length(last)?;
    } else {
        entry.last = append(text, last)?;
    }
    Some(())
}

fn append(texts: &mut Vec<u8>, text: &str) -> Option<u8> {
    texts.extend(text.as_bytes());
    length(text)
}

fn length(text: &str) -> Option<u8> {
    let length = u8::try_from(text.len()).ok();
    length.filter(|length| *length != ANY)
}

impl Texts {
    /// How many bytes they take.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.named).saturating_add(self.bytes.len())
    }

    /// Whether an entry is about what is asked; its condition is not looked at. `Err` names what of
    /// the statement has to be asked, where the entry is not plain.
    #[inline]
    pub(super) fn fits(&self, entry: &Entry, asked: &Asked<'_>) -> Result<bool, Named> {
        if entry.flags & PLAIN == 0 {
            let named = index(entry.at).and_then(|at| self.named.get(at));
            return Err(named.copied().unwrap_or(Named::EVERY));
        }
        Ok(self.plain(entry, asked).is_some())
    }

    fn plain(&self, entry: &Entry, asked: &Asked<'_>) -> Option<()> {
        let has = |flag: u16| entry.flags & flag != 0;
        let texts = self.bytes.get(index(entry.at)?..)?;
        let (action, texts) = texts.split_at_checked(entry.action.into())?;
        // Most names come in the case of the pattern.
        let (prefix, asked_action) = (has(ACTION_PREFIX), asked.action.as_bytes());
        if !covers::<false>(action, prefix, asked_action)
            && !covers::<true>(action, prefix, asked_action)
        {
            return None;
        }
        if has(EVERY_RESOURCE) {
            return Some(());
        }
        let parts = asked.resource.parts()?;
        let kept = entry.covers::<false>(texts, &parts);
        kept.or_else(|| has(FOLDED).then(|| entry.covers::<true>(texts, &parts))?)
    }
}

impl Entry {
    /// Whether the resource is, in the case it has or in any. `texts` are the entry's behind the
    /// action.
    #[inline]
    fn covers<const ANY_CASE: bool>(&self, texts: &[u8], parts: &Parts<'_>) -> Option<()> {
        if !is::<ANY_CASE>(texts, self.service, parts.service_and_more()) {
            return None;
        }
        let texts = texts.get(usize::from(self.service)..)?;
        if self.account != ANY && !is::<ANY_CASE>(texts, self.account, parts.account_and_more()) {
            return None;
        }
        let texts = texts.get(given(self.account)..)?;
        let (region, texts) = texts.split_at_checked(given(self.region))?;
        let length = usize::from(self.last);
        let last = self.here.get(..length).or_else(|| texts.get(..length))?;
        let has = |flag: u16| self.flags & flag != 0;
        let fits = covers::<ANY_CASE>(last, has(LAST_PREFIX), parts.relative())
            && (self.region == ANY
                || covers::<ANY_CASE>(region, has(REGION_PREFIX), parts.region()));
        fits.then_some(())
    }
}

/// Whether the first bytes of `texts` are a part of a name, which is the first bytes of `more`.
#[inline]
fn is<const ANY_CASE: bool>(texts: &[u8], given: u8, (more, length): (&[u8], usize)) -> bool {
    if usize::from(given) != length {
        return false;
    }
    if ANY_CASE {
        more.get(..length).is_some_and(|part| caseless(texts, part))
    } else {
        begin_alike(texts, more, length)
    }
}

/// How long a text is that may stand for any.
fn given(length: u8) -> usize {
    if length == ANY { 0 } else { length.into() }
}

/// `flag` where a pattern covers all that begins with its text, nothing where it is literal; `None` for
/// any other.
fn prefix(pattern: &Pattern, flag: u16) -> Option<u16> {
    if pattern.is_literal() {
        return Some(0);
    }
    (pattern.is_prefix() || pattern.is_any()).then_some(flag)
}

/// Whether a literal is the text, or its beginning.
#[inline]
fn covers<const ANY_CASE: bool>(literal: &[u8], prefix: bool, text: &[u8]) -> bool {
    (prefix || literal.len() == text.len())
        && if ANY_CASE {
            caseless(text, literal)
        } else {
            text.starts_with(literal)
        }
}

/// Whether a text starts with another, whatever their case.
#[cold]
fn caseless(text: &[u8], start: &[u8]) -> bool {
    let text = text.get(..start.len());
    text.is_some_and(|text| text.eq_ignore_ascii_case(start))
}
