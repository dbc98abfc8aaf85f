//! Who calls, and whether he may: requests that cannot be read, signatures, tokens, denials.

use axum::http::StatusCode;

use crate::credential::verify::RequestError;
use crate::iam::authn::AuthnError;
use crate::iam::authz::Denial;
use crate::iam::diagnosis::{DiagnosisError, policy_type};
use crate::iam::sessions::SessionError;
use crate::ops::declare::Product;
use crate::wire::envelope::AccessDeniedDetail;

use super::params::duration;
use super::{
    ENCODING, INCOMPLETE, Refusal, Strings, at, bad, internal, missing, store, twice, unavailable,
};

/// Beyond this many bytes our own string is not echoed whole: it would amplify.
const ECHO_LIMIT: usize = 128 * 1024;

pub(super) fn request(error: &RequestError) -> Refusal {
    match error {
        RequestError::Encoding(_) | RequestError::Json => {
            bad("InvalidParameter.Encoding", ENCODING)
        }
        RequestError::TooMany => bad("InvalidParameter", "The request has too many parameters."),
        RequestError::Duplicate(name) | RequestError::RepeatedHeader(name) => twice(name),
        RequestError::Missing(name) => missing(name),
        RequestError::UnsupportedMethod => bad(
            "InvalidSignatureMethod",
            "Specified signature method is not valid.",
        ),
        RequestError::Incomplete(_) | RequestError::MixedCredentials => {
            bad("IncompleteSignature", INCOMPLETE)
        }
        RequestError::ContentType => bad(
            "InvalidContentType",
            "The content type of the request body is not known, or not signed.",
        ),
    }
}

/// A string to sign or a canonical request with `***` in the place of each password: the answer may
/// end in the caller's log.
fn without_passwords(text: &str) -> String {
    // Canonical, whatever the client sent: `NewPassword=…&` in ACS3, encoded once more in RPC.
    let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("Password") {
        let (before, after) = rest.split_at(at + "Password".len());
        shown.push_str(before);
        rest = after;
        let (equals, ends): (&str, &[&str]) = match () {
            () if rest.starts_with("%3D") => ("%3D", &["%26"]),
            () if rest.starts_with('=') => ("=", &["&", "\n"]),
            () => continue,
        };
        let value = rest.get(equals.len()..).unwrap_or_default();
        let end = ends.iter().filter_map(|end| value.find(end)).min();
        shown.push_str(equals);
        shown.push_str("***");
        rest = value.get(end.unwrap_or(value.len())..).unwrap_or_default();
    }
    shown.push_str(rest);
    shown
}

pub(super) fn mismatch(strings: &Strings) -> Refusal {
    let echo = |text: &str| {
        let mut end = text.len().min(ECHO_LIMIT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        without_passwords(text.get(..end).unwrap_or_default())
    };
    let string_to_sign = echo(&strings.string_to_sign);
    let message = match &strings.canonical_request {
        // Clients compare what follows the colon with their own string, byte for byte.
        None => format!(
            "Specified signature is not matched with our calculation. \
             server string to sign is:{string_to_sign}"
        ),
        Some(canonical) => format!(
            "Specified signature does not match our calculation. server StringToSign is \
             [{string_to_sign}] server CanonicalRequest is [{}]",
            echo(canonical)
        ),
    };
    bad("SignatureDoesNotMatch", message)
}

pub(super) fn authn(error: AuthnError, strings: &Strings) -> Refusal {
    match error {
        AuthnError::KeyNotFound => at(
            StatusCode::NOT_FOUND,
            "InvalidAccessKeyId.NotFound",
            "Specified access key is not found.",
        ),
        AuthnError::KeyInactive => bad(
            "InvalidAccessKeyId.Inactive",
            "Specified access key is disabled.",
        ),
        // Ours: the vendor's word for it is not published.
        AuthnError::Network => at(
            StatusCode::FORBIDDEN,
            "Forbidden.AccessKeyPolicy",
            "The access key policy does not allow requests from this address.",
        ),
        AuthnError::TokenMissing => bad(
            "MissingSecurityToken",
            "SecurityToken is mandatory for this action.",
        ),
        AuthnError::TokenMalformed => bad(
            "InvalidSecurityToken.Malformed",
            "Specified SecurityToken is malformed.",
        ),
        AuthnError::TokenMismatch => bad(
            "InvalidSecurityToken.MismatchWithAccessKey",
            "Specified SecurityToken mismatch with the AccessKey.",
        ),
        AuthnError::TokenExpired => bad(
            "InvalidSecurityToken.Expired",
            "Specified SecurityToken is expired.",
        ),
        AuthnError::TimeFormat => bad(
            "InvalidTimeStamp.Format",
            "Specified time stamp or date value is not well formatted.",
        ),
        AuthnError::TimeExpired => bad(
            "InvalidTimeStamp.Expired",
            "Specified time stamp or date value is expired.",
        ),
        AuthnError::SignatureMalformed => bad("IncompleteSignature", INCOMPLETE),
        AuthnError::SignatureMismatch => mismatch(strings),
        AuthnError::NonceUsed => bad(
            "SignatureNonceUsed",
            "Specified signature nonce was used already.",
        ),
        AuthnError::Unavailable => unavailable(),
    }
}

pub(super) fn denied(denial: &Denial, product: Option<Product>) -> Refusal {
    let message = match product {
        Some(Product::Sts) => STS_DENIED.to_owned(),
        _ => format!(
            "You are not authorized to do this action. Resource: {} Action: {}",
            denial.resource, denial.action
        ),
    };
    Refusal {
        detail: Some(AccessDeniedDetail {
            auth_action: denial.action.to_owned(),
            auth_principal_type: denial.principal_type.to_owned(),
            auth_principal_display_name: denial.principal.clone(),
            auth_principal_owner_id: denial.owner.clone(),
            no_permission_type: if denial.explicit {
                "ExplicitDeny"
            } else {
                "ImplicitDeny"
            }
            .to_owned(),
            policy_type: policy_type(denial.step).to_owned(),
            // Sealed by who sends the answer.
            encoded_diagnostic_message: String::new(),
        }),
        ..at(StatusCode::FORBIDDEN, "NoPermission", message)
    }
}

/// Source: errors-and-limits B.5, from the vendor's page on `DecodeDiagnosticMessage`.
pub(super) fn diagnosis(error: DiagnosisError) -> Refusal {
    match error {
        DiagnosisError::NotFound => at(
            StatusCode::NOT_FOUND,
            "EntityNotExist",
            "The specific DecodedDiagnosticMessage cannot be found.",
        ),
        DiagnosisError::Expired => bad(
            "EncodedMessageExpire",
            "The EncodedDiagnosticMessage is expired.",
        ),
    }
}

const STS_DENIED: &str =
    "You are not authorized to do this action. You should be authorized by RAM.";

pub(super) fn session(error: &SessionError, product: Option<Product>) -> Refusal {
    match error {
        SessionError::RootCaller => at(
            StatusCode::FORBIDDEN,
            "NoPermission",
            "Roles may not be assumed by root accounts.",
        ),
        SessionError::ChainEnded => at(
            StatusCode::FORBIDDEN,
            "NoPermission",
            "The chain of sessions has come to its end: the first session of it began too long ago.",
        ),
        SessionError::Denied(denial) => denied(denial, Some(Product::Sts)),
        SessionError::RoleNotFound => at(
            StatusCode::NOT_FOUND,
            "EntityNotExist.Role",
            "The specified Role not exists.",
        ),
        SessionError::Duration => duration(),
        SessionError::SourceIdentity => bad(
            "InvalidParameter.SourceIdentity",
            "The parameter SourceIdentity is wrongly formed.",
        ),
        SessionError::Store(error) => store(error, product),
        SessionError::Seal(_) => internal(product),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_echoed() {
        for (text, shown) in [
            (
                "POST&%2F&Action%3DChangePassword%26NewPassword%3Da%2526b%26OldPassword%3Dx",
                "POST&%2F&Action%3DChangePassword%26NewPassword%3D***%26OldPassword%3D***",
            ),
            (
                "POST\n/\nNewPassword=a%26b&OldPassword=x%3D\nhost:h\n",
                "POST\n/\nNewPassword=***&OldPassword=***\nhost:h\n",
            ),
            (
                "POST&%2F&Password%3Dsecret%26PasswordResetRequired%3Dtrue",
                "POST&%2F&Password%3D***%26PasswordResetRequired%3Dtrue",
            ),
            ("GET&%2F&Action%3DListUsers", "GET&%2F&Action%3DListUsers"),
            ("Password=", "Password=***"),
        ] {
            assert_eq!(without_passwords(text), shown);
        }
    }
}
