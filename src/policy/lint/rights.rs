//! Rights that are an administrator's, or with which one can be become.
//!
//! A right counts if the document grants it without a condition and no Deny of it is about it, under
//! whatever condition. It is looked for where it is broad: a user, a group, a role, a policy of a
//! name that only a wildcard can mean. So `ram:CreateAccessKey` on `user/*` is found, and on
//! `user/robot-*` is not.

use std::collections::BTreeSet;

use super::cover::covers;
use super::{Report, Rule, Severity};
use crate::policy::arn::Resource;
use crate::policy::document::{Document, Statement, StatementEffect, Target};
use crate::policy::ids::AccountId;
use crate::policy::pattern::{Case, Pattern};

pub(super) const ADMINISTRATOR: Rule = Rule {
    id: "administrator",
    severity: Severity::Warning,
    about: "Every action on every resource.",
};

pub(super) const RAM_ADMINISTRATOR: Rule = Rule {
    id: "ram-administrator",
    severity: Severity::Warning,
    about: "Every action of RAM on every resource: whoever has it can give himself every other right.",
};

pub(super) const ALL_BUT: Rule = Rule {
    id: "allow-all-but",
    severity: Severity::Warning,
    about: "An Allow with `NotAction` or `NotResource`: it permits everything that is not named, what is yet to come included.",
};

pub(super) const ATTACH_POLICY: Rule = Rule {
    id: "escalation-attach-policy",
    severity: Severity::Warning,
    about: "`ram:AttachPolicyToUser`, `...ToGroup` or `...ToRole` for anybody and with the policy `AdministratorAccess`: every right can be given.",
};

pub(super) const REWRITE_POLICY: Rule = Rule {
    id: "escalation-rewrite-policy",
    severity: Severity::Warning,
    about: "`ram:CreatePolicyVersion` on every custom policy: one's own can be rewritten, and the new version made the default by the same call.",
};

pub(super) const EARLIER_VERSION: Rule = Rule {
    id: "escalation-earlier-version",
    severity: Severity::Warning,
    about: "`ram:SetDefaultPolicyVersion` on every custom policy: a version that granted more can be brought back.",
};

pub(super) const ACCESS_KEY: Rule = Rule {
    id: "escalation-access-key",
    severity: Severity::Warning,
    about: "`ram:CreateAccessKey` on every user: one can act as any of them.",
};

pub(super) const PASSWORD: Rule = Rule {
    id: "escalation-password",
    severity: Severity::Warning,
    about: "`ram:CreateLoginProfile` or `ram:UpdateLoginProfile` on every user: one can set a password and log on as any of them.",
};

pub(super) const JOIN_GROUP: Rule = Rule {
    id: "escalation-join-group",
    severity: Severity::Warning,
    about: "`ram:AddUserToGroup` on every user and every group: one can join the group with the most rights.",
};

pub(super) const REWRITE_TRUST: Rule = Rule {
    id: "escalation-rewrite-trust",
    severity: Severity::Warning,
    about: "`ram:UpdateRole` and `sts:AssumeRole` on every role: one can let any role trust oneself and take it.",
};

pub(super) const REPLACE_PROVIDER: Rule = Rule {
    id: "escalation-replace-provider",
    severity: Severity::Warning,
    about: "`ram:UpdateSAMLProvider`, `ram:UpdateOIDCProvider` or `ram:AddFingerprintToOIDCProvider` on every provider: one can vouch for oneself and take any role that trusts a provider.",
};

pub(super) const PASS_ROLE: Rule = Rule {
    id: "escalation-pass-role",
    severity: Severity::Warning,
    about: "`ram:PassRole` on every role: one can hand the role with the most rights to a service that works on one's behalf. A condition on `acs:Service` or a list of roles narrows it.",
};

/// A name that nobody gives; only a pattern that takes nearly any name takes it.
const NAME: &str = "zq0-any.name-7w";

/// Where rights are looked for if the document names no account.
const ACCOUNT: &str = "1000000000000001";

/// An action and the relative ids it has to be granted on; the account is that of the document, but
/// for `system:`.
type Needed = &'static [(&'static str, &'static str)];

/// A way up: the rule, any of whose sets of rights is enough.
const WAYS: [(Rule, &[Needed]); 9] = [
    (
        ATTACH_POLICY,
        &[
            &[
                ("ram:AttachPolicyToUser", "user/"),
                (
                    "ram:AttachPolicyToUser",
                    "system:policy/AdministratorAccess",
                ),
            ],
            &[
                ("ram:AttachPolicyToGroup", "group/"),
                (
                    "ram:AttachPolicyToGroup",
                    "system:policy/AdministratorAccess",
                ),
            ],
            &[
                ("ram:AttachPolicyToRole", "role/"),
                (
                    "ram:AttachPolicyToRole",
                    "system:policy/AdministratorAccess",
                ),
            ],
        ],
    ),
    (REWRITE_POLICY, &[&[("ram:CreatePolicyVersion", "policy/")]]),
    (
        EARLIER_VERSION,
        &[&[("ram:SetDefaultPolicyVersion", "policy/")]],
    ),
    (ACCESS_KEY, &[&[("ram:CreateAccessKey", "user/")]]),
    (
        PASSWORD,
        &[
            &[("ram:CreateLoginProfile", "user/")],
            &[("ram:UpdateLoginProfile", "user/")],
        ],
    ),
    (
        JOIN_GROUP,
        &[&[
            ("ram:AddUserToGroup", "user/"),
            ("ram:AddUserToGroup", "group/"),
        ]],
    ),
    (
        REWRITE_TRUST,
        &[&[("ram:UpdateRole", "role/"), ("sts:AssumeRole", "role/")]],
    ),
    (
        REPLACE_PROVIDER,
        &[
            &[("ram:UpdateSAMLProvider", "saml-provider/")],
            &[("ram:UpdateOIDCProvider", "oidc-provider/")],
            &[("ram:AddFingerprintToOIDCProvider", "oidc-provider/")],
        ],
    ),
    (PASS_ROLE, &[&[("ram:PassRole", "role/")]]),
];

pub(super) fn check(report: &mut Report<'_>) {
    let (document, outline) = (report.document, report.outline);
    // Whose breadth has been reported: the single ways up would only repeat it.
    let mut broad = BTreeSet::new();
    for (number, (statement, places)) in document
        .statements()
        .iter()
        .zip(&outline.statements)
        .enumerate()
    {
        if statement.effect == StatementEffect::Allow
            && let Some((rule, message)) = breadth(statement, places.clauses.is_empty())
        {
            report.add(rule, Some(number), places.effect, message);
            if rule != ALL_BUT {
                broad.insert(number);
            }
        }
    }
    let accounts = accounts(document);
    for (rule, ways) in WAYS {
        let found = ways.iter().find_map(|needed| {
            accounts.iter().find_map(|account| {
                let by: Option<Vec<usize>> = needed
                    .iter()
                    .map(|(action, relative)| granted(document, action, &arn(account, relative)))
                    .collect();
                let by = by?.first().copied()?;
                Some((by, needed))
            })
        });
        let Some((number, needed)) = found else {
            continue;
        };
        if broad.contains(&number) {
            continue;
        }
        let at = outline
            .statements
            .get(number)
            .map_or(0, |places| places.effect);
        let mut actions: Vec<&str> = needed.iter().map(|(action, _)| *action).collect();
        actions.dedup();
        let message = format!(
            "`{}` of any name is allowed: {}",
            actions.join("` with `"),
            consequence(rule)
        );
        report.add(rule, Some(number), at, message);
    }
}

/// The part of a rule that says what can be done.
fn consequence(rule: Rule) -> &'static str {
    let (_, consequence) = rule.about.split_once(": ").unwrap_or(("", rule.about));
    consequence.trim_end_matches('.')
}

/// Whether the statement by itself allows too much.
fn breadth(statement: &Statement, unconditional: bool) -> Option<(Rule, String)> {
    let Target::Resources(resources) = &statement.target else {
        return None;
    };
    let actions = &statement.actions;
    if actions.negated || resources.negated {
        let element = if actions.negated {
            "NotAction"
        } else {
            "NotResource"
        };
        let message = format!(
            "an Allow with `{element}` allows everything else, what is yet to come included"
        );
        return Some((ALL_BUT, message));
    }
    let everywhere = |service: &str| {
        resources.entries.iter().any(|entry| match entry.parts() {
            None => true,
            Some([of, region, _, relative]) => {
                covers(of.as_str(), service, Case::Ignored)
                    && region.matches("", Case::Kept)
                    && relative.is_any()
            }
        })
    };
    let under = if unconditional {
        ""
    } else {
        ", under a condition"
    };
    let mut names = actions.entries.iter().map(Pattern::as_str);
    if names.any(|name| covers(name, "*:*", Case::Ignored)) && everywhere("*") {
        let message = format!("allows every action on every resource{under}");
        return Some((ADMINISTRATOR, message));
    }
    let mut names = actions.entries.iter().map(Pattern::as_str);
    if names.any(|name| covers(name, "ram:*", Case::Ignored)) && everywhere("ram") {
        let message = format!(
            "allows every action of RAM on every resource{under}: whoever has it can give himself \
             every other right"
        );
        return Some((RAM_ADMINISTRATOR, message));
    }
    None
}

/// The accounts in which to look: those that resources name, or any.
fn accounts(document: &Document) -> BTreeSet<String> {
    let mut accounts: BTreeSet<String> = [ACCOUNT.to_owned()].into();
    for statement in document.statements() {
        let Target::Resources(resources) = &statement.target else {
            continue;
        };
        let named = resources.entries.iter().filter_map(|entry| entry.parts());
        let named = named.map(|[_, _, account, _]| account.as_str());
        accounts.extend(
            named
                .filter(|one| one.parse::<AccountId>().is_ok())
                .map(String::from),
        );
    }
    accounts
}

fn arn(account: &str, relative: &str) -> String {
    match relative.strip_prefix("system:") {
        Some(relative) => format!("acs:ram:*:system:{relative}"),
        None => format!("acs:ram:*:{account}:{relative}{NAME}"),
    }
}

/// The first statement that allows this without a condition, unless one might deny it.
fn granted(document: &Document, action: &str, resource: &str) -> Option<usize> {
    let resource = Resource::new(resource);
    let about = |statement: &&Statement| {
        statement.actions.matches(action)
            && match &statement.target {
                Target::Resources(resources) => resources.matches(&resource),
                Target::Principals(_) => false,
            }
    };
    let mut by = None;
    for (number, statement) in document.statements().iter().enumerate() {
        if !about(&statement) {
            continue;
        }
        match statement.effect {
            StatementEffect::Deny => return None,
            StatementEffect::Allow if statement.condition.clauses().is_empty() => {
                by = by.or(Some(number));
            }
            StatementEffect::Allow => {}
        }
    }
    by
}
