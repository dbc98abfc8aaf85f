//! The main job: a role, a trust policy, a signed AssumeRole.

use serde_json::json;

use crate::app::{ACCOUNT, On, TestApp, policy};
use crate::on_both;

on_both!(
    the_main_job,
    both_schemes_and_both_formats,
    a_host_in_a_field_of_its_own
);

async fn the_main_job(on: On) {
    let app = TestApp::start(on).await;
    let alice = app
        .user("alice", &[&policy("Allow", "sts:AssumeRole", "*")])
        .await;
    let role = app
        .role(
            "Reader",
            &format!(r#"{{"RAM":["acs:ram::{ACCOUNT}:root"]}}"#),
            &[&policy("Allow", "ram:Get*", "*")],
        )
        .await;
    let session = app.assume(&alice, "Reader", &[]).await.unwrap();
    assert!(session.token.as_ref().unwrap().starts_with("CAIS"));

    let read = app
        .ram(&session, "GetRole", &[("RoleName", "reader")])
        .await
        .ok();
    assert_eq!(read["Role"]["RoleId"], role["RoleId"]);
    let who = app.sts(&session, "GetCallerIdentity", &[]).await.ok();
    assert_eq!(who["IdentityType"], "AssumedRoleUser");
    assert_eq!(
        who["Arn"],
        format!("acs:ram::{ACCOUNT}:assumed-role/Reader/session")
    );
    let denied = app.ram(&session, "ListRoles", &[]).await;
    denied.refused(403, "NoPermission");
    assert_eq!(
        denied.message(),
        format!(
            "You are not authorized to do this action. Resource: acs:ram:*:{ACCOUNT}:role/* Action: ram:ListRoles"
        )
    );
    assert_eq!(
        denied.json()["AccessDeniedDetail"]["AuthPrincipalType"],
        json!("AssumedRoleUser")
    );

    let root = app.root();
    let detach = [
        ("PolicyType", "Custom"),
        ("PolicyName", "Reader-role-0"),
        ("RoleName", "Reader"),
    ];
    app.ram(&root, "DeleteRole", &[("RoleName", "Reader")])
        .await
        .refused(409, "DeleteConflict.Role.Policy");
    app.ram(&root, "DetachPolicyFromRole", &detach).await.ok();
    app.ram(&session, "GetRole", &[("RoleName", "Reader")])
        .await
        .refused(403, "NoPermission");
    app.ram(&root, "DeleteRole", &[("RoleName", "Reader")])
        .await
        .ok();
    app.sts(&session, "GetCallerIdentity", &[])
        .await
        .refused(400, "InvalidSecurityToken.Expired");
    app.end().await;
}

async fn both_schemes_and_both_formats(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let product = rampart::ops::declare::Product::Sts;
    let json = app
        .acs3(&root, product, "GetCallerIdentity", &[])
        .await
        .ok();
    assert_eq!(json["Arn"], format!("acs:ram::{ACCOUNT}:root"));
    let xml = app
        .rpc(&root, product, "GetCallerIdentity", &[("Format", "XML")])
        .await;
    assert!(
        xml.text.contains("<GetCallerIdentityResponse><RequestId>"),
        "{}",
        xml.text
    );
    assert_eq!(xml.headers["content-type"], "text/xml;charset=utf-8");
    app.end().await;
}

/// HTTP/2 carries the host beside the headers; clients sign it as `host` all the same.
async fn a_host_in_a_field_of_its_own(on: On) {
    let app = TestApp::start(on).await;
    let headers = app.acs3_headers(&app.root(), "2015-04-01", "GetCallerIdentity", &[], None);
    let without_host: Vec<(&str, &str)> = headers
        .iter()
        .filter(|(name, _)| name != "host")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let reply = app
        .send("POST", "http://127.0.0.1:7267/", &without_host, "")
        .await;
    reply.ok();
    let elsewhere = app
        .send("POST", "http://127.0.0.1:7268/", &without_host, "")
        .await;
    elsewhere.refused(400, "SignatureDoesNotMatch");
    app.end().await;
}
