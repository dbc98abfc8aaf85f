//! `SetPasswordPolicy`.

use serde_json::json;

use crate::app::{On, TestApp};
use crate::expect::{Permission, bad_type, incorrect, refusal, with};
use crate::on_both;

const ALL: &[(&str, &str)] = &[
    ("MinimumPasswordLength", "12"),
    ("RequireLowercaseCharacters", "True"),
    ("RequireUppercaseCharacters", "true"),
    ("RequireNumbers", "TRUE"),
    ("RequireSymbols", "true"),
    ("HardExpiry", "true"),
    ("MaxPasswordAge", "90"),
    ("PasswordReusePrevention", "3"),
    ("MaxLoginAttemps", "5"),
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
    let answer = app.answer(&root, "SetPasswordPolicy", &params).await;
    assert_eq!(
        answer,
        json!({"PasswordPolicy": {
            "MinimumPasswordLength": 12,
            "RequireLowercaseCharacters": true,
            "RequireUppercaseCharacters": true,
            "RequireNumbers": true,
            "RequireSymbols": true,
            "HardExpiry": true,
            "MaxPasswordAge": 90,
            "PasswordReusePrevention": 3,
            "MaxLoginAttemps": 5,
        }})
    );
    assert_eq!(app.answer(&root, "GetPasswordPolicy", &[]).await, answer);
    app.end().await;
}

async fn what_is_left_out_gets_its_default(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let default = app.answer(&root, "GetPasswordPolicy", &[]).await;
    app.ram(&root, "SetPasswordPolicy", ALL).await.ok();
    assert_eq!(app.answer(&root, "SetPasswordPolicy", &[]).await, default);
    assert_eq!(app.answer(&root, "GetPasswordPolicy", &[]).await, default);
    assert_eq!(
        app.xml("SetPasswordPolicy", &[("MinimumPasswordLength", "")])
            .await,
        "<PasswordPolicy><MinimumPasswordLength>8</MinimumPasswordLength>\
         <RequireLowercaseCharacters>false</RequireLowercaseCharacters>\
         <RequireUppercaseCharacters>false</RequireUppercaseCharacters>\
         <RequireNumbers>false</RequireNumbers><RequireSymbols>false</RequireSymbols>\
         <HardExpiry>false</HardExpiry><MaxPasswordAge>0</MaxPasswordAge>\
         <PasswordReusePrevention>0</PasswordReusePrevention><MaxLoginAttemps>0</MaxLoginAttemps>\
         </PasswordPolicy>"
    );
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    for (name, from, to) in [
        ("MinimumPasswordLength", 8, 32),
        ("MaxPasswordAge", 0, 1095),
        ("PasswordReusePrevention", 0, 24),
        ("MaxLoginAttemps", 0, 32),
    ] {
        let range = refusal(
            400,
            &format!("InvalidParameter.{name}.Range"),
            &format!("The parameter - \"{name}\" MUST be in the range of {from} and {to}."),
        );
        let (below, above) = ((from - 1).to_string(), (to + 1).to_string());
        for text in [&*below, &*above, "-1", "4294967304"] {
            app.refuses(&root, "SetPasswordPolicy", &with(ALL, name, text), &range)
                .await;
        }
        for text in ["ten", "8.5", "99999999999999999999"] {
            app.refuses(
                &root,
                "SetPasswordPolicy",
                &with(ALL, name, text),
                &bad_type(name),
            )
            .await;
        }
        for text in [from.to_string(), to.to_string()] {
            let params = [(name, text.as_str())];
            let answer = app.answer(&root, "SetPasswordPolicy", &params).await;
            assert_eq!(answer["PasswordPolicy"][name].to_string(), text);
        }
    }
    for name in [
        "RequireLowercaseCharacters",
        "RequireUppercaseCharacters",
        "RequireNumbers",
        "RequireSymbols",
        "HardExpiry",
    ] {
        app.refuses(
            &root,
            "SetPasswordPolicy",
            &with(ALL, name, "yes"),
            &incorrect(name),
        )
        .await;
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.needs(&Permission {
        action: "SetPasswordPolicy",
        params: ALL,
        resources: &["1234567890123456:*"],
        absent: &[],
        absent_resources: &[],
    })
    .await;
    app.end().await;
}
