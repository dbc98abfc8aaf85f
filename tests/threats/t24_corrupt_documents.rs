//! Row 24: a stored document that cannot be read denies; its Deny does not vanish with it.

use crate::app::{On, Setup, TestApp, policy};
use crate::{on_disk, tamper};

on_disk!(
    t24_a_policy_that_cannot_be_read_denies,
    t24_a_trust_that_cannot_be_read_trusts_nobody
);

const BROKEN: [&str; 6] = [
    "{",
    "",
    "null",
    r#"{"Version":"1"}"#,
    r#"{"Version":"1","Version":"1","Statement":[]}"#,
    r#"{"Version":"1","Statement":[{"Effect":"Perhaps","Action":"*","Resource":"*"}]}"#,
];

async fn t24_a_policy_that_cannot_be_read_denies(on: On) {
    let setup = Setup::on(on);
    let app = TestApp::with(setup.clone()).await;
    // The first allows everything, the second denies a little.
    let documents = [
        policy("Allow", "*", "*"),
        policy("Deny", "ram:DeleteRole", "*"),
    ];
    let alice = app.user("alice", &[&documents[0], &documents[1]]).await;
    app.role("Taken", r#"{"RAM":["*"]}"#, &[&documents[0], &documents[1]])
        .await;
    let session = app.assume(&alice, "Taken", &[]).await.unwrap();
    app.ram(&alice, "ListRoles", &[]).await.ok();
    app.ram(&session, "ListRoles", &[]).await.ok();
    app.iam.stop().await;
    for broken in BROKEN {
        let corrupt = format!(
            "UPDATE policy_versions SET document = '{broken}' WHERE name_key IN ('alice-1', 'taken-role-1')"
        );
        assert_eq!(tamper::sql(&app, &corrupt).await, 2);
        let after = app.again(&setup).await;
        for caller in [&alice, &session] {
            for action in ["ListRoles", "DeleteRole", "GetUser"] {
                let params = [("RoleName", "Taken"), ("UserName", "alice")];
                after
                    .ram(caller, action, &params)
                    .await
                    .refused(403, "NoPermission");
            }
        }
        let denied = after.ram(&alice, "ListRoles", &[]).await.json();
        assert_eq!(
            denied["AccessDeniedDetail"]["NoPermissionType"], "ExplicitDeny",
            "{broken}"
        );
        after
            .assume(&alice, "Taken", &[])
            .await
            .unwrap_err()
            .refused(403, "NoPermission");
        // What needs no permission, and others, are not touched by it.
        after.sts(&alice, "GetCallerIdentity", &[]).await.ok();
        after.ram(&after.root(), "ListRoles", &[]).await.ok();
        after.iam.stop().await;
    }
    app.end().await;
}

async fn t24_a_trust_that_cannot_be_read_trusts_nobody(on: On) {
    let setup = Setup::on(on);
    let app = TestApp::with(setup.clone()).await;
    let alice = app.user("alice", &[&policy("Allow", "*", "*")]).await;
    app.role("Taken", r#"{"RAM":["*"]}"#, &[]).await;
    app.assume(&alice, "Taken", &[]).await.unwrap();
    app.iam.stop().await;
    for broken in BROKEN {
        let corrupt = format!("UPDATE roles SET trust_policy = '{broken}'");
        assert_eq!(tamper::sql(&app, &corrupt).await, 1);
        let after = app.again(&setup).await;
        after
            .assume(&alice, "Taken", &[])
            .await
            .unwrap_err()
            .refused(403, "NoPermission");
        // Its owner can still see and mend it.
        let root = after.root();
        after
            .ram(&root, "GetRole", &[("RoleName", "Taken")])
            .await
            .ok();
        let trust = crate::app::trust(r#"{"RAM":["*"]}"#);
        let mend = [
            ("RoleName", "Taken"),
            ("NewAssumeRolePolicyDocument", trust.as_str()),
        ];
        after.ram(&root, "UpdateRole", &mend).await.ok();
        after.assume(&alice, "Taken", &[]).await.unwrap();
        after.iam.stop().await;
    }
    app.end().await;
}
