//! `ListUsers`.

use serde_json::{Value, json};

use crate::app::{On, TestApp};
use crate::expect::{NOW, Permission};
use crate::on_both;

on_both!(
    lists_every_member,
    pages,
    refuses_bad_parameters,
    needs_permission
);

async fn lists_every_member(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let none = json!({"IsTruncated": false, "Users": {"User": []}});
    assert_eq!(app.answer(&root, "ListUsers", &[]).await, none);
    let b = app.answer(&root, "CreateUser", &[("UserName", "b")]).await["User"]["UserId"].clone();
    let a = [
        ("UserName", "A"),
        ("DisplayName", "爱"),
        ("MobilePhone", "86-18600001234"),
        ("Email", "a@example.com"),
        ("Comments", "c"),
    ];
    let a = app.answer(&root, "CreateUser", &a).await["User"]["UserId"].clone();
    assert_eq!(
        app.answer(&root, "ListUsers", &[("Surplus", "x")]).await,
        json!({"IsTruncated": false, "Users": {"User": [
            {
                "UserId": a, "UserName": "A", "DisplayName": "爱",
                "MobilePhone": "86-18600001234", "Email": "a@example.com", "Comments": "c",
                "CreateDate": NOW, "UpdateDate": NOW,
            },
            {
                "UserId": b, "UserName": "b", "DisplayName": "",
                "MobilePhone": "", "Email": "", "Comments": "",
                "CreateDate": NOW, "UpdateDate": NOW,
            },
        ]}})
    );
    assert_eq!(
        app.xml("ListUsers", &[("MaxItems", "1")]).await,
        format!(
            "<IsTruncated>true</IsTruncated><Marker>YQ</Marker><Users><User><UserId>{}</UserId>\
             <UserName>A</UserName><DisplayName>爱</DisplayName>\
             <MobilePhone>86-18600001234</MobilePhone><Email>a@example.com</Email>\
             <Comments>c</Comments><CreateDate>{NOW}</CreateDate><UpdateDate>{NOW}</UpdateDate>\
             </User></Users>",
            a.as_str().unwrap()
        )
    );
    app.end().await;
}

fn names(users: &[Value]) -> Vec<&str> {
    users
        .iter()
        .map(|u| u["UserName"].as_str().unwrap())
        .collect()
}

async fn pages(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    // The order is the bytes' of the folded name.
    let mut made: Vec<String> = ["-", ".", "0", "9", "@", "_"].map(str::to_owned).into();
    made.extend((0..19).map(|n| format!("{}ser{n:02}", if n % 2 == 0 { "u" } else { "U" })));
    for name in made.iter().rev() {
        app.ram(&root, "CreateUser", &[("UserName", name)])
            .await
            .ok();
    }
    for (items, expected) in [
        ("10", vec![10, 10, 5]),
        ("25", vec![25]),
        ("24", vec![24, 1]),
    ] {
        let (all, lengths) = app
            .pages("ListUsers", &[("MaxItems", items)], ("Users", "User"))
            .await;
        assert_eq!(
            (names(&all), lengths),
            (made.iter().map(String::as_str).collect(), expected)
        );
    }
    // A hundred where nothing is said.
    for number in 0..76 {
        let name = format!("v{number}");
        app.ram(&root, "CreateUser", &[("UserName", &name)])
            .await
            .ok();
    }
    let (_, lengths) = app.pages("ListUsers", &[], ("Users", "User")).await;
    assert_eq!(lengths, [100, 1]);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_paging("ListUsers").await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "ListUsers",
        params: &[],
        resources: &["1234567890123456:user/*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
