//! Who may take a role: the entries of a trust policy's `Principal`, and the callers they match.
//!
//! Source: policy-language §5. Only the forms of its table exist; in particular a wildcard is the
//! whole name or nothing.

use std::fmt;

use super::arn::{ProviderArn, split_ram_arn};
use super::ids::{AccountId, RoleName, UserName};
use super::service_name::ServiceName;

/// The kind of an entry, that is the key it stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// Users and role sessions.
    Ram,
    /// Services of the cloud.
    Service,
    /// Users of an identity provider.
    Federated,
}

impl PrincipalKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Ram, Self::Service, Self::Federated];

    /// The key as a document writes it; also the value of `ram:TrustedPrincipalTypes`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ram => "RAM",
            Self::Service => "Service",
            Self::Federated => "Federated",
        }
    }
}

/// Why a text is not an entry of `Principal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PrincipalError {
    /// Under `RAM`.
    #[error(
        "a RAM principal is `*` or `acs:ram::<account>:` followed by `root`, `user/<name>` or \
         `role/<name>`; a wildcard can only be the whole name"
    )]
    Ram,
    /// Under `Service`.
    #[error(
        "a service principal is `<service>.aliyuncs.com` or `<account>@<service>.aliyuncs.com`"
    )]
    Service,
    /// Under `Federated`.
    #[error(
        "a federated principal is `acs:ram::<account>:saml-provider/<name>` or \
         `acs:ram::<account>:oidc-provider/<name>`"
    )]
    Federated,
}

/// An entry of `Principal`.
///
/// `Debug` tells its kind only: the text of a policy belongs in no log.
#[derive(Clone)]
pub enum PrincipalEntry {
    /// `*` or `acs:ram::*:root`: any user or role session of any account.
    AnyRam,
    /// `acs:ram::<account>:root`: any user or role session of the account, but not its owner.
    Account(AccountId),
    /// `acs:ram::<account>:user/<name>`; without a name, `user/*`.
    User(AccountId, Option<UserName>),
    /// `acs:ram::<account>:role/<name>`; without a name, `role/*`.
    Role(AccountId, Option<RoleName>),
    /// `<service>`, or `<account>@<service>` with the account that the service acts for.
    Service {
        /// The service.
        name: ServiceName,
        /// The account in front of the `@`.
        acting_for: Option<AccountId>,
    },
    /// An identity provider.
    Federated(ProviderArn),
}

/// Who asks for a role.
///
/// Names are the current ones: a trust policy that names a user's old name does not match him.
#[derive(Debug, Clone, Copy)]
pub enum Principal<'a> {
    /// The owner of an account. No entry matches him.
    Root {
        /// The account.
        account: AccountId,
    },
    /// A RAM user.
    User {
        /// The account of the user.
        account: AccountId,
        /// The user's name.
        name: &'a UserName,
    },
    /// A session of a role.
    Role {
        /// The account of the role.
        account: AccountId,
        /// The name of the role, not of the session.
        name: &'a RoleName,
    },
    /// A service of the cloud.
    Service {
        /// The service, such as `ecs.aliyuncs.com`.
        name: &'a str,
        /// The account that the service's key is bound to; `None` acts for the role's own.
        acting_for: Option<AccountId>,
    },
    /// A user of an identity provider, whose token has been verified.
    Federated {
        /// The provider.
        provider: &'a ProviderArn,
    },
}

impl PrincipalEntry {
    /// Reads an entry that stands under the key `kind`.
    pub fn parse(kind: PrincipalKind, text: &str) -> Result<Self, PrincipalError> {
        match kind {
            PrincipalKind::Ram => ram_entry(text).ok_or(PrincipalError::Ram),
            PrincipalKind::Service => service_entry(text).ok_or(PrincipalError::Service),
            PrincipalKind::Federated => text
                .parse()
                .map(Self::Federated)
                .map_err(|_| PrincipalError::Federated),
        }
    }

    /// The key that the entry stands under.
    pub fn kind(&self) -> PrincipalKind {
        match self {
            Self::AnyRam | Self::Account(_) | Self::User(..) | Self::Role(..) => PrincipalKind::Ram,
            Self::Service { .. } => PrincipalKind::Service,
            Self::Federated(_) => PrincipalKind::Federated,
        }
    }

    /// Whether `principal` is meant, who asks for a role of `role_account`.
    pub fn matches(&self, principal: &Principal<'_>, role_account: AccountId) -> bool {
        match (self, principal) {
            (Self::AnyRam, Principal::User { .. } | Principal::Role { .. }) => true,
            (
                Self::Account(trusted),
                Principal::User { account, .. } | Principal::Role { account, .. },
            ) => trusted == account,
            (Self::User(trusted, wanted), Principal::User { account, name }) => {
                trusted == account && wanted.as_ref().is_none_or(|wanted| wanted == *name)
            }
            (Self::Role(trusted, wanted), Principal::Role { account, name }) => {
                trusted == account && wanted.as_ref().is_none_or(|wanted| wanted == *name)
            }
            (
                Self::Service {
                    name: wanted,
                    acting_for: trusted,
                },
                Principal::Service { name, acting_for },
            ) => {
                // The plain name and an unbound key both speak of the role's own account.
                wanted.as_str().eq_ignore_ascii_case(name)
                    && trusted.unwrap_or(role_account) == acting_for.unwrap_or(role_account)
            }
            (Self::Federated(trusted), Principal::Federated { provider }) => {
                trusted.same(provider) && provider.account() == role_account
            }
            _ => false,
        }
    }
}

impl fmt::Debug for PrincipalEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PrincipalEntry").field(&self.kind()).finish()
    }
}

fn ram_entry(text: &str) -> Option<PrincipalEntry> {
    if matches!(text, "*" | "acs:ram::*:root") {
        return Some(PrincipalEntry::AnyRam);
    }
    let (account, relative) = split_ram_arn(text).ok()?;
    if relative == "root" {
        return Some(PrincipalEntry::Account(account));
    }
    match relative.split_once('/')? {
        ("user", "*") => Some(PrincipalEntry::User(account, None)),
        ("user", name) => Some(PrincipalEntry::User(account, Some(name.parse().ok()?))),
        ("role", "*") => Some(PrincipalEntry::Role(account, None)),
        ("role", name) => Some(PrincipalEntry::Role(account, Some(name.parse().ok()?))),
        _ => None,
    }
}

fn service_entry(text: &str) -> Option<PrincipalEntry> {
    let (acting_for, name) = match text.split_once('@') {
        Some((account, name)) => (Some(account.parse().ok()?), name),
        None => (None, text),
    };
    Some(PrincipalEntry::Service {
        name: name.parse().ok()?,
        acting_for,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "1000000000000001";
    const B: &str = "2000000000000002";

    fn account(text: &str) -> AccountId {
        text.parse().unwrap()
    }

    /// Whether the entry lets `principal` take a role of account A.
    fn trusts(kind: PrincipalKind, entry: &str, principal: &Principal<'_>) -> bool {
        PrincipalEntry::parse(kind, entry)
            .unwrap()
            .matches(principal, account(A))
    }

    #[test]
    fn ram_entries_match_users_and_role_sessions() {
        let (alice, jump) = ("alice".parse().unwrap(), "jump".parse().unwrap());
        let user = Principal::User {
            account: account(A),
            name: &alice,
        };
        let role = Principal::Role {
            account: account(A),
            name: &jump,
        };
        let foreign = Principal::User {
            account: account(B),
            name: &alice,
        };
        for (entry, user_ok, role_ok, foreign_ok) in [
            ("*", true, true, true),
            ("acs:ram::*:root", true, true, true),
            ("acs:ram::1000000000000001:root", true, true, false),
            ("acs:ram::2000000000000002:root", false, false, true),
            ("acs:ram::1000000000000001:user/Alice", true, false, false),
            ("acs:ram::1000000000000001:user/jump", false, false, false),
            ("acs:ram::1000000000000001:user/*", true, false, false),
            ("acs:ram::1000000000000001:role/JUMP", false, true, false),
            ("acs:ram::1000000000000001:role/*", false, true, false),
        ] {
            assert_eq!(trusts(PrincipalKind::Ram, entry, &user), user_ok, "{entry}");
            assert_eq!(trusts(PrincipalKind::Ram, entry, &role), role_ok, "{entry}");
            assert_eq!(
                trusts(PrincipalKind::Ram, entry, &foreign),
                foreign_ok,
                "{entry}"
            );
            for other in [
                Principal::Root {
                    account: account(A),
                },
                Principal::Service {
                    name: "ecs.aliyuncs.com",
                    acting_for: None,
                },
                Principal::Federated {
                    provider: &provider("saml-provider/idp"),
                },
            ] {
                assert!(
                    !trusts(PrincipalKind::Ram, entry, &other),
                    "{entry} {other:?}"
                );
            }
        }
    }

    #[test]
    fn a_service_acts_for_an_account() {
        let acting = |acting_for| Principal::Service {
            name: "log.aliyuncs.com",
            acting_for,
        };
        let (own, foreign) = (acting(Some(account(A))), acting(Some(account(B))));
        let unbound = acting(None);
        for (entry, own_ok, foreign_ok, unbound_ok) in [
            ("log.aliyuncs.com", true, false, true),
            ("LOG.aliyuncs.com", true, false, true),
            ("1000000000000001@log.aliyuncs.com", true, false, true),
            ("2000000000000002@log.aliyuncs.com", false, true, false),
            ("ecs.aliyuncs.com", false, false, false),
        ] {
            assert_eq!(
                trusts(PrincipalKind::Service, entry, &own),
                own_ok,
                "{entry}"
            );
            assert_eq!(
                trusts(PrincipalKind::Service, entry, &foreign),
                foreign_ok,
                "{entry}"
            );
            assert_eq!(
                trusts(PrincipalKind::Service, entry, &unbound),
                unbound_ok,
                "{entry}"
            );
        }
    }

    fn provider(relative: &str) -> ProviderArn {
        format!("acs:ram::{A}:{relative}").parse().unwrap()
    }

    #[test]
    fn a_provider_belongs_to_the_account_of_the_role() {
        let idp = provider("saml-provider/idp");
        let principal = Principal::Federated { provider: &idp };
        let own = "acs:ram::1000000000000001:saml-provider/IdP";
        assert!(trusts(PrincipalKind::Federated, own, &principal));
        let other_kind = "acs:ram::1000000000000001:oidc-provider/idp";
        assert!(!trusts(PrincipalKind::Federated, other_kind, &principal));
        let entry = PrincipalEntry::parse(PrincipalKind::Federated, own).unwrap();
        assert!(!entry.matches(&principal, account(B)));
    }

    #[test]
    fn other_forms_are_refused() {
        for (kind, text) in [
            (PrincipalKind::Ram, ""),
            (PrincipalKind::Ram, "1000000000000001"),
            (PrincipalKind::Ram, "acs:ram::1000000000000001:group/g"),
            (PrincipalKind::Ram, "acs:ram::1000000000000001:user/al*"),
            (PrincipalKind::Ram, "acs:ram::1000000000000001:user/"),
            (PrincipalKind::Ram, "acs:ram::1000000000000001:*"),
            (PrincipalKind::Ram, "acs:ram::*:user/*"),
            (PrincipalKind::Ram, "acs:ram::100000000000000?:root"),
            (PrincipalKind::Ram, "acs:ram:*:1000000000000001:root"),
            (
                PrincipalKind::Ram,
                "acs:ram::1000000000000001:saml-provider/idp",
            ),
            (PrincipalKind::Ram, "ecs.aliyuncs.com"),
            (PrincipalKind::Service, "*"),
            (PrincipalKind::Service, "*.aliyuncs.com"),
            (PrincipalKind::Service, "ecs"),
            (PrincipalKind::Service, "x@log.aliyuncs.com"),
            (PrincipalKind::Service, "1000000000000001@"),
            (PrincipalKind::Service, "ecs..com"),
            (PrincipalKind::Federated, "*"),
            (
                PrincipalKind::Federated,
                "acs:ram::1000000000000001:saml-provider/*",
            ),
            (PrincipalKind::Federated, "acs:ram::*:saml-provider/idp"),
            (
                PrincipalKind::Federated,
                "acs:ram::1000000000000001:user/alice",
            ),
        ] {
            assert!(PrincipalEntry::parse(kind, text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_label_of_a_service_has_63_characters_at_most() {
        for (length, is_sound) in [(63, true), (64, false)] {
            let text = format!("{}.aliyuncs.com", "a".repeat(length));
            let entry = PrincipalEntry::parse(PrincipalKind::Service, &text);
            assert_eq!(entry.is_ok(), is_sound, "{length} characters");
        }
    }
}
