//! `SetSecurityPreference`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{Permission, bad_type, incorrect, refusal, too_long, with};
use crate::on_both;

const ALL: &[(&str, &str)] = &[
    ("EnableSaveMFATicket", "true"),
    ("AllowUserToChangePassword", "False"),
    ("AllowUserToManageAccessKeys", "true"),
    ("AllowUserToManageMFADevices", "false"),
    ("AllowUserToManagePublicKeys", "true"),
    ("LoginSessionDuration", "24"),
    ("LoginNetworkMasks", "10.0.0.0/8;192.0.2.1;2001:db8::/32"),
];

on_both!(
    sets_every_member,
    what_is_left_out_gets_its_default,
    refuses_bad_parameters,
    needs_permission,
);

async fn sets_every_member(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let params = with(ALL, "Surplus", "ignored");
    let answer = app.answer(&root, "SetSecurityPreference", &params).await;
    assert_eq!(
        answer,
        json!({"SecurityPreference": {
            "LoginProfilePreference": {
                "EnableSaveMFATicket": true,
                "AllowUserToChangePassword": false,
                "LoginSessionDuration": 24,
                "LoginNetworkMasks": "10.0.0.0/8;192.0.2.1;2001:db8::/32",
            },
            "AccessKeyPreference": {"AllowUserToManageAccessKeys": true},
            "MFAPreference": {"AllowUserToManageMFADevices": false},
            "PublicKeyPreference": {"AllowUserToManagePublicKeys": true},
        }})
    );
    assert_eq!(
        app.answer(&root, "GetSecurityPreference", &[]).await,
        answer
    );
    app.end().await;
}

async fn what_is_left_out_gets_its_default(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let default = app.answer(&root, "GetSecurityPreference", &[]).await;
    app.ram(&root, "SetSecurityPreference", ALL).await.ok();
    assert_eq!(
        app.answer(&root, "SetSecurityPreference", &[]).await,
        default
    );
    assert_eq!(
        app.xml("SetSecurityPreference", &[("LoginNetworkMasks", "")])
            .await,
        "<SecurityPreference><LoginProfilePreference>\
         <EnableSaveMFATicket>false</EnableSaveMFATicket>\
         <AllowUserToChangePassword>true</AllowUserToChangePassword>\
         <LoginSessionDuration>6</LoginSessionDuration><LoginNetworkMasks></LoginNetworkMasks>\
         </LoginProfilePreference><AccessKeyPreference>\
         <AllowUserToManageAccessKeys>false</AllowUserToManageAccessKeys></AccessKeyPreference>\
         <MFAPreference><AllowUserToManageMFADevices>true</AllowUserToManageMFADevices>\
         </MFAPreference><PublicKeyPreference>\
         <AllowUserToManagePublicKeys>false</AllowUserToManagePublicKeys></PublicKeyPreference>\
         </SecurityPreference>"
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let action = "SetSecurityPreference";
    let name = "LoginSessionDuration";
    let range = refusal(
        400,
        "InvalidParameter.LoginSessionDuration.Range",
        "The parameter - \"LoginSessionDuration\" MUST be in the range of 1 and 24.",
    );
    for text in ["0", "25", "-1"] {
        app.refuses(&root, action, &with(ALL, name, text), &range)
            .await;
    }
    app.refuses(&root, action, &with(ALL, name, "long"), &bad_type(name))
        .await;
    let name = "LoginNetworkMasks";
    let many = ["10.0.0.0/8"; 41].join(";");
    for text in [
        "10.0.0.0/33",
        "10.0.0/8",
        "10.0.0.0/8;",
        "10.0.0.0/8,10.1.0.0/16",
        "anywhere",
        &many,
    ] {
        app.refuses(&root, action, &with(ALL, name, text), &incorrect(name))
            .await;
    }
    let long = "1".repeat(513);
    app.refuses(&root, action, &with(ALL, name, &long), &too_long(name))
        .await;
    let most = ["10.0.0.0/8"; 40].join(";");
    app.ram(&root, action, &with(ALL, name, &most)).await.ok();
    for name in [
        "EnableSaveMFATicket",
        "AllowUserToChangePassword",
        "AllowUserToManageAccessKeys",
        "AllowUserToManageMFADevices",
        "AllowUserToManagePublicKeys",
    ] {
        app.refuses(&root, action, &with(ALL, name, "1"), &incorrect(name))
            .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "SetSecurityPreference",
        params: ALL,
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
