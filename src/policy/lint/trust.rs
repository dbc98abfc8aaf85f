//! Whom a trust policy lets in without looking.

use super::keys::needs_a_value;
use super::outline::Places;
use super::{Options, Report, Rule, Severity};
use crate::policy::arn::ProviderKind;
use crate::policy::condition::Operator;
use crate::policy::context::ConditionKey;
use crate::policy::document::{StatementEffect, Target};
use crate::policy::principal::PrincipalEntry;

pub(super) const EVERYONE: Rule = Rule {
    id: "trust-everyone",
    severity: Severity::Warning,
    about: "The role trusts every account, under no condition that says who: neither `sts:ExternalId` nor the caller's ARN, directory, address or network.",
};

pub(super) const OIDC_SUBJECT: Rule = Rule {
    id: "trust-oidc-subject",
    severity: Severity::Warning,
    about: "The role trusts an OIDC provider without a condition on `oidc:sub`: every subject of the provider can take it.",
};

pub(super) const WHOLE_ACCOUNT: Rule = Rule {
    id: "trust-whole-account",
    severity: Severity::Note,
    about: "The role trusts a whole account without `sts:ExternalId`. Right for one's own (`--account`); a foreign one should have to say the agreed word.",
};

/// Keys that say who asks, or from where.
const WHO: [&str; 9] = [
    "sts:externalid",
    "sts:sourceidentity",
    "acs:sourceidentity",
    "acs:principalarn",
    "acs:principalrdid",
    "acs:principalrdpath",
    "acs:sourceip",
    "acs:sourcevpc",
    "acs:sourcevpcid",
];

/// Whether some clause asks for a value of one of the keys.
fn asks_for(places: &Places, keys: &[&str]) -> bool {
    places.clauses.iter().any(|clause| {
        let operator = clause.operator.parse::<Operator>();
        let key = clause.key.parse::<ConditionKey>();
        operator.is_ok_and(needs_a_value) && key.is_ok_and(|key| keys.contains(&key.as_str()))
    })
}

pub(super) fn check(report: &mut Report<'_>, options: &Options) {
    let (document, outline) = (report.document, report.outline);
    for (number, (statement, places)) in document
        .statements()
        .iter()
        .zip(&outline.statements)
        .enumerate()
    {
        let Target::Principals(entries) = &statement.target else {
            continue;
        };
        if statement.effect == StatementEffect::Deny {
            continue;
        }
        for (entry, at) in entries.iter().zip(&places.targets) {
            let found = match entry {
                PrincipalEntry::AnyRam if !asks_for(places, &WHO) => Some((
                    EVERYONE,
                    "every user and role of every account is trusted, under no condition that says who"
                        .to_owned(),
                )),
                PrincipalEntry::Federated(provider)
                    if provider.kind() == ProviderKind::Oidc
                        && !asks_for(places, &["oidc:sub"]) =>
                {
                    let name = provider.name();
                    Some((
                        OIDC_SUBJECT,
                        format!("every subject of the provider `{name}` is trusted"),
                    ))
                }
                PrincipalEntry::Account(account)
                | PrincipalEntry::User(account, None)
                | PrincipalEntry::Role(account, None)
                    if options.account != Some(*account)
                        && !asks_for(places, &["sts:externalid"]) =>
                {
                    Some((
                        WHOLE_ACCOUNT,
                        format!(
                            "the whole account {account} is trusted without `sts:ExternalId`; if it \
                             is not your own, agree on one"
                        ),
                    ))
                }
                _ => None,
            };
            if let Some((rule, message)) = found {
                report.add(rule, Some(number), *at, message);
            }
        }
    }
}
