//! What the answers share of the calls that mint a session.

use std::fmt::Write as _;

use serde::Serialize;

use crate::credential::time;
use crate::iam::sessions::Session;
use crate::ops::call::Answer;
use crate::ops::error::OpError;

/// How an answer writes the session's ARN.
#[derive(Debug, Clone, Copy)]
pub(super) enum ArnForm {
    /// As `AssumeRole` does: `acs:ram::<account>:role/<role>/<session>`.
    Role,
    /// As the vendor's page on `AssumeRoleWithSAML` has it: `acs:sts::<account>:assumed-role/…`.
    AssumedRole,
}

/// Begins an answer: who the caller is from now on (`AssumedRoleUser`), and what he signs with
/// (`Credentials`). What follows begins with a comma and is about `more` bytes long.
///
/// Written by hand: this is the hot path. No value here holds a character that JSON escapes: names
/// and ids are of closed alphabets, the token is Base64.
pub(super) fn begin(minted: &Session, form: ArnForm, more: usize) -> String {
    let Session { claims, token } = minted;
    let session = claims.session_name.as_str();
    let mut text = Answer::begin(token.len() + 448 + more);
    text.push_str(r#"{"AssumedRoleUser":{"AssumedRoleId":""#);
    // Writing to a string does not fail.
    let _ = write!(text, "{}", claims.role_id);
    let (service, kind) = match form {
        ArnForm::Role => ("ram::", ":role/"),
        ArnForm::AssumedRole => ("sts::", ":assumed-role/"),
    };
    for piece in [":", session, r#"","Arn":"acs:"#, service] {
        text.push_str(piece);
    }
    let _ = write!(text, "{}", claims.account);
    for piece in [
        kind,
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
    text
}

/// The whole answer: what [`begin`] does, and one member more that says what was proved.
///
/// # Errors
/// Where the member cannot be written as JSON, which is a fault of ours.
pub(super) fn with_proof(
    minted: &Session,
    form: ArnForm,
    name: &str,
    proof: &impl Serialize,
) -> Result<Answer, OpError> {
    let proof = serde_json::to_string(proof).map_err(|error| OpError::Internal(Box::new(error)))?;
    let mut text = begin(minted, form, name.len() + proof.len() + 8);
    for piece in [",\"", name, "\":", &proof, "}"] {
        text.push_str(piece);
    }
    Ok(Answer::end(text))
}
