//! The envelope: JSON and XML from one value.

use std::fmt::Write as _;

use axum::http::header::{CONNECTION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::http::{HeaderName, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Bytes;
use quick_xml::escape::escape;
use serde::Serialize;
use serde_json::Value;

use crate::ops::call::Answer;

/// The format of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `application/json;charset=utf-8`.
    Json,
    /// `text/xml;charset=utf-8`.
    Xml,
}

impl Format {
    /// The format that a value of the parameter `Format` asks for: `None` is what one client writes
    /// when none was set. `Err` for any other word.
    ///
    /// # Errors
    /// Where the word is none of these.
    #[expect(clippy::result_unit_err, reason = "there is one way to be wrong")]
    pub fn parse(text: &str) -> Result<Self, ()> {
        if text.eq_ignore_ascii_case("json") || text.eq_ignore_ascii_case("none") {
            Ok(Self::Json)
        } else if text.eq_ignore_ascii_case("xml") {
            Ok(Self::Xml)
        } else {
            Err(())
        }
    }

    const fn content_type(self) -> HeaderValue {
        match self {
            Self::Json => HeaderValue::from_static("application/json;charset=utf-8"),
            Self::Xml => HeaderValue::from_static("text/xml;charset=utf-8"),
        }
    }
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-acs-request-id");
const PROLOG: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// The members of an error's envelope.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ErrorBody {
    /// The call's id.
    pub request_id: String,
    /// The host that was called, without its port.
    pub host_id: String,
    /// The vendor's code.
    pub code: String,
    /// The text.
    pub message: String,
    /// Where the vendor explains the code.
    pub recommend: String,
    /// Why a call was not allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_denied_detail: Option<AccessDeniedDetail>,
}

/// Why a call was not allowed, in the vendor's members.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct AccessDeniedDetail {
    /// The action that lacked permission.
    pub auth_action: String,
    /// `SubUser`, `AssumedRoleUser`.
    pub auth_principal_type: String,
    /// The user's id or `<RoleName>:<RoleSessionName>`.
    pub auth_principal_display_name: String,
    /// The caller's account.
    pub auth_principal_owner_id: String,
    /// `ImplicitDeny` or `ExplicitDeny`.
    pub no_permission_type: String,
    /// Which kind of policy said no.
    pub policy_type: String,
    /// What `DecodeDiagnosticMessage` opens for the caller's account.
    pub encoded_diagnostic_message: String,
}

/// A whole answer that went well.
pub fn success(
    format: Format,
    operation: &str,
    request_id: String,
    answer: Answer,
) -> Response<Full<Bytes>> {
    let body = match format {
        Format::Json => answer.into_json(&request_id),
        Format::Xml => {
            let members: Value = serde_json::from_slice(answer.members()).unwrap_or_default();
            let mut xml =
                format!("{PROLOG}<{operation}Response><RequestId>{request_id}</RequestId>");
            write_members(&mut xml, &members);
            let _ = write!(xml, "</{operation}Response>");
            xml.into_bytes()
        }
    };
    respond(StatusCode::OK, format, request_id, body)
}

/// A whole answer that did not go well.
pub fn failure(
    format: Format,
    status: StatusCode,
    retry_after: Option<u32>,
    error: &ErrorBody,
) -> Response<Full<Bytes>> {
    let body = match format {
        Format::Json => serde_json::to_vec(error).unwrap_or_default(),
        Format::Xml => {
            let members = serde_json::to_value(error).unwrap_or_default();
            let mut xml = format!("{PROLOG}<Error>");
            write_members(&mut xml, &members);
            xml.push_str("</Error>");
            xml.into_bytes()
        }
    };
    let mut response = respond(status, format, error.request_id.clone(), body);
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    if matches!(
        status,
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::REQUEST_TIMEOUT
    ) {
        // The rest of the body is not read: nothing else can come on this connection.
        response
            .headers_mut()
            .insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

fn respond(
    status: StatusCode,
    format: Format,
    request_id: String,
    body: Vec<u8>,
) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, format.content_type());
    if let Ok(id) = HeaderValue::from_maybe_shared(Bytes::from(request_id)) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// Writes the members of an object as elements; a list repeats its element.
fn write_members(xml: &mut String, value: &Value) {
    let Value::Object(members) = value else {
        return;
    };
    for (name, member) in members {
        match member {
            Value::Array(items) => items.iter().for_each(|item| write_element(xml, name, item)),
            single => write_element(xml, name, single),
        }
    }
}

fn write_element(xml: &mut String, name: &str, value: &Value) {
    let _ = write!(xml, "<{name}>");
    match value {
        Value::Object(_) => write_members(xml, value),
        Value::String(text) => xml.push_str(&escape(representable(text))),
        Value::Null | Value::Array(_) => {}
        other => {
            let _ = write!(xml, "{other}");
        }
    }
    let _ = write!(xml, "</{name}>");
}

/// XML 1.0 has no way to write most control characters, not even escaped.
fn representable(text: &str) -> std::borrow::Cow<'_, str> {
    let bad = |c: char| {
        (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    if text.contains(bad) {
        text.replace(bad, "\u{fffd}").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    async fn text(response: Response<Full<Bytes>>) -> String {
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(bytes.to_vec()).unwrap()
    }

    const ID: &str = "0A1B2C3D-4E5F-6789-ABCD-EF0123456789";

    #[tokio::test]
    async fn one_value_makes_both_forms() {
        let value = serde_json::json!({
            "IsTruncated": false,
            "Roles": {"Role": [{"RoleName": "a", "MaxSessionDuration": 3600}, {"RoleName": "<&\u{1}>"}]},
            "Users": {"User": []},
        });
        let answer = Answer::of(&value).unwrap();
        let json = text(success(
            Format::Json,
            "ListRoles",
            ID.to_owned(),
            answer.clone(),
        ))
        .await;
        assert!(
            json.starts_with(&format!(
                r#"{{"RequestId":"{ID}","IsTruncated":false,"Roles":{{"Role":[{{"#
            )),
            "{json}"
        );
        let xml = text(success(
            Format::Xml,
            "ListRoles",
            ID.to_owned(),
            answer.clone(),
        ))
        .await;
        assert_eq!(
            xml,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ListRolesResponse>\
             <RequestId>0A1B2C3D-4E5F-6789-ABCD-EF0123456789</RequestId>\
             <IsTruncated>false</IsTruncated><Roles><Role><RoleName>a</RoleName>\
             <MaxSessionDuration>3600</MaxSessionDuration></Role><Role><RoleName>&lt;&amp;\u{fffd}&gt;</RoleName>\
             </Role></Roles><Users></Users></ListRolesResponse>"
        );
        let empty = Answer::of(&serde_json::json!({})).unwrap();
        assert_eq!(
            text(success(Format::Json, "DeleteRole", ID.to_owned(), empty)).await,
            format!(r#"{{"RequestId":"{ID}"}}"#)
        );
        assert_eq!(
            answer.into_json("short"),
            json.replace(ID, "short").into_bytes()
        );
    }
}
