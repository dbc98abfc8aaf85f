//! Service-linked roles end to end, on both databases. A process of its own: the operator's services
//! hold for the whole process.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

#[path = "../support/app.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod app;
#[path = "../support/postgres.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;
#[path = "../support/tamper.rs"]
mod tamper;

mod catalogue;
mod operators;
mod policies;
mod quota;
mod races;
mod restart;
mod use_and_removal;

use std::time::Duration;

use rampart::model::catalog;
use rampart::ops::declare::Product;
use serde_json::Value;

use crate::app::{ACCOUNT, Credentials, On, Reply, Setup, TestApp};

/// The operator's own service: an account may have several of its roles.
const SERVICE: &str = "storage.corp.example";
const ROLE: &str = "ServiceRoleForStorage";

const SERVICES: &str = r#"
services:
  - service: storage.corp.example
    role_name: ServiceRoleForStorage
    policy_name: ServiceRolePolicyForStorage
    description: What the storage service does for the account.
    custom_suffix: true
    policy_document:
      Version: "1"
      Statement:
        - Effect: Allow
          Action: ram:ListUsers
          Resource: "*"
"#;

/// A server whose catalogue has the operator's service.
async fn start(setup: Setup) -> TestApp {
    catalog::extend(catalog::read_services(SERVICES).unwrap()).unwrap();
    TestApp::with(setup).await
}

async fn start_on(on: On) -> TestApp {
    start(Setup::on(on)).await
}

impl TestApp {
    /// A call of ResourceManager.
    async fn rm(&self, caller: &Credentials, action: &str, params: &[(&str, &str)]) -> Reply {
        self.rpc(caller, Product::ResourceManager, action, params)
            .await
    }

    /// A call of Rampart's own product.
    async fn own(&self, caller: &Credentials, action: &str, params: &[(&str, &str)]) -> Reply {
        self.rpc(caller, Product::Rampart, action, params).await
    }

    /// Root has the role of the operator's service made; its id.
    async fn storage_role(&self) -> String {
        let params = [("ServiceName", SERVICE)];
        let made = self
            .ram(&self.root(), "CreateServiceLinkedRole", &params)
            .await
            .ok();
        made["Role"]["RoleId"].as_str().unwrap().to_owned()
    }

    /// Root asks for a role's removal; the task.
    async fn delete_linked(&self, role: &str) -> String {
        let params = [("RoleName", role)];
        let queued = self
            .rm(&self.root(), "DeleteServiceLinkedRole", &params)
            .await
            .ok();
        queued["DeletionTaskId"].as_str().unwrap().to_owned()
    }

    /// What became of a task.
    async fn outcome(&self, task: &str) -> Value {
        let params = [("DeletionTaskId", task)];
        for _ in 0..3000 {
            let action = "GetServiceLinkedRoleDeletionStatus";
            let found = self.rm(&self.root(), action, &params).await.ok();
            if found["Status"] != "IN_PROGRESS" {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{task} is not done");
    }
}

/// The ARN of a role of the account.
fn arn(role: &str) -> String {
    format!("acs:ram::{ACCOUNT}:role/{role}")
}
