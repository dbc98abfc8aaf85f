//! Row 8: a name may come back, an id never does: nothing that was given to the first owner serves
//! the second.

use crate::app::{On, TestApp, policy};
use crate::on_both;

on_both!(
    t08_a_role_of_the_same_name_honours_no_old_session,
    t08_a_user_of_the_same_name_has_nothing
);

async fn t08_a_role_of_the_same_name_honours_no_old_session(on: On) {
    let app = TestApp::start(on).await;
    let user = app.user("taker", &[&policy("Allow", "*", "*")]).await;
    let root = app.root();
    let first = app.role("Taken", r#"{"RAM":["*"]}"#, &[]).await;
    let session = app.assume(&user, "Taken", &[]).await.unwrap();
    app.sts(&session, "GetCallerIdentity", &[]).await.ok();
    app.ram(&root, "DeleteRole", &[("RoleName", "Taken")])
        .await
        .ok();
    let second = app
        .role("Taken", r#"{"RAM":["*"]}"#, &[&policy("Allow", "*", "*")])
        .await;
    assert_ne!(first["RoleId"], second["RoleId"]);
    app.ram(&session, "ListRoles", &[])
        .await
        .refused(400, "InvalidSecurityToken.Expired");
    app.end().await;
}

async fn t08_a_user_of_the_same_name_has_nothing(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let old = app.user("alice", &[&policy("Allow", "*", "*")]).await;
    let id = app
        .ram(&root, "GetUser", &[("UserName", "alice")])
        .await
        .ok()["User"]["UserId"]
        .clone();
    let attached = [
        ("PolicyType", "Custom"),
        ("PolicyName", "alice-0"),
        ("UserName", "alice"),
    ];
    let key = [("UserName", "alice"), ("UserAccessKeyId", old.id.as_str())];
    app.ram(&root, "DetachPolicyFromUser", &attached).await.ok();
    app.ram(&root, "DeleteAccessKey", &key).await.ok();
    app.ram(&root, "DeleteUser", &[("UserName", "alice")])
        .await
        .ok();
    let new = app.user("alice", &[]).await;
    let now = app
        .ram(&root, "GetUser", &[("UserName", "alice")])
        .await
        .ok()["User"]["UserId"]
        .clone();
    assert_ne!(id, now);
    assert_ne!(old.id, new.id);
    app.sts(&old, "GetCallerIdentity", &[])
        .await
        .refused(404, "InvalidAccessKeyId.NotFound");
    app.ram(&new, "ListUsers", &[])
        .await
        .refused(403, "NoPermission");
    app.end().await;
}
