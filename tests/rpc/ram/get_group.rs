//! `GetGroup`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{GROUP, LATER, NOW, Permission, absent};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("GroupName", "Devs")];

on_both!(
    reads_every_member,
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn make(app: &TestApp) -> serde_json::Value {
    let params = [("GroupName", "Devs"), ("Comments", "c & d")];
    app.answer(&app.root(), "CreateGroup", &params).await["Group"]["GroupId"].clone()
}

async fn reads_every_member(on: On) {
    let app = TestApp::start(on).await;
    let id = make(&app).await;
    app.minute();
    let update = [("GroupName", "Devs"), ("NewComments", "c & d")];
    app.ram(&app.root(), "UpdateGroup", &update).await.ok();
    for name in ["Devs", "DEVS"] {
        let params = [("GroupName", name), ("Surplus", "ignored")];
        assert_eq!(
            app.answer(&app.root(), "GetGroup", &params).await,
            json!({"Group": {
                "GroupId": id, "GroupName": "Devs", "Comments": "c & d",
                "CreateDate": NOW, "UpdateDate": LATER,
            }})
        );
    }
    assert_eq!(
        app.xml("GetGroup", GOOD).await,
        format!(
            "<Group><GroupId>{}</GroupId><GroupName>Devs</GroupName>\
             <Comments>c &amp; d</Comments><CreateDate>{NOW}</CreateDate>\
             <UpdateDate>{LATER}</UpdateDate></Group>",
            id.as_str().unwrap()
        )
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name("GetGroup", GOOD, GROUP).await;
    app.end().await;
}

async fn refuses_what_does_not_exist(on: On) {
    let app = TestApp::start(on).await;
    app.refuses(&app.root(), "GetGroup", GOOD, &absent("Group"))
        .await;
    make(&app).await;
    let other = app.add_account("1000000000000002").await;
    app.refuses(&other, "GetGroup", GOOD, &absent("Group"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    make(&app).await;
    app.needs(&Permission {
        action: "GetGroup",
        params: GOOD,
        resources: &["1234567890123456:group/Devs"],
        absent: &[("GroupName", "Nothing")],
        absent_resources: &["1234567890123456:group/Nothing"],
    })
    .await;
    app.end().await;
}
