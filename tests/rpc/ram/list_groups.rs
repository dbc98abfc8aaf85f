//! `ListGroups`.

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
    let none = json!({"IsTruncated": false, "Groups": {"Group": []}});
    assert_eq!(app.answer(&root, "ListGroups", &[]).await, none);
    let b = [("GroupName", "b")];
    let b = app.answer(&root, "CreateGroup", &b).await["Group"]["GroupId"].clone();
    let a = [("GroupName", "A"), ("Comments", "爱")];
    let a = app.answer(&root, "CreateGroup", &a).await["Group"]["GroupId"].clone();
    assert_eq!(
        app.answer(&root, "ListGroups", &[("Surplus", "x")]).await,
        json!({"IsTruncated": false, "Groups": {"Group": [
            {
                "GroupId": a, "GroupName": "A", "Comments": "爱",
                "CreateDate": NOW, "UpdateDate": NOW,
            },
            {
                "GroupId": b, "GroupName": "b", "Comments": "",
                "CreateDate": NOW, "UpdateDate": NOW,
            },
        ]}})
    );
    assert_eq!(
        app.xml("ListGroups", &[("MaxItems", "1")]).await,
        format!(
            "<IsTruncated>true</IsTruncated><Marker>YQ</Marker><Groups><Group>\
             <GroupId>{}</GroupId><GroupName>A</GroupName><Comments>爱</Comments>\
             <CreateDate>{NOW}</CreateDate><UpdateDate>{NOW}</UpdateDate></Group></Groups>",
            a.as_str().unwrap()
        )
    );
    app.end().await;
}

fn names(groups: &[Value]) -> Vec<&str> {
    groups
        .iter()
        .map(|group| group["GroupName"].as_str().unwrap())
        .collect()
}

async fn pages(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    // The order is the bytes' of the folded name.
    let mut made: Vec<String> = ["-", ".", "0", "9", "_"].map(str::to_owned).into();
    made.extend((0..20).map(|n| format!("{}rp{n:02}", if n % 2 == 0 { "g" } else { "G" })));
    for name in made.iter().rev() {
        app.ram(&root, "CreateGroup", &[("GroupName", name)])
            .await
            .ok();
    }
    for (items, expected) in [
        ("10", vec![10, 10, 5]),
        ("25", vec![25]),
        ("24", vec![24, 1]),
    ] {
        let (all, lengths) = app
            .pages("ListGroups", &[("MaxItems", items)], ("Groups", "Group"))
            .await;
        assert_eq!(
            (names(&all), lengths),
            (made.iter().map(String::as_str).collect(), expected)
        );
    }
    // A hundred where nothing is said.
    for number in 0..76 {
        let name = format!("v{number}");
        app.ram(&root, "CreateGroup", &[("GroupName", &name)])
            .await
            .ok();
    }
    let (_, lengths) = app.pages("ListGroups", &[], ("Groups", "Group")).await;
    assert_eq!(lengths, [100, 1]);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_pages("ListGroups", &[], 100).await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "ListGroups",
        params: &[],
        resources: &["1234567890123456:group/*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
