//! `GetCallerIdentity`.

use rampart::ops::declare::Product;
use serde_json::{Value, json};

use crate::app::{ACCOUNT, Credentials, On, TestApp, policy};
use crate::expect::{inner_xml, members};
use crate::on_both;

on_both!(
    tells_the_account,
    tells_a_user,
    tells_a_session,
    tells_a_service,
    needs_no_permission,
);

async fn who(app: &TestApp, caller: &Credentials) -> Value {
    let params = [("Surplus", "ignored")];
    members(&app.sts(caller, "GetCallerIdentity", &params).await)
}

async fn xml(app: &TestApp, caller: &Credentials) -> String {
    let params = [("Format", "XML")];
    let reply = app
        .rpc(caller, Product::Sts, "GetCallerIdentity", &params)
        .await;
    inner_xml(&reply, "GetCallerIdentity")
}

async fn tells_the_account(on: On) {
    let app = TestApp::start(on).await;
    assert_eq!(
        who(&app, &app.root()).await,
        json!({
            "IdentityType": "Account",
            "AccountId": ACCOUNT,
            "PrincipalId": ACCOUNT,
            "UserId": ACCOUNT,
            "Arn": format!("acs:ram::{ACCOUNT}:root"),
        })
    );
    assert_eq!(
        xml(&app, &app.root()).await,
        format!(
            "<IdentityType>Account</IdentityType><AccountId>{ACCOUNT}</AccountId>\
             <PrincipalId>{ACCOUNT}</PrincipalId><Arn>acs:ram::{ACCOUNT}:root</Arn>\
             <UserId>{ACCOUNT}</UserId>"
        )
    );
    app.end().await;
}

async fn tells_a_user(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.user("Al.ice", &[]).await;
    let user = app
        .answer(&app.root(), "GetUser", &[("UserName", "al.ice")])
        .await;
    let id = &user["User"]["UserId"];
    assert_eq!(
        who(&app, &alice).await,
        json!({
            "IdentityType": "RAMUser",
            "AccountId": ACCOUNT,
            "PrincipalId": id,
            "UserId": id,
            "Arn": format!("acs:ram::{ACCOUNT}:user/Al.ice"),
        })
    );
    app.end().await;
}

async fn tells_a_session(on: On) {
    let app = TestApp::start(on).await;
    let alice = app
        .user("alice", &[&policy("Allow", "sts:AssumeRole", "*")])
        .await;
    let role = app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    let name = [("RoleSessionName", "My.Session@1")];
    let session = app.assume(&alice, "reader", &name).await.unwrap();
    let id = role["RoleId"].as_str().unwrap();
    assert_eq!(
        who(&app, &session).await,
        json!({
            "IdentityType": "AssumedRoleUser",
            "AccountId": ACCOUNT,
            "PrincipalId": format!("{id}:My.Session@1"),
            "RoleId": id,
            "Arn": format!("acs:ram::{ACCOUNT}:assumed-role/Reader/My.Session@1"),
        })
    );
    assert_eq!(
        xml(&app, &session).await,
        format!(
            "<IdentityType>AssumedRoleUser</IdentityType><AccountId>{ACCOUNT}</AccountId>\
             <PrincipalId>{id}:My.Session@1</PrincipalId>\
             <Arn>acs:ram::{ACCOUNT}:assumed-role/Reader/My.Session@1</Arn><RoleId>{id}</RoleId>"
        )
    );
    app.end().await;
}

async fn tells_a_service(on: On) {
    let app = TestApp::start(on).await;
    for (account, shown) in [(Some(ACCOUNT), ACCOUNT), (None, "0000000000000000")] {
        let service = app.service("Storage.corp.example", account, &[]).await;
        assert_eq!(
            who(&app, &service).await,
            json!({
                "IdentityType": "Service",
                "AccountId": shown,
                "PrincipalId": "storage.corp.example",
                "Arn": "acs:ram::system:service/storage.corp.example",
            })
        );
    }
    app.end().await;
}

async fn needs_no_permission(on: On) {
    let app = TestApp::start(on).await;
    let deny = policy("Deny", "*", "*");
    let denied = app.user("denied", &[&deny]).await;
    assert_eq!(who(&app, &denied).await["IdentityType"], "RAMUser");
    // Nor under a role that is denied everything, nor under a session policy that denies it.
    let alice = app
        .user("alice", &[&policy("Allow", "sts:AssumeRole", "*")])
        .await;
    app.role("Nothing", r#"{"RAM":"*"}"#, &[&deny]).await;
    let session = app
        .assume(&alice, "Nothing", &[("Policy", &deny)])
        .await
        .unwrap();
    assert_eq!(who(&app, &session).await["IdentityType"], "AssumedRoleUser");
    app.ram(&session, "ListRoles", &[])
        .await
        .refused(403, "NoPermission");
    app.end().await;
}
