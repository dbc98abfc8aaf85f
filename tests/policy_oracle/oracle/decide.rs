//! How a request is decided (policy-evaluation §1, §2, §3 and §7).

use super::super::question::{Answer, Documents, Effect, Flow, Kind, Matching, Question};
use super::document::{self, Statement};

/// Documents that have been read.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) policies: Vec<Vec<Statement>>,
    pub(crate) session: Option<Vec<Statement>>,
    pub(crate) trust: Option<Vec<Statement>>,
}

/// Reads the documents; `None` where one of them has to be refused.
pub(crate) fn read(documents: &Documents) -> Option<Read> {
    let policies = documents.policies.iter();
    let policies = policies.map(|text| document::parse(Kind::Identity, text));
    let policies = policies.collect::<Option<Vec<_>>>()?;
    let session = match &documents.session {
        Some(text) => Some(document::parse(Kind::Session, text)?),
        None => None,
    };
    let trust = match &documents.trust {
        Some(text) => Some(document::parse(Kind::Trust, text)?),
        None => None,
    };
    Some(Read {
        policies,
        session,
        trust,
    })
}

/// One set of documents: for each resource the statements that match, in their order.
#[derive(Debug)]
pub(crate) struct Step(pub(crate) Vec<Vec<Matching>>);

/// What each step of a question's flow finds.
#[derive(Debug)]
pub(crate) struct Steps {
    pub(crate) session: Option<Step>,
    pub(crate) identity: Option<Step>,
    pub(crate) trust: Option<Step>,
}

fn matching(set: &[Vec<Statement>], question: &Question, resource: &str) -> Vec<Matching> {
    let mut found = Vec::new();
    for (place, statements) in set.iter().enumerate() {
        for (number, statement) in statements.iter().enumerate() {
            if statement.matches(question, resource) {
                found.push((place, number, statement.allow));
            }
        }
    }
    found
}

/// One resource: a Deny, else an Allow, else nothing.
pub(crate) fn one_resource(matching: &[Matching]) -> Effect {
    if matching.iter().any(|(_, _, allow)| !allow) {
        Effect::Deny
    } else if matching.is_empty() {
        Effect::ImplicitDeny
    } else {
        Effect::Allow
    }
}

impl Step {
    fn new(set: &[Vec<Statement>], question: &Question, resources: &[String]) -> Self {
        let resources = resources.iter();
        Self(
            resources
                .map(|resource| matching(set, question, resource))
                .collect(),
        )
    }

    /// Each of the resources: any Deny gives Deny; all Allow gives Allow.
    ///
    /// Reading: a call that names no resource at all is not allowed.
    fn effect(&self) -> Effect {
        let effects: Vec<Effect> = self.0.iter().map(|found| one_resource(found)).collect();
        if effects.contains(&Effect::Deny) {
            Effect::Deny
        } else if !effects.is_empty() && effects.iter().all(|effect| *effect == Effect::Allow) {
            Effect::Allow
        } else {
            Effect::ImplicitDeny
        }
    }
}

/// What matches of documents that have been read.
pub(crate) fn steps(read: &Read, question: &Question) -> Steps {
    let one = |statements: &Vec<Statement>, resources: &[String]| {
        Step::new(std::slice::from_ref(statements), question, resources)
    };
    let session = read
        .session
        .as_ref()
        .filter(|_| question.flow != Flow::Trust);
    let trust = read.trust.as_ref().filter(|_| question.flow != Flow::Call);
    Steps {
        session: session.map(|statements| one(statements, &question.resources)),
        identity: (question.flow != Flow::Trust)
            .then(|| Step::new(&read.policies, question, &question.resources)),
        // In a trust policy the role itself is the resource.
        trust: trust.map(|statements| one(statements, &[String::new()])),
    }
}

/// What comes of the steps.
pub(crate) fn answer(steps: &Steps) -> Answer {
    let of = |step: &Option<Step>| step.as_ref().map(Step::effect);
    let (session, identity, trust) = (of(&steps.session), of(&steps.identity), of(&steps.trust));
    let all = match (session, identity, trust) {
        // The session policy ends the evaluation unless it allows.
        (Some(ended @ (Effect::Deny | Effect::ImplicitDeny)), _, _) => ended,
        (_, Some(a), Some(b)) => {
            if a == Effect::Deny || b == Effect::Deny {
                Effect::Deny
            } else if a == Effect::Allow && b == Effect::Allow {
                Effect::Allow
            } else {
                Effect::ImplicitDeny
            }
        }
        (_, one, None) | (_, None, one) => one.unwrap_or(Effect::ImplicitDeny),
    };
    Answer {
        session,
        identity,
        trust,
        all,
    }
}
