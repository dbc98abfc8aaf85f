//! `ListTagResources`.

use serde_json::{Value, json};

use crate::app::{On, TestApp, policy};
use crate::expect::{absent, bad_type, incorrect, missing, with};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("ResourceType", "role")];

on_both!(
    lists_every_member,
    lists_what_is_asked_for,
    pages,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission_on_everything,
);

async fn tag(app: &TestApp, kind: &str, names: &str, tags: &str) {
    let params = [
        ("ResourceType", kind),
        ("ResourceNames", names),
        ("Tag", tags),
    ];
    app.ram(&app.root(), "TagResources", &params).await.ok();
}

async fn make(app: &TestApp) {
    for name in ["b", "A", "untagged"] {
        app.role(name, r#"{"RAM":"*"}"#, &[]).await;
    }
    tag(
        app,
        "role",
        r#"["A","b"]"#,
        r#"[{"Key":"env","Value":"prod"}]"#,
    )
    .await;
    tag(
        app,
        "role",
        r#"["A"]"#,
        r#"[{"Key":"Team","Value":"x & y"}]"#,
    )
    .await;
    let document = policy("Allow", "ram:List*", "*");
    let params = [
        ("PolicyName", "Read"),
        ("PolicyDocument", document.as_str()),
        ("Tag.1.Key", "of"),
    ];
    app.ram(&app.root(), "CreatePolicy", &params).await.ok();
}

async fn lists_every_member(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let none = json!({"NextToken": "", "TagResources": []});
    assert_eq!(app.answer(&root, "ListTagResources", GOOD).await, none);
    make(&app).await;
    let entry = |name: &str, key: &str, value: &str| {
        json!({
            "ResourceName": name, "ResourceType": "role", "TagKey": key, "TagValue": value,
        })
    };
    let all = [
        entry("A", "Team", "x & y"),
        entry("A", "env", "prod"),
        entry("b", "env", "prod"),
    ];
    assert_eq!(
        app.answer(&root, "ListTagResources", &with(GOOD, "Surplus", "x"))
            .await,
        json!({"NextToken": "", "TagResources": all})
    );
    let policies = with(GOOD, "ResourceType", "policy");
    assert_eq!(
        app.answer(&root, "ListTagResources", &policies).await,
        json!({"NextToken": "", "TagResources": [
            {"ResourceName": "Read", "ResourceType": "policy", "TagKey": "of", "TagValue": ""},
        ]})
    );
    let xml = app
        .xml("ListTagResources", &with(GOOD, "ResourceNames.1", "a"))
        .await;
    assert!(
        xml.starts_with("<NextToken></NextToken><TagResources>"),
        "{xml}"
    );
    let first = "<ResourceName>A</ResourceName><ResourceType>role</ResourceType>\
                 <TagKey>Team</TagKey><TagValue>x &amp; y</TagValue>";
    assert!(xml.contains(first), "{xml}");
    app.end().await;
}

async fn listed(app: &TestApp, more: &[(&str, &str)]) -> String {
    let params = [GOOD, more].concat();
    let listed = app.answer(&app.root(), "ListTagResources", &params).await;
    let each = listed["TagResources"].as_array().unwrap().iter();
    let each: Vec<String> = each
        .map(|t| {
            let (name, key) = (t["ResourceName"].as_str(), t["TagKey"].as_str());
            format!("{}/{}", name.unwrap(), key.unwrap())
        })
        .collect();
    each.join(" ")
}

async fn lists_what_is_asked_for(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let cases: [(&[(&str, &str)], &str); 8] = [
        (&[], "A/Team A/env b/env"),
        (
            &[("ResourceNames", r#"["B","a","b"]"#)],
            "A/Team A/env b/env",
        ),
        (&[("ResourceNames", r#"["untagged"]"#)], ""),
        (&[("Tag", r#"[{"Key":"Team"}]"#)], "A/Team A/env"),
        (
            &[("Tag", r#"[{"Key":"env","Value":"prod"}]"#)],
            "A/Team A/env b/env",
        ),
        (&[("Tag", r#"[{"Key":"env","Value":"test"}]"#)], ""),
        (
            &[("Tag", r#"[{"Key":"env"}]"#), ("ResourceNames", r#"["b"]"#)],
            "b/env",
        ),
        (
            &[
                ("Tag", r#"[{"Key":"Team"}]"#),
                ("ResourceNames", r#"["b"]"#),
            ],
            "",
        ),
    ];
    for (more, expected) in cases {
        assert_eq!(listed(&app, more).await, expected, "{more:?}");
    }
    app.end().await;
}

async fn pages(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    tag(
        &app,
        "role",
        r#"["untagged"]"#,
        r#"[{"Key":"/","Value":""},{"Key":"é/é","Value":""}]"#,
    )
    .await;
    let all = "A/Team A/env b/env untagged// untagged/é/é";
    let names = ("ResourceNames", r#"["untagged","A","b"]"#);
    for more in [&[][..], &[names]] {
        for size in ["1", "2", "4", "5", "100"] {
            let mut seen: Vec<String> = Vec::new();
            let mut token = String::new();
            loop {
                let params = [GOOD, more].concat();
                let params = with(&params, "PageSize", size);
                let params = with(&params, "NextToken", &token);
                let page = app.answer(&app.root(), "ListTagResources", &params).await;
                let entries: &Vec<Value> = page["TagResources"].as_array().unwrap();
                assert!(entries.len() <= size.parse().unwrap());
                seen.extend(entries.iter().map(|t| {
                    let (name, key) = (t["ResourceName"].as_str(), t["TagKey"].as_str());
                    format!("{}/{}", name.unwrap(), key.unwrap())
                }));
                page["NextToken"].as_str().unwrap().clone_into(&mut token);
                if token.is_empty() {
                    break;
                }
            }
            assert_eq!(seen.join(" "), all, "{size} {more:?}");
        }
    }
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    for params in [&[][..], &[("ResourceType", "")]] {
        let refused = missing("ResourceType");
        app.refuses(&root, "ListTagResources", params, &refused)
            .await;
    }
    for (name, text, expected) in [
        ("ResourceType", "user", incorrect("ResourceType")),
        ("ResourceNames", "x", incorrect("ResourceNames")),
        ("ResourceNames", r#"["a b"]"#, incorrect("ResourceNames")),
        ("PageSize", "0", incorrect("PageSize")),
        ("PageSize", "101", incorrect("PageSize")),
        ("PageSize", "ten", bad_type("PageSize")),
        ("NextToken", "***", incorrect("NextToken")),
        ("NextToken", "YQ", incorrect("NextToken")),
        // `a/` and a NUL, which no database takes.
        ("NextToken", "YS8A", incorrect("NextToken")),
        ("Tag", "x", bad_type("Tag")),
        ("Tag", r#"[{"Value":"v"}]"#, incorrect("TagKey")),
    ] {
        let params = with(GOOD, name, text);
        app.refuses(&root, "ListTagResources", &params, &expected)
            .await;
    }
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    make(&app).await;
    let names = with(GOOD, "ResourceNames", r#"["A","Nothing"]"#);
    app.refuses(&root, "ListTagResources", &names, &absent("Role"))
        .await;
    let kind = with(&names, "ResourceType", "policy");
    app.refuses(&root, "ListTagResources", &kind, &absent("Policy"))
        .await;
    // Of another account nothing is listed.
    let other = app.add_account("1000000000000002").await;
    let none = json!({"NextToken": "", "TagResources": []});
    assert_eq!(app.answer(&other, "ListTagResources", GOOD).await, none);
    app.end().await;
}

async fn needs_permission_on_everything(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    let nobody = app.user("nobody", &[]).await;
    let call = ("ListTagResources", GOOD);
    app.denies(&nobody, call, "*", "ImplicitDeny").await;
    let absent = with(GOOD, "ResourceNames", r#"["Nothing"]"#);
    let call_absent = ("ListTagResources", absent.as_slice());
    app.denies(&nobody, call_absent, "*", "ImplicitDeny").await;
    let who = app
        .user("who", &[&policy("Allow", "ram:ListTagResources", "*")])
        .await;
    app.ram(&who, "ListTagResources", GOOD).await.ok();
    app.end().await;
}
