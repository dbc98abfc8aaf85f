//! `DecodeDiagnosticMessage`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::diagnosis::{Diagnosis, MatchedStatement};
use crate::ops::call::{Context, Read};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::values::Text;
use crate::store::Snapshot;

operation! {
    /// Opens the message that came with a denial: which statements of the caller's account denied.
    DecodeDiagnosticMessage {
        product: Ram,
        access: Read,
        action: "ram:DecodeDiagnosticMessage",
        resources: Of(&["*"]),
        params {
            /// The `EncodedDiagnosticMessage` of a denial of one's own account, a day old at most.
            message: Text<65536> = "EncodedDiagnosticMessage",
        }
    }
}

/// The answer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Decoded {
    decoded_diagnostic_message: Message,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    auth_action: String,
    auth_conditions: Vec<AuthCondition>,
    auth_principal: Principal,
    auth_resource: String,
    explicit_deny: bool,
    matched_policies: Vec<MatchedPolicy>,
    no_permission_policy_type: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AuthCondition {
    condition_key: String,
    condition_values: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Principal {
    #[serde(rename = "AuthPrincipalDisplayName")]
    display_name: String,
    #[serde(rename = "AuthPrincipalOwnerId")]
    owner_id: String,
    #[serde(rename = "AuthPrincipalType")]
    kind: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct MatchedPolicy {
    attached_entity_type: String,
    attached_scope: &'static str,
    effect: String,
    policy_identifier: String,
    policy_type: String,
    policy_version: String,
}

impl From<MatchedStatement> for MatchedPolicy {
    fn from(matched: MatchedStatement) -> Self {
        Self {
            attached_entity_type: matched.attached_to,
            attached_scope: "Account",
            effect: matched.effect,
            policy_identifier: matched.policy,
            policy_type: matched.policy_type,
            policy_version: matched.version,
        }
    }
}

/// Ours among the condition keys: which statements denied. The vendor's tree has no member for it,
/// and clients with models of their own keep no other.
const MATCHED_STATEMENT: &str = "rampart:MatchedStatement";

/// `Custom/<policy>@<version>#<place>`, `SessionPolicy#<place>`, `AssumeRolePolicy#<place>`, places
/// counted from 1.
fn statement_name(matched: &MatchedStatement) -> String {
    let MatchedStatement {
        policy,
        policy_type,
        version,
        statement,
        ..
    } = matched;
    if version.is_empty() {
        format!("{policy_type}#{statement}")
    } else {
        format!("{policy_type}/{policy}@{version}#{statement}")
    }
}

impl From<Diagnosis> for Message {
    fn from(mut told: Diagnosis) -> Self {
        if !told.matched.is_empty() {
            let names = told.matched.iter().map(statement_name).collect();
            told.conditions.push((MATCHED_STATEMENT.to_owned(), names));
        }
        let conditions = told.conditions.into_iter();
        Self {
            auth_action: told.action,
            auth_conditions: conditions
                .map(|(condition_key, condition_values)| AuthCondition {
                    condition_key,
                    condition_values,
                })
                .collect(),
            auth_principal: Principal {
                display_name: told.principal,
                owner_id: told.owner,
                kind: told.principal_type,
            },
            auth_resource: told.resource,
            explicit_deny: told.explicit,
            matched_policies: told.matched.into_iter().map(Into::into).collect(),
            no_permission_policy_type: told.policy_type,
        }
    }
}

#[async_trait]
impl Read for DecodeDiagnosticMessage {
    type Answer = Decoded;

    async fn run(&self, cx: &Context, snapshot: &mut dyn Snapshot) -> Result<Decoded, OpError> {
        let account = snapshot.account().id;
        let diagnosis = cx.iam.diagnoses.decode(account, &self.message.0, cx.now)?;
        Ok(Decoded {
            decoded_diagnostic_message: diagnosis.into(),
        })
    }
}
