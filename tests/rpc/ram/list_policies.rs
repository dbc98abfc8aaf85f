//! `ListPolicies`.

use rampart::model::catalog;
use serde_json::{Value, json};

use crate::app::{On, TestApp, policy};
use crate::expect::{LATER, NOW, Pairs, Permission, bad_type, incorrect};
use crate::on_both;

on_both!(
    lists_every_member,
    pages_through_both_types,
    filters_by_type_and_tags,
    refuses_bad_parameters,
    needs_permission,
);

async fn make(app: &TestApp, name: &str, more: &[(&str, &str)]) {
    let document = policy("Allow", "ram:Get*", "*");
    let good = [("PolicyName", name), ("PolicyDocument", document.as_str())];
    app.ram(&app.root(), "CreatePolicy", &[&good, more].concat())
        .await
        .ok();
}

fn names(policies: &[Value]) -> Vec<&str> {
    policies
        .iter()
        .map(|p| p["PolicyName"].as_str().unwrap())
        .collect()
}

fn system() -> Vec<&'static str> {
    catalog::system_policies()
        .map(|policy| policy.name.as_str())
        .collect()
}

async fn lists_every_member(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app, "b", &[]).await;
    make(
        &app,
        "A",
        &[
            ("Description", "first"),
            ("Tag.1.Key", "k"),
            ("Tag.1.Value", "v"),
        ],
    )
    .await;
    app.user("alice", &[]).await;
    let attach = [
        ("PolicyType", "Custom"),
        ("PolicyName", "a"),
        ("UserName", "alice"),
    ];
    app.ram(&root, "AttachPolicyToUser", &attach).await.ok();
    app.minute();
    let version = [
        ("PolicyName", "b"),
        ("PolicyDocument", &policy("Deny", "*", "*")),
        ("SetAsDefault", "true"),
    ];
    app.ram(&root, "CreatePolicyVersion", &version).await.ok();
    assert_eq!(
        app.answer(
            &root,
            "ListPolicies",
            &[("PolicyType", "Custom"), ("Surplus", "x")]
        )
        .await,
        json!({"IsTruncated": false, "Policies": {"Policy": [
            {
                "PolicyName": "A", "PolicyType": "Custom", "Description": "first",
                "DefaultVersion": "v1", "AttachmentCount": 1,
                "CreateDate": NOW, "UpdateDate": NOW,
                "Tags": {"Tag": [{"TagKey": "k", "TagValue": "v"}]},
            },
            {
                "PolicyName": "b", "PolicyType": "Custom", "Description": "",
                "DefaultVersion": "v2", "AttachmentCount": 0,
                "CreateDate": NOW, "UpdateDate": LATER,
            },
        ]}})
    );
    assert_eq!(
        app.xml(
            "ListPolicies",
            &[("PolicyType", "Custom"), ("Tag.1.Key", "k")]
        )
        .await,
        format!(
            "<IsTruncated>false</IsTruncated><Policies><Policy><PolicyName>A</PolicyName>\
             <PolicyType>Custom</PolicyType><Description>first</Description>\
             <DefaultVersion>v1</DefaultVersion><AttachmentCount>1</AttachmentCount>\
             <CreateDate>{NOW}</CreateDate><UpdateDate>{NOW}</UpdateDate>\
             <Tags><Tag><TagKey>k</TagKey><TagValue>v</TagValue></Tag></Tags></Policy></Policies>"
        )
    );
    app.end().await;
}

async fn pages_through_both_types(on: On) {
    let app = TestApp::start(on).await;
    let path = ("Policies", "Policy");
    let (all, lengths) = app.pages("ListPolicies", &[("MaxItems", "10")], path).await;
    assert_eq!(names(&all), system());
    assert_eq!(lengths.iter().sum::<usize>(), system().len());

    let mut made: Vec<String> = Vec::new();
    for number in 0..25 {
        let letter = if number % 2 == 0 { "p" } else { "P" };
        let name = format!("{letter}olicy{number:02}");
        make(&app, &name, &[]).await;
        made.push(name);
    }
    let custom: Vec<&str> = made.iter().map(String::as_str).collect();
    let params = [("MaxItems", "10"), ("PolicyType", "Custom")];
    let (all, lengths) = app.pages("ListPolicies", &params, path).await;
    assert_eq!((names(&all), lengths), (custom.clone(), vec![10, 10, 5]));
    // The account's own come first, also where a page ends with the last of them.
    let both: Vec<&str> = custom.into_iter().chain(system()).collect();
    for items in ["1", "10", "24", "25", "26", "1000", ""] {
        let (all, _) = app
            .pages("ListPolicies", &[("MaxItems", items)], path)
            .await;
        assert_eq!(names(&all), both, "{items}");
    }
    app.end().await;
}

async fn filters_by_type_and_tags(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(
        &app,
        "a",
        &[("Tag", r#"[{"Key":"team","Value":"x"},{"Key":"env"}]"#)],
    )
    .await;
    make(&app, "b", &[("Tag", r#"[{"Key":"team","Value":"y"}]"#)]).await;
    make(&app, "c", &[]).await;
    let filters: [(Pairs<'_>, &[&str]); 6] = [
        (&[("PolicyType", "Custom")], &["a", "b", "c"]),
        (&[("PolicyType", "System"), ("MaxItems", "1000")], &system()),
        (&[("Tag", r#"[{"Key":"team"}]"#)], &["a", "b"]),
        (&[("Tag.1.Key", "team"), ("Tag.1.Value", "y")], &["b"]),
        (
            &[
                ("Tag.1.Key", "team"),
                ("Tag.2.Key", "env"),
                ("PolicyType", "Custom"),
            ],
            &["a"],
        ),
        (&[("Tag.1.Key", "team"), ("PolicyType", "System")], &[]),
    ];
    for (filter, expected) in filters {
        let listed = app.answer(&root, "ListPolicies", filter).await;
        let policies = listed["Policies"]["Policy"].as_array().unwrap();
        assert_eq!(names(policies), expected, "{filter:?}");
    }
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.role("role", r#"{"RAM":"*"}"#, &[]).await;
    app.role("role2", r#"{"RAM":"*"}"#, &[]).await;
    app.checks_paging("ListPolicies").await;
    let root = app.root();
    // The marker of another list.
    let roles = app.answer(&root, "ListRoles", &[("MaxItems", "1")]).await;
    let marker = roles["Marker"].as_str().unwrap();
    app.refuses(
        &root,
        "ListPolicies",
        &[("Marker", marker)],
        &incorrect("Marker"),
    )
    .await;
    for (name, text, expected) in [
        ("PolicyType", "custom", incorrect("PolicyType")),
        ("Tag", r#"[{"Value":"v"}]"#, incorrect("TagKey")),
        (
            "Tag",
            r#"[{"Key":"k","Value":"acs:x"}]"#,
            incorrect("TagValue"),
        ),
        ("Tag", "nonsense", bad_type("Tag")),
    ] {
        app.refuses(&root, "ListPolicies", &[(name, text)], &expected)
            .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "ListPolicies",
        params: &[("PolicyType", "System")],
        resources: &["1234567890123456:policy/*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
