//! What hangs in an index: a statement by one action and one resource of it, packed so that most
//! statements are looked at in one stretch of memory.

use super::{ALL, Asked, index, small};
use crate::policy::arn::ResourcePattern;
use crate::policy::compile::Rule;
use crate::policy::document::{Resources, StatementEffect};
use crate::policy::pattern::Pattern;

/// A statement, and what of it led here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::policy) struct Entry {
    /// The statement, counted over the whole set.
    pub(in crate::policy) rule: u32,
    /// Where its texts stand one after the other; or, if it is not plain, where its [`Named`] is.
    at: u32,
    /// How long the text of the action is, and those of the others.
    action: u8,
    service: u8,
    /// [`ANY`] for any region.
    region: u8,
    /// Of account and last part with what is between them; if [`ANY_ACCOUNT`], of the last part.
    tail: u8,
    flags: u16,
}

/// A length that no packed text has.
const ANY: u8 = u8::MAX;

const ALLOWS: u16 = 1;
const CONDITION: u16 = 1 << 1;
/// Everything that the entry stands for is in its texts.
const PLAIN: u16 = 1 << 2;
const EVERY_RESOURCE: u16 = 1 << 3;
const ANY_ACCOUNT: u16 = 1 << 4;
/// The text stands for all that begin with it.
const ACTION_PREFIX: u16 = 1 << 5;
const REGION_PREFIX: u16 = 1 << 6;
const TAIL_PREFIX: u16 = 1 << 7;
/// An ARN of RAM: its case is ignored.
const FOLDED: u16 = 1 << 8;

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

impl Texts {
    /// Packs a statement. It is plain if both patterns are given, the service and the account are
    /// literal (or the account is anything), and no text has a wildcard before its end.
    pub(super) fn pack(&mut self, rule: &Rule<Resources>, place: u32, named: Named) -> Entry {
        let mut entry = Entry {
            rule: place,
            at: small(self.bytes.len()),
            ..Entry::default()
        };
        let action = index(named.action).and_then(|at| rule.actions.entries.get(at));
        let resource = index(named.resource).and_then(|at| rule.target.entries.get(at));
        let packed = action.zip(resource).and_then(|(action, resource)| {
            self.action(&mut entry, action)?;
            self.resource(&mut entry, resource)
        });
        if packed.is_some() {
            entry.flags |= PLAIN;
        } else {
            self.bytes.truncate(index(entry.at).unwrap_or_default());
            entry.at = small(self.named.len());
            self.named.push(named);
        }
        if rule.effect == StatementEffect::Allow {
            entry.flags |= ALLOWS;
        }
        if !rule.condition.clauses().is_empty() {
            entry.flags |= CONDITION;
        }
        entry
    }

    fn action(&mut self, entry: &mut Entry, action: &Pattern) -> Option<()> {
        entry.flags |= prefix(action, ACTION_PREFIX)?;
        entry.action = self.append(action.prefix())?;
        Some(())
    }

    fn resource(&mut self, entry: &mut Entry, resource: &ResourcePattern) -> Option<()> {
        let Some([service, region, account, last]) = resource.parts() else {
            entry.flags |= EVERY_RESOURCE;
            return Some(());
        };
        service.is_literal().then_some(())?;
        entry.service = self.append(service.as_str())?;
        if service.as_str().eq_ignore_ascii_case("ram") {
            entry.flags |= FOLDED;
        }
        if region.is_any() {
            entry.region = ANY;
        } else {
            entry.flags |= prefix(region, REGION_PREFIX)?;
            entry.region = self.append(region.prefix())?;
        }
        entry.flags |= prefix(last, TAIL_PREFIX)?;
        if account.is_any() {
            entry.flags |= ANY_ACCOUNT;
            entry.tail = self.append(last.prefix())?;
        } else {
            account.is_literal().then_some(())?;
            entry.tail = self.append(&format!("{}:{}", account.as_str(), last.prefix()))?;
        }
        Some(())
    }

    fn append(&mut self, text: &str) -> Option<u8> {
        self.bytes.extend(text.as_bytes());
        u8::try_from(text.len())
            .ok()
            .filter(|length| *length != ANY)
    }

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
        if !covers(action, has(ACTION_PREFIX), asked.action.as_bytes(), true) {
            return None;
        }
        if has(EVERY_RESOURCE) {
            return Some(());
        }
        let parts = asked.resource.parts()?;
        let (service, texts) = texts.split_at_checked(entry.service.into())?;
        let length = if entry.region == ANY { 0 } else { entry.region };
        let (region, texts) = texts.split_at_checked(length.into())?;
        let tail = texts.get(..entry.tail.into())?;
        let asked_tail = if has(ANY_ACCOUNT) {
            parts.relative()
        } else {
            parts.account_and_more()
        };
        let fits = covers(service, false, parts.service(), has(FOLDED))
            && covers(tail, has(TAIL_PREFIX), asked_tail, has(FOLDED))
            && (entry.region == ANY
                || covers(region, has(REGION_PREFIX), parts.region(), has(FOLDED)));
        fits.then_some(())
    }
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
fn covers(literal: &[u8], prefix: bool, text: &[u8], folded: bool) -> bool {
    (prefix || literal.len() == text.len())
        && (text.starts_with(literal) || folded && caseless(literal, text))
}

/// Most names come in the case of the pattern.
#[cold]
fn caseless(literal: &[u8], text: &[u8]) -> bool {
    let start = text.get(..literal.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(literal))
}
