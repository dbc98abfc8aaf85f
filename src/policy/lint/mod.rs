//! What a reviewer would say of a policy document: its faults, and what is sound but suspicious.
//!
//! ```
//! use rampart::policy::document::DocumentKind;
//! use rampart::policy::lint::{Options, Severity, check};
//!
//! let findings = check(DocumentKind::Identity, r#"{
//!   "Version": "1",
//!   "Statement": [
//!     { "Effect": "Allow", "Action": ["ram:GetUser", "ram:CreatUser"], "Resource": "*" },
//!     { "Effect": "Allow", "Action": "oss:*", "Resource": "*",
//!       "Condition": { "IpAddress": { "acs:SourceIp": "10.1.0.0/16" },
//!                      "NotIpAddress": { "acs:SourceIp": "10.0.0.0/8" } } }
//!   ]
//! }"#, &Options::default());
//!
//! let seen: Vec<_> = findings.iter().map(|one| (one.rule, one.line, one.statement)).collect();
//! assert_eq!(seen, [("unknown-action", 4, Some(0)), ("contradiction", 7, Some(1))]);
//! assert!(findings.iter().all(|one| one.severity == Severity::Warning));
//! ```
//!
//! A finding is a claim, and no claim is made that is not so: what the document says of a request
//! is worked out from the same patterns and conditions that decide it (`cover.rs`, `reach.rs`).
//! Where an answer would take a guess there is no finding. What the rules know beyond the language
//! (names of actions, what each is checked against, keys of conditions) stands in `actions.txt` and
//! `keys.rs`.

mod actions;
mod contradiction;
mod cover;
mod keys;
mod outline;
mod reach;
mod rights;
mod shadow;
#[cfg(test)]
mod tests;
mod trust;

use std::fmt;

pub use self::actions::{Checked, KnownAction, known_actions};
use self::outline::Outline;
use super::document::{Document, DocumentKind};
use super::ids::AccountId;
use super::json::Position;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a look; right in many documents.
    Note,
    /// A reviewer would object, or ask why.
    Warning,
    /// The document is refused when it is written.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing to say about a document, and where.
///
/// Shown as `line:column: severity: rule: message`. `Debug` leaves the message out, as that quotes
/// the document, whose text belongs in no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it weighs.
    pub severity: Severity,
    /// A stable id: one of [`RULES`], or for an error that of the rule of the language that was
    /// broken.
    pub rule: &'static str,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1, in characters.
    pub column: u32,
    /// The reason in words. May quote the document.
    pub message: String,
    /// The place of the statement in the document, from 0; `None` for errors and for what concerns
    /// the whole document.
    pub statement: Option<usize>,
}

impl fmt::Debug for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = self.severity.as_str();
        write!(
            f,
            "{}:{}: {severity}: {}",
            self.line, self.column, self.rule
        )
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}: {}", self.message)
    }
}

/// What is known of a document beside its text.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// The account that the document belongs to: a trust policy that names it whole is no news.
    pub account: Option<AccountId>,
}

/// A rule that warns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Its stable id.
    pub id: &'static str,
    /// How much its findings weigh.
    pub severity: Severity,
    /// What a finding means.
    pub about: &'static str,
}

/// Every rule that warns, in the order of the documentation. Errors have the ids of the grammar.
pub const RULES: &[Rule] = &[
    reach::ACTION_FORM,
    reach::UNKNOWN_ACTION,
    reach::UNCHECKED_ACTION,
    reach::UNCHECKED_RESOURCE,
    reach::GRANTS_NOTHING,
    contradiction::CONTRADICTION,
    contradiction::SEVERAL_VALUES,
    keys::UNKNOWN_KEY,
    keys::ABSENT_KEY,
    keys::MAY_BE_ABSENT,
    keys::LITERAL_WILDCARD,
    keys::NO_VARIABLES,
    shadow::SHADOWED,
    rights::ADMINISTRATOR,
    rights::RAM_ADMINISTRATOR,
    rights::ALL_BUT,
    rights::ATTACH_POLICY,
    rights::REWRITE_POLICY,
    rights::EARLIER_VERSION,
    rights::ACCESS_KEY,
    rights::PASSWORD,
    rights::JOIN_GROUP,
    rights::REWRITE_TRUST,
    rights::REPLACE_PROVIDER,
    rights::PASS_ROLE,
    trust::EVERYONE,
    trust::OIDC_SUBJECT,
    trust::WHOLE_ACCOUNT,
];

/// Says what is wrong with a document, or, where nothing is, what a reviewer would say of it; in
/// the order of the text.
///
/// The length is an error, too ([`Document::check_length`]). A document that is refused is not
/// looked at any further.
pub fn check(kind: DocumentKind, text: &str, options: &Options) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Err(max) = Document::check_length(kind, text) {
        findings.push(Finding {
            severity: Severity::Error,
            rule: "length",
            line: 1,
            column: 1,
            message: format!("longer than {max} characters"),
            statement: None,
        });
    }
    match Document::parse(kind, text) {
        Err(faults) => findings.extend(faults.into_iter().map(|fault| Finding {
            severity: Severity::Error,
            rule: fault.rule,
            line: fault.line,
            column: fault.column,
            message: fault.message,
            statement: None,
        })),
        Ok(document) => findings.extend(review(&document, text, options)),
    }
    findings
}

/// What a reviewer would say of a sound document, whatever its length. `text` is what it was read
/// from.
pub fn review(document: &Document, text: &str, options: &Options) -> Vec<Finding> {
    let Some(outline) = Outline::read(text) else {
        return Vec::new();
    };
    let mut report = Report {
        document,
        outline: &outline,
        text,
        findings: Vec::new(),
    };
    reach::check(&mut report);
    keys::check(&mut report);
    contradiction::check(&mut report);
    shadow::check(&mut report);
    match document.kind() {
        DocumentKind::Identity => rights::check(&mut report),
        DocumentKind::Trust => trust::check(&mut report, options),
        // It narrows what the session's role may do, and gives nothing by itself.
        DocumentKind::Session => {}
    }
    let mut findings = report.findings;
    findings.sort_by_key(|finding| (finding.line, finding.column));
    findings
}

/// A document under review.
struct Report<'a> {
    document: &'a Document,
    outline: &'a Outline,
    text: &'a str,
    findings: Vec<Finding>,
}

impl Report<'_> {
    fn add(&mut self, rule: Rule, statement: Option<usize>, offset: usize, message: String) {
        let Position { line, column } = Position::of(self.text, offset);
        self.findings.push(Finding {
            severity: rule.severity,
            rule: rule.id,
            line,
            column,
            message,
            statement,
        });
    }
}
