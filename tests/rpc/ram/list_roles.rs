//! `ListRoles`.

use serde_json::{Value, json};

use crate::app::{ACCOUNT, On, TestApp, trust};
use crate::expect::{LATER, NOW, Pairs, Permission, bad_type, incorrect, limit};
use crate::on_both;

on_both!(
    lists_every_member,
    pages,
    filters_by_tags,
    refuses_bad_parameters,
    needs_permission,
);

async fn lists_every_member(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    assert_eq!(
        app.answer(&root, "ListRoles", &[]).await,
        json!({"IsTruncated": false, "Roles": {"Role": []}})
    );
    assert_eq!(
        app.xml("ListRoles", &[]).await,
        "<IsTruncated>false</IsTruncated><Roles></Roles>"
    );
    let b = app.role("b", r#"{"RAM":"*"}"#, &[]).await["RoleId"].clone();
    let made = [
        ("RoleName", "A"),
        ("AssumeRolePolicyDocument", &trust(r#"{"RAM":"*"}"#)),
        ("Description", "first"),
        ("MaxSessionDuration", "7200"),
        ("Tag.1.Key", "k"),
        ("Tag.1.Value", "v"),
    ];
    let a = app.answer(&root, "CreateRole", &made).await["Role"]["RoleId"].clone();
    app.minute();
    app.ram(
        &root,
        "UpdateRole",
        &[("RoleName", "b"), ("NewDescription", "second")],
    )
    .await
    .ok();
    assert_eq!(
        app.answer(&root, "ListRoles", &[]).await,
        json!({"IsTruncated": false, "Roles": {"Role": [
            {
                "RoleId": a, "RoleName": "A", "Arn": format!("acs:ram::{ACCOUNT}:role/A"),
                "Description": "first", "MaxSessionDuration": 7200,
                "CreateDate": NOW, "UpdateDate": NOW,
                "Tags": {"Tag": [{"TagKey": "k", "TagValue": "v"}]},
            },
            {
                "RoleId": b, "RoleName": "b", "Arn": format!("acs:ram::{ACCOUNT}:role/b"),
                "Description": "second", "MaxSessionDuration": 3600,
                "CreateDate": NOW, "UpdateDate": LATER,
            },
        ]}})
    );
    let (a, marker) = (a.as_str().unwrap(), "YQ");
    assert_eq!(
        app.xml("ListRoles", &[("MaxItems", "1")]).await,
        format!(
            "<IsTruncated>true</IsTruncated><Marker>{marker}</Marker><Roles><Role>\
             <RoleId>{a}</RoleId><RoleName>A</RoleName><Arn>acs:ram::{ACCOUNT}:role/A</Arn>\
             <Description>first</Description><MaxSessionDuration>7200</MaxSessionDuration>\
             <CreateDate>{NOW}</CreateDate><UpdateDate>{NOW}</UpdateDate>\
             <Tags><Tag><TagKey>k</TagKey><TagValue>v</TagValue></Tag></Tags></Role></Roles>"
        )
    );
    app.end().await;
}

fn names(roles: &[Value]) -> Vec<&str> {
    roles
        .iter()
        .map(|r| r["RoleName"].as_str().unwrap())
        .collect()
}

async fn pages(on: On) {
    let app = TestApp::start(on).await;
    let mut made: Vec<String> = Vec::new();
    for number in 0..25 {
        let letter = if number % 2 == 0 { "r" } else { "R" };
        let name = format!("{letter}ole{number:02}");
        app.role(&name, r#"{"RAM":"*"}"#, &[]).await;
        made.push(name);
    }
    let (all, lengths) = app
        .pages("ListRoles", &[("MaxItems", "10")], ("Roles", "Role"))
        .await;
    assert_eq!(lengths, [10, 10, 5]);
    assert_eq!(names(&all), made);
    // A full last page is the last.
    let (_, lengths) = app
        .pages("ListRoles", &[("MaxItems", "25")], ("Roles", "Role"))
        .await;
    assert_eq!(lengths, [25]);
    let (all, lengths) = app
        .pages("ListRoles", &[("MaxItems", "24")], ("Roles", "Role"))
        .await;
    assert_eq!(
        (names(&all), lengths),
        (made.iter().map(String::as_str).collect(), vec![24, 1])
    );

    // What is removed or made between two pages neither stops nor repeats the rest.
    let root = app.root();
    let first = app.answer(&root, "ListRoles", &[("MaxItems", "10")]).await;
    app.ram(&root, "DeleteRole", &[("RoleName", "Role09")])
        .await
        .ok();
    app.role("aaa", r#"{"RAM":"*"}"#, &[]).await;
    let marker = first["Marker"].as_str().unwrap();
    let second = app.answer(&root, "ListRoles", &[("Marker", marker)]).await;
    assert_eq!(
        names(second["Roles"]["Role"].as_array().unwrap()),
        made[10..]
    );
    app.end().await;
}

async fn filters_by_tags(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let trust = trust(r#"{"RAM":"*"}"#);
    for (name, tags) in [
        (
            "a",
            r#"[{"Key":"team","Value":"x"},{"Key":"env","Value":"prod"}]"#,
        ),
        ("b", r#"[{"Key":"team","Value":"y"}]"#),
        ("c", r#"[{"Key":"Team","Value":"x"}]"#),
        ("d", "[]"),
        ("e", r#"[{"Key":"team","Value":"x"}]"#),
    ] {
        let params = [
            ("RoleName", name),
            ("AssumeRolePolicyDocument", &trust),
            ("Tag", tags),
        ];
        app.ram(&root, "CreateRole", &params).await.ok();
    }
    let filters: [(Pairs<'_>, &[&str]); 7] = [
        (&[("Tag", r#"[{"Key":"team"}]"#)], &["a", "b", "e"]),
        (&[("Tag", r#"[{"Key":"team","Value":"x"}]"#)], &["a", "e"]),
        (&[("Tag.1.Key", "team"), ("Tag.1.Value", "x")], &["a", "e"]),
        (
            &[("Tag", r#"[{"Key":"team","Value":"x"},{"Key":"env"}]"#)],
            &["a"],
        ),
        (
            &[
                ("Tag.1.Key", "team"),
                ("Tag.2.Key", "env"),
                ("Tag.2.Value", "prod"),
            ],
            &["a"],
        ),
        (&[("Tag", r#"[{"Key":"team","Value":"z"}]"#)], &[]),
        (&[("Tag", "[]")], &["a", "b", "c", "d", "e"]),
    ];
    for (filter, expected) in filters {
        let listed = app.answer(&root, "ListRoles", filter).await;
        assert_eq!(
            names(listed["Roles"]["Role"].as_array().unwrap()),
            expected,
            "{filter:?}"
        );
    }
    let (all, lengths) = app
        .pages(
            "ListRoles",
            &[("MaxItems", "2"), ("Tag.1.Key", "team")],
            ("Roles", "Role"),
        )
        .await;
    assert_eq!((names(&all), lengths), (vec!["a", "b", "e"], vec![2, 1]));
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_paging("ListRoles").await;
    let many: Vec<String> = (0..21).map(|n| format!(r#"{{"Key":"k{n}"}}"#)).collect();
    for (tag, expected) in [
        (r#"[{"Value":"v"}]"#, incorrect("TagKey")),
        (
            r#"[{"Key":"k","Value":"https://x"}]"#,
            incorrect("TagValue"),
        ),
        ("nonsense", bad_type("Tag")),
        (&format!("[{}]", many.join(",")), limit("Tag")),
    ] {
        app.refuses(&app.root(), "ListRoles", &[("Tag", tag)], &expected)
            .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "ListRoles",
        params: &[],
        resources: &["1234567890123456:role/*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
