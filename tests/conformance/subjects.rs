//! Row 6 of the threats: whoever is authorised for one thing acts on no other, whatever the
//! identifiers of a call say. Generated from the registry: each identifier of each operation.

use std::fmt::Write as _;

use rampart::ops::declare::Access;
use rampart::policy::ids::AccountId;
use serde_json::json;

use crate::app::{ACCOUNT, Credentials, Reply, policy, trust};
use crate::catalogue::{Built, built};
use crate::differences::is_called;
use crate::matrix::resources;
use crate::world::{Params, World};

const OTHER: &str = "2222222222222222";

/// What a parameter names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Something of the account: a user, a key, a policy.
    Something,
    /// Nothing, or what the call is to make.
    Nothing,
}

/// Every parameter that any operation takes is one of these, so that none is overlooked.
fn names(parameter: &str) -> Names {
    const IDENTIFIERS: &[&str] = &[
        "UserName",
        "UserPrincipalName",
        "UserId",
        "UserAccessKeyId",
        "GroupName",
        "RoleName",
        "RoleArn",
        "PolicyName",
        "VersionId",
        "SerialNumber",
        "PrincipalName",
        "ResourceGroupId",
        "ResourceNames",
        "ResourcePrincipalName",
        "ResourceId",
        "SAMLProviderName",
        "SAMLProviderArn",
        "OIDCProviderName",
        "OIDCProviderArn",
        "DeletionTaskId",
    ];
    if IDENTIFIERS.contains(&parameter) {
        Names::Something
    } else {
        Names::Nothing
    }
}

/// What a victim has in the place of that parameter: others of the same account, then of another.
struct Victims {
    own: Vec<String>,
    foreign: Vec<String>,
}

fn victims(parameter: &str, world: &World, bare: &Credentials, stranger: &Credentials) -> Victims {
    let text = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
    let arn = |account: &str, rest: &str| format!("acs:ram::{account}:{rest}");
    let foreign_root = crate::app::root_of(OTHER).id;
    let (own, foreign): (Vec<String>, Vec<String>) = match parameter {
        "UserName" => (
            text(&["Ann", "Bare", "root", ACCOUNT, "*", "Ann*"]),
            text(&[
                "Victim",
                OTHER,
                &arn(OTHER, "user/Victim"),
                &format!("Victim@{OTHER}.onaliyun.com"),
            ]),
        ),
        "UserPrincipalName" => (
            text(&[
                &format!("Bare@{ACCOUNT}.onaliyun.com"),
                &format!("root@{ACCOUNT}.onaliyun.com"),
            ]),
            text(&[
                &format!("Ann@{OTHER}.onaliyun.com"),
                &format!("Victim@{OTHER}.onaliyun.com"),
            ]),
        ),
        "UserId" => (text(&[ACCOUNT]), text(&[OTHER])),
        "UserAccessKeyId" => (
            text(&[&world.app.root().id, &bare.id]),
            text(&[&foreign_root, &stranger.id]),
        ),
        "GroupName" => (
            text(&["Devs", "Empty", "*"]),
            text(&["Victims", &arn(OTHER, "group/Victims")]),
        ),
        "RoleName" => (
            text(&["Reader", "Idle", "*"]),
            text(&["VictimRole", &arn(OTHER, "role/VictimRole")]),
        ),
        "RoleArn" => (
            text(&[
                &arn(ACCOUNT, "role/Idle"),
                &arn(ACCOUNT, "user/Bare"),
                &arn(ACCOUNT, "root"),
            ]),
            // The one that reaches over: the role there trusts nobody here.
            text(&[&arn(OTHER, "role/VictimRole")]),
        ),
        "PolicyName" => (
            text(&["Read", "Spare", "*"]),
            text(&["VictimPolicy", &arn(OTHER, "policy/VictimPolicy")]),
        ),
        "VersionId" => (text(&["v9"]), text(&["v3"])),
        "SerialNumber" => (
            text(&[
                &arn(ACCOUNT, "mfa/token"),
                &arn(ACCOUNT, "user/Bare"),
                "phone",
            ]),
            text(&[&arn(OTHER, "mfa/phone")]),
        ),
        "PrincipalName" => (
            text(&[&format!("Bare@{ACCOUNT}.onaliyun.com")]),
            text(&[
                &format!("Ann@{OTHER}.onaliyun.com"),
                &format!("Victim@{OTHER}.onaliyun.com"),
            ]),
        ),
        "ResourceGroupId" => (text(&["rg-1"]), text(&[OTHER])),
        "ResourceNames" => (text(&[r#"["Idle"]"#]), text(&[r#"["VictimRole"]"#])),
        _ => (text(&["Others"]), text(&["Victims"])),
    };
    Victims { own, foreign }
}

async fn state(world: &World) -> String {
    let mut state = String::new();
    for account in [ACCOUNT, OTHER] {
        let account: AccountId = account.parse().unwrap();
        let mut snapshot = world.app.store.begin_read(account).await.unwrap();
        let trail = snapshot.list_audit(10_000).await.unwrap().len();
        let _ = write!(state, "{:?} {trail} ", snapshot.account().tag);
    }
    state
}

/// Another account with something of each kind; answers with the key of its user.
async fn strangers(world: &World) -> Credentials {
    let app = &world.app;
    let root = app.add_account(OTHER).await;
    let stranger = app.user_of(&root, "Victim", &[]).await;
    app.user_of(&root, "Ann", &[]).await;
    let document = policy("Allow", "*", "*");
    // Who assumes a role must be trusted there; that account trusts itself.
    let trust = trust(&format!(r#"{{"RAM":"acs:ram::{OTHER}:root"}}"#));
    let calls: [(&str, &[(&str, &str)]); 4] = [
        ("CreateGroup", &[("GroupName", "Victims")]),
        (
            "CreateRole",
            &[
                ("RoleName", "VictimRole"),
                ("AssumeRolePolicyDocument", &trust),
            ],
        ),
        (
            "CreatePolicy",
            &[
                ("PolicyName", "VictimPolicy"),
                ("PolicyDocument", &document),
            ],
        ),
        (
            "CreateVirtualMFADevice",
            &[("VirtualMFADeviceName", "phone")],
        ),
    ];
    for (action, params) in calls {
        app.ram(&root, action, params).await.ok();
    }
    stranger
}

async fn call(world: &World, built: &Built, caller: &Credentials, params: &Params) -> Reply {
    let pairs: Vec<(&str, &str)> = params
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let pairs = [&pairs[..], &[("Format", "JSON")]].concat();
    world
        .app
        .rpc(caller, built.product(), built.name(), &pairs)
        .await
}

/// One operation by one who may do it on exactly what it names: every identifier replaced in turn.
async fn try_operation(built: &Built) -> usize {
    let world = World::new(&built.published.family).await;
    let stranger = strangers(&world).await;
    let bare = world
        .app
        .ram(
            &world.app.root(),
            "CreateAccessKey",
            &[("UserName", "Bare")],
        )
        .await
        .ok();
    let member = |name: &str| bare["AccessKey"][name].as_str().unwrap().to_owned();
    let bare = Credentials {
        id: member("AccessKeyId"),
        secret: member("AccessKeySecret"),
        token: None,
    };
    let mut params = world.all(built);
    // A new name is one that the caller may give.
    params.retain(|(name, _)| {
        !["NewUserName", "NewGroupName", "SourceIdentity"].contains(&name.as_str())
    });
    let of_caller = |params: &Params| -> Vec<String> {
        let own = |resource: String| resource.replace("{caller}", "caller");
        resources(built, params).into_iter().map(own).collect()
    };
    let on = of_caller(&params);
    let action = built.published.action.as_deref().unwrap_or("none:None");
    let exact = json!({"Version": "1", "Statement": [{"Effect": "Allow", "Action": action, "Resource": on}]});
    let caller = world.app.user("caller", &[&exact.to_string()]).await;
    let before = state(&world).await;
    let mut tried = 0;
    for (place, (name, _)) in params.iter().enumerate() {
        let spoken = name.split('.').next().unwrap();
        if names(spoken) == Names::Nothing {
            continue;
        }
        let makes = built.name().starts_with("Create");
        let victims = victims(spoken, &world, &bare, &stranger);
        let foreign = victims.foreign.iter().map(|value| (value, true));
        for (value, foreign) in victims
            .own
            .iter()
            .map(|value| (value, false))
            .chain(foreign)
        {
            if *value == params[place].1 {
                continue;
            }
            let mut bent = params.clone();
            bent[place].1.clone_from(value);
            let other = of_caller(&bent) != on;
            if !other && (makes || on.iter().any(|one| one.ends_with('*')) && !foreign) {
                // A name that is free is the caller's to give; who may on all may on this one.
                continue;
            }
            let reply = call(&world, built, &caller, &bent).await;
            let what = format!("{} {name}={value}: {}", built.qualified(), reply.text);
            let filters = built.entry.declaration.access == Access::Read
                && on.iter().any(|one| one.ends_with('*'));
            // What a list is filtered by may be nobody's: the list is empty then.
            assert!(
                (400..500).contains(&reply.status.as_u16()) || filters,
                "{what}"
            );
            // Nothing of the other account is told but what was sent.
            let said = value.contains(OTHER) || value.contains("Victim");
            assert!(said || !reply.text.contains(OTHER), "{what}");
            if other {
                // Malformed before denied, denied before absent.
                let denied =
                    reply.code() == "NoPermission" || reply.code().starts_with("InvalidParameter");
                assert!(denied, "{what}");
            }
            assert_eq!(state(&world).await, before, "{what}");
            tried += 1;
        }
    }
    world.app.end().await;
    tried
}

#[tokio::test]
async fn t06_no_identifier_reaches_another_subject() {
    let mut tried = 0;
    for built in built().into_iter().filter(is_called) {
        tried += try_operation(&built).await;
    }
    assert!(tried >= 300, "{tried}");
}

#[test]
fn every_parameter_that_looks_like_an_identifier_is_one() {
    for built in built() {
        for parameter in built.entry.declaration.params {
            let name = parameter.name;
            let looks = ["Name", "Id", "Arn", "Number", "Names"]
                .iter()
                .any(|end| name.ends_with(end));
            // New names, and what is a text or a number of its own.
            let known = name.starts_with("New")
                || [
                    "DisplayName",
                    "RoleSessionName",
                    "ExternalId",
                    "PageNumber",
                    "VirtualMFADeviceName",
                    "ServiceName",
                    "ClientId",
                    "DefaultDomainName",
                    "PasswordNotContainUserName",
                ]
                .contains(&name);
            assert!(
                !looks || known || names(name) == Names::Something,
                "{} {name}",
                built.qualified()
            );
        }
    }
}
