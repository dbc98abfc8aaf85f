//! A task that was acknowledged is done, also by the server after the one that wrote it down.

use std::time::Duration;

use rampart::model::linked::{DeletionStatus, DeletionTask, RoleUsage};
use rampart::policy::ids::RoleId;

use crate::app::{ACCOUNT, On, Setup, TestApp};
use crate::{ROLE, SERVICE, start_on, tamper};

/// Tests of what outlives a process: in a file and on PostgreSQL.
macro_rules! lasting {
    ($($name:ident),+) => {$(
        mod $name {
            use super::On;

            #[tokio::test]
            async fn on_sqlite() {
                super::$name(On::File).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                super::$name(On::Postgres).await;
            }
        }
    )+};
}
lasting!(
    a_task_survives_a_restart,
    a_task_that_cannot_be_read_is_given_up
);

/// What is there when a server has been killed between the answer and the task.
async fn left(app: &TestApp, role: &str, usage: Option<&str>) -> String {
    let role: RoleId = role.parse().unwrap();
    let task = DeletionTask {
        account: ACCOUNT.parse().unwrap(),
        id: format!("task/acs-service-role/{SERVICE}/{ROLE}/{role}"),
        role,
        number: 1,
        status: DeletionStatus::InProgress,
        reason: Vec::new(),
        created_at: crate::app::START,
        updated_at: crate::app::START,
    };
    let mut guard = app.iam.begin_write(task.account).await.unwrap();
    guard.tx().create_deletion_task(&task).await.unwrap();
    if let Some(resource) = usage {
        let usage = RoleUsage {
            region: "global".to_owned(),
            resource: resource.to_owned(),
            registered_at: crate::app::START,
        };
        guard.tx().put_role_usage(role, &usage).await.unwrap();
    }
    guard.commit().await.unwrap();
    task.id
}

async fn a_task_survives_a_restart(on: On) {
    let setup = Setup::on(on);
    for (usage, expected) in [(Some("bucket"), "FAILED"), (None, "SUCCEEDED")] {
        let app = start_on(on).await;
        let role = app.storage_role().await;
        let service = app.service(SERVICE, None, &[]).await;
        let session = app.assume(&service, ROLE, &[]).await.unwrap();
        let task = left(&app, &role, usage).await;
        let status = [("DeletionTaskId", task.as_str())];
        let action = "GetServiceLinkedRoleDeletionStatus";
        let found = app.rm(&app.root(), action, &status).await.ok();
        assert_eq!(found["Status"], "IN_PROGRESS");
        assert_eq!(
            app.store
                .unfinished_deletions(i64::MAX, 9)
                .await
                .unwrap()
                .len(),
            1
        );
        app.iam.stop().await;

        let again = app.again(&setup).await;
        again.iam.tick().await;
        assert_eq!(again.outcome(&task).await["Status"], expected);
        let token = again.sts(&session, "GetCallerIdentity", &[]).await;
        if expected == "SUCCEEDED" {
            token.refused(400, "InvalidSecurityToken.Expired");
        } else {
            token.ok();
            let arn = crate::arn(ROLE);
            let params = [("RoleArn", arn.as_str()), ("Resource", "bucket")];
            let action = "DeleteServiceLinkedRoleUsage";
            again.own(&service, action, &params).await.ok();
            let task = again.delete_linked(ROLE).await;
            assert_eq!(again.outcome(&task).await["Status"], "SUCCEEDED");
        }
        let gone = again
            .ram(&again.root(), "GetRole", &[("RoleName", ROLE)])
            .await;
        gone.refused(404, "EntityNotExist.Role");
        again.iam.stop().await;
        app.end().await;
    }
}

async fn a_task_that_cannot_be_read_is_given_up(on: On) {
    let app = start_on(on).await;
    let role = app.storage_role().await;
    let task = left(&app, &role, None).await;
    tamper::sql(&app, "UPDATE deletion_tasks SET reason = 'x'").await;
    app.iam.tick().await;
    let given_up = "SELECT COUNT(*) FROM deletion_tasks WHERE status = 'INTERNAL_ERROR'";
    for _ in 0..3000 {
        if tamper::number(&app, given_up).await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(app.outcome(&task).await["Status"], "INTERNAL_ERROR");
    // The role is there, and can be removed.
    let task = app.delete_linked(ROLE).await;
    assert_eq!(app.outcome(&task).await["Status"], "SUCCEEDED");
    app.end().await;
}

#[tokio::test]
async fn t12_an_account_whose_row_is_held_holds_up_nothing_else_that_is_due() {
    let app = start_on(On::Postgres).await;
    let role = app.storage_role().await;
    let task = left(&app, &role, None).await;
    let held = tamper::hold_account(&app, ACCOUNT).await;
    let patience = Duration::from_secs(2);
    let tick = tokio::time::timeout(patience, app.iam.tick()).await;
    assert!(tick.is_ok(), "the tick waits for the account's turn");
    drop(held);
    assert_eq!(app.outcome(&task).await["Status"], "SUCCEEDED");
    app.end().await;
}
