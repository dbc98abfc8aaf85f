//! The role's side of an assumption: its trust policy, and who asks.
//!
//! Source: policy-language §5, policy-evaluation §3.

use std::fmt;

use super::compile::{Principals, Rule, Rules, sound, stored};
use super::context::Context;
use super::document::{Document, DocumentKind, Fault, StatementEffect, Target};
use super::evaluate::{Decision, Found, StatementRef};
use super::ids::AccountId;
use super::principal::Principal;

/// A role's trust policy, ready for evaluation.
#[derive(Debug)]
pub struct TrustPolicy {
    rules: Rules<Principals>,
    faults: Box<[Fault]>,
}

/// What is asked of a role: may `principal` do `action` with it?
#[derive(Clone, Copy)]
pub struct TrustRequest<'a> {
    /// `sts:AssumeRole`, in each of the three calls that make a session, or
    /// `sts:SetSourceIdentity`; case is ignored.
    pub action: &'a str,
    /// Who asks.
    pub principal: &'a Principal<'a>,
    /// The account that owns the role.
    pub role_account: AccountId,
    /// The condition keys of the request.
    pub context: &'a dyn Context,
}

impl fmt::Debug for TrustRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustRequest")
            .field("action", &self.action)
            .field("principal", &self.principal)
            .finish_non_exhaustive()
    }
}

impl TrustPolicy {
    /// Compiles a sound trust policy. A document of another kind denies everybody.
    pub fn new(document: &Document) -> Self {
        Self {
            rules: sound(document, |target| principals(Some(target))),
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
        let Some(rules) = self.rules.readable() else {
            return Decision::unreadable(0);
        };
        let mut found = Found::default();
        for (place, rule) in (0..).zip(rules) {
            found.take_in(rule.effect, place, || rule.admits(request));
        }
        found.decision(|place| StatementRef {
            policy: 0,
            statement: usize::try_from(place)
                .ok()
                .and_then(|place| rules.get(place))
                .map_or(0, |rule| rule.statement),
        })
    }

    /// Every statement that matches, in order: its place in the document and its effect.
    pub fn matching(
        &self,
        request: &TrustRequest<'_>,
    ) -> impl Iterator<Item = (usize, StatementEffect)> {
        let rules = self.rules.readable().unwrap_or_default();
        rules
            .iter()
            .filter(|rule| rule.admits(request))
            .map(|rule| (rule.statement, rule.effect))
    }
}

impl Rule<Principals> {
    fn admits(&self, request: &TrustRequest<'_>) -> bool {
        self.actions.matches(request.action)
            && self.target.as_ref().is_none_or(|entries| {
                entries
                    .iter()
                    .any(|entry| entry.matches(request.principal, request.role_account))
            })
            && self.condition.holds(request.context)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::context::{MapContext, NoContext};
    use crate::policy::evaluate::{Effect, Reason};

    /// What the stored policy says to a user, and to a service, of account 1000000000000001.
    fn says(text: &str) -> [Effect; 2] {
        let account = AccountId::from_random(1);
        let name = "alice".parse().unwrap();
        let policy = TrustPolicy::from_stored(text);
        let context: MapContext = [("sts:ExternalId", ["e-1"])].into_iter().collect();
        [
            Principal::User {
                account,
                name: &name,
            },
            Principal::Service {
                name: "ecs.aliyuncs.com",
                acting_for: None,
            },
        ]
        .map(|principal| {
            let request = TrustRequest {
                action: "STS:assumerole",
                principal: &principal,
                role_account: account,
                context: &context,
            };
            policy.evaluate(&request).effect
        })
    }

    fn document(statements: &str) -> String {
        format!(r#"{{"Version":"1","Statement":[{statements}]}}"#)
    }

    const USERS: &str = r#"{"Effect":"Allow","Action":"sts:*","Principal":{"RAM":"*"}}"#;

    #[test]
    fn a_sound_policy_trusts_whom_it_names() {
        assert_eq!(
            says(&document(USERS)),
            [Effect::Allow, Effect::ImplicitDeny]
        );
    }

    #[test]
    fn a_condition_narrows_trust() {
        let conditional = |value: &str| {
            let condition = format!(
                r#""Condition":{{"StringEquals":{{"sts:ExternalId":"{value}"}}}},"Effect""#
            );
            USERS.replace("\"Effect\"", &condition)
        };
        assert_eq!(
            says(&document(&conditional("e-1"))),
            [Effect::Allow, Effect::ImplicitDeny]
        );
        assert_eq!(
            says(&document(&conditional("e-2"))),
            [Effect::ImplicitDeny; 2]
        );
        let deny = conditional("e-1").replace("Allow", "Deny");
        assert_eq!(
            says(&document(&format!("{USERS},{deny}"))),
            [Effect::Deny, Effect::ImplicitDeny]
        );
    }

    #[test]
    fn a_condition_that_is_not_understood_takes_trust_away() {
        let unknown = USERS.replace("\"Effect\"", r#""Condition":{"Foo":{}},"Effect""#);
        assert_eq!(says(&document(&unknown)), [Effect::ImplicitDeny; 2]);
        assert_eq!(
            says(&document(&format!("{USERS},{unknown}"))),
            [Effect::ImplicitDeny; 2]
        );
        let deny = unknown.replace("Allow", "Deny");
        assert_eq!(says(&document(&deny)), [Effect::Deny, Effect::ImplicitDeny]);
    }

    #[test]
    fn a_malformed_principal_denies_everybody_and_trusts_nobody() {
        let malformed = r#"{"Effect":"Deny","Action":"sts:*","Principal":{"RAM":["x"]}}"#;
        assert_eq!(
            says(&document(&format!("{USERS},{malformed}"))),
            [Effect::Deny; 2]
        );
        assert_eq!(
            says(&document(&malformed.replace("Deny", "Allow"))),
            [Effect::ImplicitDeny; 2]
        );
    }

    #[test]
    fn what_cannot_be_read_denies() {
        assert_eq!(says("{"), [Effect::Deny; 2]);
        let identity =
            r#"{"Version":"1","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
        let policy = TrustPolicy::new(&Document::parse(DocumentKind::Identity, identity).unwrap());
        let request = TrustRequest {
            action: "sts:AssumeRole",
            principal: &Principal::Service {
                name: "ecs.aliyuncs.com",
                acting_for: None,
            },
            role_account: AccountId::from_random(1),
            context: &NoContext,
        };
        assert_eq!(
            policy.evaluate(&request).reason,
            Reason::Unreadable { policy: 0 }
        );
    }
}
