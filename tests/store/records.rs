//! Records that the cases share.

use rampart::model::key::{AccessKey, AccessKeyStatus, KeyOwner};
use rampart::model::policy::{Attachment, Policy, PolicyRef, PolicyType, PolicyVersion, VersionId};
use rampart::model::principal::{Group, PrincipalId, Role, User};
use rampart::model::provider::{AuthnSignAlgo, OidcProvider, SamlProvider};
use rampart::policy::ids::{AccountId, GroupId, RoleId, UserId};

use crate::backend::next;

pub(crate) fn user(account: AccountId, name: &str) -> User {
    User {
        account,
        id: UserId::from_random(next()),
        name: name.parse().unwrap(),
        display_name: "Änne 林".to_owned(),
        comments: String::new(),
        email: String::new(),
        mobile_phone: "86-123".to_owned(),
        created_at: 10,
        updated_at: 11,
        last_login_at: None,
    }
}

pub(crate) fn group(account: AccountId, name: &str) -> Group {
    Group {
        account,
        id: GroupId::from_random(next().into()),
        name: name.parse().unwrap(),
        display_name: "林".to_owned(),
        comments: "für 林".to_owned(),
        created_at: 15,
        updated_at: 16,
    }
}

pub(crate) fn role(account: AccountId, name: &str) -> Role {
    Role {
        account,
        id: RoleId::from_random(next()),
        name: name.parse().unwrap(),
        description: String::new(),
        trust_policy: " {\"Version\":\"1\"}\n".to_owned(),
        max_session_duration: 3600,
        session_epoch: 0,
        linked_service: None,
        created_at: 20,
        updated_at: 21,
    }
}

pub(crate) fn oidc_provider(account: AccountId, name: &str) -> OidcProvider {
    OidcProvider {
        account,
        name: name.parse().unwrap(),
        issuer_url: format!("https://{name}.example/für"),
        description: "für 林".to_owned(),
        client_ids: vec!["one".to_owned(), "sts.aliyuncs.com".to_owned()],
        fingerprints: vec!["A0".repeat(20)],
        issuance_limit_hours: 7,
        key_set: Some("{\"keys\":[]}".to_owned()),
        created_at: 60,
        updated_at: 61,
    }
}

pub(crate) fn saml_provider(account: AccountId, name: &str) -> SamlProvider {
    SamlProvider {
        account,
        name: name.parse().unwrap(),
        description: "für 林".to_owned(),
        metadata: "YWJj\nZGVm\n".to_owned(),
        authn_sign_algo: AuthnSignAlgo::RsaSha256,
        created_at: 60,
        updated_at: 61,
    }
}

pub(crate) fn key(account: AccountId, owner: KeyOwner, id: &str) -> AccessKey {
    AccessKey {
        id: id.parse().unwrap(),
        account,
        owner,
        status: AccessKeyStatus::Active,
        created_at: 30,
        updated_at: 31,
        network_policy: None,
        sealed_secret: vec![0, 255, 7],
    }
}

pub(crate) fn policy(account: AccountId, name: &str) -> (Policy, PolicyVersion) {
    let policy = Policy {
        account,
        name: name.parse().unwrap(),
        description: "what it is for".to_owned(),
        default_version: VersionId(1),
        latest_version: VersionId(1),
        created_at: 40,
        updated_at: 41,
    };
    (policy, version(1))
}

pub(crate) fn version(number: u32) -> PolicyVersion {
    PolicyVersion {
        version: VersionId(number),
        document: format!("{{ \"Version\" : \"1\", \"n\": {number} }}"),
        created_at: 42,
    }
}

pub(crate) fn custom(name: &str) -> PolicyRef {
    PolicyRef {
        policy_type: PolicyType::Custom,
        name: name.parse().unwrap(),
    }
}

pub(crate) fn system(name: &str) -> PolicyRef {
    PolicyRef {
        policy_type: PolicyType::System,
        name: name.parse().unwrap(),
    }
}

pub(crate) fn attachment(principal: PrincipalId, policy: PolicyRef) -> Attachment {
    Attachment {
        principal,
        policy,
        attached_at: 50,
    }
}

/// Names whose order by bytes is another than a locale's: capitals fold, `-`, `.`, `_` count.
/// Keys in the order that lists must have.
pub(crate) const TRAPS: [&str; 10] = ["-b", ".a", "0a", "10", "9", "A-b", "a.b", "A1", "aB", "zZ"];
