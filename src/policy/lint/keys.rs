//! What is known of condition keys: which exist, when a request has them; and values that do not
//! mean what they seem to.
//!
//! Source: policy-language §6 to §9. Of the keys of other services nothing is said.

use super::outline::ClausePlaces;
use super::{Report, Rule, Severity};
use crate::policy::condition::{Comparison, Operator, Quantifier};
use crate::policy::context::ConditionKey;
use crate::policy::document::{Actions, DocumentKind, StatementEffect, Target};

pub(super) const UNKNOWN_KEY: Rule = Rule {
    id: "unknown-key",
    severity: Severity::Warning,
    about: "The key begins like a common key, or one of RAM, STS or a federation, and none of that name is known. A key that a request does not have fails positive operators and satisfies negated ones.",
};

pub(super) const ABSENT_KEY: Rule = Rule {
    id: "absent-key",
    severity: Severity::Warning,
    about: "Requests have the key for certain actions only, and the statement is about none of them: the condition never holds.",
};

pub(super) const MAY_BE_ABSENT: Rule = Rule {
    id: "deny-without-key",
    severity: Severity::Warning,
    about: "A Deny on `acs:MFAPresent` being `false`: a request that is signed with an access key does not have the key, so it is not denied.",
};

pub(super) const LITERAL_WILDCARD: Rule = Rule {
    id: "literal-wildcard",
    severity: Severity::Warning,
    about: "A star in a value of `StringEquals` and its kin, which compare literally; `StringLike` and `StringNotLike` have wildcards.",
};

pub(super) const NO_VARIABLES: Rule = Rule {
    id: "no-variables",
    severity: Severity::Warning,
    about: "`${...}` in a value or a resource: the language has no variables, and the text is taken literally.",
};

/// How often a request has a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    /// In every request.
    Always,
    /// In some.
    Sometimes,
    /// Only where one of these actions is asked for.
    For(&'static [&'static str]),
}

/// A key that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    /// In lower case; a tag key's ends in `/`.
    name: &'static str,
    pub(super) presence: Presence,
    /// Whether one request can have several values of it.
    pub(super) several: bool,
}

const fn key(name: &'static str, presence: Presence) -> Known {
    Known {
        name,
        presence,
        several: false,
    }
}

const fn several(name: &'static str, presence: Presence) -> Known {
    Known {
        several: true,
        ..key(name, presence)
    }
}

/// With a source identity a second action is asked for in the same call.
const ASSUME: Presence = Presence::For(&["sts:AssumeRole", "sts:SetSourceIdentity"]);

const KNOWN: [Known; 23] = {
    use Presence::{Always, For, Sometimes};
    [
        key("acs:currenttime", Always),
        key("acs:sourceip", Always),
        key("acs:securetransport", Always),
        key("acs:mfapresent", Sometimes),
        key("acs:principalarn", Always),
        key("acs:principalrdid", Sometimes),
        key("acs:principalrdpath", Sometimes),
        key("acs:resourcetag/", Sometimes),
        key("acs:requesttag/", Sometimes),
        key("acs:sourcevpc", Sometimes),
        key("acs:sourcevpcid", Sometimes),
        key("acs:service", For(&["ram:PassRole"])),
        key("acs:sourceidentity", Sometimes),
        key(
            "ram:servicename",
            For(&[
                "ram:CreateServiceLinkedRole",
                "ram:DeleteServiceLinkedRole",
                "ram:CheckServiceLinkedRoleExistence",
            ]),
        ),
        several(
            "ram:trustedprincipaltypes",
            For(&["ram:CreateRole", "ram:AttachPolicyToRole", "ram:UpdateRole"]),
        ),
        several(
            "ram:servicenames",
            For(&["ram:CreateRole", "ram:UpdateRole"]),
        ),
        key(
            "ram:oidcissuerurl",
            For(&["ram:CreateOIDCProvider", "ram:UpdateOIDCProvider"]),
        ),
        key("sts:externalid", ASSUME),
        key("sts:sourceidentity", ASSUME),
        key("sts:rolesessionname", ASSUME),
        key("saml:recipient", ASSUME),
        key("oidc:iss", ASSUME),
        key("oidc:sub", ASSUME),
    ]
};

/// `oidc:aud`, apart because it alone of its kind can have several values.
const AUDIENCE: Known = several("oidc:aud", ASSUME);

/// What is known of the key.
pub(super) fn known(key: &ConditionKey) -> Option<Known> {
    let same = |known: &&Known| {
        if !known.name.ends_with('/') {
            return known.name == key.as_str();
        }
        let tag = key.as_str().strip_prefix(known.name);
        tag.is_some_and(|tag| !tag.is_empty())
    };
    KNOWN.iter().chain([&AUDIENCE]).find(same).copied()
}

/// Whether all keys that begin so are known.
fn is_ours(key: &ConditionKey) -> bool {
    let (service, _) = key.as_str().split_once(':').unwrap_or_default();
    matches!(service, "acs" | "ram" | "sts" | "saml" | "oidc")
}

/// Whether a request without the key cannot satisfy the operator.
pub(super) fn needs_a_value(operator: Operator) -> bool {
    match operator.quantifier {
        Some(Quantifier::AnyValue) => true,
        Some(Quantifier::AllValues) => false,
        None => !operator.negated,
    }
}

pub(super) fn check(report: &mut Report<'_>) {
    let (document, outline) = (report.document, report.outline);
    for (number, (statement, places)) in document
        .statements()
        .iter()
        .zip(&outline.statements)
        .enumerate()
    {
        for clause in &places.clauses {
            let (Ok(operator), Ok(key)) = (
                clause.operator.parse::<Operator>(),
                clause.key.parse::<ConditionKey>(),
            ) else {
                continue;
            };
            values(report, number, clause, operator);
            presence(report, number, clause, operator, &key);
            let mfa = key.as_str() == "acs:mfapresent";
            if mfa && statement.effect == StatementEffect::Deny && needs_a_value(operator) {
                let message = format!(
                    "a request that is signed with an access key has no `{}`: this does not deny it",
                    clause.key
                );
                report.add(MAY_BE_ABSENT, Some(number), clause.key_at, message);
            }
        }
        let Target::Resources(resources) = &statement.target else {
            continue;
        };
        for (entry, at) in resources.entries.iter().zip(&places.targets) {
            let parts = entry.parts().into_iter().flatten();
            if let Some(part) = parts.into_iter().find(|part| part.as_str().contains("${")) {
                let message = format!("there are no variables: `{}` is literal", part.as_str());
                report.add(NO_VARIABLES, Some(number), *at, message);
            }
        }
    }
}

fn values(report: &mut Report<'_>, number: usize, clause: &ClausePlaces, operator: Operator) {
    let literal = matches!(
        operator.comparison,
        Comparison::StringEquals | Comparison::StringEqualsIgnoreCase
    );
    for (text, at) in &clause.values {
        if text.contains("${") {
            let message = format!("there are no variables: `{text}` is literal");
            report.add(NO_VARIABLES, Some(number), *at, message);
        } else if literal && text.contains('*') {
            let message = format!(
                "`{}` compares literally: the star of `{text}` is no wildcard, as it would be with \
                 a `StringLike`",
                clause.operator
            );
            report.add(LITERAL_WILDCARD, Some(number), *at, message);
        }
    }
}

fn presence(
    report: &mut Report<'_>,
    number: usize,
    clause: &ClausePlaces,
    operator: Operator,
    key: &ConditionKey,
) {
    let outcome = if needs_a_value(operator) {
        "never holds"
    } else {
        "always holds"
    };
    let Some(known) = known(key) else {
        if is_ours(key) {
            let message = format!(
                "`{}` is no known key: where requests do not have it, the condition {outcome}",
                clause.key
            );
            report.add(UNKNOWN_KEY, Some(number), clause.key_at, message);
        }
        return;
    };
    let Some(statement) = report.document.statements().get(number) else {
        return;
    };
    let Presence::For(actions) = known.presence else {
        return;
    };
    // The keys of a federation are those of a trust policy's callers.
    let federated = key.as_str().starts_with("saml:") || key.as_str().starts_with("oidc:");
    let elsewhere = federated && report.document.kind() != DocumentKind::Trust;
    if elsewhere || !about_any(&statement.actions, actions) {
        let only = if elsewhere {
            "trust policies".to_owned()
        } else {
            format!("`{}`", actions.join("`, `"))
        };
        let message = format!("`{}` is there for {only} only: this {outcome}", clause.key);
        report.add(ABSENT_KEY, Some(number), clause.key_at, message);
    }
}

fn about_any(actions: &Actions, asked: &[&str]) -> bool {
    asked.iter().any(|asked| actions.matches(asked))
}
