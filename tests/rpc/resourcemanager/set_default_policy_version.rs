//! `SetDefaultPolicyVersion`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::with;
use crate::on_both;
use crate::policy_versions::{self, GOOD, versions};

const ACTION: &str = "SetDefaultPolicyVersion";

on_both!(chooses);
tests!(
    ACTION,
    [policy_versions]: on_both:
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn chooses(on: On) {
    let app = TestApp::start(on).await;
    policy_versions::make(&app).await;
    assert_eq!(app.rm(ACTION, GOOD).await, json!({}));
    assert_eq!(versions(&app).await.1, "v2");
    let third = with(GOOD, "VersionId", "v3");
    assert_eq!(app.rm_xml(ACTION, &third).await, "");
    let (ids, default) = versions(&app).await;
    assert_eq!((ids.len(), default.as_str()), (3, "v3"));
    app.end().await;
}
