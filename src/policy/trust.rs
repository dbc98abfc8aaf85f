//! The role's side of an assumption: its trust policy, and who asks.
//!
//! Source: policy-language §5, policy-evaluation §3.

use super::compile::{Principals, Rule, Rules, stored};
use super::document::{Document, DocumentKind, Fault, Statement, Target};
use super::evaluate::Decision;
use super::ids::AccountId;
use super::principal::Principal;

/// A role's trust policy, ready for evaluation.
#[derive(Debug)]
pub struct TrustPolicy {
    rules: Rules<Principals>,
    faults: Box<[Fault]>,
}

/// What is asked of a role: may `principal` do `action` with it?
///
/// The keys that conditions speak of are to join it.
#[derive(Debug, Clone, Copy)]
pub struct TrustRequest<'a> {
    /// `sts:AssumeRole`, in each of the three calls that make a session, or
    /// `sts:SetSourceIdentity`; case is ignored.
    pub action: &'a str,
    /// Who asks.
    pub principal: &'a Principal<'a>,
    /// The account that owns the role.
    pub role_account: AccountId,
}

impl TrustPolicy {
    /// Compiles a sound trust policy. A document of another kind names nobody, so nobody is
    /// trusted.
    pub fn new(document: &Document) -> Self {
        let rules = document.statements.iter().cloned().enumerate();
        let rules = rules.filter_map(|(statement, read)| {
            let Statement {
                effect,
                actions,
                target,
                ..
            } = read;
            let target = principals(Some(target))?;
            Some(Rule {
                statement,
                effect,
                actions,
                target,
            })
        });
        Self {
            rules: Rules::new(rules.collect()),
            faults: [].into(),
        }
    }

    /// Compiles the text of a stored trust policy, as
    /// [`CompiledPolicy::from_stored`](super::compile::CompiledPolicy::from_stored) does: it never
    /// fails, and what cannot be understood trusts nobody and goes on denying.
    pub fn from_stored(text: &str) -> Self {
        let (rules, faults) = stored(DocumentKind::Trust, text, principals);
        Self { rules, faults }
    }

    /// Whether the document denies everybody because it cannot be read.
    pub fn is_unreadable(&self) -> bool {
        matches!(self.rules, Rules::Unreadable)
    }

    /// What is wrong with a stored document; empty for a sound one.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// Decides whether the role lets itself be taken. In the decision the policy's place is 0.
    pub fn evaluate(&self, request: &TrustRequest<'_>) -> Decision {
        let finding = self
            .rules
            .find(request.action, |principals| match principals {
                None => true,
                Some(entries) => entries
                    .iter()
                    .any(|entry| entry.matches(request.principal, request.role_account)),
            });
        let mut decision = Decision::IMPLICIT;
        decision.take_in(0, &finding);
        decision
    }
}

/// The compiled form of a statement's principals; everyone where they are missing or malformed.
fn principals(target: Option<Target>) -> Option<Principals> {
    match target {
        None => Some(None),
        Some(Target::Principals(entries)) => Some(Some(entries)),
        Some(Target::Resources(_)) => None,
    }
}
