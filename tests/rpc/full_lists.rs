//! An account at its quotas: every list pages through all of it, each entry once and in order. What a
//! page costs does not grow with the account: `lists_are_read_from_an_index` holds each statement with
//! a LIMIT to an index in its order, and here no page has more than was asked for.

use rampart::model::policy::{Policy, PolicyVersion, VersionId};
use rampart::model::principal::{Role, User};
use rampart::model::quotas::Quotas;
use rampart::ops::declare::Product;
use rampart::policy::ids::{AccountId, RoleId, UserId};

use crate::app::{ACCOUNT, On, TestApp, policy, trust};
use crate::on_both;

on_both!(every_list_pages_through_an_account_at_its_quotas);

async fn fill(app: &TestApp, quotas: &Quotas) {
    let account: AccountId = ACCOUNT.parse().unwrap();
    let mut guard = app.iam.begin_write(account).await.unwrap();
    let tx = guard.tx();
    for number in 0..quotas.users {
        let user = User {
            account,
            id: UserId::from_random(u64::from(number)),
            name: format!("user-{number:05}").parse().unwrap(),
            display_name: String::new(),
            comments: String::new(),
            email: String::new(),
            mobile_phone: String::new(),
            created_at: 1,
            updated_at: 1,
            last_login_at: None,
        };
        tx.create_user(&user).await.unwrap();
    }
    for number in 0..quotas.roles {
        let role = Role {
            account,
            id: RoleId::from_random(u64::from(number)),
            name: format!("role-{number:05}").parse().unwrap(),
            description: String::new(),
            trust_policy: trust(r#"{"RAM":["*"]}"#),
            max_session_duration: 3600,
            session_epoch: 0,
            linked_service: None,
            created_at: 1,
            updated_at: 1,
        };
        tx.create_role(&role).await.unwrap();
    }
    for number in 0..quotas.policies {
        let version = VersionId(1);
        let record = Policy {
            account,
            name: format!("policy-{number:05}").parse().unwrap(),
            description: String::new(),
            default_version: version,
            latest_version: version,
            created_at: 1,
            updated_at: 1,
        };
        let first = PolicyVersion {
            version,
            document: policy("Allow", "ram:GetUser", "*"),
            created_at: 1,
        };
        tx.create_policy(&record, &first).await.unwrap();
    }
    guard.commit().await.unwrap();
}

/// A list: its call, where its entries stand, by what each is known, and the size of a page.
struct List {
    product: Product,
    action: &'static str,
    params: &'static [(&'static str, &'static str)],
    path: [&'static str; 2],
    name: &'static str,
    size: usize,
}

/// Everything that the list shows.
async fn walk(app: &TestApp, list: &List) -> Vec<String> {
    let root = app.root();
    let size = list.size.to_string();
    let (mut seen, mut marker) = (Vec::new(), String::new());
    loop {
        let page = [("MaxItems", size.as_str()), ("Marker", marker.as_str())];
        let params = [list.params, &page].concat();
        let answer = app
            .rpc(&root, list.product, list.action, &params)
            .await
            .ok();
        let entries = answer[list.path[0]][list.path[1]]
            .as_array()
            .unwrap()
            .clone();
        assert!(entries.len() <= list.size);
        let is_truncated = answer["IsTruncated"].as_bool().unwrap();
        assert!(
            !is_truncated || entries.len() == list.size,
            "a page that is not full"
        );
        for entry in &entries {
            seen.push(entry[list.name].as_str().unwrap().to_owned());
        }
        assert_eq!(is_truncated, answer.get("Marker").is_some());
        match answer.get("Marker") {
            Some(next) => next.as_str().unwrap().clone_into(&mut marker),
            None => return seen,
        }
    }
}

/// The lists, what the names in each begin with, and how many entries it has.
fn lists(quotas: &Quotas) -> [(List, &'static str, u32); 5] {
    let custom = &[("PolicyType", "Custom")];
    [
        (
            List {
                product: Product::Ram,
                action: "ListUsers",
                params: &[],
                path: ["Users", "User"],
                name: "UserName",
                size: 1000,
            },
            "user",
            quotas.users,
        ),
        (
            List {
                product: Product::Ims,
                action: "ListUsers",
                params: &[],
                path: ["Users", "User"],
                name: "UserPrincipalName",
                size: 700,
            },
            "user",
            quotas.users,
        ),
        (
            List {
                product: Product::Ims,
                action: "ListUserBasicInfos",
                params: &[],
                path: ["UserBasicInfos", "UserBasicInfo"],
                name: "UserPrincipalName",
                size: 1000,
            },
            "user",
            quotas.users,
        ),
        (
            List {
                product: Product::Ram,
                action: "ListRoles",
                params: &[],
                path: ["Roles", "Role"],
                name: "RoleName",
                size: 300,
            },
            "role",
            quotas.roles,
        ),
        (
            List {
                product: Product::Ram,
                action: "ListPolicies",
                params: custom,
                path: ["Policies", "Policy"],
                name: "PolicyName",
                size: 400,
            },
            "policy",
            quotas.policies,
        ),
    ]
}

async fn every_list_pages_through_an_account_at_its_quotas(on: On) {
    let app = TestApp::start(on).await;
    let quotas = Quotas::default();
    fill(&app, &quotas).await;
    for (list, prefix, count) in lists(&quotas) {
        let seen = walk(&app, &list).await;
        let expected: Vec<String> = (0..count)
            .map(|number| format!("{prefix}-{number:05}"))
            .collect();
        let seen: Vec<&str> = seen
            .iter()
            .map(|name| name.split('@').next().unwrap())
            .collect();
        assert_eq!(seen, expected, "{}", list.action);
    }
    // One more of each is one too many.
    for (action, params, code) in [
        (
            "CreateUser",
            vec![("UserName", "more")],
            "LimitExceeded.User",
        ),
        (
            "CreateRole",
            vec![
                ("RoleName", "more"),
                (
                    "AssumeRolePolicyDocument",
                    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":["*"]}}]}"#,
                ),
            ],
            "LimitExceeded.Role",
        ),
        (
            "CreatePolicy",
            vec![
                ("PolicyName", "more"),
                (
                    "PolicyDocument",
                    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:GetUser","Resource":"*"}]}"#,
                ),
            ],
            "LimitExceeded.Policy",
        ),
    ] {
        app.ram(&app.root(), action, &params)
            .await
            .refused(409, code);
    }
    app.end().await;
}
