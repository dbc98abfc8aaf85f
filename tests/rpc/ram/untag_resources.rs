//! `UntagResources`.

use serde_json::{Value, json};

use crate::app::{On, TestApp, policy};
use crate::expect::{absent, incorrect, limit, missing, with, without};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[
    ("ResourceType", "role"),
    ("ResourceNames", r#"["Reader"]"#),
    ("TagKeys", r#"["a","none"]"#),
];

on_both!(
    takes_off_what_is_named,
    takes_off_everything,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission_on_everything,
);

async fn make(app: &TestApp) {
    for name in ["Reader", "Writer"] {
        app.role(name, r#"{"RAM":"*"}"#, &[]).await;
    }
    let params = [
        ("ResourceType", "role"),
        ("ResourceNames", r#"["Reader","Writer"]"#),
        (
            "Tag",
            r#"[{"Key":"a","Value":"1"},{"Key":"A","Value":"2"},{"Key":"b","Value":"3"}]"#,
        ),
    ];
    app.ram(&app.root(), "TagResources", &params).await.ok();
}

async fn left(app: &TestApp) -> Value {
    let params = [("ResourceType", "role")];
    let listed = app.answer(&app.root(), "ListTagResources", &params).await;
    let each = listed["TagResources"].as_array().unwrap().iter();
    each.map(|t| {
        let (name, key) = (t["ResourceName"].as_str(), t["TagKey"].as_str());
        format!("{}: {}", name.unwrap(), key.unwrap())
    })
    .collect()
}

async fn takes_off_what_is_named(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let answer = app.answer(&app.root(), "UntagResources", GOOD).await;
    assert_eq!(answer, json!({}));
    assert_eq!(
        left(&app).await,
        json!([
            "Reader: A",
            "Reader: b",
            "Writer: A",
            "Writer: a",
            "Writer: b"
        ])
    );
    let flat = [
        ("ResourceType", "role"),
        ("ResourceNames.1", "WRITER"),
        ("ResourceNames.2", "Reader"),
        ("TagKeys.1", "b"),
        ("TagKeys.2", "a"),
        ("All", "false"),
    ];
    assert_eq!(app.xml("UntagResources", &flat).await, "");
    assert_eq!(left(&app).await, json!(["Reader: A", "Writer: A"]));
    app.end().await;
}

async fn takes_off_everything(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let params = with(&without(GOOD, "TagKeys"), "All", "true");
    app.ram(&app.root(), "UntagResources", &params).await.ok();
    assert_eq!(
        left(&app).await,
        json!(["Writer: A", "Writer: a", "Writer: b"])
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    for name in ["ResourceType", "ResourceNames", "TagKeys"] {
        for params in [without(GOOD, name), with(GOOD, name, "")] {
            app.refuses(&root, "UntagResources", &params, &missing(name))
                .await;
        }
    }
    let unsaid = with(&without(GOOD, "TagKeys"), "All", "false");
    app.refuses(&root, "UntagResources", &unsaid, &missing("TagKeys"))
        .await;
    let keys: Vec<String> = (0..21).map(|n| format!(r#""k{n}""#)).collect();
    let many = format!("[{}]", keys.join(","));
    let long = format!(r#"["{}"]"#, "k".repeat(129));
    for (name, text, expected) in [
        ("ResourceType", "group", incorrect("ResourceType")),
        ("ResourceNames", "x", incorrect("ResourceNames")),
        ("TagKeys", "x", incorrect("TagKeys")),
        ("TagKeys", "[1]", incorrect("TagKeys")),
        ("TagKeys", r#"[""]"#, incorrect("TagKey")),
        ("TagKeys", &long, incorrect("TagKey")),
        ("TagKeys", &many, limit("Tag")),
        ("All", "yes", incorrect("All")),
    ] {
        let params = with(GOOD, name, text);
        app.refuses(&root, "UntagResources", &params, &expected)
            .await;
    }
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.refuses(&root, "UntagResources", GOOD, &absent("Role"))
        .await;
    make(&app).await;
    let names = with(GOOD, "ResourceNames", r#"["Reader","Nothing"]"#);
    app.refuses(&root, "UntagResources", &names, &absent("Role"))
        .await;
    let kind = with(GOOD, "ResourceType", "policy");
    app.refuses(&root, "UntagResources", &kind, &absent("Policy"))
        .await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "UntagResources", GOOD, &absent("Role"))
        .await;
    app.end().await;
}

async fn needs_permission_on_everything(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let nobody = app.user("nobody", &[]).await;
    let call = ("UntagResources", GOOD);
    app.denies(&nobody, call, "*", "ImplicitDeny").await;
    let absent = with(GOOD, "ResourceNames", r#"["Nothing"]"#);
    let call_absent = ("UntagResources", absent.as_slice());
    app.denies(&nobody, call_absent, "*", "ImplicitDeny").await;
    let who = app
        .user("who", &[&policy("Allow", "ram:UntagResources", "*")])
        .await;
    app.ram(&who, "UntagResources", GOOD).await.ok();
    app.end().await;
}
