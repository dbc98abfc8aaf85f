//! Whether a statement can be about anything: its actions, its resources, and whether the document
//! permits at all.

use super::actions::{Checked, is_listed, known_action, matched};
use super::cover::meet;
use super::{Report, Rule, Severity};
use crate::policy::arn::ResourcePattern;
use crate::policy::document::{DocumentKind, Resources, StatementEffect, Target};
use crate::policy::pattern::{Case, Pattern};

pub(super) const ACTION_FORM: Rule = Rule {
    id: "action-form-unusual",
    severity: Severity::Warning,
    about: "The action has a blank, a control character or a letter beyond ASCII, which no service's actions have.",
};

pub(super) const UNKNOWN_ACTION: Rule = Rule {
    id: "unknown-action",
    severity: Severity::Warning,
    about: "The service is RAM or STS, and none of its known actions is meant: perhaps a slip of the pen.",
};

pub(super) const UNCHECKED_ACTION: Rule = Rule {
    id: "unchecked-action",
    severity: Severity::Warning,
    about: "Nothing asks for the action: `sts:GetCallerIdentity` needs no permission, and the three ways to take a role all ask for `sts:AssumeRole`.",
};

pub(super) const UNCHECKED_RESOURCE: Rule = Rule {
    id: "unchecked-resource",
    severity: Severity::Warning,
    about: "The action is checked against something that no resource of the statement covers, so that the statement never matches it. `ram:CreateUser` and `ram:ListUsers`, for instance, are checked against the text `user/*`.",
};

pub(super) const GRANTS_NOTHING: Rule = Rule {
    id: "grants-nothing",
    severity: Severity::Warning,
    about: "A session policy or a trust policy without an Allow: the session may do nothing, or nobody can take the role.",
};

pub(super) fn check(report: &mut Report<'_>) {
    let document = report.document;
    let kind = document.kind();
    let allows = |effect: StatementEffect| effect == StatementEffect::Allow;
    let none_allows = !document.statements().iter().any(|one| allows(one.effect));
    if none_allows && kind != DocumentKind::Identity {
        let message = match kind {
            DocumentKind::Trust => "no statement allows anything: nobody can take the role",
            _ => "no statement allows anything: a session with this policy can do nothing",
        };
        report.add(GRANTS_NOTHING, None, 0, message.into());
    }
    let outline = report.outline;
    for (number, (statement, places)) in document
        .statements()
        .iter()
        .zip(&outline.statements)
        .enumerate()
    {
        let actions = &statement.actions;
        for (entry, at) in actions.entries.iter().zip(&places.actions) {
            if let Some((rule, message)) = action(entry, kind) {
                report.add(rule, Some(number), *at, message);
                continue;
            }
            let Target::Resources(resources) = &statement.target else {
                continue;
            };
            if actions.negated {
                continue;
            }
            if let Some(checked) = out_of_reach(entry, resources) {
                let message = format!(
                    "`{}` is checked against `{checked}`, which no resource of this statement covers",
                    entry.as_str()
                );
                report.add(UNCHECKED_RESOURCE, Some(number), *at, message);
            }
        }
    }
}

/// What is to be said of an entry of `Action` or `NotAction` by itself.
fn action(entry: &Pattern, kind: DocumentKind) -> Option<(Rule, String)> {
    let text = entry.as_str();
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = format!("`{text}` has a character that no action's name has");
        return Some((ACTION_FORM, message));
    }
    let (service, _) = text.split_once(':')?;
    if !is_listed(service) {
        return None;
    }
    if kind == DocumentKind::Trust {
        // The role is what is asked for, in one of two ways.
        let asked = ["sts:AssumeRole", "sts:SetSourceIdentity"];
        if asked
            .iter()
            .any(|asked| entry.matches(asked, Case::Ignored))
        {
            return None;
        }
        let message = format!(
            "`{text}` is never asked for: whoever takes a role asks for `sts:AssumeRole`, with SAML \
             and OIDC too"
        );
        return Some((UNCHECKED_ACTION, message));
    }
    let mut known = matched(entry).peekable();
    if known.peek().is_none() {
        let service = service.to_ascii_uppercase();
        let message = format!("`{text}` is no known action of {service}");
        return Some((UNKNOWN_ACTION, message));
    }
    if known.all(|known| known.checked == Checked::Never) {
        let message =
            format!("`{text}` is never asked for: the call needs no permission of its own");
        return Some((UNCHECKED_ACTION, message));
    }
    None
}

/// What the one action of that name is checked against, if one of it is out of the reach of these
/// resources.
fn out_of_reach(entry: &Pattern, resources: &Resources) -> Option<String> {
    if resources.negated || !entry.is_literal() {
        return None;
    }
    let Checked::Against(against) = known_action(entry.as_str())?.checked else {
        return None;
    };
    // All of them have to be allowed, but another statement can be about the others: the statement
    // is of no use only if it covers none.
    let reached = |checked: &str| {
        resources
            .entries
            .iter()
            .any(|pattern| can_cover(pattern, checked))
    };
    if against.split(' ').any(reached) {
        return None;
    }
    let shown = |checked: &str| match checked {
        "*" => "*".to_owned(),
        "account" => "acs:ram:*:<account>:*".to_owned(),
        relative => format!("acs:ram:*:<account>:{}", relative.replace("{}", "<name>")),
    };
    Some(
        against
            .split(' ')
            .map(shown)
            .collect::<Vec<_>>()
            .join("` and `"),
    )
}

/// Whether the pattern covers some resource of that form, in some account.
fn can_cover(pattern: &ResourcePattern, checked: &str) -> bool {
    let Some([service, region, _, relative]) = pattern.parts() else {
        return true;
    };
    if !service.matches("ram", Case::Ignored) || !region.matches("", Case::Kept) {
        return false;
    }
    match checked {
        "*" => false,
        "account" => relative.matches("*", Case::Kept),
        name if name.contains("{}") => {
            // A name has one character at least.
            meet(relative.as_str(), &name.replace("{}", "?*"), Case::Ignored)
        }
        literal => relative.matches(literal, Case::Ignored),
    }
}
