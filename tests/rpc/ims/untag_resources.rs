//! `UntagResources`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, UPN, incorrect, missing};
use crate::on_both;

on_both!(takes_tags_off, refuses_bad_parameters,);

async fn takes_tags_off(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.ims_user(ALICE).await;
    let of = [("ResourceType", "user"), ("ResourceId.1", &*alice)];
    let tags = [
        ("Tag.1.Key", "a"),
        ("Tag.1.Value", ""),
        ("Tag.2.Key", "b"),
        ("Tag.2.Value", "x"),
    ];
    app.ims_answer("TagResources", &[&of[..], &tags].concat())
        .await;
    let left = async || {
        let user = app.ims_answer("GetUser", &[(UPN, ALICE)]).await;
        user["User"]["Tags"]["Tag"].clone()
    };
    // With keys, `All` does not count.
    let one = [&of[..], &[("TagKey.1", "a"), ("All", "true")]].concat();
    assert_eq!(app.ims_answer("UntagResources", &one).await, json!({}));
    assert_eq!(left().await, json!([{"TagKey": "b", "TagValue": "x"}]));
    app.ims_answer("UntagResources", &[&of[..], &[("All", "true")]].concat())
        .await;
    assert_eq!(left().await, json!(null));
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.ims_user(ALICE).await;
    let of = [("ResourceType", "user"), ("ResourceId.1", &*alice)];
    for params in [&of[..], &[&of[..], &[("All", "false")]].concat()] {
        app.ims_refuses("UntagResources", params, &missing("TagKey"))
            .await;
    }
    let unnamed = [("ResourceType", "user"), ("All", "true")];
    app.ims_refuses("UntagResources", &unnamed, &missing("ResourceId"))
        .await;
    let role = [&of[1..], &[("ResourceType", "role"), ("All", "true")]].concat();
    app.ims_refuses("UntagResources", &role, &incorrect("ResourceType"))
        .await;
    app.end().await;
}
