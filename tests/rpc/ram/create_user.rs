//! `CreateUser`.

use rampart::model::quotas::Quotas;
use rampart::operator::account::{self, QuotaChange};
use serde_json::json;

use crate::app::{ACCOUNT, On, Setup, TestApp};
use crate::expect::{NOW, Permission, USER, bad_chars, bad_format, exists, limit, together, with};
use crate::{on_both, on_each};

const GOOD: &[(&str, &str)] = &[("UserName", "Alice")];

on_both!(
    creates_with_everything_said,
    fills_in_defaults,
    takes_parameters_to_their_bounds,
    refuses_bad_parameters,
    refuses_a_name_that_is_taken,
    holds_the_quota,
    needs_permission,
);
on_each!(
    one_of_64_gets_the_name,
    one_of_64_gets_the_last_place,
    one_of_64_gets_the_last_place_of_the_accounts_own
);

async fn creates_with_everything_said(on: On) {
    let app = TestApp::start(on).await;
    let params = [
        ("UserName", "al.ice@x-_1"),
        ("DisplayName", "爱丽丝 <A>"),
        ("MobilePhone", "86-18600001234"),
        ("Email", "alice@example.com"),
        ("Comments", "first & only"),
        ("Surplus", "ignored"),
    ];
    let made = app.answer(&app.root(), "CreateUser", &params).await;
    let id = made["User"]["UserId"].as_str().unwrap();
    assert!(id.len() == 18 && id.starts_with('2'), "{id}");
    assert_eq!(
        made,
        json!({"User": {
            "UserId": id,
            "UserName": "al.ice@x-_1",
            "DisplayName": "爱丽丝 <A>",
            "MobilePhone": "86-18600001234",
            "Email": "alice@example.com",
            "Comments": "first & only",
            "CreateDate": NOW,
        }})
    );
    app.end().await;
}

async fn fills_in_defaults(on: On) {
    let app = TestApp::start(on).await;
    let params = [
        ("UserName", "Alice"),
        ("DisplayName", ""),
        ("MobilePhone", ""),
        ("Email", ""),
        ("Comments", ""),
    ];
    let xml = app.xml("CreateUser", &params).await;
    let read = app.answer(&app.root(), "GetUser", GOOD).await;
    assert_eq!(
        xml,
        format!(
            "<User><UserId>{}</UserId><UserName>Alice</UserName><DisplayName></DisplayName>\
             <MobilePhone></MobilePhone><Email></Email><Comments></Comments>\
             <CreateDate>{NOW}</CreateDate></User>",
            read["User"]["UserId"].as_str().unwrap()
        )
    );
    app.end().await;
}

async fn takes_parameters_to_their_bounds(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let (name, wide) = ("n".repeat(64), "é".repeat(128));
    let email = format!("{}@example.com", "a".repeat(128 - 12));
    for (param, value) in [
        ("UserName", "x"),
        ("UserName", &name),
        ("DisplayName", &wide),
        ("Comments", &wide),
        ("Email", &email),
        ("MobilePhone", "1-2"),
    ] {
        let made = app
            .answer(&root, "CreateUser", &with(GOOD, param, value))
            .await;
        assert_eq!(made["User"][param], value);
        let made = made["User"]["UserName"].as_str().unwrap();
        app.ram(&root, "DeleteUser", &[("UserName", made)])
            .await
            .ok();
    }
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.checks_name("CreateUser", GOOD, USER).await;
    app.ram(&root, "DeleteUser", &[("UserName", &"a".repeat(64))])
        .await;
    app.checks_text("CreateUser", GOOD, "DisplayName", 128)
        .await;
    app.checks_text("CreateUser", GOOD, "Comments", 128).await;
    let long = format!("{}@example.com", "a".repeat(128 - 11));
    for (name, value, expected) in [
        ("DisplayName", "a\nb", bad_chars("DisplayName")),
        ("Email", "alice", bad_format("Email")),
        ("Email", "alice@example", bad_format("Email")),
        ("Email", "a@b@example.com", bad_format("Email")),
        ("Email", "@example.com", bad_format("Email")),
        ("Email", "a b@example.com", bad_format("Email")),
        ("Email", &long, bad_format("Email")),
        ("MobilePhone", "18600001234", bad_format("MobilePhone")),
        ("MobilePhone", "+86-18600001234", bad_format("MobilePhone")),
        ("MobilePhone", "86-", bad_format("MobilePhone")),
        ("MobilePhone", "86-1860000x", bad_format("MobilePhone")),
    ] {
        app.refuses(&root, "CreateUser", &with(GOOD, name, value), &expected)
            .await;
    }
    app.end().await;
}

async fn refuses_a_name_that_is_taken(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.ram(&root, "CreateUser", GOOD).await.ok();
    for name in ["Alice", "alice", "ALICE"] {
        app.refuses(&root, "CreateUser", &[("UserName", name)], &exists("User"))
            .await;
    }
    // Roles have names of their own, and other accounts have theirs.
    app.role("Alice", r#"{"RAM":"*"}"#, &[]).await;
    let other = app.add_account("1000000000000002").await;
    app.ram(&other, "CreateUser", GOOD).await.ok();
    app.end().await;
}

async fn holds_the_quota(on: On) {
    let quotas = Quotas {
        users: 2,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    let root = app.root();
    app.ram(&root, "CreateUser", GOOD).await.ok();
    app.ram(&root, "CreateUser", &[("UserName", "b")])
        .await
        .ok();
    app.refuses(&root, "CreateUser", &[("UserName", "c")], &limit("User"))
        .await;
    app.refuses(&root, "CreateUser", &[("UserName", "B")], &exists("User"))
        .await;
    app.ram(&root, "DeleteUser", &[("UserName", "b")])
        .await
        .ok();
    app.ram(&root, "CreateUser", &[("UserName", "c")])
        .await
        .ok();
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "CreateUser",
        params: GOOD,
        resources: &["1234567890123456:user/*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}

async fn one_of_64_gets_the_name(on: On) {
    let app = TestApp::start(on).await;
    let (app, refused) = together(app, 64, "CreateUser", GOOD).await;
    for reply in refused {
        reply.refused(409, "EntityAlreadyExists.User");
    }
    app.end().await;
}

async fn one_of_64_gets_the_last_place(on: On) {
    let quotas = Quotas {
        users: 1,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    let (app, refused) = together(app, 64, "CreateUser", &[("UserName", "user#")]).await;
    for reply in refused {
        reply.refused(409, "LimitExceeded.User");
    }
    app.end().await;
}

async fn one_of_64_gets_the_last_place_of_the_accounts_own(on: On) {
    let app = TestApp::start(on).await;
    let change = QuotaChange {
        account: ACCOUNT.parse().unwrap(),
        figures: [("users".to_owned(), Some(1))].into(),
    };
    account::quotas(&app.iam, &change).await.unwrap();
    let (app, refused) = together(app, 64, "CreateUser", &[("UserName", "user#")]).await;
    for reply in refused {
        reply.refused(409, "LimitExceeded.User");
    }
    app.end().await;
}
