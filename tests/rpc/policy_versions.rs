//! What ResourceManager's two calls about one version of a policy share: deleting it, and making it
//! the default. They are asked for alike and refused alike.

use crate::app::{On, TestApp};
use crate::expect::{POLICY, Pairs, Permission, absent, with};
use crate::resourcemanager::{OTHER_DOCUMENT, RM};

pub(crate) const GOOD: Pairs<'static> = &[("PolicyName", "Read"), ("VersionId", "v2")];

/// The policy `Read` of three versions.
pub(crate) async fn make(app: &TestApp) {
    app.rm_furnish().await;
    for _ in 0..2 {
        let version = [("PolicyName", "Read"), ("PolicyDocument", OTHER_DOCUMENT)];
        app.rm("CreatePolicyVersion", &version).await;
    }
}

/// The ids of the versions, and the default one's.
pub(crate) async fn versions(app: &TestApp) -> (Vec<String>, String) {
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

pub(crate) async fn refuses_bad_parameters(on: On, action: &str) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.checks_name_of(RM, action, GOOD, POLICY).await;
    app.checks_version_id_of(RM, action, GOOD).await;
    app.end().await;
}

pub(crate) async fn refuses_what_does_not_exist(on: On, action: &str) {
    let app = TestApp::start(on).await;
    app.rm_refuses(action, GOOD, &absent("Policy")).await;
    make(&app).await;
    let fourth = with(GOOD, "VersionId", "v4");
    app.rm_refuses(action, &fourth, &absent("Policy.Version"))
        .await;
    app.end().await;
}

pub(crate) async fn needs_permission(on: On, action: &str) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.rm_needs(&Permission {
        action,
        params: GOOD,
        resources: &["1234567890123456:policy/Read"],
        absent: &[("PolicyName", "Nothing"), ("VersionId", "v1")],
        absent_resources: &["1234567890123456:policy/Nothing"],
    })
    .await;
    app.end().await;
}
