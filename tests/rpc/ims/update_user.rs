//! `UpdateUser`.

use rampart::ops::declare::Product;
use serde_json::json;

use crate::app::{On, TestApp, policy};
use crate::expect::{
    ALICE, BOB, LATER, NOW, Permission, UPN, absent, bad_chars, exists, incorrect, too_long, with,
};
use crate::on_both;

on_both!(
    changes_what_is_sent,
    renames,
    refuses_bad_parameters,
    t16_needs_permission_on_both_names,
    decides_on_the_tags_under_both_names,
    needs_permission,
);

async fn changes_what_is_sent(on: On) {
    let app = TestApp::start(on).await;
    let id = app.ims_user(ALICE).await;
    app.minute();
    let params = [
        ("UserId", id.as_str()),
        ("NewDisplayName", "New"),
        ("NewMobilePhone", "86-1"),
        ("NewEmail", "a@example.com"),
        ("NewComments", "c"),
    ];
    let expected = json!({"User": {
        "UserId": id, "UserPrincipalName": ALICE, "DisplayName": "New", "MobilePhone": "86-1",
        "Email": "a@example.com", "Comments": "c", "CreateDate": NOW, "UpdateDate": LATER,
        "ProvisionType": "Manual",
    }});
    assert_eq!(app.ims_answer("UpdateUser", &params).await, expected);
    assert_eq!(
        app.ims_answer("UpdateUser", &[(UPN, ALICE)]).await,
        expected
    );
    app.end().await;
}

async fn renames(on: On) {
    let app = TestApp::start(on).await;
    let id = app.ims_user(ALICE).await;
    app.ims_answer("CreateGroup", &[("GroupName", "Devs")])
        .await;
    app.ims_answer("AddUserToGroup", &[(UPN, ALICE), ("GroupName", "Devs")])
        .await;
    let renamed = [(UPN, ALICE), ("NewUserPrincipalName", BOB)];
    let answer = app.ims_answer("UpdateUser", &renamed).await;
    assert_eq!(answer["User"]["UserPrincipalName"], BOB);
    assert_eq!(answer["User"]["UserId"], id.as_str());
    let groups = app.ims_answer("ListGroupsForUser", &[(UPN, BOB)]).await;
    assert_eq!(groups["Groups"]["Group"][0]["GroupName"], "Devs");
    app.ims_refuses("GetUser", &[(UPN, ALICE)], &absent("User"))
        .await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    let id = app.ims_user(ALICE).await;
    app.ims_user(BOB).await;
    let good = [(UPN, ALICE)];
    app.checks_principal("UpdateUser", &good, false).await;
    for params in [&[][..], &[(UPN, ALICE), ("UserId", &id)]] {
        app.ims_refuses("UpdateUser", params, &incorrect("UserId"))
            .await;
    }
    let name = "NewUserPrincipalName";
    app.ims_refuses("UpdateUser", &with(&good, name, "bob"), &bad_chars(name))
        .await;
    let foreign = with(&good, name, "carol@2222222222222222.onaliyun.com");
    app.ims_refuses("UpdateUser", &foreign, &incorrect(name))
        .await;
    app.ims_refuses("UpdateUser", &with(&good, name, BOB), &exists("User"))
        .await;
    let name = "NewDisplayName";
    let long = "d".repeat(25);
    app.ims_refuses("UpdateUser", &with(&good, name, &long), &too_long(name))
        .await;
    app.end().await;
}

async fn t16_needs_permission_on_both_names(on: On) {
    let app = TestApp::start(on).await;
    let id = app.ims_user(ALICE).await;
    for (user, resource) in [("old", "user/Alice"), ("new", "user/bob")] {
        let allow = policy(
            "Allow",
            "ram:UpdateUser",
            &format!("acs:ram:*:*:{resource}"),
        );
        let caller = app.user(user, &[&allow]).await;
        for named in [(UPN, ALICE), ("UserId", id.as_str())] {
            app.ims(
                &caller,
                "UpdateUser",
                &[named, ("NewUserPrincipalName", BOB)],
            )
            .await
            .refused(403, "NoPermission");
        }
    }
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let permission = Permission {
        action: "UpdateUser",
        params: &[(UPN, ALICE)],
        resources: &["1234567890123456:user/Alice"],
        absent: &[(UPN, "nobody@1234567890123456.onaliyun.com")],
        absent_resources: &["1234567890123456:user/nobody"],
    };
    app.needs_of(Product::Ims, &permission).await;
    app.end().await;
}

/// A new name that is the present one in another case is the user's, with its tags.
async fn decides_on_the_tags_under_both_names(on: On) {
    let app = TestApp::start(on).await;
    app.ims_user(ALICE).await;
    let tags = [
        ("ResourceType", "user"),
        ("ResourcePrincipalName.1", ALICE),
        ("Tag.1.Key", "team"),
        ("Tag.1.Value", "blue"),
    ];
    app.ims_answer("TagResources", &tags).await;
    let by_tag = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:UpdateUser","Resource":"*",
        "Condition":{"StringEquals":{"acs:ResourceTag/team":"blue"}}}]}"#;
    let caller = app.user("bytag", &[by_tag]).await;
    let lower = ALICE.to_lowercase();
    let params = [(UPN, ALICE), ("NewUserPrincipalName", lower.as_str())];
    app.ims(&caller, "UpdateUser", &params).await.ok();
    // A name that nobody has yet has no tags.
    let params = [(UPN, ALICE), ("NewUserPrincipalName", BOB)];
    let denied = app.ims(&caller, "UpdateUser", &params).await;
    denied.refused(403, "NoPermission");
    app.end().await;
}
