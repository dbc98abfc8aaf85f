//! The types that parameters become. Each says its range and where it comes from.
//!
//! Names and ids are read here, since their types live lower down; the rest by kind, in the files
//! beside.

mod documents;
mod federation;
mod logins;
mod paging;
mod principals;
mod providers;
mod sessions;
mod settings;
mod tags;
mod text;

pub use documents::{PolicyDocument, RotateStrategy, SessionPolicy, TrustDocument};
pub use federation::{
    Demanded, OidcProviderArn, OidcToken, SamlAssertion, SamlDuration, SamlProviderArn,
    UnsignedSessionPolicy,
};
pub use logins::{AuthenticationCode, Password};
pub use paging::{Marker, MaxItems, NextToken, PageNumber, PageSize, ShortPage};
pub use principals::UserPrincipalName;
pub use providers::{
    ClientId, ClientIds, Fingerprint, Fingerprints, IssuanceLimitTime, IssuerUrl, JsonWebKeySet,
    ProviderDescription, SamlMetadata,
};
pub use sessions::{DurationSeconds, ExternalId, MaxSessionDuration, SourceIdentity};
pub use settings::{AccountAlias, NetworkMasks, Within};
pub use tags::{NewTags, ResourceNames, TagFilters, TagKeys, Tags};
pub use text::{Comments, Description, DisplayName, Email, Language, MobilePhone, Text, text};

use crate::model::key::AccessKeyStatus;
use crate::model::login::LoginStatus;
use crate::model::policy::{PolicyType, VersionId};
use crate::model::provider::AuthnSignAlgo;
use crate::ops::params::{ParamValue, Problem};
use crate::policy::arn::RoleArn;
use crate::policy::ids::{
    AccessKeyId, GroupName, IdError, MfaDeviceName, NewRoleName, PolicyName, RoleName,
    RoleSessionName, UserId, UserName,
};

/// Names refuse with the id's own fault.
macro_rules! by_id_error {
    ($($ty:ty),+) => {$(
        impl ParamValue for $ty {
            fn parse(text: &str) -> Result<Self, Problem> {
                text.parse().map_err(|error: IdError| Problem::from(error))
            }
        }
    )+};
}
by_id_error!(
    UserName,
    GroupName,
    RoleName,
    NewRoleName,
    PolicyName,
    MfaDeviceName
);

/// Others refuse with one fault, whatever is wrong.
macro_rules! by_problem {
    ($($ty:ty => $problem:expr),+ $(,)?) => {$(
        impl ParamValue for $ty {
            fn parse(text: &str) -> Result<Self, Problem> {
                text.parse().map_err(|_| $problem)
            }
        }
    )+};
}
by_problem!(
    PolicyType => Problem::Incorrect,
    AccessKeyStatus => Problem::Incorrect,
    LoginStatus => Problem::Incorrect,
    UserId => Problem::Incorrect,
    AuthnSignAlgo => Problem::Incorrect,
    AccessKeyId => Problem::Type,
    RoleArn => Problem::WronglyFormed,
);

/// 2 to 64 letters, digits, `.`, `@`, `-`, `_`: an assertion may name more.
impl ParamValue for RoleSessionName {
    fn parse(text: &str) -> Result<Self, Problem> {
        let name = text.parse().map_err(|_| Problem::WronglyFormed)?;
        if text.contains(['=', ',', '+']) {
            return Err(Problem::WronglyFormed);
        }
        Ok(name)
    }
}

/// `v1`, `v2`, …. One of the right form that is too large to be of any policy is not malformed.
impl ParamValue for VersionId {
    fn parse(text: &str) -> Result<Self, Problem> {
        let digits = text.strip_prefix('v').unwrap_or_default();
        let well_formed = !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
        match text.parse() {
            Ok(version) => Ok(version),
            Err(_) if well_formed && !digits.is_empty() => Ok(Self(u32::MAX)),
            Err(_) => Err(Problem::Format),
        }
    }
}

/// `true` or `false`, case ignored: one client writes `True`.
impl ParamValue for bool {
    fn parse(text: &str) -> Result<Self, Problem> {
        if text.eq_ignore_ascii_case("true") {
            Ok(true)
        } else if text.eq_ignore_ascii_case("false") {
            Ok(false)
        } else {
            Err(Problem::Incorrect)
        }
    }
}

/// Decimal digits, with a sign or not.
fn integer(text: &str) -> Result<i64, Problem> {
    text.parse().map_err(|_| Problem::Type)
}

#[cfg(test)]
mod tests;
