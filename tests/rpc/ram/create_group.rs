//! `CreateGroup`.

use rampart::model::quotas::Quotas;
use serde_json::json;

use crate::app::{On, Setup, TestApp};
use crate::expect::{GROUP, NOW, Permission, absent, exists, limit, together};
use crate::{on_both, on_each};

const GOOD: &[(&str, &str)] = &[("GroupName", "Devs")];

on_both!(
    answers_every_member,
    fills_what_is_not_sent,
    refuses_bad_parameters,
    refuses_a_name_that_is_taken,
    holds_the_quota,
    needs_permission,
);
on_each!(one_of_64_gets_the_name, one_of_64_gets_the_last_place);

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    let comments = "文".repeat(128);
    let params = [
        ("GroupName", "Devs_1.a-b"),
        ("Comments", comments.as_str()),
        ("Surplus", "ignored"),
    ];
    let made = app.answer(&app.root(), "CreateGroup", &params).await;
    let id = made["Group"]["GroupId"].as_str().unwrap().to_owned();
    assert_eq!((id.len(), &id[..2]), (18, "g-"), "{id}");
    assert_eq!(
        made,
        json!({"Group": {
            "GroupId": id, "GroupName": "Devs_1.a-b", "Comments": comments, "CreateDate": NOW,
        }})
    );
    app.end().await;
}

async fn fills_what_is_not_sent(on: On) {
    let app = TestApp::start(on).await;
    let xml = app.xml("CreateGroup", GOOD).await;
    let read = app.answer(&app.root(), "GetGroup", GOOD).await;
    let id = read["Group"]["GroupId"].as_str().unwrap();
    assert_eq!(
        xml,
        format!(
            "<Group><GroupId>{id}</GroupId><GroupName>Devs</GroupName><Comments></Comments>\
             <CreateDate>{NOW}</CreateDate></Group>"
        )
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name("CreateGroup", GOOD, GROUP).await;
    app.checks_text("CreateGroup", GOOD, "Comments", 128).await;
    app.refuses(&app.root(), "GetGroup", GOOD, &absent("Group"))
        .await;
    app.end().await;
}

async fn refuses_a_name_that_is_taken(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    app.ram(&root, "CreateGroup", GOOD).await.ok();
    for name in ["Devs", "dEVS"] {
        app.refuses(
            &root,
            "CreateGroup",
            &[("GroupName", name)],
            &exists("Group"),
        )
        .await;
    }
    // Of another kind, or of another account, it is another.
    app.ram(&root, "CreateUser", &[("UserName", "Devs")])
        .await
        .ok();
    let other = app.add_account("1000000000000002").await;
    app.ram(&other, "CreateGroup", GOOD).await.ok();
    app.end().await;
}

async fn holds_the_quota(on: On) {
    let quotas = Quotas {
        groups: 2,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    let root = app.root();
    for name in ["a", "b"] {
        app.ram(&root, "CreateGroup", &[("GroupName", name)])
            .await
            .ok();
    }
    let third = [("GroupName", "c")];
    app.refuses(&root, "CreateGroup", &third, &limit("Group"))
        .await;
    app.refuses(
        &root,
        "CreateGroup",
        &[("GroupName", "A")],
        &exists("Group"),
    )
    .await;
    app.ram(&root, "DeleteGroup", &[("GroupName", "a")])
        .await
        .ok();
    app.ram(&root, "CreateGroup", &third).await.ok();
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "CreateGroup",
        params: GOOD,
        resources: &["1234567890123456:group/*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}

async fn one_of_64_gets_the_name(on: On) {
    let app = TestApp::start(on).await;
    let (app, refused) = together(app, 64, "CreateGroup", GOOD).await;
    for reply in refused {
        reply.refused(409, "EntityAlreadyExists.Group");
    }
    app.end().await;
}

async fn one_of_64_gets_the_last_place(on: On) {
    let quotas = Quotas {
        groups: 1,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    let params = &[("GroupName", "g#")];
    let (app, refused) = together(app, 64, "CreateGroup", params).await;
    for reply in refused {
        reply.refused(409, "LimitExceeded.Group");
    }
    app.end().await;
}
