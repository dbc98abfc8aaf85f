//! `DetachPolicy`.

use serde_json::json;

use super::full;
use crate::app::{ACCOUNT, On, TestApp};
use crate::expect::{Permission, absent, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[
    ("PolicyName", "Read"),
    ("PolicyType", "Custom"),
    ("PrincipalName", "Ann@1234567890123456.onaliyun.com"),
    ("PrincipalType", "IMSUser"),
    ("ResourceGroupId", ACCOUNT),
];
const KINDS: [(&str, &str); 3] = [
    ("IMSUser", "User"),
    ("IMSGroup", "Group"),
    ("ServiceRole", "Role"),
];

on_both!(
    detaches_from_each_kind,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn detaches_from_each_kind(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    for (kind, entity) in KINDS {
        let principal = full(kind, "ANN");
        let params = with(
            &with(GOOD, "PrincipalType", kind),
            "PrincipalName",
            &principal,
        );
        let other = with(&params, "PolicyName", "Write");
        for params in [&params, &other] {
            app.rm("AttachPolicy", params).await;
        }
        assert_eq!(app.rm("DetachPolicy", &params).await, json!({}));
        let gone = absent(&format!("{entity}.Policy"));
        app.rm_refuses("DetachPolicy", &params, &gone).await;
        assert_eq!(app.rm_xml("DetachPolicy", &other).await, "");
        app.rm_refuses("DetachPolicy", &other, &gone).await;
    }
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    app.rm("AttachPolicy", GOOD).await;
    app.rm_checks_grant("DetachPolicy", GOOD).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    for (kind, entity) in KINDS {
        let principal = full(kind, "nobody");
        let params = with(
            &with(GOOD, "PrincipalType", kind),
            "PrincipalName",
            &principal,
        );
        app.rm_refuses("DetachPolicy", &params, &absent(entity))
            .await;
    }
    for (name, value) in [("PolicyName", "Nothing"), ("PolicyType", "System")] {
        app.rm_refuses("DetachPolicy", &with(GOOD, name, value), &absent("Policy"))
            .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    for (kind, resource) in [
        ("IMSUser", "acs:ims:*:1234567890123456:user/*"),
        ("IMSGroup", "acs:ims:*:1234567890123456:group/*"),
        ("ServiceRole", "1234567890123456:role/*"),
    ] {
        let app = TestApp::start(on).await;
        app.rm_furnish().await;
        let (ann, nobody) = (full(kind, "Ann"), full(kind, "nobody1"));
        let params = with(&with(GOOD, "PrincipalType", kind), "PrincipalName", &ann);
        app.rm("AttachPolicy", &params).await;
        let absent = with(
            &with(&params, "PrincipalName", &nobody),
            "PolicyName",
            "Nothing",
        );
        app.rm_needs(&Permission {
            action: "DetachPolicy",
            params: &params,
            resources: &["1234567890123456:policy/Read", resource],
            absent: &absent,
            absent_resources: &["1234567890123456:policy/Nothing"],
        })
        .await;
        app.end().await;
    }
}
