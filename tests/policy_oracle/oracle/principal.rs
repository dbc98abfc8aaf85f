//! Principals of trust policies (policy-language §5).

use super::super::question::Caller;

fn is_account(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_name(text: &str, longest: usize, others: &str) -> bool {
    (1..=longest).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

/// `(account, rest)` of `acs:ram::<account>:<rest>`.
///
/// Reading: the table's forms are exact; only names ignore case.
fn ram_arn(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("acs:ram::")?.split_once(':')
}

/// Whether the text may stand under the key `kind`.
pub(crate) fn is_entry(kind: &str, text: &str) -> bool {
    match kind {
        "RAM" => is_ram_entry(text),
        "Service" => {
            let service = match text.split_once('@') {
                Some((account, _)) if !is_account(account) => return false,
                Some((_, service)) => service,
                None => text,
            };
            is_service(service)
        }
        "Federated" => is_provider(text),
        _ => false,
    }
}

fn is_ram_entry(text: &str) -> bool {
    if text == "*" || text == "acs:ram::*:root" {
        return true;
    }
    let Some((account, rest)) = ram_arn(text) else {
        return false;
    };
    // Reading: a name is one that a user or a role can have.
    let entity = if let Some(name) = rest.strip_prefix("user/") {
        name == "*" || is_name(name, 64, ".@-_")
    } else if let Some(name) = rest.strip_prefix("role/") {
        name == "*" || is_name(name, 64, ".@-_")
    } else {
        rest == "root"
    };
    is_account(account) && entity
}

/// Reading: a service's name is a host name of at least two labels.
fn is_service(text: &str) -> bool {
    text.contains('.') && text.split('.').all(|label| is_name(label, 63, "-_"))
}

pub(crate) fn is_provider(text: &str) -> bool {
    // Reading: a provider's name has 1 to 128 of these characters.
    ram_arn(text).is_some_and(|(account, rest)| {
        let name = rest
            .strip_prefix("saml-provider/")
            .or_else(|| rest.strip_prefix("oidc-provider/"));
        is_account(account) && name.is_some_and(|name| is_name(name, 128, ".-_"))
    })
}

/// Whether a sound entry stands for the caller of a role that belongs to `role_account`.
pub(crate) fn matches(kind: &str, entry: &str, caller: &Caller, role_account: &str) -> bool {
    match (kind, caller) {
        ("RAM", Caller::User { account, name }) => ram_matches(entry, account, "user", name),
        ("RAM", Caller::Role { account, name }) => ram_matches(entry, account, "role", name),
        ("Service", Caller::Service { name, bound }) => {
            // An unbound key acts for the role's own account.
            let acting_for = bound.as_deref().unwrap_or(role_account);
            let (account, service) = entry.split_once('@').unwrap_or((role_account, entry));
            acting_for == account && service.eq_ignore_ascii_case(name)
        }
        ("Federated", Caller::Federated { provider }) => {
            // The provider must belong to the role's account.
            let own = ram_arn(provider).is_some_and(|(account, _)| account == role_account);
            own && entry.eq_ignore_ascii_case(provider)
        }
        // The owner of an account is nobody's principal.
        _ => false,
    }
}

fn ram_matches(entry: &str, account: &str, kind: &str, name: &str) -> bool {
    if entry == "*" || entry == "acs:ram::*:root" {
        return true;
    }
    let Some((trusted, rest)) = ram_arn(entry) else {
        return false;
    };
    let entity = rest == "root"
        || rest == format!("{kind}/*")
        || rest.eq_ignore_ascii_case(&format!("{kind}/{name}"));
    trusted == account && entity
}
