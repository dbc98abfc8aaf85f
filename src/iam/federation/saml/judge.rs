//! What an assertion must say so that it opens a role.
//!
//! Source: errors-and-limits F 24, policy-evaluation §3, SAML 2.0 profiles 4.1.4.3, THREATS row 18.

use super::AssertionError;
use super::response::{Assertion, Bearer, Response};
use crate::policy::arn::{ProviderArn, RoleArn};
use crate::policy::ids::RoleSessionName;

/// For whom assertions are, by the vendor's constants for its two sites.
const AUDIENCES: [&str; 2] = [
    "urn:alibaba:cloudcomputing",
    "urn:alibaba:cloudcomputing:international",
];
/// How far clocks may differ, in seconds: so far ahead of ours may be what a provider dates.
pub(super) const SKEW: i64 = 60;
/// How long an assertion may be good from when it was issued, in seconds.
const LONGEST_LIFE: i64 = 3600;
/// What a session may be asked for by the assertion, in seconds. Source: the vendor's page on
/// attributes of assertions.
const SESSION_SECONDS: std::ops::RangeInclusive<i64> = 900..=43_200;
/// What the kinds of names begin with that SAML 2.0 added.
const NAME_FORMAT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:";
/// The kind of a name of which nothing is said (SAML 2.0 core, 8.3.1).
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

/// What is expected of an assertion.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The provider's name, by its metadata.
    pub entity_id: &'a str,
    /// The addresses that this deployment's users sign on at.
    pub recipients: &'a [String],
    /// The role that is asked for.
    pub role: &'a RoleArn,
    /// The provider that is named.
    pub provider: &'a ProviderArn,
}

/// What an assertion says that passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouched {
    /// What its issuer never gives twice.
    pub id: String,
    /// Who vouches.
    pub issuer: String,
    /// For whom.
    pub subject: String,
    /// What kind of name that is.
    pub subject_type: String,
    /// Where the assertion was to be held out.
    pub recipient: String,
    /// The name of the session.
    pub session_name: RoleSessionName,
    /// How long the session may be at most, in seconds, where it is said.
    pub session_seconds: Option<i64>,
    /// When it was issued, in unix seconds.
    pub issued_at: i64,
    /// From when on it is not good any more, in unix seconds.
    pub expires_at: i64,
}

/// Checks a verified response at `now` (unix seconds).
///
/// # Errors
/// [`AssertionError`].
pub fn judge(
    response: Response,
    expected: Expected<'_>,
    now: i64,
) -> Result<Vouched, AssertionError> {
    let Response {
        destination,
        issuer,
        assertion,
    } = response;
    let is_own = |address: &str| expected.recipients.iter().any(|own| own == address);
    let by_provider = |issuer: &str| issuer == expected.entity_id;
    if !by_provider(&assertion.issuer) || issuer.is_some_and(|issuer| !by_provider(&issuer)) {
        return Err(AssertionError::Issuer);
    }
    let is_for_us = |audience: &String| AUDIENCES.contains(&audience.as_str()) || is_own(audience);
    let restrictions = &assertion.audiences;
    if restrictions.is_empty() || !restrictions.iter().all(|one| one.iter().any(is_for_us)) {
        return Err(AssertionError::Audience);
    }
    let sent_elsewhere = destination.is_some_and(|destination| !is_own(&destination));
    let to_us = |bearer: &&Bearer| bearer.recipient.as_deref().is_some_and(is_own);
    let bearers: Vec<&Bearer> = assertion.bearers.iter().filter(to_us).collect();
    if sent_elsewhere || bearers.is_empty() {
        return Err(AssertionError::Recipient);
    }
    let (recipient, expires_at) = in_time(&assertion, &bearers, now)?;
    let paired = assertion
        .values("Role")
        .any(|value| pairs(value, expected.role, expected.provider));
    if !paired {
        return Err(AssertionError::Role);
    }
    let session_name = session_name(&assertion)?;
    let session_seconds = session_seconds(&assertion, now)?;
    Ok(Vouched {
        subject_type: assertion.subject_format.as_deref().map_or_else(
            || UNSPECIFIED.to_owned(),
            |format| {
                format
                    .strip_prefix(NAME_FORMAT)
                    .unwrap_or(format)
                    .to_owned()
            },
        ),
        recipient,
        session_name,
        session_seconds,
        issued_at: assertion.issued_at,
        expires_at,
        id: assertion.id,
        issuer: assertion.issuer,
        subject: assertion.subject,
    })
}

/// At which of our addresses the assertion is good now, and until when.
fn in_time(
    assertion: &Assertion,
    bearers: &[&Bearer],
    now: i64,
) -> Result<(String, i64), AssertionError> {
    let ahead = |moment: i64| moment.saturating_sub(SKEW) > now;
    if ahead(assertion.issued_at) || assertion.not_before.is_some_and(ahead) {
        return Err(AssertionError::TooEarly);
    }
    let ends_at = |bearer: &Bearer| {
        let own = bearer.not_on_or_after?;
        Some(assertion.not_on_or_after.map_or(own, |end| end.min(own)))
    };
    let begun = bearers
        .iter()
        .filter(|bearer| !bearer.not_before.is_some_and(ahead));
    // Of several the one that is good longest.
    let last = begun.filter_map(|bearer| Some((ends_at(bearer)?, bearer.recipient.as_ref()?)));
    let (expires_at, recipient) = last
        .max_by_key(|(end, _)| *end)
        .ok_or(AssertionError::TooEarly)?;
    if now >= expires_at {
        return Err(AssertionError::Expired);
    }
    if expires_at.saturating_sub(assertion.issued_at) > LONGEST_LIFE {
        return Err(AssertionError::Lifetime);
    }
    Ok((recipient.clone(), expires_at))
}

/// Whether a value pairs that role with that provider, in either order.
fn pairs(value: &str, role: &RoleArn, provider: &ProviderArn) -> bool {
    let Some((one, other)) = value.split_once(',') else {
        return false;
    };
    let (one, other) = (one.trim(), other.trim());
    [(one, other), (other, one)]
        .into_iter()
        .any(|(one, other)| {
            one.parse::<RoleArn>().is_ok_and(|named| named == *role)
                && other
                    .parse::<ProviderArn>()
                    .is_ok_and(|named| named.same(provider))
        })
}

/// The one name that the assertion gives its session.
fn session_name(assertion: &Assertion) -> Result<RoleSessionName, AssertionError> {
    let mut names = assertion.values("RoleSessionName");
    names
        .next()
        .filter(|_| names.next().is_none())
        .and_then(|name| name.parse().ok())
        .ok_or(AssertionError::SessionName)
}

/// How long a session may be by what the assertion says of sessions.
fn session_seconds(assertion: &Assertion, now: i64) -> Result<Option<i64>, AssertionError> {
    let mut asked = assertion.values("SessionDuration");
    let by_attribute = match (asked.next(), asked.next()) {
        (None, _) => None,
        (Some(text), None) => {
            let seconds = text.parse::<i64>().ok();
            let seconds = seconds.filter(|seconds| SESSION_SECONDS.contains(seconds));
            Some(seconds.ok_or(AssertionError::Content("the duration of sessions"))?)
        }
        (Some(_), Some(_)) => return Err(AssertionError::Content("the duration of sessions")),
    };
    let by_end = assertion.session_ends_at.map(|end| end.saturating_sub(now));
    if by_end.is_some_and(|seconds| seconds <= 0) {
        return Err(AssertionError::Expired);
    }
    Ok(match (by_attribute, by_end) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    })
}
