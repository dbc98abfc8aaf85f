//! `SetDefaultPolicyVersion`.

use serde_json::json;

use super::{OTHER_DOCUMENT, RM};
use crate::app::{On, TestApp};
use crate::expect::{POLICY, Permission, absent, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("PolicyName", "Read"), ("VersionId", "v2")];

on_both!(
    chooses,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn make(app: &TestApp) {
    app.rm_furnish().await;
    for _ in 0..2 {
        let version = [("PolicyName", "Read"), ("PolicyDocument", OTHER_DOCUMENT)];
        app.rm("CreatePolicyVersion", &version).await;
    }
}

/// The ids of the versions, and the default one's.
async fn versions(app: &TestApp) -> (Vec<String>, String) {
    let read = [("PolicyName", "Read"), ("PolicyType", "Custom")];
    let listed = app.rm("ListPolicyVersions", &read).await;
    let all = listed["PolicyVersions"]["PolicyVersion"]
        .as_array()
        .unwrap();
    let ids = all
        .iter()
        .map(|v| v["VersionId"].as_str().unwrap().to_owned());
    let policy = app.rm("GetPolicy", &read).await;
    let default = policy["Policy"]["DefaultVersion"].as_str().unwrap();
    (ids.collect(), default.to_owned())
}

async fn chooses(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    assert_eq!(app.rm("SetDefaultPolicyVersion", GOOD).await, json!({}));
    assert_eq!(versions(&app).await.1, "v2");
    let third = with(GOOD, "VersionId", "v3");
    assert_eq!(app.rm_xml("SetDefaultPolicyVersion", &third).await, "");
    let (ids, default) = versions(&app).await;
    assert_eq!((ids.len(), default.as_str()), (3, "v3"));
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.checks_name_of(RM, "SetDefaultPolicyVersion", GOOD, POLICY)
        .await;
    app.checks_version_id_of(RM, "SetDefaultPolicyVersion", GOOD)
        .await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.rm_refuses("SetDefaultPolicyVersion", GOOD, &absent("Policy"))
        .await;
    make(&app).await;
    app.rm_refuses(
        "SetDefaultPolicyVersion",
        &with(GOOD, "VersionId", "v4"),
        &absent("Policy.Version"),
    )
    .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.rm_needs(&Permission {
        action: "SetDefaultPolicyVersion",
        params: GOOD,
        resources: &["1234567890123456:policy/Read"],
        absent: &[("PolicyName", "Nothing"), ("VersionId", "v1")],
        absent_resources: &["1234567890123456:policy/Nothing"],
    })
    .await;
    app.end().await;
}
