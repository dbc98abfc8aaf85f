//! `AssumeRole`.

use std::fmt::Write as _;

use async_trait::async_trait;

use crate::credential::time;
use crate::iam::authn::Established;
use crate::iam::freshness::Current;
use crate::iam::sessions::{Session as Minted, SessionRequest};
use crate::ops::call::{Answer, Checked, Context, Session};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
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

/// Written by hand: this is the hot path. No value here holds a character that JSON escapes: names,
/// ids and identities are of closed alphabets, the token is Base64.
fn answer(minted: &Minted) -> Answer {
    let Minted { claims, token } = minted;
    let session = claims.session_name.as_str();
    let mut text = Answer::begin(token.len() + 448);
    let before = |text: &mut String, piece, id: &dyn std::fmt::Display| {
        // Writing to a string does not fail.
        let _ = write!(text, "{piece}{id}");
    };
    before(
        &mut text,
        r#"{"AssumedRoleUser":{"AssumedRoleId":""#,
        &claims.role_id,
    );
    for piece in [":", session] {
        text.push_str(piece);
    }
    before(&mut text, r#"","Arn":"acs:ram::"#, &claims.account);
    for piece in [
        ":role/",
        claims.role_name.as_str(),
        "/",
        session,
        r#""},"Credentials":{"AccessKeyId":""#,
        claims.access_key_id.as_str(),
        r#"","AccessKeySecret":""#,
        claims.secret.expose(),
        r#"","Expiration":""#,
        &time::format(claims.expires_at),
        r#"","SecurityToken":""#,
        token,
        r#""}"#,
    ] {
        text.push_str(piece);
    }
    if let Some(identity) = &claims.source_identity {
        text.push_str(r#","SourceIdentity":""#);
        text.push_str(identity);
        text.push('"');
    }
    text.push('}');
    Answer::end(text)
}
