//! Listing what is attached.

use serde_json::json;

use super::Subject;
use crate::app::{On, TestApp, policy};
use crate::expect::{LATER, NOW, Permission, absent};

/// The tests of one operation, for its subject.
macro_rules! list_tests {
    ($subject:expr) => {
        $crate::tests!(&$subject, [attachments::list]: on_both: lists_every_member, refuses_bad_parameters, refuses_what_does_not_exist, needs_permission);
    };
}
pub(crate) use list_tests;

pub(crate) async fn lists_every_member(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    let root = app.root();
    of.make_it(&app).await;
    let none = json!({"Policies": {"Policy": []}});
    assert_eq!(app.answer(&root, of.list, of.alone).await, none);
    assert_eq!(app.xml(of.list, of.alone).await, "<Policies></Policies>");
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
            (of.parameter, of.name),
        ];
        app.ram(&root, of.attach, &params).await.ok();
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
    for name in [of.name, of.upper] {
        let params = [(of.parameter, name), ("MaxItems", "ignored")];
        assert_eq!(app.answer(&root, of.list, &params).await, whole);
    }
    let xml = app.xml(of.list, of.alone).await;
    let first = "<Policies><Policy><PolicyName>A</PolicyName><PolicyType>Custom</PolicyType>\
                 <Description>first</Description><DefaultVersion>v2</DefaultVersion>\
                 <AttachDate>2026-11-22T00:02:00Z</AttachDate></Policy><Policy>";
    assert!(xml.starts_with(first), "{xml}");
    app.end().await;
}

pub(crate) async fn refuses_bad_parameters(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    app.checks_name(of.list, of.alone, of.rules).await;
    app.end().await;
}

pub(crate) async fn refuses_what_does_not_exist(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), of.list, of.alone, &absent(of.kind))
        .await;
    of.make_it(&app).await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, of.list, of.alone, &absent(of.kind))
        .await;
    app.end().await;
}

pub(crate) async fn needs_permission(on: On, of: &Subject) {
    let app = TestApp::start(on).await;
    of.make_it(&app).await;
    app.needs(&Permission {
        action: of.list,
        params: of.alone,
        resources: &[of.resource],
        absent: &[(of.parameter, "Nothing")],
        absent_resources: &[of.nothing],
    })
    .await;
    app.end().await;
}
