//! `GetSecurityPreference`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::Permission;
use crate::on_both;

on_both!(reads_every_member, needs_permission);

async fn reads_every_member(on: On) {
    let app = TestApp::start(on).await;
    let unset = json!({"SecurityPreference": {
        "LoginProfilePreference": {
            "EnableSaveMFATicket": false,
            "AllowUserToChangePassword": true,
            "LoginSessionDuration": 6,
            "LoginNetworkMasks": "",
        },
        "AccessKeyPreference": {"AllowUserToManageAccessKeys": false},
        "MFAPreference": {"AllowUserToManageMFADevices": true},
        "PublicKeyPreference": {"AllowUserToManagePublicKeys": false},
    }});
    let root = app.root();
    let params = [("Surplus", "ignored")];
    let answer = app.answer(&root, "GetSecurityPreference", &params).await;
    assert_eq!(answer, unset);
    let masks = [("LoginNetworkMasks", "10.0.0.0/8")];
    app.ram(&root, "SetSecurityPreference", &masks).await.ok();
    let mut set = unset.clone();
    set["SecurityPreference"]["LoginProfilePreference"]["LoginNetworkMasks"] = "10.0.0.0/8".into();
    assert_eq!(app.answer(&root, "GetSecurityPreference", &[]).await, set);
    let xml = app.xml("GetSecurityPreference", &[]).await;
    assert!(xml.contains("<LoginNetworkMasks>10.0.0.0/8</LoginNetworkMasks>"));
    let other = app.add_account("1000000000000002").await;
    let answer = app.answer(&other, "GetSecurityPreference", &[]).await;
    assert_eq!(answer, unset);
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "GetSecurityPreference",
        params: &[],
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
