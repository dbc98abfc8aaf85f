//! How ResourceManager names users, groups and roles: a name and a domain of the account.
//!
//! Source: the vendor's metadata. The domain is the account's id or its alias; either is understood,
//! the alias is shown where there is one.

use crate::model::account::Account;
use crate::model::principal::{PrincipalKind, PrincipalName};
use crate::ops::params::{ParamFault, ParamValue, Problem};

/// `IMSUser`, `IMSGroup` or `ServiceRole`.
impl ParamValue for PrincipalKind {
    fn parse(text: &str) -> Result<Self, Problem> {
        Self::ALL
            .into_iter()
            .find(|kind| word(*kind) == text)
            .ok_or(Problem::Incorrect)
    }
}

/// The kind in ResourceManager's words.
pub(super) const fn word(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::User => "IMSUser",
        PrincipalKind::Group => "IMSGroup",
        PrincipalKind::Role => "ServiceRole",
    }
}

/// The domain of principals of a kind, under the id or the alias of their account.
fn domain(kind: PrincipalKind, prefix: &str) -> String {
    match kind {
        PrincipalKind::User => format!("{prefix}{}", Account::DOMAIN_SUFFIX),
        PrincipalKind::Group => format!("group.{prefix}{}", Account::DOMAIN_SUFFIX),
        PrincipalKind::Role => format!("role.{prefix}.onaliyunservice.com"),
    }
}

/// A principal's whole name.
pub(super) fn shown(account: &Account, name: &PrincipalName) -> String {
    let id = account.id.to_string();
    let domain = domain(name.kind(), account.alias.as_deref().unwrap_or(&id));
    let name = match name {
        PrincipalName::User(name) => name.as_str(),
        PrincipalName::Group(name) => name.as_str(),
        PrincipalName::Role(name) => name.as_str(),
    };
    format!("{name}@{domain}")
}

/// A principal's whole name as a parameter; whose it is, its account tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalNameText {
    name: String,
    domain: String,
}

impl ParamValue for PrincipalNameText {
    fn parse(text: &str) -> Result<Self, Problem> {
        // A user's name may hold `@`, a domain does not.
        match text.rsplit_once('@') {
            Some((name, domain)) if !name.is_empty() && !domain.is_empty() => Ok(Self {
                name: name.to_owned(),
                domain: domain.to_ascii_lowercase(),
            }),
            _ => Err(Problem::Incorrect),
        }
    }
}

impl PrincipalNameText {
    /// The principal of this account that it names, and of no other account; of this kind, or where
    /// none is said of the kind that the domain tells.
    pub(super) fn of(
        &self,
        account: &Account,
        kind: Option<PrincipalKind>,
    ) -> Result<PrincipalName, ParamFault> {
        let fault = ParamFault {
            name: "PrincipalName",
            problem: Problem::Incorrect,
        };
        let id = account.id.to_string();
        let is_own = |kind: &PrincipalKind| {
            let mut prefixes = std::iter::once(id.as_str()).chain(account.alias.as_deref());
            prefixes.any(|prefix| domain(*kind, prefix) == self.domain)
        };
        let told = PrincipalKind::ALL.into_iter().find(is_own);
        let name = match told.filter(|told| kind.is_none_or(|kind| kind == *told)) {
            Some(PrincipalKind::User) => self.name.parse().map(PrincipalName::User),
            Some(PrincipalKind::Group) => self.name.parse().map(PrincipalName::Group),
            Some(PrincipalKind::Role) => self.name.parse().map(PrincipalName::Role),
            None => return Err(fault),
        };
        name.map_err(|_| fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::account::RevisionTag;

    fn account(alias: Option<&str>) -> Account {
        Account {
            id: "1234567890123456".parse().unwrap(),
            name: String::new(),
            alias: alias.map(str::to_owned),
            created_at: 0,
            tag: RevisionTag([0; 16]),
        }
    }

    #[test]
    fn what_is_shown_is_understood_under_id_and_alias() {
        let names = [
            PrincipalName::User("a@b.c".parse().unwrap()),
            PrincipalName::Group("g".parse().unwrap()),
            PrincipalName::Role("R".parse().unwrap()),
        ];
        let (plain, aliased) = (account(None), account(Some("acme")));
        for name in names {
            for shown in [shown(&plain, &name), shown(&aliased, &name)] {
                let text = PrincipalNameText::parse(&shown).unwrap();
                assert_eq!(text.of(&aliased, None), Ok(name.clone()), "{shown}");
                assert_eq!(text.of(&aliased, Some(name.kind())), Ok(name.clone()));
                for other in PrincipalKind::ALL {
                    let found = text.of(&aliased, Some(other));
                    assert_eq!(found.is_ok(), other == name.kind(), "{shown} {other:?}");
                }
            }
        }
        let text = PrincipalNameText::parse("g@GROUP.Acme.onaliyun.com").unwrap();
        assert!(text.of(&aliased, None).is_ok());
        assert!(text.of(&plain, None).is_err(), "no account has the alias");
    }

    #[test]
    fn an_alias_that_looks_like_a_groups_domain_is_no_group() {
        let account = account(Some("group"));
        let text = PrincipalNameText::parse("a@group.1234567890123456.onaliyun.com").unwrap();
        assert_eq!(
            text.of(&account, None).unwrap().kind(),
            PrincipalKind::Group
        );
        let text = PrincipalNameText::parse("a@group.onaliyun.com").unwrap();
        assert_eq!(text.of(&account, None).unwrap().kind(), PrincipalKind::User);
    }

    #[test]
    fn others_names_are_refused() {
        let account = account(Some("acme"));
        for text in [
            "a@1234567890123457.onaliyun.com",
            "a@acme.example.com",
            "a@acme",
            "a b@acme.onaliyun.com",
            "a/b@acme.onaliyun.com",
            "a@role.acme.onaliyun.com",
            "a@acme.onaliyunservice.com",
        ] {
            let parsed = PrincipalNameText::parse(text).unwrap();
            assert!(parsed.of(&account, None).is_err(), "{text}");
        }
        for text in ["a", "@acme.onaliyun.com", "a@"] {
            assert!(PrincipalNameText::parse(text).is_err(), "{text}");
        }
    }
}
