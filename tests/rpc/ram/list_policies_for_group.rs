//! `ListPoliciesForGroup`.

use serde_json::json;

use crate::app::{Credentials, On, TestApp, policy};
use crate::expect::{GROUP, LATER, NOW, Permission, absent};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("GroupName", "Devs")];

on_both!(
    lists_every_member,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

/// The group, and a user in it.
async fn member(app: &TestApp) -> Credentials {
    let root = app.root();
    app.ram(&root, "CreateGroup", &[("GroupName", "Devs")])
        .await
        .ok();
    let caller = app.user("alice", &[]).await;
    let join = [("UserName", "alice"), ("GroupName", "Devs")];
    app.ram(&root, "AddUserToGroup", &join).await.ok();
    caller
}

async fn lists_every_member(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    member(&app).await;
    let none = json!({"Policies": {"Policy": []}});
    assert_eq!(app.answer(&root, "ListPoliciesForGroup", GOOD).await, none);
    assert_eq!(
        app.xml("ListPoliciesForGroup", GOOD).await,
        "<Policies></Policies>"
    );
    let document = policy("Allow", "ram:List*", "*");
    for (name, description) in [("b", ""), ("A", "first")] {
        let params = [
            ("PolicyName", name),
            ("PolicyDocument", document.as_str()),
            ("Description", description),
            ("Tag.1.Key", "k"),
        ];
        app.ram(&root, "CreatePolicy", &params).await.ok();
    }
    for (kind, name) in [
        ("System", "AliyunRAMFullAccess"),
        ("Custom", "b"),
        ("Custom", "a"),
    ] {
        let params = [
            ("PolicyType", kind),
            ("PolicyName", name),
            ("GroupName", "Devs"),
        ];
        app.ram(&root, "AttachPolicyToGroup", &params).await.ok();
        app.minute();
    }
    app.clock.advance(-120);
    let version = [
        ("PolicyName", "a"),
        ("PolicyDocument", document.as_str()),
        ("SetAsDefault", "true"),
    ];
    app.ram(&root, "CreatePolicyVersion", &version).await.ok();
    let system = [
        ("PolicyType", "System"),
        ("PolicyName", "AliyunRAMFullAccess"),
    ];
    let system = app.answer(&root, "GetPolicy", &system).await;
    let whole = json!({"Policies": {"Policy": [
        {
            "PolicyName": "A", "PolicyType": "Custom", "Description": "first",
            "DefaultVersion": "v2", "AttachDate": "2026-11-22T00:02:00Z",
        },
        {
            "PolicyName": "b", "PolicyType": "Custom", "Description": "",
            "DefaultVersion": "v1", "AttachDate": LATER,
        },
        {
            "PolicyName": "AliyunRAMFullAccess", "PolicyType": "System",
            "Description": system["Policy"]["Description"],
            "DefaultVersion": "v1", "AttachDate": NOW,
        },
    ]}});
    for name in ["Devs", "DEVS"] {
        let params = [("GroupName", name), ("MaxItems", "ignored")];
        assert_eq!(
            app.answer(&root, "ListPoliciesForGroup", &params).await,
            whole
        );
    }
    let xml = app.xml("ListPoliciesForGroup", GOOD).await;
    let first = "<Policies><Policy><PolicyName>A</PolicyName><PolicyType>Custom</PolicyType>\
                 <Description>first</Description><DefaultVersion>v2</DefaultVersion>\
                 <AttachDate>2026-11-22T00:02:00Z</AttachDate></Policy><Policy>";
    assert!(xml.starts_with(first), "{xml}");
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name("ListPoliciesForGroup", GOOD, GROUP).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "ListPoliciesForGroup", GOOD, &absent("Group"))
        .await;
    member(&app).await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "ListPoliciesForGroup", GOOD, &absent("Group"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    member(&app).await;
    app.needs(&Permission {
        action: "ListPoliciesForGroup",
        params: GOOD,
        resources: &["1234567890123456:group/Devs"],
        absent: &[("GroupName", "Nothing")],
        absent_resources: &["1234567890123456:group/Nothing"],
    })
    .await;
    app.end().await;
}
