//! A furnished account, and for each parameter a value with which a call goes well in it.

use std::collections::BTreeMap;

use rampart::credential::totp;
use rampart::model::quotas::Quotas;
use rampart::ops::declare::Product;
use rampart::ports::Clock as _;
use serde_json::Value;

use crate::app::{ACCOUNT, Credentials, On, Reply, Setup, TestApp, policy};
use crate::catalogue::{Built, Parameter};
use crate::values::{PASSWORD, TAG, saml_metadata, special, usual};

/// Names and values of a call.
pub(crate) type Params = Vec<(String, String)>;

/// An account in which every operation has something to work on.
///
/// The user `Ann` is in the group `Devs`, has a key, a login and the device `token`; the role
/// `Reader` trusts the account. The policy `Read`, of two versions, is attached to all three. Tags are
/// on users, roles and policies. Of each kind there is one that nothing hangs on: `Bare`, `Empty`, `Idle`,
/// `Spare`, `phone`.
pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) ann: Credentials,
    /// What only this world knows: ids, codes, messages.
    own: BTreeMap<&'static str, String>,
}

fn pairs(params: &[(String, String)]) -> Vec<(&str, &str)> {
    params
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect()
}

/// Base32 without padding (RFC 4648).
fn unbase32(text: &str) -> Vec<u8> {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let value = |letter: u8| alphabet.iter().position(|known| *known == letter).unwrap();
    let letters: Vec<u64> = text.bytes().map(|letter| value(letter) as u64).collect();
    // Eight letters are five bytes.
    let eight = |letters: &[u64]| {
        let bits = letters.iter().fold(0, |bits, letter| bits << 5 | letter);
        bits.to_be_bytes()[3..].to_vec()
    };
    letters.chunks_exact(8).flat_map(eight).collect()
}

impl World {
    /// The account. Logins and devices are there if `family` speaks of them: a password takes long.
    pub(crate) async fn new(family: &str) -> Self {
        Self::with(family, Quotas::default()).await
    }

    /// The same under quotas.
    pub(crate) async fn with(family: &str, quotas: Quotas) -> Self {
        let app = TestApp::with(Setup {
            quotas,
            ..Setup::on(On::Memory)
        })
        .await;
        let ann = app.user("Ann", &[&policy("Allow", "*", "*")]).await;
        let mut world = Self {
            app,
            ann,
            own: BTreeMap::new(),
        };
        world.own.insert("UserAccessKeyId", world.ann.id.clone());
        world.furnish().await;
        world.furnish_users().await;
        if ["MFA", "login"].contains(&family) {
            world.furnish_logins().await;
        }
        if family == "security settings" {
            world.furnish_settings().await;
        }
        if family == "service-linked roles" {
            world.furnish_linked_roles().await;
        }
        if family == "identity providers" {
            world.furnish_providers().await;
        }
        world.note_a_denial().await;
        world
    }

    async fn make(&self, action: &str, params: &[(&str, &str)]) -> Value {
        self.app.ram(&self.app.root(), action, params).await.ok()
    }

    async fn furnish(&self) {
        let (first, second) = (
            policy("Allow", "ram:Get*", "*"),
            policy("Allow", "ram:List*", "*"),
        );
        self.make("CreateUser", &[("UserName", "Bare")]).await;
        for name in ["Devs", "Empty"] {
            self.make("CreateGroup", &[("GroupName", name)]).await;
        }
        self.make(
            "AddUserToGroup",
            &[("GroupName", "Devs"), ("UserName", "Ann")],
        )
        .await;
        let trust = usual(Product::Ram, "AssumeRolePolicyDocument").unwrap();
        for name in ["Reader", "Idle"] {
            let tagged = [
                ("RoleName", name),
                ("AssumeRolePolicyDocument", trust),
                ("Tag", TAG),
            ];
            self.make("CreateRole", &tagged).await;
        }
        for name in ["Read", "Spare"] {
            let tagged = [
                ("PolicyName", name),
                ("PolicyDocument", &first),
                ("Tag", TAG),
            ];
            self.make("CreatePolicy", &tagged).await;
        }
        let version = [("PolicyName", "Read"), ("PolicyDocument", second.as_str())];
        self.make("CreatePolicyVersion", &version).await;
        for (kind, name) in [("User", "Ann"), ("Group", "Devs"), ("Role", "Reader")] {
            let holder = format!("{kind}Name");
            let read = [
                ("PolicyType", "Custom"),
                ("PolicyName", "Read"),
                (holder.as_str(), name),
            ];
            self.make(&format!("AttachPolicyTo{kind}"), &read).await;
        }
    }

    /// Tags on users, and the networks of a key.
    async fn furnish_users(&self) {
        let root = self.app.root();
        let principal = |name: &str| format!("{name}@{ACCOUNT}.onaliyun.com");
        let (ann, bare) = (principal("Ann"), principal("Bare"));
        let tags = [
            ("ResourceType", "user"),
            ("ResourcePrincipalName.1", ann.as_str()),
            ("ResourcePrincipalName.2", bare.as_str()),
            ("Tag.1.Key", "env"),
            ("Tag.1.Value", "test"),
        ];
        let tagged = self.app.rpc(&root, Product::Ims, "TagResources", &tags);
        tagged.await.ok();
        let networks = [
            ("UserPrincipalName", ann.as_str()),
            ("UserAccessKeyId", self.ann.id.as_str()),
            (
                "AccessKeyPolicy",
                usual(Product::Ims, "AccessKeyPolicy").unwrap(),
            ),
        ];
        let limited = self
            .app
            .rpc(&root, Product::Ims, "SetAccessKeyPolicy", &networks);
        limited.await.ok();
    }

    async fn furnish_logins(&mut self) {
        let now = self.app.clock.now();
        let login = [("UserName", "Ann"), ("Password", PASSWORD)];
        self.make("CreateLoginProfile", &login).await;
        for (name, bound) in [("token", true), ("phone", false)] {
            let named = [("VirtualMFADeviceName", name)];
            let mut made = self.make("CreateVirtualMFADevice", &named).await;
            let device = made["VirtualMFADevice"].take();
            let seed = unbase32(device["Base32StringSeed"].as_str().unwrap());
            let code = |at| {
                let code = totp::code(&seed, totp::step_at(at));
                String::from_utf8(code.to_vec()).unwrap()
            };
            self.own.insert("AuthenticationCode1", code(now - 30));
            self.own.insert("AuthenticationCode2", code(now));
            if bound {
                let serial = device["SerialNumber"].as_str().unwrap();
                let (one, two) = (code(now - 30), code(now));
                let bind = [
                    ("SerialNumber", serial),
                    ("UserName", "Ann"),
                    ("AuthenticationCode1", &one),
                    ("AuthenticationCode2", &two),
                ];
                self.make("BindMFADevice", &bind).await;
            }
        }
    }

    /// Settings that are not the usual ones, and a report.
    async fn furnish_settings(&self) {
        let root = self.app.root();
        for (action, params) in [
            (
                "SetSecurityPreference",
                &[("VerificationTypes", r#"["sms"]"#)][..],
            ),
            ("GenerateCredentialReport", &[]),
        ] {
            let made = self.app.rpc(&root, Product::Ims, action, params).await;
            made.ok();
        }
    }

    /// A role that is in use, and the task that failed to remove it.
    async fn furnish_linked_roles(&mut self) {
        let service = [("ServiceName", "polardb.aliyuncs.com")];
        self.make("CreateServiceLinkedRole", &service).await;
        let service = self.app.service("polardb.aliyuncs.com", None, &[]).await;
        let used = [
            (
                "RoleArn",
                "acs:ram::1234567890123456:role/AliyunServiceRoleForPolarDB",
            ),
            ("Resource", "cluster"),
        ];
        let put = "PutServiceLinkedRoleUsage";
        let registered = self.app.rpc(&service, Product::Rampart, put, &used).await;
        registered.ok();
        let role = [("RoleName", "AliyunServiceRoleForPolarDB")];
        let queued = self.make("DeleteServiceLinkedRole", &role).await;
        let task = queued["DeletionTaskId"].as_str().unwrap();
        let (root, status) = (self.app.root(), [("DeletionTaskId", task)]);
        let mut told = Value::Null;
        for _ in 0..3000 {
            let action = "GetServiceLinkedRoleDeletionStatus";
            let product = Product::ResourceManager;
            told = self.app.rpc(&root, product, action, &status).await.ok();
            if told["Status"] != "IN_PROGRESS" {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(told["Status"], "FAILED");
        self.own.insert("DeletionTaskId", task.to_owned());
    }

    async fn furnish_providers(&self) {
        let root = self.app.root();
        for (name, issuer) in [
            ("Idp", "https://idp.example"),
            ("Jdp", "https://jdp.example"),
        ] {
            let provider = [
                ("OIDCProviderName", name),
                ("IssuerUrl", issuer),
                ("ClientIds", "one,two"),
                ("Fingerprints", "aa11,bb22"),
            ];
            let made = self
                .app
                .rpc(&root, Product::Ims, "CreateOIDCProvider", &provider);
            made.await.ok();
        }
        for name in ["Idp", "Jdp"] {
            let metadata = saml_metadata();
            let provider = [
                ("SAMLProviderName", name),
                ("EncodedSAMLMetadataDocument", metadata.as_str()),
            ];
            let made = self
                .app
                .rpc(&root, Product::Ims, "CreateSAMLProvider", &provider);
            made.await.ok();
        }
    }

    /// The message of a denial by a statement, which says most.
    async fn note_a_denial(&mut self) {
        let denied = self.app.user("denied", &[&policy("Deny", "*", "*")]).await;
        let denial = self.app.ram(&denied, "ListRoles", &[]).await.json();
        // A second member: lists of one have no second page.
        self.make(
            "AddUserToGroup",
            &[("GroupName", "Devs"), ("UserName", "denied")],
        )
        .await;
        // And a use of Ann's key.
        self.app.sts(&self.ann, "GetCallerIdentity", &[]).await.ok();
        let message = denial["AccessDeniedDetail"]["EncodedDiagnosticMessage"].as_str();
        self.own
            .insert("EncodedDiagnosticMessage", message.unwrap().to_owned());
    }

    /// A value with which the call goes well; `None` for a parameter that is better left out.
    pub(crate) fn value(&self, built: &Built, parameter: &Parameter) -> Option<String> {
        let name = parameter.name.as_str();
        let special = special(built, name);
        if let Some(value) = special.or_else(|| usual(built.product(), name).map(str::to_owned)) {
            return Some(value).filter(|value| !value.is_empty());
        }
        if let Some(value) = self.own.get(name) {
            return Some(value.clone());
        }
        if name == "DeletionTaskId" {
            // Only an account with such a role has a task.
            return Some("task/acs-service-role/a.b/Nobody/0".to_owned());
        }
        if let Some(words) = parameter.constraint.strip_prefix("enum ") {
            let end = words.find([';', '|']).unwrap_or(words.len());
            return Some(words[..end].to_owned());
        }
        match parameter.kind.as_str() {
            "Boolean" => Some("true".to_owned()),
            _ => panic!("{} {name}: `world` has no value for it", built.qualified()),
        }
    }

    /// Every parameter of the operation that it takes, with its value.
    pub(crate) fn all(&self, built: &Built) -> Params {
        self.of(built, |_| true)
    }

    /// The parameters that must be there.
    pub(crate) fn required(&self, built: &Built) -> Params {
        // Whose it is has a default for users alone; of tags something must be said.
        let subject = [
            "UserName",
            "UserPrincipalName",
            "ResourceNames",
            "TagKeys",
            "ResourcePrincipalName",
            "TagKey",
        ];
        self.of(built, |parameter| {
            parameter.required || subject.contains(&parameter.name.as_str())
        })
    }

    fn of(&self, built: &Built, which: impl Fn(&Parameter) -> bool) -> Params {
        let taken = |name: &str| {
            built
                .entry
                .declaration
                .params
                .iter()
                .any(|param| param.name == name)
        };
        let mut params = Vec::new();
        for parameter in built
            .published
            .params
            .iter()
            .filter(|p| taken(&p.name) && which(p))
        {
            if let Some(value) = self.value(built, parameter) {
                match parameter.kind.as_str() {
                    "RepeatList" if parameter.members.is_empty() => {
                        params.push((format!("{}.1", parameter.name), value));
                    }
                    // One tag, spread out.
                    "RepeatList" => {
                        params.push((format!("{}.1.Key", parameter.name), "env".to_owned()));
                        params.push((format!("{}.1.Value", parameter.name), "test".to_owned()));
                    }
                    _ => params.push((parameter.name.clone(), value)),
                }
            }
        }
        params
    }

    /// Who calls, where it is not root: some operations are not for root.
    pub(crate) fn caller(&self, built: &Built) -> Credentials {
        match built.name() {
            "ChangePassword" | "AssumeRole" => self.ann.clone(),
            _ => self.app.root(),
        }
    }

    /// Root's call, or one of whom the operation is for. `GetCallerIdentity` tells a session other
    /// things than root: in XML it is a session that asks.
    pub(crate) async fn call(&self, built: &Built, params: &Params) -> Reply {
        let xml = params.iter().any(|(_, value)| value == "XML");
        let caller = if built.name() == "GetCallerIdentity" && xml {
            self.app.assume(&self.ann, "Reader", &[]).await.unwrap()
        } else {
            self.caller(built)
        };
        self.app
            .rpc(&caller, built.product(), built.name(), &pairs(params))
            .await
    }
}
