//! How the decisions of several sets become that of a call.
//!
//! Source: policy-evaluation §2, §3, §4 and §7. Control policies are to come in front.

use super::evaluate::{Decision, Effect};

/// A step of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The policy that was passed when the caller's session was made.
    SessionPolicy,
    /// The policies attached to the caller.
    IdentityPolicy,
    /// The trust policy of the role that is asked for.
    TrustPolicy,
}

/// The decision on a call, and the step that made it: for a denial the one to report, for a
/// permission the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// The decision of the step.
    pub decision: Decision,
    /// Which step it was.
    pub step: Step,
}

impl Verdict {
    /// Whether the call is permitted.
    pub fn is_allowed(self) -> bool {
        self.decision.is_allowed()
    }

    /// What came of it.
    pub fn effect(self) -> Effect {
        self.decision.effect
    }
}

/// Combines the steps of a plain call: the session policy, if there is one, ends the evaluation
/// unless it allows, even where the identity policies hold a Deny.
pub fn combine_call(session: Option<Decision>, identity: Decision) -> Verdict {
    match session {
        Some(decision) if !decision.is_allowed() => Verdict {
            decision,
            step: Step::SessionPolicy,
        },
        _ => Verdict {
            decision: identity,
            step: Step::IdentityPolicy,
        },
    }
}

/// Combines the steps of a role assumption by a user or a role session: both the caller's side and
/// the trust policy have to allow.
///
/// Of two denials an explicit one is reported first, then the caller's side.
///
/// A caller who must not learn whether the role exists is to be stopped before the role is looked
/// up: [`combine_call`] says whether the caller's side alone already ends the evaluation.
pub fn combine_assume(session: Option<Decision>, identity: Decision, trust: Decision) -> Verdict {
    let caller = combine_call(session, identity);
    if caller.step == Step::SessionPolicy {
        return caller;
    }
    let trust = Verdict {
        decision: trust,
        step: Step::TrustPolicy,
    };
    match (caller.effect(), trust.effect()) {
        (Effect::Deny, _) | (Effect::ImplicitDeny, Effect::Allow | Effect::ImplicitDeny) => caller,
        (Effect::Allow, _) | (Effect::ImplicitDeny, Effect::Deny) => trust,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn decision(effect: Effect) -> Decision {
        Decision {
            effect,
            ..Decision::IMPLICIT
        }
    }

    const ALLOW: Decision = decision(Effect::Allow);
    const DENY: Decision = decision(Effect::Deny);
    const IMPLICIT: Decision = decision(Effect::ImplicitDeny);

    #[test]
    fn a_session_policy_ends_the_evaluation_first() {
        use Step::{IdentityPolicy, SessionPolicy};
        for (session, identity, effect, step) in [
            (None, ALLOW, Effect::Allow, IdentityPolicy),
            (None, DENY, Effect::Deny, IdentityPolicy),
            (Some(ALLOW), ALLOW, Effect::Allow, IdentityPolicy),
            (Some(ALLOW), IMPLICIT, Effect::ImplicitDeny, IdentityPolicy),
            (Some(IMPLICIT), DENY, Effect::ImplicitDeny, SessionPolicy),
            (Some(DENY), ALLOW, Effect::Deny, SessionPolicy),
        ] {
            let verdict = combine_call(session, identity);
            assert_eq!((verdict.effect(), verdict.step), (effect, step));
        }
    }

    #[test]
    fn an_assumption_needs_both_sides() {
        use Step::{IdentityPolicy, TrustPolicy};
        for (identity, trust, effect, step) in [
            (ALLOW, ALLOW, Effect::Allow, TrustPolicy),
            (ALLOW, IMPLICIT, Effect::ImplicitDeny, TrustPolicy),
            (ALLOW, DENY, Effect::Deny, TrustPolicy),
            (IMPLICIT, ALLOW, Effect::ImplicitDeny, IdentityPolicy),
            (IMPLICIT, IMPLICIT, Effect::ImplicitDeny, IdentityPolicy),
            (IMPLICIT, DENY, Effect::Deny, TrustPolicy),
            (DENY, ALLOW, Effect::Deny, IdentityPolicy),
            (DENY, IMPLICIT, Effect::Deny, IdentityPolicy),
            (DENY, DENY, Effect::Deny, IdentityPolicy),
        ] {
            let verdict = combine_assume(None, identity, trust);
            assert_eq!(
                (verdict.effect(), verdict.step),
                (effect, step),
                "{identity:?} {trust:?}"
            );
        }
        let verdict = combine_assume(Some(IMPLICIT), ALLOW, DENY);
        assert_eq!(
            (verdict.effect(), verdict.step),
            (Effect::ImplicitDeny, Step::SessionPolicy)
        );
    }
}
