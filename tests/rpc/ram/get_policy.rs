//! `GetPolicy`.

use rampart::model::catalog;
use serde_json::json;

use crate::app::{On, TestApp, policy};
use crate::expect::{NOW, POLICY, Permission, absent, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("PolicyName", "Read"), ("PolicyType", "Custom")];

on_both!(
    reads_every_member,
    reads_system_policies,
    counts_attachments,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
    needs_permission_on_system_policies,
);

/// A policy `Read` with that document.
async fn made(app: &TestApp, document: &str) {
    let params = [
        ("PolicyName", "Read"),
        ("PolicyDocument", document),
        ("Description", "one"),
        ("Tag.1.Key", "k"),
    ];
    app.ram(&app.root(), "CreatePolicy", &params).await.ok();
}

async fn reads_every_member(on: On) {
    let app = TestApp::start(on).await;
    let document = policy("Allow", "ram:Get*", "*");
    made(&app, &document).await;
    let whole = json!({
        "Policy": {
            "PolicyName": "Read",
            "PolicyType": "Custom",
            "Description": "one",
            "DefaultVersion": "v1",
            "AttachmentCount": 0,
            "CreateDate": NOW,
            "UpdateDate": NOW,
        },
        "DefaultPolicyVersion": {
            "VersionId": "v1",
            "IsDefaultVersion": true,
            "CreateDate": NOW,
            "PolicyDocument": document,
        },
    });
    app.minute();
    for name in ["Read", "read", "READ"] {
        let params = with(GOOD, "PolicyName", name);
        assert_eq!(app.answer(&app.root(), "GetPolicy", &params).await, whole);
    }
    assert_eq!(
        app.xml("GetPolicy", GOOD).await,
        format!(
            "<Policy><PolicyName>Read</PolicyName><PolicyType>Custom</PolicyType>\
             <Description>one</Description><DefaultVersion>v1</DefaultVersion>\
             <AttachmentCount>0</AttachmentCount><CreateDate>{NOW}</CreateDate>\
             <UpdateDate>{NOW}</UpdateDate></Policy><DefaultPolicyVersion>\
             <VersionId>v1</VersionId><IsDefaultVersion>true</IsDefaultVersion>\
             <CreateDate>{NOW}</CreateDate><PolicyDocument>{}</PolicyDocument>\
             </DefaultPolicyVersion>",
            document.replace('"', "&quot;")
        )
    );
    app.end().await;
}

async fn reads_system_policies(on: On) {
    let app = TestApp::start(on).await;
    for known in catalog::system_policies() {
        let params = [
            ("PolicyType", "System"),
            ("PolicyName", known.name.as_str()),
        ];
        let read = app.answer(&app.root(), "GetPolicy", &params).await;
        let (policy, version) = (&read["Policy"], &read["DefaultPolicyVersion"]);
        assert_eq!(policy["PolicyName"], known.name.as_str());
        assert_eq!(policy["PolicyType"], "System");
        assert_eq!(policy["AttachmentCount"], 0);
        assert_eq!(policy["Description"], known.description);
        assert_eq!(policy["DefaultVersion"], version["VersionId"]);
        assert_eq!(version["IsDefaultVersion"], true);
        assert_eq!(version["PolicyDocument"], known.document);
        assert_eq!(policy.as_object().unwrap().len(), 7, "{policy}");
        // A document that is known in part says so, in a member of ours.
        let mark = (!known.is_complete).then_some(serde_json::Value::Bool(false));
        assert_eq!(version.get("PolicyDocumentComplete"), mark.as_ref());
        let members = 4 + usize::from(!known.is_complete);
        assert_eq!(version.as_object().unwrap().len(), members, "{version}");
    }
    let params = [
        ("PolicyType", "System"),
        ("PolicyName", "aliyunstsassumeroleaccess"),
    ];
    let read = app.answer(&app.root(), "GetPolicy", &params).await;
    assert_eq!(read["Policy"]["PolicyName"], "AliyunSTSAssumeRoleAccess");
    assert_eq!(
        read["Policy"]["CreateDate"].as_str().unwrap()[..10],
        *"2015-08-03"
    );
    assert_eq!(
        read["Policy"]["UpdateDate"].as_str().unwrap()[..10],
        *"2017-04-27"
    );
    app.end().await;
}

async fn counts_attachments(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    made(&app, &policy("Allow", "ram:Get*", "*")).await;
    app.user("alice", &[]).await;
    app.role("Reader", r#"{"RAM":"*"}"#, &[]).await;
    for (kind, name) in [("Custom", "Read"), ("System", "AdministratorAccess")] {
        let policy = [("PolicyType", kind), ("PolicyName", name)];
        let user = [&policy[..], &[("UserName", "alice")]].concat();
        let role = [&policy[..], &[("RoleName", "Reader")]].concat();
        app.ram(&root, "AttachPolicyToUser", &user).await.ok();
        app.ram(&root, "AttachPolicyToRole", &role).await.ok();
        let read = app.answer(&root, "GetPolicy", &policy).await;
        assert_eq!(read["Policy"]["AttachmentCount"], 2);
        app.ram(&root, "DetachPolicyFromUser", &user).await.ok();
        let read = app.answer(&root, "GetPolicy", &policy).await;
        assert_eq!(read["Policy"]["AttachmentCount"], 1);
    }
    // Attachments are counted within the account.
    let other = app.add_account("1000000000000002").await;
    let system = [
        ("PolicyType", "System"),
        ("PolicyName", "AdministratorAccess"),
    ];
    let read = app.answer(&other, "GetPolicy", &system).await;
    assert_eq!(read["Policy"]["AttachmentCount"], 0);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name("GetPolicy", GOOD, POLICY).await;
    app.checks_policy_type("GetPolicy", GOOD).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.refuses(&root, "GetPolicy", GOOD, &absent("Policy"))
        .await;
    made(&app, &policy("Allow", "ram:Get*", "*")).await;
    // A policy of the other type is none.
    let system = [("PolicyName", "Read"), ("PolicyType", "System")];
    app.refuses(&root, "GetPolicy", &system, &absent("Policy"))
        .await;
    let custom = with(GOOD, "PolicyName", "AdministratorAccess");
    app.refuses(&root, "GetPolicy", &custom, &absent("Policy"))
        .await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "GetPolicy", GOOD, &absent("Policy"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    made(&app, &policy("Allow", "ram:Get*", "*")).await;
    app.needs(&Permission {
        action: "GetPolicy",
        params: GOOD,
        resources: &["1234567890123456:policy/Read"],
        absent: &[("PolicyName", "Nothing"), ("PolicyType", "Custom")],
        absent_resources: &["1234567890123456:policy/Nothing"],
    })
    .await;
    app.end().await;
}

async fn needs_permission_on_system_policies(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "GetPolicy",
        params: &[
            ("PolicyName", "AdministratorAccess"),
            ("PolicyType", "System"),
        ],
        resources: &["system:policy/AdministratorAccess"],
        absent: &[("PolicyName", "Nothing"), ("PolicyType", "System")],
        absent_resources: &["system:policy/Nothing"],
    })
    .await;
    app.end().await;
}
