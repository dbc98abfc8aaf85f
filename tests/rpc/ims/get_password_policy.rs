//! `GetPasswordPolicy`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::Permission;
use crate::on_both;

on_both!(reads_the_defaults, needs_permission,);

async fn reads_the_defaults(on: On) {
    let app = TestApp::start(on).await;
    assert_eq!(
        app.ims_answer("GetPasswordPolicy", &[]).await,
        json!({"PasswordPolicy": {
            "MinimumPasswordLength": 8, "MinimumPasswordDifferentCharacter": 0,
            "RequireLowercaseCharacters": false, "RequireUppercaseCharacters": false,
            "RequireNumbers": false, "RequireSymbols": false, "PasswordNotContainUserName": false,
            "InterceptRiskPasswordOnApi": false, "HardExpire": false, "InitialPasswordAge": 14,
            "MaxPasswordAge": 0, "PasswordReusePrevention": 0, "MaxLoginAttemps": 0,
        }})
    );
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let permission = Permission {
        action: "GetPasswordPolicy",
        params: &[],
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
