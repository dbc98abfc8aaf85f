//! What the answers share of the calls that mint a session.

use crate::credential::time;
use crate::iam::plain::is_plain;
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
    // What is written below is 290 bytes beside these: room for it and hardly more, since what is
    // larger than a thousand is dearer to allocate.
    let names = 2 * session.len() + claims.role_name.as_str().len();
    let mut text = Answer::begin(token.len() + names + 296 + more);
    text.push_str(r#"{"AssumedRoleUser":{"AssumedRoleId":""#);
    claims.role_id.push_to(&mut text);
    let (service, kind) = match form {
        ArnForm::Role => ("ram::", ":role/"),
        ArnForm::AssumedRole => ("sts::", ":assumed-role/"),
    };
    for piece in [":", session, r#"","Arn":"acs:"#, service] {
        text.push_str(piece);
    }
    claims.account.push_to(&mut text);
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
        &time::spell(claims.expires_at),
        r#"","SecurityToken":""#,
        token,
        r#""}"#,
    ] {
        text.push_str(piece);
    }
    text
}

/// The whole answer: what [`begin`] does, and one member more, an object of texts that says what was
/// proved. The names are letters.
///
/// # Errors
/// Where a text cannot be written as JSON, which is a fault of ours.
pub(super) fn with_proof(
    minted: &Session,
    form: ArnForm,
    name: &str,
    proof: &[(&str, &str)],
) -> Result<Answer, OpError> {
    let lengths = proof.iter().map(|(name, text)| name.len() + text.len() + 8);
    let mut answer = begin(minted, form, name.len() + lengths.sum::<usize>() + 8);
    for piece in [",\"", name, "\":"] {
        answer.push_str(piece);
    }
    let mut before = "{\"";
    for (name, text) in proof {
        for piece in [before, name, "\":"] {
            answer.push_str(piece);
        }
        push_text(&mut answer, text)?;
        before = ",\"";
    }
    answer.push_str("}}");
    Ok(Answer::end(answer))
}

/// Appends a text as JSON. Seldom is there anything to escape.
fn push_text(out: &mut String, text: &str) -> Result<(), OpError> {
    if is_plain(text.as_bytes()) {
        for piece in ["\"", text, "\""] {
            out.push_str(piece);
        }
    } else {
        let text =
            serde_json::to_string(text).map_err(|error| OpError::Internal(Box::new(error)))?;
        out.push_str(&text);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_as_json_does() {
        for byte in 0..=0x7f {
            for text in [
                char::from(byte).to_string(),
                format!("before {} é after", char::from(byte)),
            ] {
                let mut written = String::new();
                push_text(&mut written, &text).unwrap();
                assert_eq!(written, serde_json::to_string(&text).unwrap());
            }
        }
    }
}
