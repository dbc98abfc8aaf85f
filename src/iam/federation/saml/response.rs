//! What a SAML response says. It is read from the tree that was verified, and only after that.

use super::AssertionError;
use super::xml::{Node, moment, ns};

/// What all attributes begin with that assertions for roles have.
const ATTRIBUTES: &str = "https://www.aliyun.com/SAML-Role/Attributes/";
const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const ENTITY: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity";

/// A response and its assertion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// Where it was sent to, by its own word.
    pub destination: Option<String>,
    /// Who sent it, where it says so.
    pub issuer: Option<String>,
    /// What is asserted.
    pub assertion: Assertion,
}

/// An assertion. Moments are in unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// What its issuer never gives twice.
    pub id: String,
    /// Who asserts.
    pub issuer: String,
    /// When.
    pub issued_at: i64,
    /// Of whom.
    pub subject: String,
    /// What kind of name that is.
    pub subject_format: Option<String>,
    /// For whom it is meant to be held out, and until when.
    pub bearers: Vec<Bearer>,
    /// From when on it holds.
    pub not_before: Option<i64>,
    /// Until when.
    pub not_on_or_after: Option<i64>,
    /// For whom it is meant: one of each.
    pub audiences: Vec<Vec<String>>,
    /// When the user's session at the provider ends, where it does.
    pub session_ends_at: Option<i64>,
    /// The values of each attribute for roles, by the last part of its name.
    pub attributes: Vec<(String, Vec<String>)>,
}

/// Where an assertion may be held out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// To whom.
    pub recipient: Option<String>,
    /// From when on.
    pub not_before: Option<i64>,
    /// Until when.
    pub not_on_or_after: Option<i64>,
}

impl Assertion {
    /// The values of an attribute, by the last part of its name.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let of = self.attributes.iter().filter(move |(own, _)| own == name);
        of.flat_map(|(_, values)| values).map(String::as_str)
    }
}

fn broken(what: &'static str) -> AssertionError {
    AssertionError::Content(what)
}

/// The moment in an attribute, where it has one.
fn moment_in(node: Node<'_>, name: &str) -> Result<Option<i64>, AssertionError> {
    let text = node.attribute(name);
    text.map(|text| moment(text).ok_or_else(|| broken("a moment")))
        .transpose()
}

fn is_version_2(node: Node<'_>) -> bool {
    node.attribute("Version") == Some("2.0")
}

/// The issuer in a response or an assertion.
fn issuer(of: Node<'_>) -> Result<Option<String>, AssertionError> {
    let mut all = of.children(ns::ASSERTION, "Issuer");
    let Some(issuer) = all.next() else {
        return Ok(None);
    };
    let format = issuer.attribute("Format").unwrap_or(ENTITY);
    let text = issuer.text().filter(|_| format == ENTITY);
    if all.next().is_some() || text.is_none() {
        return Err(broken("the issuer"));
    }
    Ok(text)
}

/// Reads a response that was verified, and the one assertion in it.
pub(super) fn read(response: Node<'_>, assertion: Node<'_>) -> Result<Response, AssertionError> {
    if !is_version_2(response) || !is_version_2(assertion) {
        return Err(broken("the version"));
    }
    let status = response
        .only(ns::PROTOCOL, "Status")
        .and_then(|status| status.only(ns::PROTOCOL, "StatusCode"))
        .and_then(|code| code.attribute("Value"));
    if status != Some(SUCCESS) {
        return Err(AssertionError::Status);
    }
    Ok(Response {
        destination: response.attribute("Destination").map(str::to_owned),
        issuer: issuer(response)?,
        assertion: read_assertion(assertion)?,
    })
}

fn read_assertion(node: Node<'_>) -> Result<Assertion, AssertionError> {
    let id = node.attribute("ID").unwrap_or_default();
    let issued_at =
        moment_in(node, "IssueInstant")?.ok_or_else(|| broken("the moment of issue"))?;
    let subject = node.only(ns::ASSERTION, "Subject");
    let subject = subject.ok_or_else(|| broken("the subject"))?;
    let name = subject.only(ns::ASSERTION, "NameID");
    let name = name.ok_or_else(|| broken("the subject"))?;
    let text = name.text().filter(|text| {
        (1..=256).contains(&text.chars().count()) && !text.chars().any(char::is_control)
    });
    let conditions = node.only(ns::ASSERTION, "Conditions");
    let conditions = conditions.ok_or_else(|| broken("the conditions"))?;
    let mut bearers = Vec::new();
    for confirmation in subject.children(ns::ASSERTION, "SubjectConfirmation") {
        if confirmation.attribute("Method") == Some(BEARER)
            && let Some(data) = confirmation.only(ns::ASSERTION, "SubjectConfirmationData")
        {
            bearers.push(Bearer {
                recipient: data.attribute("Recipient").map(str::to_owned),
                not_before: moment_in(data, "NotBefore")?,
                not_on_or_after: moment_in(data, "NotOnOrAfter")?,
            });
        }
    }
    let mut session_ends_at: Option<i64> = None;
    for statement in node.children(ns::ASSERTION, "AuthnStatement") {
        if let Some(end) = moment_in(statement, "SessionNotOnOrAfter")? {
            session_ends_at = Some(session_ends_at.map_or(end, |known| known.min(end)));
        }
    }
    Ok(Assertion {
        id: id.to_owned(),
        issuer: issuer(node)?.ok_or_else(|| broken("the issuer"))?,
        issued_at,
        subject: text.ok_or_else(|| broken("the subject"))?,
        subject_format: name.attribute("Format").map(str::to_owned),
        bearers,
        not_before: moment_in(conditions, "NotBefore")?,
        not_on_or_after: moment_in(conditions, "NotOnOrAfter")?,
        audiences: audiences(conditions)?,
        session_ends_at,
        attributes: attributes(node)?,
    })
}

/// What the conditions say of the audience. A condition that is not known is not taken to hold
/// (SAML 2.0 core, 2.5.1); the two that are for who asserts or keeps assertions in turn say nothing
/// here.
fn audiences(conditions: Node<'_>) -> Result<Vec<Vec<String>>, AssertionError> {
    let mut all = Vec::new();
    for condition in conditions.elements() {
        if condition.is(ns::ASSERTION, "AudienceRestriction") {
            let audiences = condition.children(ns::ASSERTION, "Audience");
            let texts: Option<Vec<String>> = audiences.map(Node::text).collect();
            all.push(texts.ok_or_else(|| broken("an audience"))?);
        } else if !condition.is(ns::ASSERTION, "OneTimeUse")
            && !condition.is(ns::ASSERTION, "ProxyRestriction")
        {
            return Err(broken("a condition"));
        }
    }
    Ok(all)
}

fn attributes(assertion: Node<'_>) -> Result<Vec<(String, Vec<String>)>, AssertionError> {
    let mut all = Vec::new();
    let statements = assertion.children(ns::ASSERTION, "AttributeStatement");
    for attribute in statements.flat_map(|all| all.children(ns::ASSERTION, "Attribute")) {
        let name = attribute.attribute("Name").unwrap_or_default();
        // Others are of no use here, whatever they hold.
        let Some(name) = name.strip_prefix(ATTRIBUTES) else {
            continue;
        };
        let values = attribute.children(ns::ASSERTION, "AttributeValue");
        let values: Option<Vec<String>> = values.map(Node::text).collect();
        let values = values.ok_or_else(|| broken("an attribute"))?;
        all.push((name.to_owned(), values));
    }
    Ok(all)
}
