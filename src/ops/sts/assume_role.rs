//! `AssumeRole`.

use async_trait::async_trait;

use crate::iam::authn::Established;
use crate::iam::freshness::Current;
use crate::iam::sessions::{Session as Minted, SessionRequest};
use crate::ops::call::{Answer, Checked, Context, Session};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::sts::shapes::{self, ArnForm};
use crate::ops::values::{DurationSeconds, ExternalId, SessionPolicy, SourceIdentity};
use crate::policy::arn::RoleArn;
use crate::policy::ids::RoleSessionName;

operation! {
    /// Swaps a user's key or a session for a session of a role, if both sides allow; a service's
    /// key, if the role trusts the service.
    ///
    /// Asks for `sts:AssumeRole` on the role, and for `sts:SetSourceIdentity` where one is sent.
    AssumeRole {
        product: Sts,
        access: Session,
        auth: AnySigned,
        action: "sts:AssumeRole",
        resources: ByCall,
        checks: own,
        params {
            /// `acs:ram::<account>:role/<name>`.
            role_arn: RoleArn = "RoleArn",
            /// 2 to 64 letters, digits, `.`, `@`, `-`, `_`.
            role_session_name: RoleSessionName = "RoleSessionName",
            /// 900 seconds to the role's maximum; 3600 where nothing is said.
            duration_seconds: Option<DurationSeconds> = "DurationSeconds",
            /// A policy that narrows the role's, up to 2048 characters.
            policy: Option<SessionPolicy> = "Policy",
            /// Compared by the trust policy's condition `sts:ExternalId`, 2 to 1224 characters.
            external_id: Option<ExternalId> = "ExternalId",
            /// Who stands behind the caller; kept through a chain of sessions.
            source_identity: Option<SourceIdentity> = "SourceIdentity",
        }
    }
}

impl Checked for AssumeRole {
    fn role(&self) -> Option<&RoleArn> {
        Some(&self.role_arn)
    }
}

#[async_trait]
impl Session for AssumeRole {
    async fn run(
        &self,
        cx: &Context,
        on: Option<(&Established, &Current)>,
    ) -> Result<Answer, OpError> {
        let (established, current) =
            on.ok_or_else(|| OpError::Internal("AssumeRole without a caller".into()))?;
        let request = SessionRequest {
            role: &self.role_arn,
            session_name: &self.role_session_name,
            duration: self.duration_seconds.map(|duration| duration.0),
            policy: self.policy.as_ref().map(|policy| policy.0.as_str()),
            source_identity: self
                .source_identity
                .as_ref()
                .map(|identity| identity.0.as_str()),
            external_id: self.external_id.as_ref().map(|id| id.0.as_str()),
            origin: cx.origin,
            now: cx.now,
        };
        let minted = cx
            .iam
            .assume_role(
                &established.caller,
                established.principal.as_deref(),
                established.session_policy.as_deref(),
                current,
                &request,
            )
            .await?;
        Ok(answer(&minted))
    }
}

fn answer(minted: &Minted) -> Answer {
    let identity = minted.claims.source_identity.as_deref();
    let mut text = shapes::begin(minted, ArnForm::Role, identity.map_or(0, str::len) + 24);
    if let Some(identity) = identity {
        // Of a closed alphabet too.
        for piece in [r#","SourceIdentity":""#, identity, "\""] {
            text.push_str(piece);
        }
    }
    text.push('}');
    Answer::end(text)
}
