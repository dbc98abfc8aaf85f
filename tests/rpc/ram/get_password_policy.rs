//! `GetPasswordPolicy`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::Permission;
use crate::on_both;

on_both!(reads_every_member, needs_permission);

async fn reads_every_member(on: On) {
    let app = TestApp::start(on).await;
    let unset = json!({"PasswordPolicy": {
        "MinimumPasswordLength": 8,
        "RequireLowercaseCharacters": false,
        "RequireUppercaseCharacters": false,
        "RequireNumbers": false,
        "RequireSymbols": false,
        "HardExpiry": false,
        "MaxPasswordAge": 0,
        "PasswordReusePrevention": 0,
        "MaxLoginAttemps": 0,
    }});
    let root = app.root();
    let params = [("Surplus", "ignored")];
    assert_eq!(app.answer(&root, "GetPasswordPolicy", &params).await, unset);
    app.ram(&root, "SetPasswordPolicy", &[("RequireNumbers", "true")])
        .await
        .ok();
    let mut set = unset.clone();
    set["PasswordPolicy"]["RequireNumbers"] = true.into();
    assert_eq!(app.answer(&root, "GetPasswordPolicy", &[]).await, set);
    let xml = app.xml("GetPasswordPolicy", &[]).await;
    assert!(xml.contains("<RequireNumbers>true</RequireNumbers>"));
    let other = app.add_account("1000000000000002").await;
    assert_eq!(app.answer(&other, "GetPasswordPolicy", &[]).await, unset);
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "GetPasswordPolicy",
        params: &[],
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
