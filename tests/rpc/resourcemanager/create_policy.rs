//! `CreatePolicy`.

use rampart::model::quotas::Quotas;
use serde_json::json;

use super::{DOCUMENT, RM};
use crate::app::{On, Setup, TestApp};
use crate::expect::{NOW, POLICY, Permission, exists, limit, missing, with, without};
use crate::on_both;

const GOOD: &[(&str, &str)] = &[("PolicyName", "Read"), ("PolicyDocument", DOCUMENT)];

on_both!(
    answers_every_member,
    refuses_bad_parameters,
    refuses_a_name_that_is_taken,
    holds_the_quota,
    needs_permission,
);

async fn answers_every_member(on: On) {
    let app = TestApp::start(on).await;
    assert_eq!(
        app.rm("CreatePolicy", &with(GOOD, "Description", "d"))
            .await,
        json!({"Policy": {
            "PolicyName": "Read",
            "PolicyType": "Custom",
            "Description": "d",
            "DefaultVersion": "v1",
            "CreateDate": NOW,
        }})
    );
    let read = [("PolicyName", "READ"), ("PolicyType", "Custom")];
    let read = app.answer(&app.root(), "GetPolicy", &read).await;
    assert_eq!(read["DefaultPolicyVersion"]["PolicyDocument"], DOCUMENT);
    assert_eq!(
        app.rm_xml("CreatePolicy", &with(GOOD, "PolicyName", "b"))
            .await,
        format!(
            "<Policy><PolicyName>b</PolicyName><PolicyType>Custom</PolicyType>\
             <Description></Description><DefaultVersion>v1</DefaultVersion>\
             <CreateDate>{NOW}</CreateDate></Policy>"
        )
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_name_of(RM, "CreatePolicy", GOOD, POLICY).await;
    let document = "PolicyDocument";
    app.rm_refuses("CreatePolicy", &without(GOOD, document), &missing(document))
        .await;
    app.checks_document_of(RM, "CreatePolicy", GOOD, document)
        .await;
    app.checks_text_of(RM, "CreatePolicy", GOOD, "Description", 1024)
        .await;
    app.end().await;
}

async fn refuses_a_name_that_is_taken(on: On) {
    let app = TestApp::start(on).await;
    app.rm("CreatePolicy", GOOD).await;
    app.rm_refuses(
        "CreatePolicy",
        &with(GOOD, "PolicyName", "rEAD"),
        &exists("Policy"),
    )
    .await;
    app.end().await;
}

async fn holds_the_quota(on: On) {
    let quotas = Quotas {
        policies: 1,
        ..Quotas::default()
    };
    let app = TestApp::with(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    app.rm("CreatePolicy", GOOD).await;
    app.rm_refuses(
        "CreatePolicy",
        &with(GOOD, "PolicyName", "b"),
        &limit("Policy"),
    )
    .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.rm_needs(&Permission {
        action: "CreatePolicy",
        params: GOOD,
        resources: &["1234567890123456:policy/*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
