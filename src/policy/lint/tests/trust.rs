//! Whom a trust policy lets in.

use super::trusts;
use crate::policy::document::DocumentKind;
use crate::policy::lint::{Options, Severity, check};

#[test]
fn trust_that_lets_everybody_in() {
    const EXTERNAL_ID: &str = r#"{"StringEquals":{"sts:ExternalId":"agreed"}}"#;
    for everyone in [r#"{"RAM":"*"}"#, r#"{"RAM":["acs:ram::*:root"]}"#] {
        assert_eq!(trusts(everyone, "{}"), ["trust-everyone"]);
        assert_eq!(trusts(everyone, EXTERNAL_ID), [""; 0]);
        let secure = r#"{"Bool":{"acs:SecureTransport":"true"}}"#;
        assert_eq!(trusts(everyone, secure), ["trust-everyone"]);
        // Holds for whoever sends none.
        let negated = r#"{"StringNotEquals":{"sts:ExternalId":"agreed"}}"#;
        assert_eq!(trusts(everyone, negated), ["trust-everyone"]);
        let arn = r#"{"StringLike":{"acs:PrincipalARN":"acs:ram::1000000000000001:user/*"}}"#;
        assert_eq!(trusts(everyone, arn), [""; 0]);
    }
    let account = r#"{"RAM":"acs:ram::1000000000000001:root"}"#;
    assert_eq!(trusts(account, "{}"), ["trust-whole-account"]);
    assert_eq!(trusts(account, EXTERNAL_ID), [""; 0]);
    let users = r#"{"RAM":"acs:ram::1000000000000001:user/*"}"#;
    assert_eq!(trusts(users, "{}"), ["trust-whole-account"]);
    let alice = r#"{"RAM":"acs:ram::1000000000000001:user/alice"}"#;
    assert_eq!(trusts(alice, "{}"), [""; 0]);
    let own = Options {
        account: Some("1000000000000001".parse().unwrap()),
    };
    let text = format!(
        r#"{{"Version":"1","Statement":{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{account}}}}}"#
    );
    assert_eq!(check(DocumentKind::Trust, &text, &own), []);
    let found = check(DocumentKind::Trust, &text, &Options::default());
    assert_eq!(found.first().map(|one| one.severity), Some(Severity::Note));
}

#[test]
fn trust_in_a_provider() {
    let oidc = r#"{"Federated":"acs:ram::1000000000000001:oidc-provider/ci"}"#;
    assert_eq!(trusts(oidc, "{}"), ["trust-oidc-subject"]);
    let audience = r#"{"StringEquals":{"oidc:aud":"app"}}"#;
    assert_eq!(trusts(oidc, audience), ["trust-oidc-subject"]);
    let subject = r#"{"StringLike":{"oidc:sub":"repo:x:*"}}"#;
    assert_eq!(trusts(oidc, subject), [""; 0]);
    let saml = r#"{"Federated":"acs:ram::1000000000000001:saml-provider/idp"}"#;
    assert_eq!(trusts(saml, "{}"), [""; 0]);
}
