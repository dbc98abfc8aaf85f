//! `SetSecurityPreference`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{Permission, bad_type, incorrect};
use crate::on_both;

on_both!(
    sets_every_member,
    what_the_other_product_does_not_know_stays,
    refuses_bad_parameters,
    needs_permission,
);

const ALL: &[(&str, &str)] = &[
    ("AllowUserToChangePassword", "false"),
    ("AllowUserToLoginWithPasskey", "false"),
    ("AllowUserToManageAccessKeys", "true"),
    ("AllowUserToManageMFADevices", "false"),
    ("AllowUserToManagePersonalDingTalk", "false"),
    ("AllowUserToManageServiceCredentials", "true"),
    ("EnableSaveMFATicket", "true"),
    ("LoginNetworkMasks", "10.0.0.0/8;192.0.2.1"),
    ("LoginSessionDuration", "8"),
    ("MFAOperationForLogin", "adaptive"),
    ("MaxIdleDaysForAccessKeys", "90"),
    ("MaxIdleDaysForUsers", "365"),
    ("OperationForRiskLogin", "enforceVerify"),
    ("VerificationTypes", "[\"sms\",\"email\"]"),
];

async fn sets_every_member(on: On) {
    let app = TestApp::start(on).await;
    let set = app.ims_answer("SetSecurityPreference", ALL).await;
    assert_eq!(
        set,
        json!({"SecurityPreference": {
            "LoginProfilePreference": {
                "AllowUserToChangePassword": false, "AllowUserToLoginWithPasskey": false,
                "EnableSaveMFATicket": true, "LoginNetworkMasks": "10.0.0.0/8;192.0.2.1",
                "LoginSessionDuration": 8, "MFAOperationForLogin": "adaptive",
                "OperationForRiskLogin": "enforceVerify",
            },
            "AccessKeyPreference": {
                "AllowUserToManageAccessKeys": true,
                "AllowUserToManageServiceCredentials": true,
            },
            "MFAPreference": {"AllowUserToManageMFADevices": false},
            "PersonalInfoPreference": {"AllowUserToManagePersonalDingTalk": false},
            "VerificationPreference": {"VerificationTypes": ["sms", "email"]},
            "MaxIdleDays": {"MaxIdleDaysForAccessKeys": 90, "MaxIdleDaysForUsers": 365},
        }})
    );
    assert_eq!(app.ims_answer("GetSecurityPreference", &[]).await, set);
    // What the switch was before, where the newer one says nothing.
    for (params, expected) in [
        (vec![("EnforceMFAForLogin", "true")], "mandatory"),
        (vec![("EnforceMFAForLogin", "false")], "independent"),
        (
            vec![
                ("EnforceMFAForLogin", "true"),
                ("MFAOperationForLogin", "adaptive"),
            ],
            "adaptive",
        ),
    ] {
        let set = app.ims_answer("SetSecurityPreference", &params).await;
        let login = &set["SecurityPreference"]["LoginProfilePreference"];
        assert_eq!(login["MFAOperationForLogin"], expected, "{params:?}");
    }
    app.end().await;
}

async fn what_the_other_product_does_not_know_stays(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let public = [("AllowUserToManagePublicKeys", "true")];
    app.ram(&root, "SetSecurityPreference", &public).await.ok();
    app.ims_answer("SetSecurityPreference", ALL).await;
    let ram = app.answer(&root, "GetSecurityPreference", &[]).await;
    let preference = &ram["SecurityPreference"];
    assert_eq!(
        preference["PublicKeyPreference"]["AllowUserToManagePublicKeys"],
        true
    );
    app.ram(&root, "SetSecurityPreference", &[]).await.ok();
    let ims = app.ims_answer("GetSecurityPreference", &[]).await;
    let preference = &ims["SecurityPreference"];
    assert_eq!(
        preference["LoginProfilePreference"]["LoginSessionDuration"],
        6
    );
    assert_eq!(preference["MaxIdleDays"]["MaxIdleDaysForUsers"], 365);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    for (name, text) in [
        ("AllowUserToLoginWithPasskey", "yes"),
        ("MFAOperationForLogin", "Mandatory"),
        ("OperationForRiskLogin", "none"),
        ("MaxIdleDaysForUsers", "91"),
        ("VerificationTypes", "sms"),
        ("VerificationTypes", r#"[""]"#),
        ("LoginNetworkMasks", "10.0.0.0/33"),
    ] {
        app.ims_refuses("SetSecurityPreference", &[(name, text)], &incorrect(name))
            .await;
    }
    let name = "MaxIdleDaysForAccessKeys";
    app.ims_refuses("SetSecurityPreference", &[(name, "year")], &bad_type(name))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let permission = Permission {
        action: "SetSecurityPreference",
        params: ALL,
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
