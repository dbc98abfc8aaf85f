//! Row 16: nobody renames or untags something out of what a policy says of it, or into it.

use crate::app::{On, TestApp, policy};
use crate::on_disk;

on_disk!(
    t16_nobody_renames_out_of_a_deny,
    t16_nobody_renames_into_an_allow,
    t16_nobody_untags_out_of_a_deny,
);

fn both(statements: &[String]) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{}]}}"#,
        statements.join(",")
    )
}

fn statement(effect: &str, action: &str, resource: &str) -> String {
    format!(r#"{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}"}}"#)
}

/// A user that may rename what lies under `dev-` may not take the name of, or give its own to, what
/// lies elsewhere.
async fn t16_nobody_renames_out_of_a_deny(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    // Everything but what is called `prod-…`.
    let document = both(&[
        statement("Allow", "ram:*", "*"),
        statement("Deny", "ram:*", "acs:ram:*:*:user/prod-*"),
        statement("Deny", "ram:*", "acs:ram:*:*:group/prod-*"),
    ]);
    let eve = app.user("eve", &[&document]).await;
    app.user("prod-db", &[]).await;
    let user = [("UserName", "prod-db"), ("NewUserName", "mine")];
    app.ram(&eve, "UpdateUser", &user)
        .await
        .refused(403, "NoPermission");
    let group = [("GroupName", "prod-admins")];
    app.ram(&root, "CreateGroup", &group).await.ok();
    let group = [("GroupName", "prod-admins"), ("NewGroupName", "mine")];
    app.ram(&eve, "UpdateGroup", &group)
        .await
        .refused(403, "NoPermission");
    // Nor the other way round: what is its own does not become what it may not touch.
    app.user("mine", &[]).await;
    let user = [("UserName", "mine"), ("NewUserName", "prod-other")];
    app.ram(&eve, "UpdateUser", &user)
        .await
        .refused(403, "NoPermission");
    for name in ["prod-db", "mine"] {
        app.ram(&root, "GetUser", &[("UserName", name)]).await.ok();
    }
    let other = [("UserName", "mine"), ("NewUserName", "other")];
    app.ram(&eve, "UpdateUser", &other).await.ok();
    app.end().await;
}

/// With rights on `dev-…` alone, a name among them is no way to what bears another, and no way to
/// the trust that another name has.
async fn t16_nobody_renames_into_an_allow(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let document = policy("Allow", "ram:*", "acs:ram:*:*:user/dev-*");
    let assume = policy("Allow", "sts:AssumeRole", "*");
    let eve = app.user("dev-eve", &[&document, &assume]).await;
    app.user("admin", &[]).await;
    let into = [("UserName", "admin"), ("NewUserName", "dev-admin")];
    app.ram(&eve, "UpdateUser", &into)
        .await
        .refused(403, "NoPermission");
    let account = crate::app::ACCOUNT;
    let trusted = format!(r#"{{"RAM":"acs:ram::{account}:user/deployer"}}"#);
    app.role("Deploy", &trusted, &[]).await;
    let own = [("UserName", "dev-eve"), ("NewUserName", "deployer")];
    app.ram(&eve, "UpdateUser", &own)
        .await
        .refused(403, "NoPermission");
    let arn = format!("acs:ram::{account}:role/Deploy");
    let params = [("RoleArn", arn.as_str()), ("RoleSessionName", "s1")];
    app.sts(&eve, "AssumeRole", &params)
        .await
        .refused(403, "NoPermission");
    app.ram(&root, "GetUser", &[("UserName", "admin")])
        .await
        .ok();
    let within = [("UserName", "dev-eve"), ("NewUserName", "dev-adam")];
    app.ram(&eve, "UpdateUser", &within).await.ok();
    app.end().await;
}

/// Each thing that a tag call names is decided on with its own tags; one that may not be touched
/// spoils the call.
async fn t16_nobody_untags_out_of_a_deny(on: On) {
    let app = TestApp::start(on).await;
    let root = app.root();
    let on_prod = r#""Condition":{"StringEquals":{"acs:ResourceTag/env":"prod"}}"#;
    let deny = statement("Deny", "ram:*", "*").replacen('{', &format!("{{{on_prod},"), 1);
    let document = both(&[statement("Allow", "ram:*", "*"), deny]);
    let eve = app.user("eve", &[&document]).await;
    for name in ["db", "web", "test"] {
        app.role(name, r#"{"RAM":"*"}"#, &[]).await;
    }
    let tag = |names: &'static str, value: &'static str| {
        [
            ("ResourceType", "role"),
            ("ResourceNames", names),
            ("Tag.1.Key", "env"),
            ("Tag.1.Value", value),
        ]
    };
    let all = tag(r#"["db","web"]"#, "prod");
    app.ram(&root, "TagResources", &all).await.ok();
    for names in [r#"["db"]"#, r#"["test","db"]"#, r#"["db","test"]"#] {
        // Neither taking the tag off nor giving it another value.
        app.ram(&eve, "TagResources", &tag(names, "test"))
            .await
            .refused(403, "NoPermission");
        let some = [
            ("ResourceType", "role"),
            ("ResourceNames", names),
            ("TagKeys", r#"["env"]"#),
        ];
        let every = [some[0], some[1], ("All", "true")];
        for untag in [&some, &every] {
            app.ram(&eve, "UntagResources", untag)
                .await
                .refused(403, "NoPermission");
        }
    }
    let listed = app
        .ram(&root, "ListTagResources", &[("ResourceType", "role")])
        .await
        .ok();
    assert_eq!(listed["TagResources"].as_array().unwrap().len(), 2);
    app.ram(&eve, "DeleteRole", &[("RoleName", "db")])
        .await
        .refused(403, "NoPermission");
    app.ram(&eve, "TagResources", &tag(r#"["test"]"#, "test"))
        .await
        .ok();
    app.end().await;
}
