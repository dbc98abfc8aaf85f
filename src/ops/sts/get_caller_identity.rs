//! `GetCallerIdentity`.

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::authn::Established;
use crate::iam::caller::Identity;
use crate::iam::freshness::Current;
use crate::ops::call::{Answer, Context, Session};
use crate::ops::declare::operation;
use crate::ops::error::OpError;

operation! {
    /// Tells the caller who it is. Needs no permission: every valid credential may ask.
    GetCallerIdentity {
        product: Sts,
        access: Decision,
        auth: AnySigned,
        action: "",
        resources: None,
        params {}
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct CallerIdentity {
    identity_type: &'static str,
    account_id: String,
    principal_id: String,
    arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_id: Option<String>,
}

#[async_trait]
impl Session for GetCallerIdentity {
    async fn run(
        &self,
        cx: &Context,
        _: Option<(&Established, &Current)>,
    ) -> Result<Answer, OpError> {
        let caller = cx.caller()?;
        // A service acts for an account, or for none in particular.
        let acts_for = caller.service().and_then(|service| service.account);
        let account_id = acts_for.unwrap_or(caller.account).to_string();
        let (identity_type, principal_id, user_id, role_id) = match &caller.identity {
            Identity::Root => (
                "Account",
                account_id.clone(),
                Some(account_id.clone()),
                None,
            ),
            Identity::User { id, .. } => ("RAMUser", id.to_string(), Some(id.to_string()), None),
            Identity::Session(claims) => (
                "AssumedRoleUser",
                format!("{}:{}", claims.role_id, claims.session_name),
                None,
                Some(claims.role_id.to_string()),
            ),
            Identity::Service(service) => ("Service", service.name.to_string(), None, None),
        };
        let arn = caller.arn();
        Answer::of(&CallerIdentity {
            identity_type,
            account_id,
            principal_id,
            arn,
            user_id,
            role_id,
        })
    }
}
