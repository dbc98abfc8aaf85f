//! Decision cases as data: the reader and the runner behind `rampart policy test` and the tests.
//!
//! A case gives documents, a caller, an action and a resource, and says what has to come of it.
//! The head of `tests/vectors/policy-cases.json` describes each field.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::arn::{ProviderArn, RoleArn};
use super::compile::CompiledPolicy;
use super::context::MapContext;
use super::document::{Document, DocumentKind, Fault};
use super::evaluate::{Decision, Effect, PolicySet, Request, StatementRef};
use super::flow::{Step, Verdict, combine_assume, combine_call};
use super::ids::{AccountId, RoleName, UserName};
use super::principal::Principal;
use super::trust::{TrustPolicy, TrustRequest};

/// A file of cases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFile {
    /// What the file is for.
    #[serde(default)]
    pub about: String,
    /// What each field means.
    #[serde(default)]
    pub format: Map<String, Value>,
    /// The cases.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// A unique id.
    pub name: String,
    /// The caller's identity policies.
    pub policies: Vec<CaseDocument>,
    /// The policy passed when the caller's session was made.
    pub session_policy: Option<CaseDocument>,
    /// The trust policy of the role that `resource` names; makes the case a role assumption.
    pub trust_policy: Option<CaseDocument>,
    /// The caller; without one, some user.
    pub principal: Option<CasePrincipal>,
    /// The action checked.
    pub action: String,
    /// The resource or resources checked.
    pub resource: OneOrMany,
    /// The condition keys of the request: a text, or a list of them.
    #[serde(default)]
    pub context: BTreeMap<String, OneOrMany>,
    /// Whether some document of the case has a condition.
    pub has_condition: bool,
    /// What has to come of it.
    pub expect: Expectation,
    /// The reason.
    pub why: String,
    /// `documented`, `inferred` or `proposal`.
    pub basis: Option<String>,
}

/// A policy document in a case.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum CaseDocument {
    /// The raw text of a document.
    Text(String),
    /// The document itself.
    Json(Value),
}

/// One text or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// One.
    One(String),
    /// Several.
    Many(Vec<String>),
}

impl OneOrMany {
    /// All of them.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::Many(texts) => texts,
        }
    }
}

/// The caller of a case.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum CasePrincipal {
    /// A RAM user.
    User {
        /// The user's account.
        account: AccountId,
        /// The user's name.
        name: UserName,
    },
    /// A session of a role.
    Role {
        /// The role's account.
        account: AccountId,
        /// The role's name.
        name: RoleName,
        /// The session's name, which plays no part.
        session: Option<String>,
    },
    /// The owner of an account.
    Root {
        /// The account.
        account: AccountId,
    },
    /// A service of the cloud.
    Service {
        /// The service.
        name: String,
        /// The account it acts for; without one, the role's own.
        account: Option<AccountId>,
    },
    /// A user of a SAML provider.
    Saml {
        /// The provider's ARN.
        provider: String,
    },
    /// A user of an OIDC provider.
    Oidc {
        /// The provider's ARN.
        provider: String,
    },
}

/// What can come of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Expectation {
    /// Permitted.
    Allow,
    /// Forbidden explicitly.
    Deny,
    /// Not permitted.
    ImplicitDeny,
    /// Some document of the case is refused.
    Malformed,
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What came of it; `None` if the case makes no sense.
    pub got: Option<Expectation>,
    /// The step that decided; `None` where none did: a document is refused, or the caller owns the
    /// account.
    pub step: Option<Step>,
    /// The statement that decided: the place of its document among those of the step, and its own,
    /// both from 0.
    pub by: Option<StatementRef>,
    /// The statement, fault or step behind it, in words.
    pub detail: String,
}

impl Outcome {
    fn without_step(got: Option<Expectation>, detail: String) -> Self {
        Self {
            got,
            step: None,
            by: None,
            detail,
        }
    }
}

impl Expectation {
    /// The name that a case gives it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
            Self::ImplicitDeny => "ImplicitDeny",
            Self::Malformed => "Malformed",
        }
    }
}

impl CaseFile {
    /// Reads a file of cases. Errors: not JSON, or not of this form.
    pub fn parse(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

/// Runs one case.
pub fn run_case(case: &Case) -> Outcome {
    match decide(case) {
        Ok(outcome) => outcome,
        Err(Failure::Malformed(faults)) => {
            let faults: Vec<String> = faults.iter().map(Fault::to_string).collect();
            Outcome::without_step(Some(Expectation::Malformed), faults.join("; "))
        }
        Err(Failure::Senseless(detail)) => Outcome::without_step(None, detail.into()),
    }
}

enum Failure {
    Malformed(Vec<Fault>),
    Senseless(&'static str),
}

fn read(kind: DocumentKind, document: &CaseDocument) -> Result<Document, Failure> {
    let text = match document {
        CaseDocument::Text(text) => text.clone(),
        CaseDocument::Json(value) => value.to_string(),
    };
    Document::parse(kind, &text).map_err(Failure::Malformed)
}

fn policy(kind: DocumentKind, document: &CaseDocument) -> Result<Arc<CompiledPolicy>, Failure> {
    Ok(Arc::new(CompiledPolicy::new(&read(kind, document)?)))
}

fn decide(case: &Case) -> Result<Outcome, Failure> {
    let identity = case
        .policies
        .iter()
        .map(|document| policy(DocumentKind::Identity, document));
    let identity: PolicySet = identity.collect::<Result<_, _>>()?;
    let session = case.session_policy.as_ref();
    let session = session
        .map(|document| policy(DocumentKind::Session, document))
        .transpose()?;
    let session: Option<PolicySet> = session.map(|policy| PolicySet::new(vec![policy]));
    let trust = case.trust_policy.as_ref();
    let trust = trust
        .map(|document| read(DocumentKind::Trust, document))
        .transpose()?;

    let context = case.context.iter();
    let context: MapContext = context
        .map(|(key, values)| (key, values.as_slice().iter().map(String::as_str)))
        .collect();
    let request = |resource| Request::new(&case.action, resource).with_context(&context);
    let requests = || case.resource.as_slice().iter().map(|r| request(r.as_str()));
    let decide = |set: &PolicySet| set.evaluate_all(requests());
    let (session, identity) = (session.as_ref().map(decide), decide(&identity));

    let Some(trust) = trust else {
        return Ok(match &case.principal {
            Some(CasePrincipal::Root { .. }) => owner(Expectation::Allow),
            Some(
                CasePrincipal::Service { .. }
                | CasePrincipal::Saml { .. }
                | CasePrincipal::Oidc { .. },
            ) => {
                return Err(Failure::Senseless(
                    "this caller makes role assumptions only",
                ));
            }
            _ => {
                let verdict = combine_call(session, identity);
                told(verdict)
            }
        });
    };
    let [role] = case.resource.as_slice() else {
        return Err(Failure::Senseless(
            "an assumption has one role as its resource",
        ));
    };
    let role: RoleArn = role
        .parse()
        .map_err(|_| Failure::Senseless("the resource is not the ARN of a role"))?;
    let trust = TrustPolicy::new(&trust);
    let asked = |principal: &Principal<'_>| {
        trust.evaluate(&TrustRequest {
            action: &case.action,
            principal,
            role_account: role.account,
            context: &context,
        })
    };
    let both = |trust: Decision| told(combine_assume(session, identity, trust));
    let alone = |decision| {
        told(Verdict {
            decision,
            step: Step::TrustPolicy,
        })
    };
    let default = CasePrincipal::User {
        account: role.account,
        name: default_user()?,
    };
    Ok(match case.principal.as_ref().unwrap_or(&default) {
        CasePrincipal::Root { .. } => owner(Expectation::ImplicitDeny),
        CasePrincipal::User { account, name } => both(asked(&Principal::User {
            account: *account,
            name,
        })),
        CasePrincipal::Role { account, name, .. } => both(asked(&Principal::Role {
            account: *account,
            name,
        })),
        CasePrincipal::Service { name, account } => alone(asked(&Principal::Service {
            name,
            acting_for: *account,
        })),
        CasePrincipal::Saml { provider } | CasePrincipal::Oidc { provider } => {
            let provider: ProviderArn = provider
                .parse()
                .map_err(|_| Failure::Senseless("the provider is not the ARN of one"))?;
            alone(asked(&Principal::Federated {
                provider: &provider,
            }))
        }
    })
}

fn default_user() -> Result<UserName, Failure> {
    "user"
        .parse()
        .map_err(|_| Failure::Senseless("no default user"))
}

/// The owner of an account may do everything in it but take a role.
fn owner(got: Expectation) -> Outcome {
    Outcome::without_step(Some(got), "the caller owns the account".into())
}

fn told(verdict: Verdict) -> Outcome {
    let got = match verdict.effect() {
        Effect::Allow => Expectation::Allow,
        Effect::Deny => Expectation::Deny,
        Effect::ImplicitDeny => Expectation::ImplicitDeny,
    };
    let (step, by) = (verdict.step, verdict.decision.by());
    let detail = match by {
        Some(by) => format!(
            "{step:?}: document {}, statement {}",
            by.policy, by.statement
        ),
        None => format!("{step:?}: no statement matches"),
    };
    Outcome {
        got: Some(got),
        step: Some(step),
        by,
        detail,
    }
}
