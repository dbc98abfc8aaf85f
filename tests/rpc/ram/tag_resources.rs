//! `TagResources`.

use rampart::model::quotas::Quotas;
use serde_json::json;

use crate::app::{On, Setup, TestApp, policy};
use crate::expect::{Refusal, absent, bad_type, incorrect, limit, missing, with, without};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[
    ("ResourceType", "role"),
    ("ResourceNames", r#"["Reader"]"#),
    ("Tag", r#"[{"Key":"env","Value":"prod"}]"#),
];

on_both!(
    tags_roles_and_policies,
    takes_flattened_lists,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    holds_the_quota,
    needs_permission_on_everything,
);

async fn make(app: &TestApp) {
    for name in ["Reader", "Writer"] {
        app.role(name, r#"{"RAM":"*"}"#, &[]).await;
    }
    let document = policy("Allow", "ram:List*", "*");
    let params = [
        ("PolicyName", "Read"),
        ("PolicyDocument", document.as_str()),
    ];
    app.ram(&app.root(), "CreatePolicy", &params).await.ok();
}

async fn tags(app: &TestApp, kind: &str) -> serde_json::Value {
    let params = [("ResourceType", kind)];
    let listed = app.answer(&app.root(), "ListTagResources", &params).await;
    let each = listed["TagResources"].as_array().unwrap().iter().map(|t| {
        let member = |name: &str| t[name].as_str().unwrap().to_owned();
        format!(
            "{}: {}={}",
            member("ResourceName"),
            member("TagKey"),
            member("TagValue")
        )
    });
    each.collect()
}

async fn tags_roles_and_policies(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    let params = [
        ("ResourceType", "role"),
        ("ResourceNames", r#"["READER","Writer","reader"]"#),
        (
            "Tag",
            r#"[{"Key":"env","Value":"prod"},{"Key":"Env","Value":""}]"#,
        ),
        ("Surplus", "ignored"),
    ];
    assert_eq!(app.answer(&root, "TagResources", &params).await, json!({}));
    let of_policy = [
        ("ResourceType", "policy"),
        ("ResourceNames", r#"["READ"]"#),
        ("Tag", r#"[{"Key":"env","Value":"prod"}]"#),
    ];
    assert_eq!(app.xml("TagResources", &of_policy).await, "");
    // A key that is there gets the new value; the others stay.
    let again = with(GOOD, "Tag", r#"[{"Key":"env","Value":"test"}]"#);
    app.ram(&root, "TagResources", &again).await.ok();
    assert_eq!(
        tags(&app, "role").await,
        json!([
            "Reader: Env=",
            "Reader: env=test",
            "Writer: Env=",
            "Writer: env=prod",
        ])
    );
    assert_eq!(tags(&app, "policy").await, json!(["Read: env=prod"]));
    // The lists show them.
    let filter = [("Tag.1.Key", "env"), ("Tag.1.Value", "prod")];
    let roles = app.answer(&root, "ListRoles", &filter).await;
    assert_eq!(roles["Roles"]["Role"][0]["RoleName"], "Writer");
    assert_eq!(roles["Roles"]["Role"].as_array().unwrap().len(), 1);
    app.end().await;
}

async fn takes_flattened_lists(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let params = [
        ("ResourceType", "role"),
        ("ResourceNames.1", "Reader"),
        ("ResourceNames.2", "Writer"),
        ("Tag.1.Key", "k"),
        ("Tag.1.Value", "v"),
    ];
    app.ram(&app.root(), "TagResources", &params).await.ok();
    assert_eq!(
        tags(&app, "role").await,
        json!(["Reader: k=v", "Writer: k=v"])
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    for name in ["ResourceType", "ResourceNames", "Tag"] {
        for params in [without(GOOD, name), with(GOOD, name, "")] {
            app.refuses(&root, "TagResources", &params, &missing(name))
                .await;
        }
    }
    let names: Vec<String> = (0..51).map(|n| format!(r#""r{n}""#)).collect();
    let many = format!("[{}]", names.join(","));
    let (value, names) = (incorrect("TagValue"), incorrect("ResourceNames"));
    let cases: [(&str, &str, &Refusal); 12] = [
        ("ResourceType", "Role", &incorrect("ResourceType")),
        ("ResourceType", "user", &incorrect("ResourceType")),
        ("ResourceNames", "[]", &missing("ResourceNames")),
        ("ResourceNames", "Reader", &names),
        ("ResourceNames", r#"{"a":"b"}"#, &names),
        ("ResourceNames", "[1]", &names),
        ("ResourceNames", r#"["a b"]"#, &names),
        ("ResourceNames", r#"[""]"#, &names),
        ("ResourceNames", &many, &names),
        ("Tag", "[]", &missing("Tag")),
        ("Tag", r#"[{"Key":"k"}]"#, &value),
        ("Tag", "{}", &bad_type("Tag")),
    ];
    for (name, text, expected) in cases {
        let params = with(GOOD, name, text);
        app.refuses(&root, "TagResources", &params, expected).await;
    }
    app.checks_tags("TagResources", &without(GOOD, "Tag")).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.refuses(&root, "TagResources", GOOD, &absent("Role"))
        .await;
    make(&app).await;
    // One of them is enough, and none is tagged.
    let names = with(GOOD, "ResourceNames", r#"["Reader","Nothing"]"#);
    app.refuses(&root, "TagResources", &names, &absent("Role"))
        .await;
    let kind = with(GOOD, "ResourceType", "policy");
    app.refuses(&root, "TagResources", &kind, &absent("Policy"))
        .await;
    let system = with(&kind, "ResourceNames", r#"["AdministratorAccess"]"#);
    app.refuses(&root, "TagResources", &system, &absent("Policy"))
        .await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "TagResources", GOOD, &absent("Role"))
        .await;
    app.end().await;
}

async fn holds_the_quota(on: On) {
    let quotas = Quotas {
        tags_per_resource: 2,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    let root = app.root();
    make(&app).await;
    app.ram(&root, "TagResources", GOOD).await.ok();
    let two = with(
        GOOD,
        "Tag",
        r#"[{"Key":"a","Value":""},{"Key":"b","Value":""}]"#,
    );
    app.refuses(&root, "TagResources", &two, &limit("Tag"))
        .await;
    // The other has room, but all are tagged or none.
    let both = with(&two, "ResourceNames", r#"["Writer","Reader"]"#);
    app.refuses(&root, "TagResources", &both, &limit("Tag"))
        .await;
    let one = with(
        GOOD,
        "Tag",
        r#"[{"Key":"a","Value":""},{"Key":"env","Value":"x"}]"#,
    );
    app.ram(&root, "TagResources", &one).await.ok();
    app.end().await;
}

async fn needs_permission_on_everything(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let nobody = app.user("nobody", &[]).await;
    let call = ("TagResources", GOOD);
    app.denies(&nobody, call, "*", "ImplicitDeny").await;
    let absent = with(GOOD, "ResourceNames", r#"["Nothing"]"#);
    let call_absent = ("TagResources", absent.as_slice());
    app.denies(&nobody, call_absent, "*", "ImplicitDeny").await;
    let some = policy("Allow", "ram:TagResources", "acs:ram:*:*:role/*");
    let some = app.user("some", &[&some]).await;
    app.denies(&some, call, "*", "ImplicitDeny").await;
    let who = app
        .user("who", &[&policy("Allow", "ram:TagResources", "*")])
        .await;
    app.ram(&who, "TagResources", GOOD).await.ok();
    app.end().await;
}
