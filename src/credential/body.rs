//! What a request's body is: nothing, a form, or a JSON object.

use std::fmt;

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::Value;

use super::verify::RequestError;

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// Empty, whatever its content type says.
    None,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `application/json`.
    Json,
}

/// What `body` is, by its content type (parameters such as `charset` do not count).
///
/// # Errors
/// [`RequestError::ContentType`]: not empty, and of no known type.
pub fn kind(body: &[u8], content_type: Option<&str>) -> Result<BodyKind, RequestError> {
    if body.is_empty() {
        return Ok(BodyKind::None);
    }
    let media = content_type.unwrap_or_default().split(';').next();
    let media = media.unwrap_or_default().trim();
    if media.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        Ok(BodyKind::Form)
    } else if media.eq_ignore_ascii_case("application/json") {
        Ok(BodyKind::Json)
    } else {
        Err(RequestError::ContentType)
    }
}

/// The top-level members of a JSON object, in order.
///
/// # Errors
/// [`RequestError::Json`], or [`RequestError::Duplicate`] when a member is there twice.
pub fn members(body: &[u8]) -> Result<Vec<(String, Value)>, RequestError> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let members: Vec<(String, Value)> = reader
        .deserialize_map(Members)
        .map_err(|_| RequestError::Json)?;
    reader.end().map_err(|_| RequestError::Json)?;
    // Compared in a sorted list of their own, so that many members cost no square.
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let twice = names.windows(2).find_map(|two| match two {
        [one, other] if one == other => Some((*one).to_owned()),
        _ => None,
    });
    match twice {
        Some(name) => Err(RequestError::Duplicate(name)),
        None => Ok(members),
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_type_decides() {
        let form = "Application/x-www-form-urlencoded; charset=utf-8";
        assert_eq!(kind(b"a=1", Some(form)), Ok(BodyKind::Form));
        assert_eq!(
            kind(b"{}", Some("application/json;charset=utf-8")),
            Ok(BodyKind::Json)
        );
        assert_eq!(
            kind(b"", Some("application/octet-stream")),
            Ok(BodyKind::None)
        );
        assert_eq!(kind(b"", None), Ok(BodyKind::None));
        for unknown in [
            None,
            Some(""),
            Some("text/plain"),
            Some("application/jsonp"),
        ] {
            assert_eq!(kind(b"a", unknown), Err(RequestError::ContentType));
        }
    }

    #[test]
    fn members_are_kept_in_order_and_once() {
        let read = members(br#"{"b":1,"a":{"x":1,"y":[2]}}"#).unwrap();
        assert_eq!(read[0].0, "b");
        assert_eq!(read[1].1["y"][0], 2);
        assert_eq!(
            members(br#"{"a":1,"b":2,"\u0061":3}"#),
            Err(RequestError::Duplicate("a".to_owned()))
        );
        for bad in ["", "[]", "1", "{", "{}x", "{\"a\":}", "null"] {
            assert_eq!(members(bad.as_bytes()), Err(RequestError::Json), "{bad}");
        }
    }
}
