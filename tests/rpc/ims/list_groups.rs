//! `ListGroups`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{NOW, Permission, incorrect};
use crate::on_both;

on_both!(
    shows_every_member,
    pages,
    refuses_bad_parameters,
    needs_permission,
);

/// Answers the group's id.
async fn make(app: &TestApp) -> serde_json::Value {
    let params = [
        ("GroupName", "Devs"),
        ("DisplayName", "D"),
        ("Comments", "c & d"),
    ];
    app.ims_answer("CreateGroup", &params).await["Group"]["GroupId"].clone()
}

async fn shows_every_member(on: On) {
    let app = TestApp::start(on).await;
    let id = make(&app).await;
    assert_eq!(
        app.ims_answer("ListGroups", &[]).await,
        json!({"IsTruncated": false, "Groups": {"Group": [{
            "GroupId": id, "GroupName": "Devs", "DisplayName": "D", "Comments": "c & d",
            "CreateDate": NOW, "UpdateDate": NOW,
        }]}})
    );
    app.end().await;
}

async fn pages(on: On) {
    let app = TestApp::start(on).await;
    for name in ["a", "B", "c"] {
        app.ims_answer("CreateGroup", &[("GroupName", name)]).await;
    }
    let page = app.ims_answer("ListGroups", &[("MaxItems", "2")]).await;
    assert_eq!(page["IsTruncated"], true);
    assert_eq!(page["Groups"]["Group"][1]["GroupName"], "B");
    let marker = page["Marker"].as_str().unwrap();
    let rest = app.ims_answer("ListGroups", &[("Marker", marker)]).await;
    assert_eq!(rest["Groups"]["Group"].as_array().unwrap().len(), 1);
    assert_eq!(rest["Groups"]["Group"][0]["GroupName"], "c");
    assert!(rest.get("Marker").is_none());
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    for text in ["0", "101"] {
        app.ims_refuses("ListGroups", &[("MaxItems", text)], &incorrect("MaxItems"))
            .await;
    }
    app.ims_refuses("ListGroups", &[("Marker", "§")], &incorrect("Marker"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let permission = Permission {
        action: "ListGroups",
        params: &[],
        resources: &["1234567890123456:group/*"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
