//! Values that parameters are given in the furnished account.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rampart::ops::declare::Product;

use crate::app::ACCOUNT;
use crate::catalogue::Built;

/// What a key may be used from: here.
const KEY_POLICY: &str =
    r#"{"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["127.0.0.0/8"]}]}"#;
pub(crate) const PASSWORD: &str = "Correct-horse-9";
pub(crate) const TAG: &str = r#"[{"Key":"env","Value":"test"}]"#;

/// Values of single operations; empty where the parameter is left out.
pub(crate) fn special(built: &Built, name: &str) -> Option<String> {
    // IMS names users by their whole names.
    let short = match name {
        "UserPrincipalName" => Some("UserName"),
        "NewUserPrincipalName" => Some("NewUserName"),
        _ => None,
    };
    if let Some(short) = short {
        let name =
            special(built, short).or_else(|| usual(built.product(), short).map(str::to_owned));
        return name.map(|name| format!("{name}@{ACCOUNT}.onaliyun.com"));
    }
    let value = match (built.name(), name) {
        ("CreateUser", "UserName") => "Newcomer",
        ("CreateGroup", "GroupName") => "Newcomers",
        ("CreateRole", "RoleName") => "Novice",
        ("CreatePolicy", "PolicyName") => "New",
        ("DeleteUser" | "CreateLoginProfile" | "BindMFADevice", "UserName") => "Bare",
        ("DeleteGroup" | "AddUserToGroup", "GroupName") => "Empty",
        ("DeleteRole", "RoleName") => "Idle",
        ("DeleteServiceLinkedRole", "RoleName") => "AliyunServiceRoleForPolarDB",
        ("DeletePolicy", "PolicyName") => "Spare",
        (action, "PolicyName") if action.starts_with("AttachPolicy") => "Spare",
        ("CreateVirtualMFADevice", "VirtualMFADeviceName") => "another",
        ("ChangePassword", "OldPassword") => PASSWORD,
        ("UpdateAccessKey", "Status") => "Inactive",
        // Not together with tags; named by its whole name; only some services take a description.
        ("ListUserBasicInfos", "Status")
        | ("GetUser", "UserAccessKeyId")
        | ("CreateServiceLinkedRole", "Description") => "",
        ("CreateOIDCProvider", "OIDCProviderName") | ("CreateSAMLProvider", "SAMLProviderName") => {
            "Another"
        }
        ("CreateOIDCProvider", "IssuerUrl") => "https://another.example",
        ("AddClientIdToOIDCProvider", "ClientId") => "three",
        ("AddFingerprintToOIDCProvider", "Fingerprint") => "cc33",
        (_, "EncodedSAMLMetadataDocument" | "NewEncodedSAMLMetadataDocument") => {
            return Some(saml_metadata());
        }
        _ => return None,
    };
    Some(value.to_owned())
}

/// The metadata of a SAML provider, in Base64.
pub(crate) fn saml_metadata() -> String {
    STANDARD.encode(include_str!("../vectors/saml/metadata.xml"))
}

/// Values by the parameter's name; empty where the parameter is left out.
pub(crate) fn usual(product: Product, name: &str) -> Option<&'static str> {
    const IDENTITY: &str =
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}]}"#;
    const TRUST: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:SetSourceIdentity"],"Principal":{"RAM":"*"}}]}"#;
    Some(match name {
        // Copied from an answer before: there is none. Another way to name what is named already.
        // Or what only some services take.
        "Marker" | "NextToken" | "UserId" | "ResourceId" | "CustomSuffix" => "",
        "UserName" => "Ann",
        "NewUserName" | "NewGroupName" => "Renamed",
        "GroupName" => "Devs",
        "RoleName" => "Reader",
        "PolicyName" => "Read",
        "PolicyType" => "Custom",
        "VersionId" => "v2",
        "PolicyDocument" | "Policy" => IDENTITY,
        "AssumeRolePolicyDocument" | "NewAssumeRolePolicyDocument" => TRUST,
        "Description" | "NewDescription" | "Comments" | "NewComments" => "a < b & c",
        "DisplayName" | "NewDisplayName" => "Somebody",
        "Email" | "NewEmail" => "a@example.com",
        "MobilePhone" | "NewMobilePhone" => "86-18600001234",
        "MaxSessionDuration" | "NewMaxSessionDuration" => "7200",
        "DurationSeconds" => "900",
        "RoleArn" => "acs:ram::1234567890123456:role/Reader",
        "ServiceName" => "ros.aliyuncs.com",
        "RoleSessionName" => "session",
        "ExternalId" => "external",
        "SourceIdentity" => "source",
        "Tag" => TAG,
        "TagKeys" => r#"["env"]"#,
        "ResourceNames" => r#"["Reader"]"#,
        "ResourceType" if product == Product::Ram => "role",
        "TagKey" => "env",
        "DefaultDomainName" => "acme.onaliyun.com",
        "OIDCProviderName" | "SAMLProviderName" => "Idp",
        "ClientIds" => "one,two",
        "ClientId" => "one",
        "Fingerprints" => "aa11,bb22",
        "Fingerprint" => "aa11",
        "IssuanceLimitTime" => "6",
        "OIDCProviderArn" => "acs:ram::1234567890123456:oidc-provider/Idp",
        "OIDCToken" => "e30.e30.AA",
        "SAMLProviderArn" => "acs:ram::1234567890123456:saml-provider/Idp",
        "SAMLAssertion" => "PGEvPg==",
        "AuthnSignAlgo" => "rsa-sha256",
        "All" | "SetAsDefault" => "false",
        "MaxItems" | "PageSize" | "PageNumber" => "1",
        "Password" | "NewPassword" => "Another-horse-9",
        "MinimumPasswordLength" => "9",
        "AccessKeyPolicy" => KEY_POLICY,
        "InitialPasswordAge" => "10",
        "MinimumPasswordDifferentCharacter" => "2",
        "OperationForRiskLogin" => "autonomous",
        "VerificationTypes" => r#"["sms"]"#,
        "MaxPasswordAge" => "90",
        "PasswordReusePrevention" => "3",
        "MaxLoginAttemps" => "5",
        "LoginNetworkMasks" => "10.0.0.0/8;192.168.0.1",
        "LoginSessionDuration" => "8",
        "AccountAlias" => "acme",
        "SerialNumber" => "acs:ram::1234567890123456:mfa/phone",
        "ResourceGroupId" => ACCOUNT,
        "PrincipalType" => "IMSUser",
        "PrincipalName" | "ResourcePrincipalName" => "Ann@1234567890123456.onaliyun.com",
        _ => return None,
    })
}
