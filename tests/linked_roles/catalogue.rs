//! Each of the vendor's 200, as the specification has them and not as our own copy does.

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::app::{ACCOUNT, Credentials, On, TestApp, policy, trust};
use crate::on_both;
use crate::{arn, start_on};

on_both!(each_of_the_200_lives_and_is_protected);

/// The specification's file, as it was given.
const FILE: &str = include_str!("../vectors/service-linked-roles.json");
const DIGEST: &str = "c0964e352b78847cb2ed1fa964673c5e68f2c441907eaf4d85b5aa3281f0de36";

fn roles() -> Vec<Value> {
    assert_eq!(
        hex::encode(Sha256::digest(FILE)),
        DIGEST,
        "the vectors were changed"
    );
    let file: Value = serde_json::from_str(FILE).unwrap();
    file["roles"].as_array().unwrap().clone()
}

async fn each_of_the_200_lives_and_is_protected(on: On) {
    let app = start_on(on).await;
    let admin = app.user("admin", &[&policy("Allow", "*", "*")]).await;
    app.role("jump", r#"{"RAM":["*"]}"#, &[&policy("Allow", "*", "*")])
        .await;
    let session = app.assume(&admin, "jump", &[]).await.unwrap();
    let stranger = app.service("stranger.corp.example", None, &[]).await;
    let others = [app.root(), admin.clone(), session, stranger];
    let roles = roles();
    for (index, role) in roles.iter().enumerate() {
        let case = Case {
            app: &app,
            role,
            admin: &admin,
            by_ram: index % 2 == 0,
        };
        case.lives(&others).await;
    }
    println!("{} roles on {on:?}", roles.len());
    assert_eq!(roles.len(), 200);
    app.end().await;
}

struct Case<'a> {
    app: &'a TestApp,
    /// What the specification says.
    role: &'a Value,
    admin: &'a Credentials,
    /// Whether RAM is asked to make it, or ResourceManager.
    by_ram: bool,
}

impl Case<'_> {
    fn said(&self, what: &str) -> &str {
        self.role[what].as_str().unwrap()
    }

    async fn lives(&self, others: &[Credentials]) {
        let (app, name) = (self.app, self.said("role_name"));
        let service_name = [("ServiceName", self.said("service_name"))];
        let action = "CreateServiceLinkedRole";
        let made = if self.by_ram {
            app.ram(self.admin, action, &service_name).await
        } else {
            app.rm(self.admin, action, &service_name).await
        };
        let made = made.ok()["Role"].clone();
        self.is_right(&made);
        let again = app.ram(self.admin, action, &service_name).await;
        again.refused(409, "EntityAlreadyExists.Role");

        let named = [("RoleName", name)];
        let got = app.ram(self.admin, "GetRole", &named).await.ok()["Role"].clone();
        self.is_right(&got);
        assert_eq!(got["RoleId"], made["RoleId"]);
        let got = app.rm(self.admin, "GetRole", &named).await.ok()["Role"].clone();
        self.is_right(&got);
        let listed = app.ram(self.admin, "ListRoles", &[]).await.ok();
        let listed = listed["Roles"]["Role"].as_array().unwrap();
        let found = listed.iter().find(|role| role["RoleName"] == name).unwrap();
        // RAM's list says no more of such a role than of others.
        assert_eq!(found.get("IsServiceLinkedRole"), None);
        assert_eq!(found["Arn"], arn(&name.to_lowercase()));
        let attached = app
            .ram(self.admin, "ListPoliciesForRole", &named)
            .await
            .ok();
        let attached = attached["Policies"]["Policy"].as_array().unwrap();
        assert_eq!(attached.len(), 1);
        assert_eq!(attached[0]["PolicyName"], self.said("policy_name"));
        assert_eq!(attached[0]["PolicyType"], "System");
        self.shows_its_policy(attached[0]["Description"].as_str().unwrap())
            .await;
        let policy = [
            ("PolicyType", "System"),
            ("PolicyName", self.said("policy_name")),
        ];
        let holders = app.ram(self.admin, "ListEntitiesForPolicy", &policy).await;
        let holders = holders.ok()["Roles"]["Role"].clone();
        assert_eq!(holders[0]["Arn"], arn(&name.to_lowercase()));
        self.is_protected().await;

        // Nobody but its service takes it.
        for other in others {
            let refused = app.assume(other, name, &[]).await.unwrap_err();
            refused.refused(403, "NoPermission");
        }
        let own = app
            .service(self.said("service_name"), Some(ACCOUNT), &[])
            .await;
        let session = app.assume(&own, name, &[]).await.unwrap();
        app.sts(&session, "GetCallerIdentity", &[]).await.ok();

        let task = app.delete_linked(&name.to_uppercase()).await;
        let expected = format!(
            "task/acs-service-role/{}/{name}/",
            self.said("service_name")
        );
        assert!(task.starts_with(&expected), "{task}");
        assert_eq!(app.outcome(&task).await["Status"], "SUCCEEDED");
        let gone = app.ram(self.admin, "GetRole", &named).await;
        gone.refused(404, "EntityNotExist.Role");
        let dead = app.sts(&session, "GetCallerIdentity", &[]).await;
        dead.refused(400, "InvalidSecurityToken.Expired");
    }

    /// Whether a role that an answer shows is what the specification says.
    fn is_right(&self, shown: &Value) {
        let (service, name) = (self.said("service_name"), self.said("role_name"));
        assert_eq!(shown["RoleName"], name);
        assert_eq!(shown["Arn"], arn(&name.to_lowercase()));
        assert_eq!(shown["Description"], self.role["description"]);
        assert_eq!(shown["IsServiceLinkedRole"], true);
        let document = shown["AssumeRolePolicyDocument"].as_str().unwrap();
        let document: Value = serde_json::from_str(document).unwrap();
        assert_eq!(
            document,
            json!({
                "Version": "1",
                "Statement": [{
                    "Action": "sts:AssumeRole",
                    "Effect": "Allow",
                    "Principal": { "Service": [service] }
                }]
            })
        );
    }

    /// The policy's document, and that it is marked where it is known in part only.
    async fn shows_its_policy(&self, description: &str) {
        let whole = self.role["policy_document_complete"].as_bool().unwrap();
        let part = "known in part only";
        assert_eq!(description.contains(part), !whole, "{description}");
        let params = [
            ("PolicyType", "System"),
            ("PolicyName", self.said("policy_name")),
        ];
        let found = self.app.ram(self.admin, "GetPolicy", &params).await.ok();
        let version = &found["DefaultPolicyVersion"];
        let document: Value =
            serde_json::from_str(version["PolicyDocument"].as_str().unwrap()).unwrap();
        assert_eq!(document, self.role["policy_document"]);
        let shown = found["Policy"]["Description"].as_str().unwrap();
        assert_eq!(shown.contains(part), !whole);
        let of_version = [params[0], params[1], ("VersionId", "v1")];
        let alone = self
            .app
            .rm(self.admin, "GetPolicyVersion", &of_version)
            .await
            .ok();
        let service_name = [("ServiceName", self.said("service_name"))];
        let action = "GetServiceLinkedRoleTemplate";
        let template = self.app.ram(self.admin, action, &service_name).await.ok();
        let template = &template["ServiceLinkedRoleTemplate"];
        for mark in [
            &version["PolicyDocumentComplete"],
            &alone["PolicyVersion"]["PolicyDocumentComplete"],
            &template["SystemPolicyDocumentComplete"],
        ] {
            assert_eq!(*mark == false, !whole, "{mark}");
        }
        assert_eq!(template["RoleNamePrefix"], self.role["role_name"]);
        assert_eq!(template["SystemPolicyName"], self.role["policy_name"]);
        assert_eq!(template["MultipleRolesAllowed"], self.role["custom_suffix"]);
    }

    /// That it is changed by nobody who may everything, in the words of either product.
    async fn is_protected(&self) {
        let (app, name) = (self.app, self.said("role_name"));
        let role = ("RoleName", name);
        let trust = trust(r#"{"RAM":["*"]}"#);
        let own = [
            ("PolicyType", "System"),
            ("PolicyName", self.said("policy_name")),
        ];
        let other = [
            ("PolicyType", "System"),
            ("PolicyName", "AdministratorAccess"),
        ];
        let principal = format!("{name}@role.{ACCOUNT}.onaliyunservice.com");
        let grant = [
            ("PrincipalName", principal.as_str()),
            ("PrincipalType", "ServiceRole"),
            ("ResourceGroupId", ACCOUNT),
        ];
        let update = [
            vec![role, ("NewAssumeRolePolicyDocument", trust.as_str())],
            vec![role, ("NewMaxSessionDuration", "7200")],
            vec![role, ("NewDescription", "taken over")],
        ];
        let mut ram = vec![
            ("AttachPolicyToRole", [&other[..], &[role]].concat()),
            ("DetachPolicyFromRole", [&own[..], &[role]].concat()),
            ("DeleteRole", vec![role]),
        ];
        let mut rm = vec![
            ("AttachPolicy", [&other[..], &grant].concat()),
            ("DetachPolicy", [&own[..], &grant].concat()),
            ("DeleteRole", vec![role]),
        ];
        for params in update {
            ram.push(("UpdateRole", params.clone()));
            rm.push(("UpdateRole", params));
        }
        for (action, params) in ram {
            let refused = app.ram(self.admin, action, &params).await;
            refused.refused(403, "NotSupport.ServiceLinkedRole");
        }
        for (action, params) in rm {
            let refused = app.rm(self.admin, action, &params).await;
            refused.refused(403, "NotSupport.ServiceLinkedRole");
        }
    }
}
