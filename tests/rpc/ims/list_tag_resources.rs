//! `ListTagResources`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, BOB, absent, incorrect};
use crate::on_both;

on_both!(shows_every_member, pages, filters, refuses_bad_parameters,);

async fn tag(app: &TestApp, user: &str, tags: &[(&str, &str)]) {
    let params = [
        &[("ResourceType", "user"), ("ResourcePrincipalName.1", user)],
        tags,
    ]
    .concat();
    app.ims_answer("TagResources", &params).await;
}

async fn shows_every_member(on: On) {
    let app = TestApp::start(on).await;
    let alice = app.ims_user(ALICE).await;
    tag(
        &app,
        ALICE,
        &[("Tag.1.Key", "team"), ("Tag.1.Value", "blue")],
    )
    .await;
    for params in [
        vec![],
        vec![("ResourceType", "user")],
        vec![("ResourceId.1", &*alice)],
        vec![("ResourcePrincipalName.1", ALICE)],
    ] {
        assert_eq!(
            app.ims_answer("ListTagResources", &params).await,
            json!({"IsTruncated": false, "NextToken": "", "TagResources": {"TagResource": [{
                "ResourceId": alice, "ResourceType": "user", "TagKey": "team", "TagValue": "blue",
            }]}})
        );
    }
    app.end().await;
}

async fn pages(on: On) {
    let app = TestApp::start(on).await;
    let mut expected = Vec::new();
    for user in [ALICE, BOB] {
        let id = app.ims_user(user).await;
        for key in ["a", "b", "c"] {
            tag(&app, user, &[("Tag.1.Key", key), ("Tag.1.Value", "")]).await;
            expected.push((id.clone(), key.to_owned()));
        }
    }
    expected.sort();
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let params = [("PageSize", "2"), ("NextToken", token.as_str())];
        let page = app.ims_answer("ListTagResources", &params).await;
        for found in page["TagResources"]["TagResource"].as_array().unwrap() {
            let text = |name: &str| found[name].as_str().unwrap().to_owned();
            seen.push((text("ResourceId"), text("TagKey")));
        }
        page["NextToken"].as_str().unwrap().clone_into(&mut token);
        assert_eq!(page["IsTruncated"], !token.is_empty());
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(seen, expected);
    app.end().await;
}

async fn filters(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let bob = app.ims_user(BOB).await;
    tag(&app, ALICE, &[("Tag.1.Key", "k"), ("Tag.1.Value", "v")]).await;
    tag(&app, BOB, &[("Tag.1.Key", "k"), ("Tag.1.Value", "w")]).await;
    let params = [("Tag.1.Key", "k"), ("Tag.1.Value", "w")];
    let found = app.ims_answer("ListTagResources", &params).await;
    let found = found["TagResources"]["TagResource"]
        .as_array()
        .unwrap()
        .clone();
    assert_eq!((found.len(), &found[0]["ResourceId"]), (1, &json!(bob)));
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    for (name, text) in [
        ("PageSize", "101"),
        ("NextToken", "x"),
        ("ResourceType", "role"),
        ("ResourceId.1", "x"),
        ("ResourcePrincipalName.1", "Alice"),
    ] {
        let fault = incorrect(name.trim_end_matches(".1"));
        app.ims_refuses("ListTagResources", &[(name, text)], &fault)
            .await;
    }
    let nobody = [("ResourcePrincipalName.1", ALICE)];
    app.ims_refuses("ListTagResources", &nobody, &absent("User"))
        .await;
    app.end().await;
}
