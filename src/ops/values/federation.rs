//! What the calls carry that nobody signs.

use crate::ops::params::{Param, ParamFault, ParamValue, Params, Problem};
use crate::policy::arn::{ProviderArn, ProviderKind};

use super::SessionPolicy;

/// The ARN of an OIDC provider.
#[derive(Debug, Clone)]
pub struct OidcProviderArn(pub ProviderArn);

impl ParamValue for OidcProviderArn {
    fn parse(text: &str) -> Result<Self, Problem> {
        let arn: ProviderArn = text.parse().map_err(|_| Problem::WronglyFormed)?;
        if arn.kind() == ProviderKind::Oidc {
            Ok(Self(arn))
        } else {
            Err(Problem::WronglyFormed)
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
