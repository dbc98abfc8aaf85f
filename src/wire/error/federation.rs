//! Whom an identity provider vouches for, and whom not.
//!
//! Source: errors-and-limits B.7, B.8; the last rows are assumed.

use axum::http::StatusCode;

use crate::iam::federation::FederationError;
use crate::iam::federation::keys::KeysError;
use crate::iam::federation::saml::AssertionError;
use crate::iam::federation::token::TokenError;
use crate::ops::declare::Product;
use crate::policy::arn::ProviderKind;

use super::params::{duration, saml_duration};
use super::{Refusal, at, bad, internal, store, unavailable};

fn unauthenticated(code: &str, message: impl Into<String>) -> Refusal {
    let code = format!("AuthenticationFail.{code}");
    at(StatusCode::UNAUTHORIZED, code, message)
}

pub(super) fn federation(error: &FederationError, product: Option<Product>) -> Refusal {
    match error {
        FederationError::Throttled => bad(
            "Throttling.User",
            "Request was denied due to user flow control.",
        ),
        FederationError::NoProvider(ProviderKind::Oidc) => {
            unauthenticated("NoPermission", "No such OIDC Provider registered.")
        }
        FederationError::NoProvider(ProviderKind::Saml) => at(
            StatusCode::NOT_FOUND,
            "EntityNotExist.SAMLProvider",
            "Can not find SAML provider.",
        ),
        FederationError::NotTrusted => unauthenticated("NoPermission", "There is no permission"),
        FederationError::Token(error) => token(error),
        FederationError::Assertion(error) => assertion(*error),
        FederationError::Metadata => unauthenticated(
            "IDPMetadata.Invalid",
            "The IdP Metadata of your SAML Provider is invalid.",
        ),
        FederationError::Keys(KeysError::Unreachable) => unauthenticated(
            "OIDCToken.HttpsUrlInvalid",
            "Invoke url failed due to certificate chain validation",
        ),
        FederationError::Keys(KeysError::Fingerprint) => unauthenticated(
            "OIDCToken.PublicKeyFingerprintMismatch",
            "The fingerprint of the certificate does not match.",
        ),
        FederationError::RoleNotFound => at(
            StatusCode::NOT_FOUND,
            "EntityNotExist.RoleArn",
            "The specified Role does not exists.",
        ),
        FederationError::Duration(ProviderKind::Oidc) => duration(),
        FederationError::Duration(ProviderKind::Saml) => saml_duration(),
        FederationError::Unavailable => unavailable(),
        FederationError::Store(error) => store(error, product),
        FederationError::Seal(_) => internal(product),
    }
}

/// What is wrong with a response in particular stands in the log, for who runs the provider.
fn assertion(error: AssertionError) -> Refusal {
    match error {
        AssertionError::SessionName => bad(
            "InvalidParameter.RoleSessionName",
            "The RoleSessionName is invalid.",
        ),
        AssertionError::Expired => {
            unauthenticated("SAMLAssertion.Expired", "The SAML Assertion is expired.")
        }
        AssertionError::Encrypted => unauthenticated(
            "SAMLAssertion.Invalid",
            "The SAML Assertion is invalid. Encrypted assertions are not supported.",
        ),
        _ => unauthenticated("SAMLAssertion.Invalid", "The SAML Assertion is invalid."),
    }
}

fn token(error: &TokenError) -> Refusal {
    let (code, message) = match error {
        TokenError::Empty => ("Invalid", "The OIDCToken can not empty.".to_owned()),
        TokenError::Parts => (
            "Invalid",
            "The number of Jwt field should be divided into 3 parts with '.' .".to_owned(),
        ),
        TokenError::Encoding => (
            "Invalid",
            "Cannot decode base64 encoded response(format invalided).".to_owned(),
        ),
        TokenError::Algorithm(name) => (
            "Invalid",
            format!("The algorithm {name} that be specified in Jwt header is unknown."),
        ),
        TokenError::Content => (
            "Invalid",
            "The Jwt content is invalid that cannot be recognized.".to_owned(),
        ),
        TokenError::Signature => (
            "InvalidSignature",
            "OIDC token validate failed: invalid signature.".to_owned(),
        ),
        TokenError::Issuer => ("IssuerNotMatch", "Invalid issuer.".to_owned()),
        TokenError::Audience => ("AudienceNotMatch", "Invalid audience.".to_owned()),
        TokenError::Expired => ("Expired", "This JsonWebToken is expired.".to_owned()),
    };
    unauthenticated(&format!("OIDCToken.{code}"), message)
}
