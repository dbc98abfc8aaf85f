//! Row 6: what was authorised is what is acted on, whatever an identifier says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rampart::ops::REGISTRY;
use rampart::ops::declare::{Access, Product};
use rampart::policy::ids::AccountId;

use crate::app::{ACCOUNT, Credentials, On, TestApp, policy, trust};
use crate::calls;
use crate::on_both;

on_both!(
    t06_keys_of_others,
    t06_entities_of_another_account,
    t06_a_session_has_no_keys_of_its_own
);

const OTHER: &str = "2222222222222222";
/// A policy of a key that lets nobody in.
const CLOSED: &str = r#"{"Status":"Inactive","Statements":[]}"#;

async fn t06_keys_of_others(on: On) {
    let app = TestApp::start(on).await;
    let other_root = app.add_account(OTHER).await;
    let stranger = app.user_of(&other_root, "bob", &[]).await;
    let own = format!("acs:ram:*:{ACCOUNT}:user/bob");
    let bob = app
        .user("bob", &[&policy("Allow", "ram:*AccessKey*", &own)])
        .await;
    let alice = app.user("alice", &[]).await;
    let before = (calls::state(&app).await, state_of(&app, OTHER).await);
    for victim in [&app.root(), &alice, &stranger, &other_root] {
        let id = ("UserAccessKeyId", victim.id.as_str());
        for action in ["DeleteAccessKey", "UpdateAccessKey"] {
            let status = ("Status", "Inactive");
            // Under the caller's own name, said and defaulted: there is no such key.
            for named in [vec![id, status, ("UserName", "bob")], vec![id, status]] {
                let reply = app.ram(&bob, action, &named).await;
                reply.refused(404, "EntityNotExist.User.AccessKey");
            }
            // Under the victim's name, and under what is no name.
            for name in ["alice", "root", OTHER, ACCOUNT, "*", "bob/../alice", "BOB*"] {
                let reply = app
                    .ram(&bob, action, &[id, status, ("UserName", name)])
                    .await;
                assert!(
                    [400, 403].contains(&reply.status.as_u16()),
                    "{name}: {}",
                    reply.text
                );
            }
        }
    }
    // IMS alike, where the limits of a key are set too.
    for victim in [&app.root(), &alice, &stranger, &other_root] {
        for action in [
            "DeleteAccessKey",
            "UpdateAccessKey",
            "SetAccessKeyPolicy",
            "GetAccessKeyPolicy",
            "GetAccessKeyLastUsed",
        ] {
            let params = [
                ("UserAccessKeyId", victim.id.as_str()),
                ("Status", "Inactive"),
                ("AccessKeyPolicy", CLOSED),
            ];
            let own = ("UserPrincipalName", "bob@1234567890123456.onaliyun.com");
            for named in [[&params[..], &[own]].concat(), params.to_vec()] {
                let reply = app.rpc(&bob, Product::Ims, action, &named).await;
                reply.refused(404, "EntityNotExist.User.AccessKey");
            }
            let other = ("UserPrincipalName", "alice@1234567890123456.onaliyun.com");
            let named = [&params[..], &[other]].concat();
            let reply = app.rpc(&bob, Product::Ims, action, &named).await;
            reply.refused(403, "NoPermission");
        }
    }
    for name in ["alice", "root"] {
        app.ram(&bob, "ListAccessKeys", &[("UserName", name)])
            .await
            .refused(403, "NoPermission");
        app.ram(&bob, "CreateAccessKey", &[("UserName", name)])
            .await
            .refused(403, "NoPermission");
    }
    // Root's own calls reach root's keys and no user's.
    let id = ("UserAccessKeyId", alice.id.as_str());
    let root = app.root();
    app.ram(&root, "DeleteAccessKey", &[id])
        .await
        .refused(404, "EntityNotExist.User.AccessKey");
    assert_eq!(
        (calls::state(&app).await, state_of(&app, OTHER).await),
        before
    );
    // The name's case does not make another subject of it.
    app.ram(&bob, "ListAccessKeys", &[("UserName", "bob")])
        .await
        .ok();
    app.ram(&bob, "ListAccessKeys", &[]).await.ok();
    app.end().await;
}

async fn state_of(app: &TestApp, account: &str) -> String {
    let account: AccountId = account.parse().unwrap();
    let mut snapshot = app.store.begin_read(account).await.unwrap();
    let trail = snapshot.list_audit(10_000).await.unwrap().len();
    format!("{:?} {trail}", snapshot.account().tag)
}

/// What another account has, for every identifier that any operation takes.
fn value<'a>(
    (product, name): (Product, &str),
    victim: &'a Credentials,
    documents: &'a [String; 3],
) -> Option<&'a str> {
    Some(match name {
        "UserName" => "victim",
        "UserPrincipalName" | "PrincipalName" => "victim@2222222222222222.onaliyun.com",
        "NewUserPrincipalName" => "renamed@2222222222222222.onaliyun.com",
        "AccessKeyPolicy" => CLOSED,
        "RoleName" => "victimrole",
        "PolicyName" => "victim-0",
        "PolicyType" => "Custom",
        "UserAccessKeyId" => &victim.id,
        "UserId" => &documents[2],
        "VersionId" => "v1",
        "PolicyDocument" => &documents[0],
        "AssumeRolePolicyDocument" | "NewAssumeRolePolicyDocument" => &documents[1],
        "Status" => "Inactive",
        "GroupName" => "victims",
        "NewUserName" | "NewGroupName" => "renamed",
        "NewDescription" => "described",
        "Password" => "Attack-0-password!",
        "SerialNumber" => "acs:ram::2222222222222222:mfa/device",
        "OIDCProviderName" | "SAMLProviderName" => "victims-idp",
        "ClientId" | "ClientIds" => "victims-client",
        "Fingerprint" => "aa11",
        "PrincipalType" => "IMSUser",
        "ResourceGroupId" => OTHER,
        "ResourcePrincipalName" => r#"["victim@2222222222222222.onaliyun.com"]"#,
        "ResourceNames" => r#"["victimrole"]"#,
        "ResourceType" if product == Product::Ims => "user",
        "ResourceType" => "role",
        "Tag" => r#"[{"Key":"k","Value":"v"}]"#,
        "TagKey" | "TagKeys" => r#"["k"]"#,
        "AuthenticationCode1" | "AuthenticationCode2" => "123456",
        _ => return None,
    })
}

/// Where a call takes a user's name, id or key, but one of them alone: each of these ways.
fn ways<'a>(params: &[(&'a str, &'a str)]) -> Vec<Vec<(&'a str, &'a str)>> {
    let naming = ["UserPrincipalName", "UserId", "UserAccessKeyId"];
    let has = |name: &str| params.iter().any(|(given, _)| *given == name);
    if !has("UserId") {
        return vec![params.to_vec()];
    }
    let given = naming.into_iter().filter(|name| has(name));
    let one = |way: &str| {
        let kept = params.iter().copied();
        kept.filter(|(name, _)| *name == way || !naming.contains(name))
            .collect()
    };
    given.map(one).collect()
}

/// What is named below, beside the user, in the other account.
async fn furnish(app: &TestApp, root: &Credentials, trust: &str) {
    let role = [
        ("RoleName", "victimrole"),
        ("AssumeRolePolicyDocument", trust),
    ];
    app.ram(root, "CreateRole", &role).await.ok();
    let group = [("GroupName", "victims")];
    app.ram(root, "CreateGroup", &group).await.ok();
    let provider = [
        ("OIDCProviderName", "victims-idp"),
        ("IssuerUrl", "https://victim.example"),
        ("ClientIds", "victims-client"),
        ("Fingerprints", "aa11"),
    ];
    app.rpc(root, Product::Ims, "CreateOIDCProvider", &provider)
        .await
        .ok();
    let metadata = STANDARD.encode(include_str!("../vectors/saml/metadata.xml"));
    let provider = [
        ("SAMLProviderName", "victims-idp"),
        ("EncodedSAMLMetadataDocument", metadata.as_str()),
    ];
    app.rpc(root, Product::Ims, "CreateSAMLProvider", &provider)
        .await
        .ok();
}

/// Every operation of the registry, with the names and ids that another account has.
async fn t06_entities_of_another_account(on: On) {
    let app = TestApp::start(on).await;
    let other_root = app.add_account(OTHER).await;
    let victim = app
        .user_of(&other_root, "victim", &[&policy("Allow", "*", "*")])
        .await;
    let named = [("UserName", "victim")];
    let found = app.ram(&other_root, "GetUser", &named).await.ok();
    let documents = [
        policy("Allow", "*", "*"),
        trust(r#"{"RAM":["*"]}"#),
        found["User"]["UserId"].as_str().unwrap().to_owned(),
    ];
    furnish(&app, &other_root, &documents[1]).await;
    let attacker = app.user("attacker", &[&policy("Allow", "*", "*")]).await;
    let before = (state_of(&app, ACCOUNT).await, state_of(&app, OTHER).await);
    let mut tried = 0;
    for entry in REGISTRY {
        let declaration = entry.declaration;
        // What is made anew is made in the caller's own account.
        let makes = [
            "CreateUser",
            "CreateRole",
            "CreatePolicy",
            "CreateGroup",
            "CreateOIDCProvider",
            "CreateSAMLProvider",
        ];
        let makes = makes.contains(&declaration.name);
        if declaration.access == Access::Session || makes {
            continue;
        }
        let taken = declaration.params.iter().map(|param| param.name);
        let params: Vec<(&str, &str)> = taken
            .filter_map(|name| {
                Some((
                    name,
                    value((declaration.product, name), &victim, &documents)?,
                ))
            })
            .collect();
        if params.is_empty() {
            continue;
        }
        let callers = [app.root(), attacker.clone()];
        let calls = ways(&params);
        let calls = calls
            .iter()
            .flat_map(|params| callers.iter().map(move |caller| (caller, params)));
        for (caller, params) in calls {
            let reply = app
                .rpc(caller, declaration.product, declaration.name, params)
                .await;
            if declaration.access == Access::Write || declaration.name.starts_with("Get") {
                assert_eq!(
                    reply.status.as_u16(),
                    404,
                    "{}: {}",
                    declaration.name,
                    reply.text
                );
            }
            assert!(
                !reply.text.contains(OTHER),
                "{}: {}",
                declaration.name,
                reply.text
            );
            tried += 1;
        }
    }
    assert!(tried >= 30, "{tried}");
    // An ARN of another account, where a name is meant.
    for name in [
        format!("acs:ram::{OTHER}:user/victim"),
        format!("victim@{OTHER}.onaliyun.com"),
    ] {
        let reply = app
            .ram(&app.root(), "GetUser", &[("UserName", &name)])
            .await;
        assert!(
            [400, 404].contains(&reply.status.as_u16()),
            "{}",
            reply.text
        );
    }
    let after = (state_of(&app, ACCOUNT).await, state_of(&app, OTHER).await);
    assert_eq!(after, before);
    app.end().await;
}

async fn t06_a_session_has_no_keys_of_its_own(on: On) {
    let app = TestApp::start(on).await;
    let everything = policy("Allow", "*", "*");
    let user = app.user("taker", &[&everything]).await;
    app.role("Taken", r#"{"RAM":["*"]}"#, &[&everything]).await;
    let session = app.assume(&user, "Taken", &[]).await.unwrap();
    let before = calls::state(&app).await;
    for action in ["CreateAccessKey", "ListAccessKeys"] {
        app.ram(&session, action, &[])
            .await
            .refused(400, "MissingUserName");
    }
    for action in ["CreateAccessKey", "ListAccessKeys"] {
        let reply = app.rpc(&session, Product::Ims, action, &[]).await;
        reply.refused(400, "MissingUserPrincipalName");
    }
    for victim in [&app.root(), &user] {
        let params = [
            ("UserAccessKeyId", victim.id.as_str()),
            ("Status", "Inactive"),
        ];
        for action in ["DeleteAccessKey", "UpdateAccessKey"] {
            app.ram(&session, action, &params)
                .await
                .refused(400, "MissingUserName");
        }
    }
    assert_eq!(calls::state(&app).await, before);
    app.end().await;
}
