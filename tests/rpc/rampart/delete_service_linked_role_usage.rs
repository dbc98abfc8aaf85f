//! `DeleteServiceLinkedRoleUsage`.

use serde_json::json;

use super::GOOD;
use crate::app::{ACCOUNT, On, TestApp};
use crate::expect::{members, with};
use crate::on_both;

const ACTION: &str = "DeleteServiceLinkedRoleUsage";

on_both!(takes_back, refuses_bad_parameters, is_for_the_service_alone);

async fn takes_back(on: On) {
    let app = TestApp::start(on).await;
    let service = app.linked(Some(ACCOUNT)).await;
    for resource in ["cluster/a", "cluster/b"] {
        let params = with(GOOD, "Resource", resource);
        app.own(&service, "PutServiceLinkedRoleUsage", &params)
            .await
            .ok();
    }
    // Not what is registered, but near it.
    for (name, value) in [
        ("Region", ""),
        ("Region", "cn-beijing"),
        ("Resource", "CLUSTER/a"),
    ] {
        app.own(&service, ACTION, &with(GOOD, name, value))
            .await
            .ok();
    }
    assert_eq!(app.uses().await.len(), 2);
    for _ in 0..2 {
        assert_eq!(members(&app.own(&service, ACTION, GOOD).await), json!({}));
        let left = [("cn-hangzhou".to_owned(), "cluster/b".to_owned())];
        assert_eq!(app.uses().await, left);
    }
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    app.checks_usage(ACTION).await;
    app.end().await;
}

async fn is_for_the_service_alone(on: On) {
    let app = TestApp::start(on).await;
    app.is_for_the_service_alone(ACTION).await;
    app.end().await;
}
