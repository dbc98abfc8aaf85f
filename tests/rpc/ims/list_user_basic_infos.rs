//! `ListUserBasicInfos`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{ALICE, BOB, Permission, UPN, incorrect};
use crate::on_both;

on_both!(
    shows_every_member,
    pages,
    filters_by_tags_and_status,
    refuses_bad_parameters,
    needs_permission,
);

async fn shows_every_member(on: On) {
    let app = TestApp::start(on).await;
    let id = app.ims_user(ALICE).await;
    let answer = app
        .ims_answer("ListUserBasicInfos", &[("Status", "active,freeze")])
        .await;
    assert_eq!(
        answer,
        json!({"IsTruncated": false, "UserBasicInfos": {"UserBasicInfo": [{
            "UserId": id, "UserPrincipalName": ALICE, "DisplayName": "Shown", "Status": "active",
        }]}})
    );
    app.end().await;
}

async fn pages(on: On) {
    let app = TestApp::start(on).await;
    for number in 0..7 {
        let principal = format!("U{number}@1234567890123456.onaliyun.com");
        app.ims_user(&principal).await;
    }
    let (mut seen, mut marker) = (Vec::new(), String::new());
    loop {
        let params = [("MaxItems", "3"), ("Marker", marker.as_str())];
        let page = app.ims_answer("ListUserBasicInfos", &params).await;
        for user in page["UserBasicInfos"]["UserBasicInfo"].as_array().unwrap() {
            seen.push(user[UPN].as_str().unwrap().to_owned());
        }
        assert_eq!(page["IsTruncated"], page.get("Marker").is_some());
        let Some(next) = page.get("Marker") else {
            break;
        };
        next.as_str().unwrap().clone_into(&mut marker);
    }
    let expected: Vec<String> = (0..7)
        .map(|number| format!("U{number}@1234567890123456.onaliyun.com"))
        .collect();
    assert_eq!(seen, expected);
    app.end().await;
}

async fn filters_by_tags_and_status(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let tagged = [
        (UPN, BOB),
        ("DisplayName", "b"),
        ("Tag.1.Key", "k"),
        ("Tag.1.Value", "v"),
    ];
    app.ims_answer("CreateUser", &tagged).await;
    for (params, expected) in [
        (vec![("Tag.1.Key", "k")], vec![BOB]),
        (vec![("Tag.1.Key", "k"), ("Tag.1.Value", "w")], vec![]),
        (vec![("Status", "freeze")], vec![]),
        (vec![("Status", "active")], vec![ALICE, BOB]),
    ] {
        let answer = app.ims_answer("ListUserBasicInfos", &params).await;
        let users = answer["UserBasicInfos"]["UserBasicInfo"]
            .as_array()
            .unwrap()
            .clone();
        let names: Vec<&str> = users
            .iter()
            .map(|user| user[UPN].as_str().unwrap())
            .collect();
        assert_eq!(names, expected, "{params:?}");
    }
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    for text in ["0", "1001", "-1"] {
        app.ims_refuses(
            "ListUserBasicInfos",
            &[("MaxItems", text)],
            &incorrect("MaxItems"),
        )
        .await;
    }
    app.ims_refuses(
        "ListUserBasicInfos",
        &[("Marker", "§")],
        &incorrect("Marker"),
    )
    .await;
    for text in ["Active", "frozen", "freeze,active"] {
        app.ims_refuses(
            "ListUserBasicInfos",
            &[("Status", text)],
            &incorrect("Status"),
        )
        .await;
    }
    let both = [("Status", "active"), ("Tag.1.Key", "k")];
    app.ims_refuses("ListUserBasicInfos", &both, &incorrect("Status"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let permission = Permission {
        action: "ListUserBasicInfos",
        params: &[],
        resources: &["1234567890123456:user/*"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
