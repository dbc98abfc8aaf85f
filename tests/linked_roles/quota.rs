//! Such a role counts to the quota of roles and may pass it.

use rampart::model::quotas::Quotas;

use crate::app::{On, Setup, trust};
use crate::on_both;
use crate::{SERVICE, start};

on_both!(a_linked_role_passes_the_quota, uses_of_a_role_are_bounded);

async fn a_linked_role_passes_the_quota(on: On) {
    let quotas = Quotas {
        roles: 2,
        ..Quotas::default()
    };
    let app = start(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    let root = app.root();
    let trust = trust(r#"{"RAM":["*"]}"#);
    let create = |name| {
        let (app, root, trust) = (&app, &root, &trust);
        async move {
            let params = [
                ("RoleName", name),
                ("AssumeRolePolicyDocument", trust.as_str()),
            ];
            app.ram(root, "CreateRole", &params).await
        }
    };
    create("one").await.ok();
    app.storage_role().await;
    create("two").await.refused(409, "LimitExceeded.Role");
    let params = [("ServiceName", "polardb.aliyuncs.com")];
    app.ram(&root, "CreateServiceLinkedRole", &params)
        .await
        .ok();
    let params = [("ServiceName", "config.aliyuncs.com")];
    app.rm(&root, "CreateServiceLinkedRole", &params).await.ok();
    create("two").await.refused(409, "LimitExceeded.Role");
    for role in ["AliyunServiceRoleForPolarDB", "AliyunServiceRoleForConfig"] {
        let task = app.delete_linked(role).await;
        assert_eq!(app.outcome(&task).await["Status"], "SUCCEEDED");
    }
    create("two").await.refused(409, "LimitExceeded.Role");
    let task = app.delete_linked(crate::ROLE).await;
    assert_eq!(app.outcome(&task).await["Status"], "SUCCEEDED");
    create("two").await.ok();
    app.end().await;
}

async fn uses_of_a_role_are_bounded(on: On) {
    let quotas = Quotas {
        usages_per_role: 2,
        ..Quotas::default()
    };
    let app = start(Setup {
        quotas,
        ..Setup::on(on)
    })
    .await;
    app.storage_role().await;
    let service = app.service(SERVICE, None, &[]).await;
    let arn = crate::arn(crate::ROLE);
    let put = |resource| {
        let (app, service, arn) = (&app, &service, &arn);
        async move {
            let params = [("RoleArn", arn.as_str()), ("Resource", resource)];
            app.own(service, "PutServiceLinkedRoleUsage", &params).await
        }
    };
    put("a").await.ok();
    put("b").await.ok();
    put("a").await.ok();
    put("c").await.refused(409, "LimitExceeded.Role.Usage");
    let params = [("RoleArn", arn.as_str()), ("Resource", "a")];
    app.own(&service, "DeleteServiceLinkedRoleUsage", &params)
        .await
        .ok();
    put("c").await.ok();
    app.end().await;
}
