//! `DeletePolicy`.

use serde_json::json;

use super::{OTHER_DOCUMENT, RM};
use crate::app::{On, TestApp};
use crate::expect::{POLICY, Permission, absent, conflict, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("PolicyName", "Read")];

on_both!(
    deletes,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    refuses_while_it_is_in_use,
    needs_permission,
);

async fn deletes(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    assert_eq!(
        app.rm("DeletePolicy", &[("PolicyName", "READ")]).await,
        json!({})
    );
    let read = with(GOOD, "PolicyType", "Custom");
    app.refuses(&app.root(), "GetPolicy", &read, &absent("Policy"))
        .await;
    assert_eq!(
        app.rm_xml("DeletePolicy", &[("PolicyName", "Write")]).await,
        ""
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    app.checks_name_of(RM, "DeletePolicy", GOOD, POLICY).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.rm_refuses("DeletePolicy", GOOD, &absent("Policy"))
        .await;
    let system = [("PolicyName", "AdministratorAccess")];
    app.rm_refuses("DeletePolicy", &system, &absent("Policy"))
        .await;
    app.end().await;
}

async fn refuses_while_it_is_in_use(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    let root = app.root();
    for (attach, detach, kind) in [
        ("AttachPolicyToRole", "DetachPolicyFromRole", "Role"),
        ("AttachPolicyToGroup", "DetachPolicyFromGroup", "Group"),
        ("AttachPolicyToUser", "DetachPolicyFromUser", "User"),
    ] {
        let name = format!("{kind}Name");
        let params = [
            ("PolicyType", "Custom"),
            ("PolicyName", "Read"),
            (name.as_str(), "Ann"),
        ];
        app.ram(&root, attach, &params).await.ok();
        app.rm_refuses("DeletePolicy", GOOD, &conflict(&format!("Policy.{kind}")))
            .await;
        app.ram(&root, detach, &params).await.ok();
    }
    let version = [("PolicyName", "Read"), ("PolicyDocument", OTHER_DOCUMENT)];
    app.rm("CreatePolicyVersion", &version).await;
    // It takes no versions along here.
    let cascading = with(GOOD, "CascadingDelete", "true");
    for params in [GOOD, &cascading] {
        app.rm_refuses("DeletePolicy", params, &conflict("Policy.Version"))
            .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    app.rm_needs(&Permission {
        action: "DeletePolicy",
        params: GOOD,
        resources: &["1234567890123456:policy/Read"],
        absent: &[("PolicyName", "Nothing")],
        absent_resources: &["1234567890123456:policy/Nothing"],
    })
    .await;
    app.end().await;
}
