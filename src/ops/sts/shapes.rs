//! What the answers of the calls that nobody signs share.

use serde::Serialize;

use crate::credential::time;
use crate::credential::token::Claims;
use crate::iam::sessions::Session;

/// Who the caller is from now on.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssumedRoleUser {
    assumed_role_id: String,
    arn: String,
}

impl AssumedRoleUser {
    /// With the ARN as `AssumeRole` writes it.
    pub(super) fn of_role(claims: &Claims) -> Self {
        let (role, session) = (&claims.role_name, &claims.session_name);
        Self {
            assumed_role_id: format!("{}:{session}", claims.role_id),
            arn: format!("acs:ram::{}:role/{role}/{session}", claims.account),
        }
    }

    /// With the ARN as the vendor's page on `AssumeRoleWithSAML` has it.
    pub(super) fn of_saml(claims: &Claims) -> Self {
        let (role, session) = (&claims.role_name, &claims.session_name);
        Self {
            arn: format!("acs:sts::{}:assumed-role/{role}/{session}", claims.account),
            ..Self::of_role(claims)
        }
    }
}

/// What the caller signs with from now on.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Credentials<'a> {
    access_key_id: &'a str,
    access_key_secret: &'a str,
    expiration: String,
    security_token: &'a str,
}

impl<'a> Credentials<'a> {
    pub(super) fn of(session: &'a Session) -> Self {
        Self {
            access_key_id: session.claims.access_key_id.as_str(),
            access_key_secret: session.claims.secret.expose(),
            expiration: time::format(session.claims.expires_at),
            security_token: &session.token,
        }
    }
}
