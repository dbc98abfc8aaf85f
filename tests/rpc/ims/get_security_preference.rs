//! `GetSecurityPreference`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::Permission;
use crate::on_both;

on_both!(reads_the_defaults, needs_permission,);

async fn reads_the_defaults(on: On) {
    let app = TestApp::start(on).await;
    assert_eq!(
        app.ims_answer("GetSecurityPreference", &[]).await,
        json!({"SecurityPreference": {
            "LoginProfilePreference": {
                "AllowUserToChangePassword": true, "AllowUserToLoginWithPasskey": true,
                "EnableSaveMFATicket": false, "LoginNetworkMasks": "", "LoginSessionDuration": 6,
                "MFAOperationForLogin": "independent", "OperationForRiskLogin": "autonomous",
            },
            "AccessKeyPreference": {
                "AllowUserToManageAccessKeys": false,
                "AllowUserToManageServiceCredentials": false,
            },
            "MFAPreference": {"AllowUserToManageMFADevices": true},
            "PersonalInfoPreference": {"AllowUserToManagePersonalDingTalk": true},
            "VerificationPreference": {"VerificationTypes": []},
            "MaxIdleDays": {"MaxIdleDaysForAccessKeys": 730, "MaxIdleDaysForUsers": 730},
        }})
    );
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let permission = Permission {
        action: "GetSecurityPreference",
        params: &[],
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
