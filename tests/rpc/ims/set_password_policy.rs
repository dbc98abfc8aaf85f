//! `SetPasswordPolicy`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{Permission, bad_type, incorrect};
use crate::on_both;

on_both!(
    sets_every_member,
    what_ram_does_not_know_stays,
    refuses_bad_parameters,
    needs_permission,
);

const ALL: &[(&str, &str)] = &[
    ("MinimumPasswordLength", "12"),
    ("MinimumPasswordDifferentCharacter", "3"),
    ("RequireLowercaseCharacters", "true"),
    ("RequireUppercaseCharacters", "true"),
    ("RequireNumbers", "true"),
    ("RequireSymbols", "true"),
    ("PasswordNotContainUserName", "true"),
    ("InterceptRiskPasswordOnApi", "true"),
    ("HardExpire", "true"),
    ("InitialPasswordAge", "7"),
    ("MaxPasswordAge", "90"),
    ("PasswordReusePrevention", "4"),
    ("MaxLoginAttemps", "5"),
];

async fn sets_every_member(on: On) {
    let app = TestApp::start(on).await;
    let set = app.ims_answer("SetPasswordPolicy", ALL).await;
    assert_eq!(
        set,
        json!({"PasswordPolicy": {
            "MinimumPasswordLength": 12, "MinimumPasswordDifferentCharacter": 3,
            "RequireLowercaseCharacters": true, "RequireUppercaseCharacters": true,
            "RequireNumbers": true, "RequireSymbols": true, "PasswordNotContainUserName": true,
            "InterceptRiskPasswordOnApi": true, "HardExpire": true, "InitialPasswordAge": 7,
            "MaxPasswordAge": 90, "PasswordReusePrevention": 4, "MaxLoginAttemps": 5,
        }})
    );
    assert_eq!(app.ims_answer("GetPasswordPolicy", &[]).await, set);
    // What is left out gets its default.
    let reset = app.ims_answer("SetPasswordPolicy", &[]).await;
    assert_eq!(reset["PasswordPolicy"]["InitialPasswordAge"], 14);
    assert_eq!(reset["PasswordPolicy"]["MinimumPasswordLength"], 8);
    app.end().await;
}

async fn what_ram_does_not_know_stays(on: On) {
    let app = TestApp::start(on).await;
    app.ims_answer("SetPasswordPolicy", ALL).await;
    let ram = app.answer(&app.root(), "SetPasswordPolicy", &[]).await;
    assert_eq!(ram["PasswordPolicy"]["MinimumPasswordLength"], 8);
    let policy = app.ims_answer("GetPasswordPolicy", &[]).await;
    assert_eq!(policy["PasswordPolicy"]["MinimumPasswordLength"], 8);
    assert_eq!(policy["PasswordPolicy"]["InitialPasswordAge"], 7);
    assert_eq!(policy["PasswordPolicy"]["PasswordNotContainUserName"], true);
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    for (name, text) in [
        ("MinimumPasswordLength", "7"),
        ("MinimumPasswordDifferentCharacter", "9"),
        ("InitialPasswordAge", "91"),
        ("MaxPasswordAge", "1096"),
        ("PasswordReusePrevention", "25"),
        ("MaxLoginAttemps", "33"),
    ] {
        app.ims(&root, "SetPasswordPolicy", &[(name, text)])
            .await
            .refused(400, &format!("InvalidParameter.{name}.Range"));
        app.ims_refuses("SetPasswordPolicy", &[(name, "many")], &bad_type(name))
            .await;
    }
    for name in ["HardExpire", "PasswordNotContainUserName", "RequireNumbers"] {
        app.ims_refuses("SetPasswordPolicy", &[(name, "yes")], &incorrect(name))
            .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    let permission = Permission {
        action: "SetPasswordPolicy",
        params: ALL,
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}
