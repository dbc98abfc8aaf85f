//! `AssumeRoleWithSAML`.

use async_trait::async_trait;

use crate::iam::authn::Established;
use crate::iam::federation::saml::SamlRequest;
use crate::iam::freshness::Current;
use crate::ops::call::{Answer, Context, Session};
use crate::ops::declare::operation;
use crate::ops::error::OpError;
use crate::ops::sts::shapes::{self, ArnForm};
use crate::ops::values::{
    Demanded, SamlAssertion, SamlDuration, SamlProviderArn, UnsignedSessionPolicy,
};
use crate::policy::arn::RoleArn;

operation! {
    /// Swaps a SAML response for a session of a role that trusts the provider; an assertion opens one.
    ///
    /// Nobody signs the call. The role's trust policy decides alone, on `sts:AssumeRole`.
    AssumeRoleWithSAML {
        product: Sts,
        access: Session,
        auth: Unsigned,
        action: "sts:AssumeRoleWithSAML",
        resources: None,
        params {
            /// `acs:ram::<account>:saml-provider/<name>`.
            saml_provider_arn: Demanded<SamlProviderArn> = "SAMLProviderArn",
            /// `acs:ram::<account>:role/<name>`.
            role_arn: Demanded<RoleArn> = "RoleArn",
            /// The whole response in Base64, up to 100000 characters.
            saml_assertion: Demanded<SamlAssertion> = "SAMLAssertion",
            /// 900 seconds to the role's maximum; 3600 where nothing is said. The assertion can shorten it.
            duration_seconds: Option<SamlDuration> = "DurationSeconds",
            /// A policy that narrows the role's, up to 2048 characters.
            policy: Option<UnsignedSessionPolicy> = "Policy",
        }
    }
}

#[async_trait]
impl Session for AssumeRoleWithSAML {
    async fn run(
        &self,
        cx: &Context,
        _: Option<(&Established, &Current)>,
    ) -> Result<Answer, OpError> {
        let request = SamlRequest {
            role: &self.role_arn.0,
            provider: &self.saml_provider_arn.0.0,
            response: &self.saml_assertion.0.0,
            duration: self.duration_seconds.map(|duration| duration.0),
            policy: self.policy.as_ref().map(|policy| policy.0.as_str()),
            origin: cx.origin,
            now: cx.now,
        };
        let (minted, vouched) = cx.iam.assume_role_with_saml(&request).await?;
        let proof = [
            ("Issuer", &*vouched.issuer),
            ("Recipient", &vouched.recipient),
            ("Subject", &vouched.subject),
            ("SubjectType", &vouched.subject_type),
        ];
        shapes::with_proof(&minted, ArnForm::AssumedRole, "SAMLAssertionInfo", &proof)
    }
}
