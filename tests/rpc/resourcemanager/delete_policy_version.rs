//! `DeletePolicyVersion`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{conflict, with};
use crate::on_both;
use crate::policy_versions::{self, GOOD, versions};

const ACTION: &str = "DeletePolicyVersion";

on_both!(drops);
tests!(
    ACTION,
    [policy_versions]: on_both:
    refuses_bad_parameters,
    refuses_what_does_not_exist,
    needs_permission,
);

async fn drops(on: On) {
    let app = TestApp::start(on).await;
    policy_versions::make(&app).await;
    assert_eq!(app.rm(ACTION, GOOD).await, json!({}));
    let third = with(GOOD, "VersionId", "v3");
    assert_eq!(app.rm_xml(ACTION, &third).await, "");
    assert_eq!(
        versions(&app).await,
        (vec!["v1".to_owned()], "v1".to_owned())
    );
    let first = with(GOOD, "VersionId", "v1");
    app.rm_refuses(ACTION, &first, &conflict("Policy.Version.Default"))
        .await;
    app.end().await;
}
