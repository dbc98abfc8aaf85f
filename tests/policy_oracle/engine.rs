//! The library's evaluator, asked the same questions.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rampart::policy::arn::ProviderArn;
use rampart::policy::compile::CompiledPolicy;
use rampart::policy::context::MapContext;
use rampart::policy::document::{self, DocumentKind, StatementEffect};
use rampart::policy::evaluate::{self, Decision, PolicySet, Request};
use rampart::policy::flow::{combine_assume, combine_call};
use rampart::policy::ids::{AccountId, RoleName, UserName};
use rampart::policy::principal::Principal;
use rampart::policy::trust::{TrustPolicy, TrustRequest};

use super::question::{Answer, Caller, Documents, Effect, Flow, Kind, Matching, Question};

/// Documents, compiled.
#[derive(Debug)]
pub(crate) struct Engine {
    policies: PolicySet,
    session: Option<PolicySet>,
    trust: Option<TrustPolicy>,
}

/// What the library decided, with each step's own decision.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) answer: Answer,
    pub(crate) session: Option<Decision>,
    pub(crate) identity: Option<Decision>,
    pub(crate) trust: Option<Decision>,
}

pub(crate) fn kind(kind: Kind) -> DocumentKind {
    match kind {
        Kind::Identity => DocumentKind::Identity,
        Kind::Session => DocumentKind::Session,
        Kind::Trust => DocumentKind::Trust,
    }
}

pub(crate) fn effect(effect: evaluate::Effect) -> Effect {
    match effect {
        evaluate::Effect::Allow => Effect::Allow,
        evaluate::Effect::Deny => Effect::Deny,
        evaluate::Effect::ImplicitDeny => Effect::ImplicitDeny,
    }
}

/// Reads a document; the rule of its first fault where it is refused.
pub(crate) fn parse(of: Kind, text: &str) -> Result<document::Document, &'static str> {
    document::Document::parse(kind(of), text)
        .map_err(|faults| faults.first().map_or("no fault", |fault| fault.rule))
}

/// Whether a document is short enough to be written.
pub(crate) fn fits(of: Kind, text: &str) -> bool {
    document::Document::check_length(kind(of), text).is_ok()
}

fn compiled(of: Kind, text: &str) -> Result<Arc<CompiledPolicy>, &'static str> {
    Ok(Arc::new(CompiledPolicy::new(&parse(of, text)?)))
}

impl Engine {
    pub(crate) fn new(documents: &Documents) -> Result<Self, &'static str> {
        let policies = documents.policies.iter();
        let policies: Result<Vec<_>, _> = policies
            .map(|text| compiled(Kind::Identity, text))
            .collect();
        let session = documents.session.as_deref();
        let session = session
            .map(|text| compiled(Kind::Session, text))
            .transpose()?;
        let trust = documents.trust.as_deref();
        let trust = trust.map(|text| parse(Kind::Trust, text)).transpose()?;
        Ok(Self {
            policies: PolicySet::new(policies?),
            session: session.map(|policy| PolicySet::new(vec![policy])),
            trust: trust.map(|document| TrustPolicy::new(&document)),
        })
    }

    /// The documents as a store would give them, however flawed they are.
    pub(crate) fn stored(documents: &Documents) -> Self {
        let stored =
            |of: Kind, text: &String| Arc::new(CompiledPolicy::from_stored(kind(of), text));
        let policies = documents.policies.iter();
        let policies = policies.map(|text| stored(Kind::Identity, text)).collect();
        let session = documents.session.as_ref();
        let session = session.map(|text| stored(Kind::Session, text));
        let trust = documents.trust.as_deref();
        Self {
            policies: PolicySet::new(policies),
            session: session.map(|policy| PolicySet::new(vec![policy])),
            trust: trust.map(TrustPolicy::from_stored),
        }
    }

    /// Decides; `None` if a name of the question is none to the library.
    pub(crate) fn answer(&self, question: &Question) -> Option<Decided> {
        let context = context(question);
        let all = |set: &PolicySet| {
            let resources = question.resources.iter();
            set.evaluate_all(
                resources.map(|one| Request::new(&question.action, one).with_context(&context)),
            )
        };
        let session = self
            .session
            .as_ref()
            .filter(|_| question.flow != Flow::Trust);
        let session = session.map(all);
        let identity = (question.flow != Flow::Trust).then(|| all(&self.policies));
        let trust = match &self.trust {
            Some(trust) if question.flow != Flow::Call => {
                Some(ask(question, &context, |request| trust.evaluate(request))?)
            }
            _ => None,
        };
        let verdict = match (identity, trust) {
            (Some(identity), Some(trust)) => combine_assume(session, identity, trust).effect(),
            (Some(identity), None) => combine_call(session, identity).effect(),
            (None, Some(trust)) => trust.effect,
            (None, None) => evaluate::Effect::ImplicitDeny,
        };
        let of = |decision: Option<Decision>| decision.map(|decision| effect(decision.effect));
        Some(Decided {
            answer: Answer {
                session: of(session),
                identity: of(identity),
                trust: of(trust),
                all: effect(verdict),
            },
            session,
            identity,
            trust,
        })
    }

    /// How long the identity policies take to decide, by itself.
    pub(crate) fn time(&self, question: &Question) -> Duration {
        let context = context(question);
        let resources = question.resources.iter();
        let requests: Vec<Request<'_>> = resources
            .map(|one| Request::new(&question.action, one).with_context(&context))
            .collect();
        let begin = Instant::now();
        black_box(self.policies.evaluate_all(black_box(requests)));
        begin.elapsed()
    }

    /// Every statement of the identity policies that matches for a resource.
    pub(crate) fn matching(&self, question: &Question, resource: &str) -> Vec<Matching> {
        let context = context(question);
        let request = Request::new(&question.action, resource).with_context(&context);
        let found = self.policies.matching(&request);
        found
            .map(|(at, effect)| (at.policy, at.statement, effect == StatementEffect::Allow))
            .collect()
    }

    /// Every statement of the trust policy that matches; `None` without one.
    pub(crate) fn matching_trust(&self, question: &Question) -> Option<Vec<Matching>> {
        let trust = self.trust.as_ref()?;
        ask(question, &context(question), |request| {
            let found = trust.matching(request);
            found
                .map(|(statement, effect)| (0, statement, effect == StatementEffect::Allow))
                .collect()
        })
    }
}

fn context(question: &Question) -> MapContext {
    let keys = question.context.iter();
    keys.map(|(key, values)| (&**key, values.iter().map(|value| &**value)))
        .collect()
}

/// Asks the trust policy as the caller of the question.
fn ask<T>(
    question: &Question,
    context: &MapContext,
    of: impl Fn(&TrustRequest<'_>) -> T,
) -> Option<T> {
    let role_account: AccountId = question.role_account.parse().ok()?;
    let ask = |principal: Principal<'_>| {
        of(&TrustRequest {
            action: &question.action,
            principal: &principal,
            role_account,
            context,
        })
    };
    Some(match &question.caller {
        Caller::Root { account } => ask(Principal::Root {
            account: account.parse().ok()?,
        }),
        Caller::User { account, name } => {
            let name: UserName = name.parse().ok()?;
            ask(Principal::User {
                account: account.parse().ok()?,
                name: &name,
            })
        }
        Caller::Role { account, name } => {
            let name: RoleName = name.parse().ok()?;
            ask(Principal::Role {
                account: account.parse().ok()?,
                name: &name,
            })
        }
        Caller::Service { name, bound } => {
            let acting_for = match bound {
                Some(account) => Some(account.parse().ok()?),
                None => None,
            };
            ask(Principal::Service { name, acting_for })
        }
        Caller::Federated { provider } => {
            let provider: ProviderArn = provider.parse().ok()?;
            ask(Principal::Federated {
                provider: &provider,
            })
        }
    })
}
