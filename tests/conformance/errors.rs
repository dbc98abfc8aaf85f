//! Every error that the catalogue lists for an operation: its code, its status, and that nothing
//! changed. How each is brought about follows from the code; those that cannot be are in
//! `errors-not-brought-about.txt`, with the reason.

use std::collections::BTreeMap;

use rampart::model::quotas::Quotas;
use rampart::policy::ids::AccountId;

use crate::app::{ACCOUNT, policy};
use crate::catalogue::{Built, built, file};
use crate::differences::is_called;
use crate::world::{Params, World};

/// How an error is brought about.
#[derive(Debug, Default)]
struct Recipe {
    /// Parameters to send otherwise.
    set: Vec<(String, String)>,
    /// Parameters to leave out.
    leave_out: Vec<&'static str>,
    /// RAM calls by root before.
    before: Vec<(&'static str, Vec<(&'static str, String)>)>,
    /// Whether the account has as many of everything as it may have.
    full: bool,
    /// Whether a caller without policies calls.
    by_nobody: bool,
}

impl Recipe {
    fn set(name: &str, value: &str) -> Self {
        Self {
            set: vec![(name.to_owned(), value.to_owned())],
            ..Self::default()
        }
    }

    fn and(mut self, name: &str, value: &str) -> Self {
        self.set.push((name.to_owned(), value.to_owned()));
        self
    }

    fn after(mut self, action: &'static str, params: &[(&'static str, &str)]) -> Self {
        let params = params
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        self.before.push((action, params.collect()));
        self
    }

    fn full() -> Self {
        Self {
            full: true,
            ..Self::default()
        }
    }
}

/// The quotas that the account of `world` has used up.
fn used_up() -> Quotas {
    Quotas {
        users: 3,
        groups: 2,
        groups_per_user: 1,
        roles: 2,
        policies: 4,
        versions_per_policy: 2,
        custom_policies_per_principal: 2,
        oidc_providers: 2,
        client_ids_per_oidc_provider: 2,
        fingerprints_per_oidc_provider: 2,
        saml_providers: 2,
        ..Quotas::default()
    }
}

fn takes(built: &Built, name: &str) -> bool {
    built
        .entry
        .declaration
        .params
        .iter()
        .any(|param| param.name == name)
}

/// The parameter of that operation that a code speaks of: `MaxSessionDuration` is
/// `NewMaxSessionDuration` too, `ClientId` is one of `ClientIds`.
fn spoken_of(built: &Built, name: &str) -> Option<String> {
    let candidates = [name.to_owned(), format!("New{name}"), format!("{name}s")];
    candidates.into_iter().find(|name| takes(built, name))
}

/// Codes about a parameter.
fn of_parameter(built: &Built, code: &str) -> Option<Recipe> {
    match code {
        "InvalidParameter.PolicySize" => return Some(Recipe::set("Policy", &"a".repeat(2049))),
        "InvalidParameter.PolicyGrammar" => return Some(Recipe::set("Policy", "{")),
        "InvalidParameter.CustomSuffix.NotAllowed" => {
            return Some(Recipe::set("CustomSuffix", "a"));
        }
        "InvalidParameter.Description.NotAllowed" => return Some(Recipe::set("Description", "d")),
        "InvalidParameter.DeletionTaskId" => {
            return Some(Recipe::set("DeletionTaskId", &"x".repeat(30)));
        }
        "InvalidParameter.TagKey" => return Some(tag(built, "", "v")),
        "InvalidParameter.TagValue" => return Some(tag(built, "k", "https://x")),
        _ => {}
    }
    let rest = code.strip_prefix("InvalidParameter.")?;
    let (name, kind) = rest.split_once('.').unwrap_or((rest, ""));
    let name = spoken_of(built, name)?;
    let value = match (name.as_str(), kind) {
        ("MinimumPasswordLength", _) => "7".to_owned(),
        (_, "Length") if name.ends_with("Document") => "{".repeat(6145),
        ("CustomSuffix", "Length") => "a".repeat(65),
        ("DeletionTaskId", "Length") => "short".to_owned(),
        (name, "Length") if name.ends_with("UserPrincipalName") => {
            format!("{}@{ACCOUNT}.onaliyun.com", "a".repeat(129))
        }
        ("IssuerUrl", "Length") => format!("https://{}", "a".repeat(300)),
        (_, "Length") => "a".repeat(1100),
        (name, "InvalidChars") if name.ends_with("UserPrincipalName") => {
            format!("a/b@{ACCOUNT}.onaliyun.com")
        }
        (_, "InvalidChars") => "a/\u{7f}b".to_owned(),
        (
            "PageNumber"
            | "PageSize"
            | "MaxItems"
            | "DurationSeconds"
            | "MaxSessionDuration"
            | "NewMaxSessionDuration"
            | "IssuanceLimitTime",
            _,
        ) => "0".to_owned(),
        ("IssuerUrl", _) => "http://example.com".to_owned(),
        ("UserId", _) => "200000000000000001".to_owned(),
        (_, "NotAllowed") => return None,
        _ => "?".to_owned(),
    };
    Some(Recipe::set(&name, &value))
}

/// One tag, in the spelling of the operation's product.
fn tag(built: &Built, key: &str, value: &str) -> Recipe {
    match built.name() {
        "UntagResources" => Recipe::set("TagKeys", &format!(r#"["{key}"]"#)),
        _ => Recipe::set("Tag", &format!(r#"[{{"Key":"{key}","Value":"{value}"}}]"#)),
    }
}

/// Names of what does not exist.
fn absent(built: &Built, code: &str) -> Option<Recipe> {
    let principal = |kind: &str, name: &str| {
        let domain = match kind {
            "IMSUser" => format!("{ACCOUNT}.onaliyun.com"),
            "IMSGroup" => format!("group.{ACCOUNT}.onaliyun.com"),
            _ => format!("role.{ACCOUNT}.onaliyunservice.com"),
        };
        Recipe::set("PrincipalType", kind).and("PrincipalName", &format!("{name}@{domain}"))
    };
    let grants = takes(built, "PrincipalName");
    Some(match code {
        "EntityNotExist.User" if grants => principal("IMSUser", "Nobody"),
        "EntityNotExist.Group" if grants => principal("IMSGroup", "Nobody"),
        "EntityNotExist.Role" if grants => principal("ServiceRole", "Nobody"),
        "EntityNotExist.User.Policy" | "LimitExceeded.User.Policy" if grants => {
            principal("IMSUser", "Ann").and("PolicyName", "Spare")
        }
        "EntityNotExist.Group.Policy" | "LimitExceeded.Group.Policy" if grants => {
            principal("IMSGroup", "Devs").and("PolicyName", "Spare")
        }
        "EntityNotExist.Role.Policy" | "LimitExceeded.Role.Policy" if grants => {
            principal("ServiceRole", "Reader").and("PolicyName", "Spare")
        }
        "EntityAlreadyExists.User.Policy" if grants => {
            principal("IMSUser", "Ann").and("PolicyName", "Read")
        }
        "EntityAlreadyExists.Group.Policy" if grants => {
            principal("IMSGroup", "Devs").and("PolicyName", "Read")
        }
        "EntityAlreadyExists.Role.Policy" if grants => {
            principal("ServiceRole", "Reader").and("PolicyName", "Read")
        }
        "EntityNotExists.ResourceGroup" => Recipe::set("ResourceGroupId", "rg-1"),
        "EntityNotExist.User" if takes(built, "UserPrincipalName") => Recipe::set(
            "UserPrincipalName",
            &format!("Nobody@{ACCOUNT}.onaliyun.com"),
        ),
        "EntityNotExist.User" => Recipe::set("UserName", "Nobody"),
        "EntityNotExist.Group" => Recipe::set("GroupName", "Nobody"),
        "EntityNotExist.Role" if built.name() == "AssumeRole" => {
            Recipe::set("RoleArn", &format!("acs:ram::{ACCOUNT}:role/Nobody"))
        }
        "EntityNotExist.Role" if takes(built, "ResourceNames") => {
            Recipe::set("ResourceNames", r#"["Nobody"]"#)
        }
        "EntityNotExist.Policy" if takes(built, "ResourceNames") => {
            Recipe::set("ResourceNames", r#"["Nobody"]"#).and("ResourceType", "policy")
        }
        "EntityNotExist.Role" => Recipe::set("RoleName", "Nobody"),
        "EntityNotExist.Policy" => Recipe::set("PolicyName", "Nothing"),
        "EntityNotExist.Policy.Version" => Recipe::set("VersionId", "v9"),
        // By its key alone.
        "EntityNotExist.User.AccessKey" if takes(built, "UserId") => Recipe {
            leave_out: vec!["UserPrincipalName"],
            ..Recipe::set("UserAccessKeyId", "LTAI5tNobodysKey000000000")
        },
        "EntityNotExist.User.AccessKey" => {
            Recipe::set("UserAccessKeyId", "LTAI5tNobodysKey000000000")
        }
        "EntityNotExist.User.Group" => Recipe::set("GroupName", "Empty"),
        "EntityNotExist.User.Policy"
        | "EntityNotExist.Group.Policy"
        | "EntityNotExist.Role.Policy" => Recipe::set("PolicyName", "Spare"),
        "EntityNotExist.SAMLProvider" => Recipe::set("SAMLProviderName", "Nobody"),
        "EntityNotExist.OIDCProvider" => Recipe::set("OIDCProviderName", "Nobody"),
        "EntityNotExist.OIDCProvider.ClientId" => Recipe::set("ClientId", "nobody"),
        "EntityNotExist.OIDCProvider.Fingerprint" => Recipe::set("Fingerprint", "00"),
        "EntityNotExist.ServiceLinkedRole" => Recipe::set("RoleName", "Reader"),
        "EntityNotExist.ServiceLinkedRole.DeletionTask" => {
            Recipe::set("DeletionTaskId", "task/acs-service-role/a.b/Nobody/0")
        }
        "EntityNotExist.Service" => Recipe::set("ServiceName", "nothing.aliyuncs.com"),
        _ => return None,
    })
}

/// What hangs on something.
fn in_use(code: &str) -> Option<Recipe> {
    let attach = |kind: &'static str, name: &str| {
        let (action, holder) = match kind {
            "User" => ("AttachPolicyToUser", "UserName"),
            "Group" => ("AttachPolicyToGroup", "GroupName"),
            _ => ("AttachPolicyToRole", "RoleName"),
        };
        Recipe::default().after(
            action,
            &[
                ("PolicyType", "Custom"),
                ("PolicyName", "Spare"),
                (holder, name),
            ],
        )
    };
    Some(match code {
        "DeleteConflict.Group.User" => Recipe::set("GroupName", "Devs"),
        "DeleteConflict.Role.Policy" => Recipe::set("RoleName", "Reader"),
        "DeleteConflict.User.Policy" | "DeleteConflict.Policy.User" => attach("User", "Bare"),
        "DeleteConflict.Group.Policy" | "DeleteConflict.Policy.Group" => attach("Group", "Empty"),
        "DeleteConflict.Policy.Role" => attach("Role", "Idle"),
        "DeleteConflict.Policy.Version" => {
            let document = policy("Allow", "ram:*", "*");
            let version = [
                ("PolicyName", "Spare"),
                ("PolicyDocument", document.as_str()),
            ];
            Recipe::set("CascadingDelete", "false").after("CreatePolicyVersion", &version)
        }
        "DeleteConflict.Policy.Version.Default" => Recipe::set("VersionId", "v1"),
        "DeleteConflict.User.AccessKey" => {
            Recipe::default().after("CreateAccessKey", &[("UserName", "Bare")])
        }
        "DeleteConflict.User.Group" => Recipe::default().after(
            "AddUserToGroup",
            &[("UserName", "Bare"), ("GroupName", "Empty")],
        ),
        "DeleteConflict.User.LoginProfile" => Recipe::default().after(
            "CreateLoginProfile",
            &[("UserName", "Bare"), ("Password", "Another-horse-9")],
        ),
        _ => return None,
    })
}

/// Names of what exists, and more than there may be.
fn conflict(built: &Built, code: &str) -> Option<Recipe> {
    let upn = |name: &str| format!("{name}@{ACCOUNT}.onaliyun.com");
    let updates = built.name().starts_with("Update");
    Some(match code {
        "EntityAlreadyExists.User" if takes(built, "NewUserPrincipalName") => {
            Recipe::set("NewUserPrincipalName", &upn("Bare"))
        }
        "EntityAlreadyExists.User" if takes(built, "UserPrincipalName") => {
            Recipe::set("UserPrincipalName", &upn("Bare"))
        }
        "EntityAlreadyExists.User" if updates => Recipe::set("NewUserName", "bARE"),
        "EntityAlreadyExists.User" => Recipe::set("UserName", "aNN"),
        "EntityAlreadyExists.Group" if updates => Recipe::set("NewGroupName", "eMPTY"),
        "EntityAlreadyExists.Group" => Recipe::set("GroupName", "dEVS"),
        "EntityAlreadyExists.Role" if takes(built, "ServiceName") => {
            Recipe::set("ServiceName", "polardb.aliyuncs.com")
        }
        "EntityAlreadyExists.Role" => Recipe::set("RoleName", "rEADER"),
        "EntityAlreadyExists.Policy" => Recipe::set("PolicyName", "rEAD"),
        "EntityAlreadyExists.User.Group" => Recipe::set("GroupName", "Devs"),
        "EntityAlreadyExists.User.Policy"
        | "EntityAlreadyExists.Group.Policy"
        | "EntityAlreadyExists.Role.Policy" => Recipe::set("PolicyName", "Read"),
        "EntityAlreadyExists.OIDCProvider" => Recipe::set("OIDCProviderName", "iDP"),
        "EntityAlreadyExists.OIDCProvider.Url" => Recipe::set("IssuerUrl", "https://idp.example"),
        "EntityAlreadyExists.OIDCProvider.ClientId" => Recipe::set("ClientId", "one"),
        "EntityAlreadyExists.OIDCProvider.Fingerprint" => Recipe::set("Fingerprint", "aa11"),
        "EntityAlreadyExists.SAMLProvider" => Recipe::set("SAMLProviderName", "iDP"),
        "LimitExceeded.OIDCProvider" | "LimitExceeded.SAMLProvider" => Recipe::full(),
        "LimitExceeded.OIDCProvider.ClientId" if takes(built, "ClientIds") => {
            let many: Vec<String> = (0..51).map(|number| format!("c{number}")).collect();
            Recipe::set("ClientIds", &many.join(","))
        }
        "LimitExceeded.OIDCProvider.Fingerprint" if takes(built, "Fingerprints") => {
            Recipe::set("Fingerprints", "a1,a2,a3,a4,a5,a6")
        }
        "LimitExceeded.OIDCProvider.ClientId" | "LimitExceeded.OIDCProvider.Fingerprint" => {
            Recipe::full()
        }
        "LimitExceeded.Tag" => {
            let tags: Vec<String> = (0..21)
                .map(|n| format!(r#"{{"Key":"k{n}","Value":"v"}}"#))
                .collect();
            Recipe::set("Tag", &format!("[{}]", tags.join(",")))
        }
        "Duplicate.TagKey" => Recipe::set(
            "Tag",
            r#"[{"Key":"k","Value":"a"},{"Key":"k","Value":"b"}]"#,
        ),
        "LimitExceeded.User.AccessKey" => {
            Recipe::default().after("CreateAccessKey", &[("UserName", "Ann")])
        }
        "LimitExceeded.Policy.Version" => Recipe {
            leave_out: vec!["RotateStrategy"],
            ..Recipe::full()
        },
        "LimitExceeded.Group.Policy" | "LimitExceeded.Role.Policy" => {
            let (action, holder, name) = match code {
                "LimitExceeded.Group.Policy" => ("AttachPolicyToGroup", "GroupName", "Devs"),
                _ => ("AttachPolicyToRole", "RoleName", "Reader"),
            };
            let more = [
                ("PolicyType", "Custom"),
                ("PolicyName", "Ann-0"),
                (holder, name),
            ];
            Recipe::full().after(action, &more)
        }
        code if code.starts_with("LimitExceeded.") && !code.contains("Provider") => Recipe::full(),
        _ => return None,
    })
}

fn recipe(built: &Built, code: &str) -> Option<Recipe> {
    if code == "MalformedPolicyDocument" {
        let names = [
            "PolicyDocument",
            "AssumeRolePolicyDocument",
            "NewAssumeRolePolicyDocument",
        ];
        let name = names.into_iter().find(|name| takes(built, name))?;
        return Some(Recipe::set(name, "{"));
    }
    if code == "NoPermission" {
        return Some(Recipe {
            by_nobody: true,
            ..Recipe::default()
        });
    }
    let found = of_parameter(built, code)
        .or_else(|| absent(built, code))
        .or_else(|| conflict(built, code))
        .or_else(|| in_use(code))?;
    // Where the full account must be met, a grant is asked for as `absent` says.
    let full = code.starts_with("LimitExceeded.") && takes(built, "PrincipalName");
    if full {
        let filled = conflict(built, code).unwrap_or_default();
        return Some(Recipe {
            full: true,
            before: filled.before,
            ..found
        });
    }
    Some(found)
}

fn status(code: &str) -> u16 {
    match code.split('.').next().unwrap() {
        "EntityNotExist" | "EntityNotExists" => 404,
        "EntityAlreadyExists" | "DeleteConflict" | "LimitExceeded" => 409,
        "NoPermission" => 403,
        "NotSupport" if code.ends_with("ServiceLinkedRole") => 403,
        "AuthenticationFail" => 401,
        _ => 400,
    }
}

async fn state(world: &World) -> String {
    let account: AccountId = ACCOUNT.parse().unwrap();
    let mut snapshot = world.app.store.begin_read(account).await.unwrap();
    let trail = snapshot.list_audit(10_000).await.unwrap().len();
    format!("{:?} {trail}", snapshot.account().tag)
}

/// Brings an error about; what was answered otherwise.
async fn bring_about(built: &Built, code: &str, recipe: Recipe) -> Result<(), String> {
    let quotas = if recipe.full {
        used_up()
    } else {
        Quotas::default()
    };
    let world = World::with(&built.published.family, quotas).await;
    for (action, params) in &recipe.before {
        let params: Vec<(&str, &str)> = params.iter().map(|(n, v)| (*n, v.as_str())).collect();
        world.app.ram(&world.app.root(), action, &params).await.ok();
    }
    let mut params: Params = world.all(built);
    params.retain(|(name, _)| {
        let is = |other: &str| {
            let rest = name.strip_prefix(other);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let set = recipe.set.iter().any(|(other, _)| is(other));
        !set && !recipe.leave_out.contains(&name.as_str())
    });
    params.extend(recipe.set);
    params.push(("Format".to_owned(), "JSON".to_owned()));
    let nobody = if recipe.by_nobody {
        Some(world.app.user("nobody", &[]).await)
    } else {
        None
    };
    let caller = nobody.unwrap_or_else(|| world.caller(built));
    let before = state(&world).await;
    let pairs: Vec<(&str, &str)> = params
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let reply = world
        .app
        .rpc(&caller, built.product(), built.name(), &pairs)
        .await;
    let said = (reply.status.as_u16(), reply.code());
    let message = reply.message();
    let same = state(&world).await == before;
    world.app.end().await;
    if said == (status(code), code.to_owned()) && same && !message.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "{} {code}: {said:?}, nothing changed: {same}",
            built.qualified()
        ))
    }
}

/// The errors that cannot be brought about, each with the reason: `<operation> <code>: <reason>`.
fn exceptions() -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(file("tests/conformance/errors-not-brought-about.txt"));
    let text = text.unwrap();
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let split = |line: &str| {
        let (what, reason) = line.split_once(": ").unwrap_or_else(|| panic!("{line}"));
        assert!(reason.len() > 10, "{line}: no reason");
        (what.to_owned(), reason.to_owned())
    };
    lines.map(split).collect()
}

#[tokio::test]
async fn every_error_of_an_operation_is_brought_about() {
    let mut exceptions = exceptions();
    let (mut wrong, mut tried) = (Vec::new(), 0);
    for built in built().into_iter().filter(is_called) {
        for code in &built.published.errors {
            let what = format!("{} {code}", built.qualified());
            let excepted = exceptions.remove(&what).is_some();
            let done = match recipe(&built, code) {
                Some(recipe) => bring_about(&built, code, recipe).await,
                None => Err(format!("{what}: nothing is known that brings it about")),
            };
            match (done, excepted) {
                (Ok(()), false) => tried += 1,
                (Err(_), true) => {}
                (Ok(()), true) => wrong.push(format!("{what}: excepted, and brought about")),
                (Err(said), false) => wrong.push(said),
            }
        }
    }
    // Of what is not built nothing is known yet.
    let of_built = |what: &&String| {
        let operation = what.split(' ').next().unwrap();
        built().iter().any(|built| built.qualified() == operation)
    };
    let left = exceptions.keys().filter(of_built);
    wrong.extend(left.map(|what| format!("{what}: excepted, and not published")));
    assert_eq!(wrong, [] as [String; 0]);
    assert!(tried >= 250, "{tried}");
}
