//! The decision on a plain call: the caller's session policy, then its own policies, on every
//! resource that the operation declares.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::iam::caller::Identity;
use crate::iam::context::CallContext;
use crate::iam::diagnosis::{self, MatchedStatement};
use crate::iam::views::{COMPILED_FACTOR, PrincipalView};
use crate::policy::compile::CompiledPolicy;
use crate::policy::context::{Context, MapContext};
use crate::policy::document::DocumentKind;
use crate::policy::evaluate::{Effect, PolicySet, Request};
use crate::policy::flow::{Step, Verdict, combine_call};

/// One action that must be allowed on each of the resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The action, as `ram:CreateRole`.
    pub action: &'static str,
    /// ARNs; `*` where the operation knows no resources.
    pub resources: Vec<Cow<'static, str>>,
    /// The tags of each resource, as condition keys; of those beyond the end nothing is known.
    pub tags: Vec<MapContext>,
    /// What a denial shows in place of the resource: a caller that named it by an id or a key is not
    /// told its name.
    pub shown: Option<String>,
}

impl Check {
    /// One action on these resources, of whose tags nothing is known yet.
    pub fn on(action: &'static str, resources: Vec<Cow<'static, str>>) -> Self {
        Self {
            action,
            resources,
            tags: Vec::new(),
            shown: None,
        }
    }
}

/// A call that was not allowed, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// The action that lacked permission.
    pub action: &'static str,
    /// The resource on which it did.
    pub resource: String,
    /// Whether a statement forbade it, or none permitted it.
    pub explicit: bool,
    /// Which step of the evaluation said no.
    pub step: Step,
    /// The caller's account.
    pub owner: String,
    /// `SubUser`, `AssumedRoleUser`, `Account`.
    pub principal_type: &'static str,
    /// The user's id or `<RoleName>:<RoleSessionName>`.
    pub principal: String,
    /// When, in unix seconds.
    pub at: i64,
    /// The condition keys of the call and their values.
    pub conditions: Vec<(String, Vec<String>)>,
    /// The statements that denied, as far as the caller's account may know them.
    pub matched: Vec<MatchedStatement>,
}

impl Denial {
    pub(super) fn new(
        context: &CallContext<'_>,
        action: &'static str,
        resource: &str,
        verdict: Verdict,
        matched: Vec<MatchedStatement>,
    ) -> Self {
        let caller = context.caller;
        Self {
            action,
            resource: resource.to_owned(),
            explicit: verdict.effect() == Effect::Deny,
            step: verdict.step,
            owner: caller.account.to_string(),
            principal_type: caller.principal_type(),
            principal: caller.display_name(),
            at: context.now,
            conditions: diagnosis::conditions(context),
            matched,
        }
    }
}

/// Decides one action on resources for a caller other than root.
pub(super) fn evaluate(
    policies: &PolicySet,
    session: Option<&PolicySet>,
    action: &str,
    resources: &[Cow<'static, str>],
    context: &dyn Context,
) -> Verdict {
    let requests = || {
        resources
            .iter()
            .map(|resource| Request::new(action, resource).with_context(context))
    };
    let on = |set: &PolicySet| set.evaluate_all(requests());
    combine_call(session.map(on), on(policies))
}

/// The same where each resource has tags of its own.
fn evaluate_tagged(
    policies: &PolicySet,
    session: Option<&PolicySet>,
    check: &Check,
    context: &CallContext<'_>,
) -> Verdict {
    let contexts: Vec<CallContext<'_>> = (0..check.resources.len())
        .map(|at| context.with_tags(check.tags.get(at)))
        .collect();
    let requests = || {
        let each = check.resources.iter().zip(&contexts);
        each.map(|(resource, context)| Request::new(check.action, resource).with_context(context))
    };
    let on = |set: &PolicySet| set.evaluate_all(requests());
    combine_call(session.map(on), on(policies))
}

/// Decides a plain call. Root needs no policy; its account is the only one the call can touch.
///
/// `principal` is the caller's own entry, `None` for root alone; `session` the compiled session
/// policy, where the session has one; `context` who calls, and what conditions can ask of the call.
///
/// # Errors
/// The first check that was not allowed.
pub fn authorize(
    context: &CallContext<'_>,
    principal: Option<&PrincipalView>,
    session: Option<&PolicySet>,
    checks: &[Check],
) -> Result<(), Box<Denial>> {
    let nothing = PolicySet::default();
    let policies = match (&context.caller.identity, principal) {
        (Identity::Root, _) => return Ok(()),
        (_, Some(principal)) => &principal.policies,
        (_, None) => &nothing,
    };
    for check in checks {
        let verdict = if check.tags.is_empty() {
            evaluate(policies, session, check.action, &check.resources, context)
        } else {
            evaluate_tagged(policies, session, check, context)
        };
        if !verdict.is_allowed() {
            let at = verdict.decision.resource;
            let resource = check.resources.get(at).map_or("*", |r| r.as_ref());
            let context = context.with_tags(check.tags.get(at));
            let request = Request::new(check.action, resource).with_context(&context);
            let matched = diagnosis::denying(verdict.step, &context, principal, session, &request);
            return Err(Box::new(Denial::new(
                &context,
                check.action,
                check.shown.as_deref().unwrap_or(resource),
                verdict,
                matched,
            )));
        }
    }
    Ok(())
}

/// Compiled session policies, shared by the requests of a session. Small on purpose: a tenant who
/// makes thousands of them pays with compiling his own again.
#[derive(Default)]
pub struct SessionPolicies {
    kept: RwLock<Kept>,
}

#[derive(Default)]
struct Kept {
    sets: HashMap<Box<str>, Arc<PolicySet>>,
    bytes: usize,
}

impl std::fmt::Debug for SessionPolicies {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionPolicies(..)")
    }
}

/// How many bytes are kept, roughly.
const KEPT: usize = 8 << 20;

impl SessionPolicies {
    /// The policy, compiled. One that cannot be read denies everything.
    pub fn get(&self, text: &str) -> Arc<PolicySet> {
        let known = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.sets.get(text) {
            return Arc::clone(found);
        }
        drop(known);
        let compiled = CompiledPolicy::from_stored(DocumentKind::Session, text);
        let set = Arc::new(PolicySet::new(vec![Arc::new(compiled)]));
        let weight = set.index_bytes() + text.len() * COMPILED_FACTOR;
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.bytes + weight > KEPT {
            *kept = Kept::default();
        }
        if kept.sets.insert(text.into(), Arc::clone(&set)).is_none() {
            kept.bytes += weight;
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A session policy whose index weighs many times its text counts with that.
    #[test]
    fn t04_session_policies_are_kept_within_bytes() {
        let actions: Vec<String> = (0..12).map(|n| format!("a:A{n}")).collect();
        let statement = |of: usize| {
            let resources: Vec<String> = (0..5).map(|n| format!("acs:a:::{of}x{n}")).collect();
            format!(r#"{{"Effect":"Allow","Action":{actions:?},"Resource":{resources:?}}}"#)
        };
        let kept = SessionPolicies::default();
        let (mut most, mut bytes) = (0, 0);
        for number in 0..600 {
            let statements: Vec<String> = (0..8).map(|n| statement(number * 8 + n)).collect();
            let text = format!(
                r#"{{"Version":"1","Statement":[{}]}}"#,
                statements.join(",")
            );
            bytes += text.len() * COMPILED_FACTOR;
            kept.get(&text);
            let kept = kept.kept.read().unwrap();
            assert!(kept.bytes <= KEPT, "{}", kept.bytes);
            most = most.max(kept.sets.len());
        }
        // By their texts alone all would be.
        assert!(bytes < KEPT && most < 600, "{bytes} {most}");
    }
}
