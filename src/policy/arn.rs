//! Resource names, `acs:service:region:account:relative-id`: the patterns of a policy, the names a
//! request is checked against, and the ARNs of RAM's own entities.

mod list;
mod mfa;
mod parts;

use std::fmt;
use std::str::FromStr;

pub use self::list::ResourcePatterns;
pub use self::mfa::MfaSerialNumber;
pub(in crate::policy) use self::parts::Parts;
pub use self::parts::Resource;
use super::ids::{AccountId, ProviderName, RoleName, RoleSessionName, UserName};
use super::pattern::Pattern;
use super::pattern::many::sum;
use super::service_name::ServiceName;

/// Why a text is not a resource pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResourcePatternError {
    /// Neither `*` nor a text that begins with `acs:`.
    #[error("a resource is `*` or begins with `acs:`")]
    Prefix,
    /// Fewer than five parts.
    #[error("a resource has five parts: `acs:service:region:account:relative-id`")]
    TooFewParts,
    /// The service part is empty.
    #[error("the service part of a resource is empty")]
    EmptyService,
    /// The last part is empty.
    #[error("the last part of a resource is empty")]
    EmptyRelativeId,
}

/// An entry of `Resource` or `NotResource`: `*`, or a pattern for each of the parts.
///
/// Source: policy-language §4. A wildcard of the first four parts never reaches over a colon; one
/// in the last part reaches over `/` and `:`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourcePattern(Option<Box<PatternParts>>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct PatternParts {
    service: Pattern,
    region: Pattern,
    account: Pattern,
    relative: Pattern,
}

impl ResourcePattern {
    /// Whether the pattern covers every resource, calls without resource-level checks included.
    pub fn is_any(&self) -> bool {
        self.0.is_none()
    }

    /// The patterns of service, region, account and relative id; `None` for `*`.
    pub(super) fn parts(&self) -> Option<[&Pattern; 4]> {
        let PatternParts {
            service,
            region,
            account,
            relative,
        } = self.0.as_deref()?;
        Some([service, region, account, relative])
    }

    /// The pattern of the last part; `None` for `*`.
    pub(super) fn relative(&self) -> Option<&Pattern> {
        self.0.as_ref().map(|parts| &parts.relative)
    }

    /// The parts whose literals stand in the name of every resource that the pattern covers. The
    /// region is not among them: a request may write it in two ways.
    pub(super) fn literal_parts(&self) -> impl Iterator<Item = &Pattern> {
        self.0
            .iter()
            .flat_map(|parts| [&parts.service, &parts.account, &parts.relative])
    }

    /// What looking at it costs; see [`Pattern::cost`].
    pub(super) fn cost(&self) -> u32 {
        self.parts()
            .map_or(1, |parts| sum(parts.into_iter().map(Pattern::cost)))
    }

    /// Whether the pattern covers `resource`. Case is kept but for the ARNs of RAM.
    pub fn matches(&self, resource: &Resource<'_>) -> bool {
        let Some(pattern) = &self.0 else { return true };
        let Some(parts) = resource.parts() else {
            return false;
        };
        let case = parts.case();
        pattern.service.covers(parts.service(), case)
            && pattern.account.covers(parts.account(), case)
            && pattern.relative.covers(parts.relative(), case)
            && pattern.region.covers(parts.region(), case)
    }
}

impl FromStr for ResourcePattern {
    type Err = ResourcePatternError;

    fn from_str(text: &str) -> Result<Self, ResourcePatternError> {
        if text == "*" {
            return Ok(Self(None));
        }
        let mut parts = text.splitn(5, ':');
        if parts.next() != Some("acs") {
            return Err(ResourcePatternError::Prefix);
        }
        let mut next = || parts.next().ok_or(ResourcePatternError::TooFewParts);
        let [service, region, account, relative] = [next()?, next()?, next()?, next()?];
        if service.is_empty() {
            return Err(ResourcePatternError::EmptyService);
        }
        if relative.is_empty() {
            return Err(ResourcePatternError::EmptyRelativeId);
        }
        Ok(Self(Some(Box::new(PatternParts {
            service: Pattern::new(service),
            region: Pattern::new(region),
            account: Pattern::new(account),
            relative: Pattern::new(relative),
        }))))
    }
}

/// A text that is not the ARN it should be; the wire calls it wrongly formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is wrongly formed")]
pub struct ArnError;

/// `(account, what follows the account)` of a RAM ARN, `acs:ram::<16 digits>:…`.
pub(super) fn split_ram_arn(text: &str) -> Result<(AccountId, &str), ArnError> {
    let rest = text.strip_prefix("acs:ram::").ok_or(ArnError)?;
    let parts = rest.split_at_checked(AccountId::DIGITS);
    let (account, rest) = parts.ok_or(ArnError)?;
    let relative = rest.strip_prefix(':').ok_or(ArnError)?;
    Ok((account.parse().map_err(|_| ArnError)?, relative))
}

/// The ARN of a role: `acs:ram::<16 digits>:role/<name>`.
///
/// Two are equal if their names differ in case only. Shown, the name keeps the case it was given
/// in. Errors: [`ArnError`] for anything else, a user's ARN included (`InvalidParameter.RoleArn`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleArn {
    /// The account that owns the role.
    pub account: AccountId,
    /// The role's name.
    pub name: RoleName,
}

impl FromStr for RoleArn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        let (account, relative) = split_ram_arn(text)?;
        let name = relative.strip_prefix("role/").ok_or(ArnError)?;
        Ok(Self {
            account,
            name: name.parse().map_err(|_| ArnError)?,
        })
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        role_arn(self.account, &self.name).fmt(f)
    }
}

/// What federates users of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProviderKind {
    /// `saml-provider`.
    Saml,
    /// `oidc-provider`.
    Oidc,
}

impl ProviderKind {
    /// The kind as an ARN names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Saml => "saml-provider",
            Self::Oidc => "oidc-provider",
        }
    }
}

/// The ARN of an identity provider: `acs:ram::<16 digits>:saml-provider/<name>` or
/// `…:oidc-provider/<name>`; names have 1 to 128 letters, digits, `.`, `-`, `_`.
///
/// Two are [the same](Self::same) if their names differ in case only.
#[derive(Debug, Clone)]
pub struct ProviderArn {
    account: AccountId,
    kind: ProviderKind,
    name: ProviderName,
}

impl ProviderArn {
    /// The account that owns the provider.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// What kind of provider it is.
    pub fn kind(&self) -> ProviderKind {
        self.kind
    }

    /// The provider's name.
    pub fn name(&self) -> &ProviderName {
        &self.name
    }

    /// Whether both name the same provider.
    pub fn same(&self, other: &Self) -> bool {
        self.account == other.account && self.kind == other.kind && self.name == other.name
    }
}

impl FromStr for ProviderArn {
    type Err = ArnError;

    fn from_str(text: &str) -> Result<Self, ArnError> {
        let (account, relative) = split_ram_arn(text)?;
        let kinds = [ProviderKind::Saml, ProviderKind::Oidc];
        let found = kinds.into_iter().find_map(|kind| {
            let name = relative.strip_prefix(kind.as_str())?.strip_prefix('/')?;
            Some((kind, name))
        });
        let (kind, name) = found.ok_or(ArnError)?;
        Ok(Self {
            account,
            kind,
            name: name.parse().map_err(|_| ArnError)?,
        })
    }
}

impl fmt::Display for ProviderArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "acs:ram::{}:{}/{}",
            self.account,
            self.kind.as_str(),
            self.name
        )
    }
}

/// Shows `acs:ram::<account>:root`, the owner of an account.
pub fn root_arn(account: AccountId) -> impl fmt::Display {
    fmt::from_fn(move |f| write!(f, "acs:ram::{account}:root"))
}

/// Shows `acs:ram::<account>:user/<name>`.
pub fn user_arn(account: AccountId, name: &UserName) -> impl fmt::Display + '_ {
    fmt::from_fn(move |f| write!(f, "acs:ram::{account}:user/{name}"))
}

/// Shows `acs:ram::<account>:role/<name>`, the name in the case it is kept in.
pub fn role_arn(account: AccountId, name: &RoleName) -> impl fmt::Display + '_ {
    fmt::from_fn(move |f| write!(f, "acs:ram::{account}:role/{name}"))
}

/// Shows `acs:ram::<account>:saml-provider/<name>` or `…:oidc-provider/<name>`.
pub fn provider_arn(
    account: AccountId,
    kind: ProviderKind,
    name: &ProviderName,
) -> impl fmt::Display + '_ {
    fmt::from_fn(move |f| write!(f, "acs:ram::{account}:{}/{name}", kind.as_str()))
}

/// Shows `acs:ram::system:service/<name>`, a service that calls.
pub fn service_arn(name: &ServiceName) -> impl fmt::Display + '_ {
    fmt::from_fn(move |f| write!(f, "acs:ram::system:service/{name}"))
}

/// The ARN of a service-linked role, which has its name in lower case.
pub fn linked_role_arn(account: AccountId, name: &str) -> String {
    format!("acs:ram::{account}:role/{}", name.to_ascii_lowercase())
}

/// Shows `acs:ram::<account>:assumed-role/<role>/<session>`, a session of a role.
pub fn assumed_role_arn<'a>(
    account: AccountId,
    role: &'a RoleName,
    session: &'a RoleSessionName,
) -> impl fmt::Display + 'a {
    fmt::from_fn(move |f| write!(f, "acs:ram::{account}:assumed-role/{role}/{session}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(pattern: &str, resource: &str) -> bool {
        pattern
            .parse::<ResourcePattern>()
            .unwrap()
            .matches(&Resource::new(resource))
    }

    #[test]
    fn an_arn_of_ram_has_sixteen_digits_and_a_kind() {
        let account = "1000000000000001";
        let role = |text: &str| text.parse::<RoleArn>();
        assert!(role(&format!("acs:ram::{account}:role/a")).is_ok());
        for text in [
            "acs:ram::".to_owned(),
            "acs:ram::100000000000001:role/a".to_owned(),
            "acs:ram::10000000000000011:role/a".to_owned(),
            "acs:ram::10000000000000é:role/a".to_owned(),
            "acs:ram::100000000000000é:role/a".to_owned(),
            "acs:ram::+000000000000001:role/a".to_owned(),
            format!("acs:ram::{account}"),
            format!("acs:ram::{account}role/a"),
            format!("acs:ram::{account}:role"),
            format!("acs:ram::{account}:user/a"),
            format!("acs:ram:cn:{account}:role/a"),
        ] {
            assert_eq!(role(&text), Err(ArnError), "{text}");
        }
        let provider = |rest: &str| format!("acs:ram::{account}:{rest}").parse::<ProviderArn>();
        let longest = format!("saml-provider/{}", "A".repeat(128));
        for rest in ["oidc-provider/a", "saml-provider/A.b-c_d", &longest] {
            assert_eq!(
                provider(rest).unwrap().to_string(),
                format!("acs:ram::{account}:{rest}")
            );
        }
        for rest in [
            "saml-provider",
            "saml-provider/",
            "saml-providerx/a",
            "SAML-provider/a",
            "ldap-provider/a",
            "oidc-provider/a/b",
            "oidc-provider/a@b",
            &format!("{longest}A"),
        ] {
            assert!(provider(rest).is_err(), "{rest}");
        }
        let named = |rest: &str| provider(rest).unwrap();
        assert!(named("oidc-provider/Idp").same(&named("oidc-provider/iDP")));
        assert!(!named("oidc-provider/Idp").same(&named("saml-provider/Idp")));
    }

    #[test]
    fn malformed_patterns_are_refused() {
        use ResourcePatternError::{EmptyRelativeId, EmptyService, Prefix, TooFewParts};
        for (text, error) in [
            ("", Prefix),
            ("instance/i-1", Prefix),
            ("ACS:ecs:*:*:x", Prefix),
            ("*:ecs:*:*:x", Prefix),
            ("**", Prefix),
            ("acs", TooFewParts),
            ("acs:oss:*", TooFewParts),
            ("acs:oss:*:*", TooFewParts),
            ("acs::*:*:x", EmptyService),
            ("acs:oss:*:*:", EmptyRelativeId),
        ] {
            assert_eq!(text.parse::<ResourcePattern>(), Err(error), "{text}");
        }
    }

    #[test]
    fn wildcards_stay_in_their_part() {
        let resource = "acs:ecs:cn-hangzhou:1000000000000001:instance/i-1:x";
        assert!(covers("acs:*:*:*:*", resource));
        assert!(covers("acs:e?s:cn-*:1*:instance/*", resource));
        assert!(covers("acs:ecs:*:*:*:x", resource));
        assert!(!covers("acs:ecs:*:instance/i-1:x", resource));
        assert!(!covers("acs:*:instance/i-1:x:x", resource));
        assert!(!covers("acs:ecs:*:*:instance", resource));
    }

    #[test]
    fn empty_parts_match_empty_parts() {
        assert!(covers("acs:oss:cn::b", "acs:oss:cn::b"));
        assert!(!covers("acs:oss:cn::b", "acs:oss:cn:1:b"));
        assert!(!covers("acs:oss::1:b", "acs:oss:cn:1:b"));
    }

    #[test]
    fn a_global_region_is_empty_or_a_star() {
        for resource in ["acs:ram::1:role/a", "acs:ram:*:1:role/a"] {
            assert!(covers("acs:ram::1:role/a", resource));
            assert!(covers("acs:ram:*:1:role/a", resource));
            assert!(!covers("acs:ram:cn-hangzhou:1:role/a", resource));
            assert!(!covers("acs:ram:?:1:role/a", resource));
        }
    }

    #[test]
    fn only_the_star_covers_what_is_no_arn() {
        for resource in ["*", "", "acs:ecs:*", "x:ecs:::y"] {
            assert!(covers("*", resource));
            assert!(!covers("acs:*:*:*:*", resource));
        }
    }

    #[test]
    fn case_is_ignored_for_ram_only() {
        assert!(covers(
            "acs:ram:*:SYSTEM:Policy/A*",
            "acs:ram:*:system:policy/abc"
        ));
        assert!(covers("acs:*:*:*:role/Ops", "acs:ram::1:role/ops"));
        assert!(covers("acs:RAM:*:*:role/ops", "acs:ram::1:role/ops"));
        assert!(!covers("acs:oss:*:*:README", "acs:oss:*:1:readme"));
        assert!(!covers("acs:OSS:*:*:a", "acs:oss:*:1:a"));
    }

    #[test]
    fn role_arns_keep_case_and_ignore_it() {
        let arn: RoleArn = "acs:ram::1000000000000001:role/AdminRole".parse().unwrap();
        assert_eq!(arn.to_string(), "acs:ram::1000000000000001:role/AdminRole");
        assert_eq!("acs:ram::1000000000000001:role/adminrole".parse(), Ok(arn));
        for text in [
            "",
            "acs:ram::1000000000000001:user/alice",
            "acs:ram:*:1000000000000001:role/a",
            "acs:ram::100000000000001:role/a",
            "acs:ram::1000000000000001:role/",
            "acs:ram::1000000000000001:role/a/b",
            "acs:ram::1000000000000001:role/a:b",
            "acs:ram::1000000000000001:role/é",
            "acs:ram::1000000000000001:role/a ",
        ] {
            assert_eq!(text.parse::<RoleArn>(), Err(ArnError), "{text}");
        }
    }

    #[test]
    fn arns_are_shown() {
        let account = AccountId::from_random(1);
        let (user, role) = ("Alice".parse().unwrap(), "Ops".parse().unwrap());
        let session = "s1".parse().unwrap();
        assert_eq!(
            root_arn(account).to_string(),
            "acs:ram::1000000000000001:root"
        );
        assert_eq!(
            user_arn(account, &user).to_string(),
            "acs:ram::1000000000000001:user/Alice"
        );
        assert_eq!(
            role_arn(account, &role).to_string(),
            "acs:ram::1000000000000001:role/Ops"
        );
        assert_eq!(
            assumed_role_arn(account, &role, &session).to_string(),
            "acs:ram::1000000000000001:assumed-role/Ops/s1"
        );
        let service = "ecs.aliyuncs.com".parse().unwrap();
        assert_eq!(
            service_arn(&service).to_string(),
            "acs:ram::system:service/ecs.aliyuncs.com"
        );
        let provider: ProviderArn = "acs:ram::1000000000000001:oidc-provider/gh"
            .parse()
            .unwrap();
        assert_eq!(
            provider.to_string(),
            "acs:ram::1000000000000001:oidc-provider/gh"
        );
    }
}
