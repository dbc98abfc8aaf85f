//! Who may have such roles made and removed.

use crate::app::On;
use crate::on_both;
use crate::start_on;

on_both!(
    the_vendors_sample_policy_lets_exactly_that_through,
    the_service_of_a_role_is_known_to_the_condition,
);

/// The sample of the vendor's documentation: one service's role, made and removed.
const SAMPLE: &str = r#"{"Version":"1","Statement":[{
    "Action":["ram:CreateServiceLinkedRole","ram:DeleteServiceLinkedRole"],
    "Resource":"*","Effect":"Allow",
    "Condition":{"StringEquals":{"ram:ServiceName":"resourcemanager.aliyuncs.com"}}}]}"#;
const ROLE: &str = "AliyunServiceRoleForResourceDirectory";

async fn the_vendors_sample_policy_lets_exactly_that_through(on: On) {
    let app = start_on(on).await;
    let root = app.root();
    let user = app.user("delegate", &[SAMPLE]).await;
    let service = |name| [("ServiceName", name)];
    let other = service("polardb.aliyuncs.com");
    app.ram(&root, "CreateServiceLinkedRole", &other).await.ok();
    app.role("ordinary", r#"{"RAM":["*"]}"#, &[]).await;
    for by_ram in [true, false] {
        let call = async |action: &str, params: &[(&str, &str)]| {
            if by_ram {
                app.ram(&user, action, params).await
            } else {
                app.rm(&user, action, params).await
            }
        };
        for name in [
            "config.aliyuncs.com",
            "rmc.resourcemanager.aliyuncs.com",
            "unknown.corp.example",
            "nothing",
        ] {
            let refused = call("CreateServiceLinkedRole", &service(name)).await;
            refused.refused(403, "NoPermission");
        }
        // Another spelling is the same service.
        let spelt = service("ResourceManager.aliyuncs.com");
        call("CreateServiceLinkedRole", &spelt).await.ok();
        // What is not its service's is refused like what is not there.
        for role in ["AliyunServiceRoleForPolarDB", "ordinary", "missing"] {
            let refused = call("DeleteServiceLinkedRole", &[("RoleName", role)]).await;
            refused.refused(403, "NoPermission");
        }
        for (action, params) in [
            ("GetRole", vec![("RoleName", ROLE)]),
            ("DeleteRole", vec![("RoleName", ROLE)]),
            (
                "UpdateRole",
                vec![("RoleName", ROLE), ("NewDescription", "x")],
            ),
        ] {
            call(action, &params).await.refused(403, "NoPermission");
        }
        let queued = call("DeleteServiceLinkedRole", &[("RoleName", ROLE)])
            .await
            .ok();
        let task = queued["DeletionTaskId"].as_str().unwrap();
        let status = [("DeletionTaskId", task)];
        let refused = app
            .rm(&user, "GetServiceLinkedRoleDeletionStatus", &status)
            .await;
        refused.refused(403, "NoPermission");
        assert_eq!(app.outcome(task).await["Status"], "SUCCEEDED");
    }
    app.end().await;
}

async fn the_service_of_a_role_is_known_to_the_condition(on: On) {
    let app = start_on(on).await;
    let root = app.root();
    let all = r#"{"Version":"1","Statement":[
        {"Action":"ram:*ServiceLinkedRole*","Resource":"*","Effect":"Allow"},
        {"Action":"ram:*","Resource":"*","Effect":"Deny",
         "Condition":{"StringLike":{"ram:ServiceName":"polar*"}}}]}"#;
    let user = app.user("delegate", &[all]).await;
    for name in ["polardb.aliyuncs.com", "polaradb.aliyuncs.com"] {
        let params = [("ServiceName", name)];
        let refused = app.ram(&user, "CreateServiceLinkedRole", &params).await;
        refused.refused(403, "NoPermission");
    }
    let params = [("ServiceName", "polaradb.aliyuncs.com")];
    app.ram(&root, "CreateServiceLinkedRole", &params)
        .await
        .ok();
    let params = [("RoleName", "AliyunServiceRoleForPolarDB")];
    let refused = app.ram(&user, "DeleteServiceLinkedRole", &params).await;
    refused.refused(403, "NoPermission");
    // Who may for all others is told what there is not.
    let absent = app
        .ram(&user, "DeleteServiceLinkedRole", &[("RoleName", "missing")])
        .await;
    absent.refused(404, "EntityNotExist.Role");
    app.role("ordinary", r#"{"RAM":["*"]}"#, &[]).await;
    let ordinary = app
        .rm(
            &user,
            "DeleteServiceLinkedRole",
            &[("RoleName", "ordinary")],
        )
        .await;
    ordinary.refused(404, "EntityNotExist.ServiceLinkedRole");
    let unknown = app
        .rm(&user, "CreateServiceLinkedRole", &[("ServiceName", "a.b")])
        .await;
    unknown.refused(404, "EntityNotExist.Service");
    app.end().await;
}
