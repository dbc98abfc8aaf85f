//! What a denial tells the account of the caller, and nobody else: an opaque text that goes out with
//! the denial and that `DecodeDiagnosticMessage` opens.
//!
//! It is sealed, bound to the account whose policies it speaks of and to this database: a message
//! shows only the statements of the account that decodes it (THREATS row 20).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::credential::seal::{Aad, Incarnation, MasterKey, Purpose, SealError, Sealer};
use crate::iam::authz::Denial;
use crate::iam::context::CallContext;
use crate::iam::views::PrincipalView;
use crate::model::policy::PolicyType;
use crate::model::principal::PrincipalId;
use crate::policy::context::Context as _;
use crate::policy::document::StatementEffect;
use crate::policy::evaluate::{PolicySet, Request};
use crate::policy::flow::Step;
use crate::policy::ids::AccountId;
use crate::policy::trust::{TrustPolicy, TrustRequest};

/// How long a message can be decoded, in seconds.
pub const DECODABLE_SECONDS: i64 = 24 * 3600;

/// The layout of a message. The vendor's begin with the same letters, `AQ`.
const HEADER: [u8; 2] = [1, 0];

/// A statement that took part in a denial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MatchedStatement {
    /// `Allow` or `Deny`.
    pub effect: String,
    /// The policy's name; of a session policy and of a trust policy, what it is.
    pub policy: String,
    /// `Custom`, `System`, `SessionPolicy`, `AssumeRolePolicy`.
    pub policy_type: String,
    /// As `v1`; empty where there are no versions.
    pub version: String,
    /// `User`, `Group` or `Role`: to whom the policy is attached.
    pub attached_to: String,
    /// The statement's place in the document, from 1.
    pub statement: usize,
}

/// A denial, as the account of its caller may read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// When, in unix seconds.
    pub at: i64,
    /// The action that was not allowed.
    pub action: String,
    /// On what.
    pub resource: String,
    /// Whether a statement forbade it.
    pub explicit: bool,
    /// The kind of policy that decided, in the vendor's words.
    pub policy_type: String,
    /// The caller's account.
    pub owner: String,
    /// The caller's kind.
    pub principal_type: String,
    /// The caller.
    pub principal: String,
    /// The condition keys of the call and their values.
    pub conditions: Vec<(String, Vec<String>)>,
    /// The statements that denied; none for an implicit denial.
    pub matched: Vec<MatchedStatement>,
}

/// Why a message cannot be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DiagnosisError {
    /// It is none of ours, or another account's.
    #[error("there is no such message")]
    NotFound,
    /// It is too old.
    #[error("the message is expired")]
    Expired,
}

/// Seals and opens diagnostic messages.
#[derive(Debug)]
pub struct Diagnoses {
    sealer: Sealer,
    incarnation: Incarnation,
}

impl Diagnoses {
    /// For one database.
    pub fn new(master: &MasterKey, incarnation: Incarnation) -> Self {
        Self {
            sealer: Sealer::new(master, Purpose::DiagnosticMessages),
            incarnation,
        }
    }

    fn aad<'a>(&self, account: &'a str) -> Aad<'a> {
        Aad {
            purpose: Purpose::DiagnosticMessages,
            incarnation: self.incarnation,
            table: "diagnostic_messages",
            row: account,
            column: "message",
        }
    }

    /// The opaque text for a denial.
    ///
    /// # Errors
    /// Where the crypto library refuses.
    pub fn encode(&self, denial: &Denial) -> Result<String, SealError> {
        let plain = serde_json::to_vec(&denial.diagnosis()).map_err(|_| SealError::Crypto)?;
        let sealed = self.sealer.seal(&plain, &self.aad(&denial.owner))?;
        let mut message = HEADER.to_vec();
        message.extend_from_slice(&sealed);
        Ok(STANDARD.encode(message))
    }

    /// What a message says, to an account that it is for.
    ///
    /// # Errors
    /// [`DiagnosisError`].
    pub fn decode(
        &self,
        account: AccountId,
        message: &str,
        now: i64,
    ) -> Result<Diagnosis, DiagnosisError> {
        let missing = DiagnosisError::NotFound;
        let message = STANDARD.decode(message).map_err(|_| missing)?;
        let sealed = message.strip_prefix(&HEADER).ok_or(missing)?;
        let opened = self.sealer.open(sealed, &self.aad(&account.to_string()));
        let opened = opened.map_err(|_| missing)?;
        let diagnosis: Diagnosis = serde_json::from_slice(opened.expose()).map_err(|_| missing)?;
        if now - diagnosis.at > DECODABLE_SECONDS {
            return Err(DiagnosisError::Expired);
        }
        Ok(diagnosis)
    }
}

impl Denial {
    fn diagnosis(&self) -> Diagnosis {
        Diagnosis {
            at: self.at,
            action: self.action.to_owned(),
            resource: self.resource.clone(),
            explicit: self.explicit,
            policy_type: policy_type(self.step).to_owned(),
            owner: self.owner.clone(),
            principal_type: self.principal_type.to_owned(),
            principal: self.principal.clone(),
            conditions: self.conditions.clone(),
            matched: self.matched.clone(),
        }
    }
}

/// The vendor's word for a step of the evaluation.
pub const fn policy_type(step: Step) -> &'static str {
    match step {
        Step::SessionPolicy => "SessionPolicy",
        Step::IdentityPolicy => "AccountLevelIdentityBasedPolicy",
        Step::TrustPolicy => "AssumeRolePolicy",
    }
}

/// The statements of the caller's side that deny the request, at the step that decided.
pub(super) fn denying(
    step: Step,
    caller: &CallContext<'_>,
    principal: Option<&PrincipalView>,
    session: Option<&PolicySet>,
    request: &Request<'_>,
) -> Vec<MatchedStatement> {
    let (set, sources) = match step {
        Step::SessionPolicy => (session, None),
        Step::IdentityPolicy => (
            principal.map(|principal| &principal.policies),
            principal.map(|principal| &*principal.sources),
        ),
        Step::TrustPolicy => (None, None),
    };
    let own = caller.caller.principal_id().map_or("", entity_type);
    let Some(set) = set else { return Vec::new() };
    set.matching(request)
        .filter(|(_, effect)| *effect == StatementEffect::Deny)
        .map(
            |(at, _)| match sources.and_then(|sources| sources.get(at.policy)) {
                Some(source) => MatchedStatement {
                    effect: "Deny".to_owned(),
                    policy: source.policy.name.to_string(),
                    policy_type: match source.policy.policy_type {
                        PolicyType::Custom => "Custom",
                        PolicyType::System => "System",
                    }
                    .to_owned(),
                    version: source.version.to_string(),
                    attached_to: entity_type(source.attached_to).to_owned(),
                    statement: at.statement + 1,
                },
                None => unversioned("SessionPolicy", own, at.statement),
            },
        )
        .collect()
}

/// The vendor's word for what a policy is attached to.
const fn entity_type(principal: PrincipalId) -> &'static str {
    match principal {
        PrincipalId::User(_) => "User",
        PrincipalId::Group(_) => "Group",
        PrincipalId::Role(_) => "Role",
    }
}

/// The statements of a trust policy that deny the request.
pub(super) fn denying_trust(
    trust: &TrustPolicy,
    request: &TrustRequest<'_>,
) -> Vec<MatchedStatement> {
    trust
        .matching(request)
        .filter(|(_, effect)| *effect == StatementEffect::Deny)
        .map(|(statement, _)| unversioned("AssumeRolePolicy", "Role", statement))
        .collect()
}

fn unversioned(kind: &str, attached_to: &str, statement: usize) -> MatchedStatement {
    MatchedStatement {
        effect: "Deny".to_owned(),
        policy: kind.to_owned(),
        policy_type: kind.to_owned(),
        version: String::new(),
        attached_to: attached_to.to_owned(),
        statement: statement + 1,
    }
}

/// Every condition key that the call has, with its values.
pub(super) fn conditions(context: &CallContext<'_>) -> Vec<(String, Vec<String>)> {
    let mut conditions = Vec::new();
    context.names(&mut |name| {
        let mut values = Vec::new();
        if let Ok(key) = name.parse() {
            context.values(&key, &mut |value| values.push(value.to_owned()));
        }
        if !values.is_empty() {
            conditions.push((name.to_owned(), values));
        }
    });
    conditions
}
