//! Decisions: one set of policies, one request.
//!
//! Any Deny that matches wins; else any Allow that matches; else the request is denied implicitly.
//! Neither the order of statements nor that of documents counts. No step allocates.
//!
//! Source: policy-evaluation §1.

#[cfg(test)]
mod tests;
#[cfg(test)]
mod worst;

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::arn::{Resource, ResourcePattern};
use super::compile::{CompiledPolicy, Rule};
use super::context::{Context, NoContext};
use super::document::{Actions, Resources, StatementEffect};
use super::index::{self, Index, Named};
use super::pattern::many::sum;
use super::pattern::{Case, Pattern};

/// What came of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Permitted.
    Allow,
    /// Forbidden by a statement, or by a document that cannot be read.
    Deny,
    /// Not permitted by any statement.
    ImplicitDeny,
}

/// Names a statement: the place of its document in the set, and its own in the document, both
/// from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatementRef {
    /// Which document.
    pub policy: usize,
    /// Which statement of it.
    pub statement: usize,
}

/// Why a decision came out as it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The first statement that denies, or where none does, the first that allows.
    Statement(StatementRef),
    /// The document at this place of the set cannot be read, which denies.
    Unreadable {
        /// Which document, from 0.
        policy: usize,
    },
    /// No statement matches.
    NoStatement,
}

/// A decision and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// What came of it.
    pub effect: Effect,
    /// Why.
    pub reason: Reason,
    /// Which of the request's resources decided, from 0: the first that is denied, or not allowed.
    pub resource: usize,
}

impl Decision {
    /// No statement matches.
    pub(super) const IMPLICIT: Self = Self {
        effect: Effect::ImplicitDeny,
        reason: Reason::NoStatement,
        resource: 0,
    };

    /// Whether the request is permitted.
    pub fn is_allowed(self) -> bool {
        self.effect == Effect::Allow
    }

    /// The statement that decided; `None` for an implicit denial and an unreadable document.
    pub fn by(self) -> Option<StatementRef> {
        match self.reason {
            Reason::Statement(by) => Some(by),
            Reason::Unreadable { .. } | Reason::NoStatement => None,
        }
    }

    /// The document at the place `policy` cannot be read.
    pub(super) const fn unreadable(policy: usize) -> Self {
        Self {
            effect: Effect::Deny,
            reason: Reason::Unreadable { policy },
            resource: 0,
        }
    }
}

/// The first statement that denies and the first that allows, of those that match.
#[derive(Default)]
pub(super) struct Found {
    denies: Option<u32>,
    allows: Option<u32>,
}

impl Found {
    /// Takes in the statement at `place`, unless what is found already outweighs it.
    pub(super) fn take_in(
        &mut self,
        effect: StatementEffect,
        place: u32,
        matches: impl FnOnce() -> bool,
    ) {
        let found = match effect {
            StatementEffect::Deny => &mut self.denies,
            StatementEffect::Allow if self.denies.is_some() => return,
            StatementEffect::Allow => &mut self.allows,
        };
        if found.is_none_or(|first| place < first) && matches() {
            *found = Some(place);
        }
    }

    /// The decision; `name` tells which statement stands at a place.
    pub(super) fn decision(&self, name: impl Fn(u32) -> StatementRef) -> Decision {
        let (effect, place) = match (self.denies, self.allows) {
            (Some(place), _) => (Effect::Deny, place),
            (None, Some(place)) => (Effect::Allow, place),
            (None, None) => return Decision::IMPLICIT,
        };
        Decision {
            effect,
            reason: Reason::Statement(name(place)),
            resource: 0,
        }
    }
}

/// What is asked: may `action` be done to `resource`?
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The action, such as `ram:CreateUser`; case is ignored.
    pub action: &'a str,
    /// The resource's ARN, or `*` for a call without resource-level checks.
    pub resource: &'a str,
    /// The condition keys of the request.
    pub context: &'a dyn Context,
}

impl<'a> Request<'a> {
    /// Asks for `action` on `resource`, with every condition key missing.
    pub fn new(action: &'a str, resource: &'a str) -> Self {
        Self {
            action,
            resource,
            context: &NoContext,
        }
    }

    /// The same, with these condition keys.
    #[must_use]
    pub fn with_context(self, context: &'a dyn Context) -> Self {
        Self { context, ..self }
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("action", &self.action)
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}

/// The policies in force for a caller, as one set, indexed as one.
#[derive(Debug, Default)]
pub struct PolicySet {
    policies: Box<[Arc<CompiledPolicy>]>,
    /// The first policy that cannot be read: the set denies everything.
    unreadable: Option<usize>,
    /// How many statements stand before those of each policy.
    starts: Box<[u32]>,
    /// `None` for few statements, which are looked at one by one.
    index: Option<Index>,
}

impl PolicySet {
    /// The set of these policies; [`StatementRef::policy`] counts in their order.
    pub fn new(policies: Vec<Arc<CompiledPolicy>>) -> Self {
        let rules = || policies.iter().flat_map(|policy| policy.statements());
        let starts = policies.iter().scan(0_u32, |next, policy| {
            let start = *next;
            let count = u32::try_from(policy.statements().len()).unwrap_or(u32::MAX);
            *next = next.saturating_add(count);
            Some(start)
        });
        Self {
            unreadable: policies.iter().position(|policy| policy.is_unreadable()),
            starts: starts.collect(),
            index: Index::new(rules()),
            policies: policies.into(),
        }
    }

    /// The policies in their order.
    pub fn policies(&self) -> &[Arc<CompiledPolicy>] {
        &self.policies
    }

    /// Whether a condition asks for a key that begins so, in lower case.
    pub fn asks_for(&self, beginning: &str) -> bool {
        let rules = self.policies.iter().flat_map(|policy| policy.statements());
        let mut clauses = rules.flat_map(|rule| rule.condition.clauses());
        clauses.any(|clause| clause.key().as_str().starts_with(beginning))
    }

    /// Decides a request for one resource.
    pub fn evaluate(&self, request: &Request<'_>) -> Decision {
        if let Some(policy) = self.unreadable {
            return Decision::unreadable(policy);
        }
        let asked = Asked {
            request,
            resource: Resource::new(request.resource),
        };
        let mut found = Found::default();
        match &self.index {
            None => self.each(&asked, &mut found),
            Some(index) => {
                let looked_up =
                    index::Asked::new(request.action, request.resource, &asked.resource);
                let rule = |place| {
                    let (policy, within) = self.place(place)?;
                    self.policies.get(policy)?.statements().get(within)
                };
                let mut left = index.budget();
                let outcome = index.candidates(&looked_up, |entry| {
                    let mut cost = 1;
                    found.take_in(entry.effect(), entry.rule, || {
                        // What is left to look at: named patterns and the condition, or that alone.
                        let named = match index.fits(entry, &looked_up) {
                            Ok(true) if entry.has_condition() => None,
                            Ok(fits) => return fits,
                            Err(named) => Some(named),
                        };
                        rule(entry.rule).is_some_and(|rule| {
                            if let Some(named) = named {
                                cost = rule.cost(named);
                                asked.by(rule, named)
                            } else {
                                cost = rule.condition.cost();
                                rule.condition.holds(request.context)
                            }
                        })
                    });
                    match left.checked_sub(cost) {
                        Some(rest) => left = rest,
                        None => return ControlFlow::Break(()),
                    }
                    ControlFlow::Continue(())
                });
                if outcome.is_break() {
                    self.each(&asked, &mut found);
                }
            }
        }
        found.decision(|place| {
            let (policy, within) = self.place(place).unwrap_or_default();
            let statements = self.policies.get(policy);
            StatementRef {
                policy,
                statement: statements.map_or(within, |policy| policy.statement(within)),
            }
        })
    }

    /// Looks at every statement.
    #[inline]
    fn each(&self, asked: &Asked<'_>, found: &mut Found) {
        let rules = self.policies.iter().flat_map(|policy| policy.statements());
        for (place, rule) in (0..).zip(rules) {
            found.take_in(rule.effect, place, || asked.by(rule, Named::EVERY));
        }
    }

    /// How many bytes its index takes, beside the policies.
    pub fn index_bytes(&self) -> usize {
        self.index.as_ref().map_or(0, Index::bytes)
    }

    /// Which policy the statement at a place of the whole set is of, and its place among those.
    fn place(&self, place: u32) -> Option<(usize, usize)> {
        let policy = match &*self.starts {
            [_] => 0,
            starts => starts
                .partition_point(|start| *start <= place)
                .checked_sub(1)?,
        };
        let within = place.checked_sub(*self.starts.get(policy)?)?;
        Some((policy, usize::try_from(within).ok()?))
    }

    /// Every statement that matches a request, in order, with its effect. For explanations: it looks
    /// at every statement of the set.
    pub fn matching<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> impl Iterator<Item = (StatementRef, StatementEffect)> + 'a {
        let asked = Asked {
            request,
            resource: Resource::new(request.resource),
        };
        let rules = self
            .policies
            .iter()
            .enumerate()
            .flat_map(|(policy, rules)| rules.statements().iter().map(move |rule| (policy, rule)));
        rules
            .filter(move |(_, rule)| asked.by(rule, Named::EVERY))
            .map(|(policy, rule)| {
                let statement = rule.statement;
                (StatementRef { policy, statement }, rule.effect)
            })
    }

    /// Decides a call that touches several resources: any Deny denies, and all have to be allowed.
    /// A call that names none is denied implicitly; `*` stands for no resource.
    ///
    /// Source: policy-evaluation §1.
    pub fn evaluate_all<'a>(&self, requests: impl IntoIterator<Item = Request<'a>>) -> Decision {
        let decisions = requests
            .into_iter()
            .enumerate()
            .map(|(resource, request)| Decision {
                resource,
                ..self.evaluate(&request)
            });
        all(decisions).unwrap_or(Decision::IMPLICIT)
    }
}

/// A request, its resource split once.
struct Asked<'a> {
    request: &'a Request<'a>,
    resource: Resource<'a>,
}

impl Asked<'_> {
    /// Whether the statement matches, by the named patterns of it.
    fn by(&self, rule: &Rule<Resources>, named: Named) -> bool {
        rule.actions.matches_at(named.action, self.request.action)
            && rule.target.matches_at(named.resource, &self.resource)
            && rule.condition.holds(self.request.context)
    }
}

impl Rule<Resources> {
    /// What looking at the named patterns of the statement and at its condition costs; see
    /// [`Pattern::cost`].
    pub(super) fn cost(&self, at: Named) -> u32 {
        let (actions, resources) = (&self.actions.entries, &self.target.entries);
        let action = named(actions, at.action).map_or(actions.cost(), Pattern::cost);
        let resource = named(resources, at.resource);
        let resource = resource.map_or(resources.cost(), ResourcePattern::cost);
        sum([action, resource, self.condition.cost()].into_iter())
    }
}

impl Actions {
    fn matches_at(&self, at: u32, action: &str) -> bool {
        match named(&self.entries, at) {
            Some(pattern) => pattern.matches(action, Case::Ignored),
            None => self.matches(action),
        }
    }
}

impl Resources {
    fn matches_at(&self, at: u32, resource: &Resource<'_>) -> bool {
        match named(&self.entries, at) {
            Some(pattern) => pattern.matches(resource),
            None => self.matches(resource),
        }
    }
}

/// The entry that the index named; `None` where it named none.
fn named<T>(entries: &[T], at: u32) -> Option<&T> {
    usize::try_from(at).ok().and_then(|at| entries.get(at))
}

impl FromIterator<Arc<CompiledPolicy>> for PolicySet {
    fn from_iter<I: IntoIterator<Item = Arc<CompiledPolicy>>>(policies: I) -> Self {
        Self::new(policies.into_iter().collect())
    }
}

/// The decision on several resources at once: the first Deny, else the first that is not allowed,
/// else the first. `None` without any.
fn all(decisions: impl IntoIterator<Item = Decision>) -> Option<Decision> {
    decisions
        .into_iter()
        .reduce(|worst, next| match (worst.effect, next.effect) {
            (Effect::Deny, _) | (Effect::ImplicitDeny, Effect::Allow | Effect::ImplicitDeny) => {
                worst
            }
            (_, Effect::Deny) | (Effect::Allow, Effect::ImplicitDeny) => next,
            (Effect::Allow, Effect::Allow) => worst,
        })
}
