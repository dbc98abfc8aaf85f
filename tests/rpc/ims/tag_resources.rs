//! `TagResources`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, BOB, UPN, absent, incorrect, missing, with, without};
use crate::on_both;

on_both!(
    tags_by_id_and_by_name,
    refuses_bad_parameters,
    t16_is_decided_with_the_tags_of_each,
);

const TAG: &[(&str, &str)] = &[
    ("ResourceType", "user"),
    ("Tag.1.Key", "team"),
    ("Tag.1.Value", "blue"),
];

async fn tags_by_id_and_by_name(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.ims_user(ALICE).await;
    let bob = app.ims_user(BOB).await;
    let by_id = [TAG, &[("ResourceId.1", &*alice), ("ResourceId.2", &*bob)]].concat();
    assert_eq!(app.ims_answer("TagResources", &by_id).await, json!({}));
    let by_name = [
        ("ResourceType", "user"),
        ("ResourcePrincipalName.1", ALICE),
        ("Tag.1.Key", "team"),
        ("Tag.1.Value", "red"),
    ];
    app.ims_answer("TagResources", &by_name).await;
    for (user, value) in [(ALICE, "red"), (BOB, "blue")] {
        let found = app.ims_answer("GetUser", &[(UPN, user)]).await;
        assert_eq!(
            found["User"]["Tags"]["Tag"],
            json!([{"TagKey": "team", "TagValue": value}])
        );
    }
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.ims_user(ALICE).await;
    let good = [TAG, &[("ResourceId.1", &*alice)]].concat();
    app.ims_refuses("TagResources", TAG, &missing("ResourceId"))
        .await;
    let both = [&good[..], &[("ResourcePrincipalName.1", ALICE)]].concat();
    app.ims_refuses("TagResources", &both, &incorrect("ResourceId"))
        .await;
    for kind in ["role", "policy", "User"] {
        let params = with(&good, "ResourceType", kind);
        app.ims_refuses("TagResources", &params, &incorrect("ResourceType"))
            .await;
    }
    app.ims_refuses(
        "TagResources",
        &without(&good, "ResourceType"),
        &missing("ResourceType"),
    )
    .await;
    let params = with(&good, "ResourceId.1", "x");
    app.ims_refuses("TagResources", &params, &incorrect("ResourceId"))
        .await;
    let nobody = with(&good, "ResourceId.2", "299999999999999999");
    app.ims_refuses("TagResources", &nobody, &absent("User"))
        .await;
    for name in [
        "bob@1234567890123456.onaliyun.com",
        "Alice@2222222222222222.onaliyun.com",
    ] {
        let params = [TAG, &[("ResourcePrincipalName.1", name)]].concat();
        app.ims_refuses("TagResources", &params, &absent("User"))
            .await;
    }
    app.ims_refuses(
        "TagResources",
        &without(&good, "Tag.1.Key"),
        &incorrect("TagKey"),
    )
    .await;
    for number in 1..=20 {
        let key = format!("k{number}");
        let params = with(&good, "Tag.1.Key", &key);
        app.ims(&app.root(), "TagResources", &params).await.ok();
    }
    app.ims(
        &app.root(),
        "TagResources",
        &with(&good, "Tag.1.Key", "k21"),
    )
    .await
    .refused(409, "LimitExceeded.Tag");
    app.end().await;
}

async fn t16_is_decided_with_the_tags_of_each(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.ims_user(ALICE).await;
    let bob = app.ims_user(BOB).await;
    let guarded = r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":"ram:*TagResources","Resource":"*"},
        {"Effect":"Deny","Action":"ram:*TagResources","Resource":"*",
         "Condition":{"StringEquals":{"acs:ResourceTag/kept":"yes"}}}]}"#;
    let tagger = app.user("tagger", &[guarded]).await;
    let keep = with(TAG, "Tag.1.Key", "kept");
    let keep = with(&keep, "Tag.1.Value", "yes");
    app.ims_answer("TagResources", &with(&keep, "ResourceId.1", &bob))
        .await;
    app.ims(&tagger, "TagResources", &with(TAG, "ResourceId.1", &alice))
        .await
        .ok();
    let both = [TAG, &[("ResourceId.1", &*alice), ("ResourceId.2", &*bob)]].concat();
    app.ims(&tagger, "TagResources", &both)
        .await
        .refused(403, "NoPermission");
    let untag = [
        ("ResourceType", "user"),
        ("ResourceId.1", &*bob),
        ("All", "true"),
    ];
    app.ims(&tagger, "UntagResources", &untag)
        .await
        .refused(403, "NoPermission");
    app.end().await;
}
