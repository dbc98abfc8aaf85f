//! What the calls carry that nobody signs.

use crate::ops::params::{Param, ParamFault, ParamValue, Params, Problem};
use crate::policy::arn::{ProviderArn, ProviderKind};

use super::{DurationSeconds, SessionPolicy};

fn arn_of(kind: ProviderKind, text: &str) -> Result<ProviderArn, Problem> {
    let arn = text.parse().ok();
    arn.filter(|arn: &ProviderArn| arn.kind() == kind)
        .ok_or(Problem::WronglyFormed)
}

/// The ARN of an OIDC provider.
#[derive(Debug, Clone)]
pub struct OidcProviderArn(pub ProviderArn);

impl ParamValue for OidcProviderArn {
    fn parse(text: &str) -> Result<Self, Problem> {
        arn_of(ProviderKind::Oidc, text).map(Self)
    }
}

/// The ARN of a SAML provider.
#[derive(Debug, Clone)]
pub struct SamlProviderArn(pub ProviderArn);

impl ParamValue for SamlProviderArn {
    fn parse(text: &str) -> Result<Self, Problem> {
        arn_of(ProviderKind::Saml, text).map(Self)
    }
}

/// What AssumeRoleWithSAML demands, in words of its own where it is missing.
#[derive(Debug, Clone)]
pub struct Demanded<T>(pub T);

impl<T: ParamValue> Param for Demanded<T> {
    fn read(params: &Params<'_>, name: &'static str) -> Result<Self, ParamFault> {
        let read = Option::<T>::read(params, name)?;
        read.map(Self).ok_or(ParamFault {
            name,
            problem: Problem::Demanded,
        })
    }
}

/// A SAML response in Base64, as it came: what is wrong with it is said by who verifies it.
#[derive(Clone)]
pub struct SamlAssertion(pub String);

impl std::fmt::Debug for SamlAssertion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SamlAssertion(..)")
    }
}

impl ParamValue for SamlAssertion {
    fn parse(text: &str) -> Result<Self, Problem> {
        Ok(Self(text.to_owned()))
    }
}

/// The length of a session as AssumeRoleWithSAML takes it, whose fault has a text of its own there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SamlDuration(pub i64);

impl ParamValue for SamlDuration {
    fn parse(text: &str) -> Result<Self, Problem> {
        match DurationSeconds::parse(text) {
            Ok(DurationSeconds(seconds)) => Ok(Self(seconds)),
            Err(Problem::SessionDuration) => Err(Problem::SamlDuration),
            Err(other) => Err(other),
        }
    }
}

/// A token, as it came: what is wrong with it is said by who verifies it, also where there is none.
#[derive(Clone)]
pub struct OidcToken(pub String);

impl std::fmt::Debug for OidcToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OidcToken(..)")
    }
}

impl Param for OidcToken {
    fn read(params: &Params<'_>, name: &'static str) -> Result<Self, ParamFault> {
        Ok(Self(params.get(name).unwrap_or_default().to_owned()))
    }
}

/// A session policy, whose faults have texts of their own in these calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsignedSessionPolicy(pub String);

impl ParamValue for UnsignedSessionPolicy {
    fn parse(text: &str) -> Result<Self, Problem> {
        match SessionPolicy::parse(text) {
            Ok(SessionPolicy(policy)) => Ok(Self(policy)),
            Err(Problem::SessionPolicySize) => Err(Problem::UnsignedPolicySize),
            Err(_) => Err(Problem::UnsignedPolicyGrammar),
        }
    }
}
