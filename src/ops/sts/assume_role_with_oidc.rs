//! `AssumeRoleWithOIDC`.

use std::borrow::Cow;

use async_trait::async_trait;

use crate::credential::time;
use crate::iam::authn::Established;
use crate::iam::federation::oidc::OidcRequest;
use crate::iam::freshness::Current;
use crate::ops::call::{Answer, Context, Session};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::sts::shapes::{self, ArnForm};
use crate::ops::values::{DurationSeconds, OidcProviderArn, OidcToken, UnsignedSessionPolicy};
use crate::policy::arn::RoleArn;
use crate::policy::ids::RoleSessionName;

operation! {
    /// Swaps a token of an OIDC provider for a session of a role that trusts the provider.
    ///
    /// Nobody signs the call. The role's trust policy decides alone, on `sts:AssumeRole`.
    AssumeRoleWithOIDC {
        product: Sts,
        access: Session,
        auth: Unsigned,
        action: "sts:AssumeRoleWithOIDC",
        resources: None,
        params {
            /// `acs:ram::<account>:oidc-provider/<name>`.
            oidc_provider_arn: OidcProviderArn = "OIDCProviderArn",
            /// `acs:ram::<account>:role/<name>`.
            role_arn: RoleArn = "RoleArn",
            /// The token, up to 20000 characters.
            oidc_token: OidcToken = "OIDCToken",
            /// 2 to 64 letters, digits, `.`, `@`, `-`, `_`.
            role_session_name: RoleSessionName = "RoleSessionName",
            /// 900 seconds to the role's maximum; 3600 where nothing is said.
            duration_seconds: Option<DurationSeconds> = "DurationSeconds",
            /// A policy that narrows the role's, up to 2048 characters.
            policy: Option<UnsignedSessionPolicy> = "Policy",
        }
    }
}

#[async_trait]
impl Session for AssumeRoleWithOIDC {
    async fn run(
        &self,
        cx: &Context,
        _: Option<(&Established, &Current)>,
    ) -> Result<Answer, OpError> {
        let request = OidcRequest {
            role: &self.role_arn,
            provider: &self.oidc_provider_arn.0,
            token: &self.oidc_token.0,
            session_name: &self.role_session_name,
            duration: self.duration_seconds.map(|duration| duration.0),
            policy: self.policy.as_ref().map(|policy| policy.0.as_str()),
            origin: cx.origin,
            now: cx.now,
        };
        let (minted, token) = cx.iam.assume_role_with_oidc(&request).await?;
        let client_ids = match &*token.audiences {
            [one] => Cow::Borrowed(one.as_str()),
            several => several.join(",").into(),
        };
        let proof = [
            ("ClientIds", &*client_ids),
            ("ExpirationTime", &time::spell(token.expires_at)),
            ("IssuanceTime", &time::spell(token.issued_at)),
            ("Issuer", &token.issuer),
            ("Subject", &token.subject),
            ("VerificationInfo", "Success"),
        ];
        shapes::with_proof(&minted, ArnForm::Role, "OIDCTokenInfo", &proof)
    }
}
