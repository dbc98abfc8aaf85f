//! `GetPolicy`.

use rampart::model::catalog;
use serde_json::json;

use super::{DOCUMENT, OTHER_DOCUMENT, RM};
use crate::app::{On, TestApp};
use crate::expect::{LATER, NOW, POLICY, Permission, absent, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("PolicyName", "Read"), ("PolicyType", "Custom")];

on_both!(
    answers_every_member,
    answers_system_policies,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    let attach = [
        ("PolicyName", "Read"),
        ("PolicyType", "Custom"),
        ("UserName", "Ann"),
    ];
    app.ram(&app.root(), "AttachPolicyToUser", &attach)
        .await
        .ok();
    app.minute();
    let version = [
        ("PolicyName", "Read"),
        ("PolicyDocument", OTHER_DOCUMENT),
        ("SetAsDefault", "true"),
    ];
    app.rm("CreatePolicyVersion", &version).await;
    assert_eq!(
        app.rm("GetPolicy", GOOD).await,
        json!({"Policy": {
            "PolicyName": "Read",
            "PolicyType": "Custom",
            "Description": "",
            "DefaultVersion": "v2",
            "PolicyDocument": OTHER_DOCUMENT,
            "AttachmentCount": 1,
            "CreateDate": NOW,
            "UpdateDate": LATER,
        }})
    );
    let xml = app
        .rm_xml("GetPolicy", &with(GOOD, "PolicyName", "write"))
        .await;
    let document = DOCUMENT.replace('"', "&quot;");
    assert!(
        xml.contains(&format!(
            "<PolicyDocument>{document}</PolicyDocument><AttachmentCount>0</AttachmentCount>"
        )),
        "{xml}"
    );
    app.end().await;
}

async fn answers_system_policies(on: On) {
    let app = TestApp::start(on).await;
    for known in catalog::system_policies() {
        let read = [
            ("PolicyName", known.name.as_str()),
            ("PolicyType", "System"),
        ];
        let policy = app.rm("GetPolicy", &read).await["Policy"].take();
        assert_eq!(policy["PolicyDocument"], known.document);
        assert_eq!(
            (&policy["PolicyName"], &policy["PolicyType"]),
            (&json!(known.name.as_str()), &json!("System"))
        );
    }
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    app.checks_name_of(RM, "GetPolicy", GOOD, POLICY).await;
    app.checks_policy_type_of(RM, "GetPolicy", GOOD).await;
    app.rm_checks_language("GetPolicy", GOOD).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    for kind in ["Custom", "System"] {
        app.rm_refuses(
            "GetPolicy",
            &with(GOOD, "PolicyType", kind),
            &absent("Policy"),
        )
        .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.rm_furnish().await;
    app.rm_needs(&Permission {
        action: "GetPolicy",
        params: GOOD,
        resources: &["1234567890123456:policy/Read"],
        absent: &[("PolicyName", "Nothing"), ("PolicyType", "System")],
        absent_resources: &["1234567890123456:policy/Nothing"],
    })
    .await;
    app.end().await;
}
