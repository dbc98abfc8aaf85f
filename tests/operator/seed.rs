//! What a seed makes, and that it makes it once.

use rampart::model::key::KeyOwner;
use rampart::model::principal::PrincipalId;
use rampart::operator::seed::Outcome;
use rampart::policy::ids::AccountId;

use crate::support::{
    ACCOUNT, Bench, DRY, OTHER, OTHER_SECRET, PLAIN, PRUNE, SECRET, SEED, call, custom, id, lines,
};

#[tokio::test]
async fn a_seed_makes_what_it_names() {
    let bench = Bench::new().await;
    let report = bench.run(SEED, PLAIN).await;
    assert_eq!(
        report.to_string(),
        "account 1000000000000001\n  \
           create account 1000000000000001\n  \
           create access key LTAIroot of the root identity\n  \
           create policy read-logs\n  \
           create user alice\n  \
           create access key LTAIalice of user alice\n  \
           attach Custom/read-logs to user alice\n  \
           attach System/AliyunRAMReadOnlyAccess to user alice\n  \
           create role ci\n  \
           attach Custom/read-logs to role ci\n\
         9 changes"
    );
    let account = bench.read(ACCOUNT).await.account().clone();
    assert_eq!(
        (account.name.as_str(), account.alias.as_deref()),
        ("Main", Some("main"))
    );
    let alice = bench.user(ACCOUNT, "alice").await.unwrap();
    assert_eq!(
        (
            alice.display_name.as_str(),
            alice.email.as_str(),
            alice.mobile_phone.as_str()
        ),
        ("Alice", "alice@example.com", "86-18600001234")
    );
    assert_eq!(
        bench.attached(PrincipalId::User(alice.id)).await,
        ["Custom/read-logs", "System/AliyunRAMReadOnlyAccess"]
    );
    let ci = bench.role(ACCOUNT, "ci").await.unwrap();
    assert_eq!(ci.max_session_duration, 7200);
    assert!(
        ci.trust_policy.starts_with("{\"Version\": \"1\""),
        "a text is stored as it stands"
    );
    assert_eq!(
        bench.attached(PrincipalId::Role(ci.id)).await,
        ["Custom/read-logs"]
    );
    let (version, document) = bench.document("read-logs").await.unwrap();
    assert_eq!(version, "v1");
    assert_eq!(
        document,
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"log:Get*","Resource":"*"}]}"#
    );
    let opened = |key| {
        bench
            .iam
            .secrets
            .open_access_key(&key)
            .unwrap()
            .expose()
            .clone()
    };
    let root = bench.keys(KeyOwner::Root).await.remove(0);
    assert_eq!(
        (root.id.as_str(), opened(root.clone()).as_str()),
        ("LTAIroot", SECRET)
    );
    let key = bench.keys(KeyOwner::User(alice.id)).await.remove(0);
    assert_eq!(
        (key.id.as_str(), opened(key.clone()).as_str()),
        ("LTAIalice", OTHER_SECRET)
    );
}

#[tokio::test]
async fn a_second_run_changes_nothing() {
    let bench = Bench::seeded().await;
    let system = AccountId::SYSTEM.to_string();
    let before = (bench.tag(ACCOUNT).await, bench.tag(&system).await);
    let rows = bench.audit(id(ACCOUNT)).await.len();
    bench.clock.advance(60);
    for options in [PLAIN, PRUNE, crate::support::RESTORE] {
        let report = bench.run(SEED, options).await;
        assert_eq!(report.to_string(), "0 changes");
    }
    assert_eq!((bench.tag(ACCOUNT).await, bench.tag(&system).await), before);
    assert_eq!(bench.audit(id(ACCOUNT)).await.len(), rows);
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let bench = Bench::new().await;
    let report = bench.run(SEED, DRY).await;
    assert_eq!((report.changes(), report.steps.len()), (9, 9));
    assert_eq!(lines(&report, Outcome::Planned).len(), 9);
    assert!(!bench.exists(ACCOUNT).await);
    bench.run(SEED, PLAIN).await;
    let before = bench.tag(ACCOUNT).await;
    let edited = SEED
        .replace("Alice\n", "Alicia\n")
        .replace("name: ci", "name: deploy");
    let report = bench.run(&edited, DRY).await;
    assert_eq!(
        lines(&report, Outcome::Planned),
        [
            "update user alice: display name",
            "create role deploy",
            "attach Custom/read-logs to role deploy"
        ]
    );
    assert_eq!(bench.tag(ACCOUNT).await, before);
    assert_eq!(
        bench.user(ACCOUNT, "alice").await.unwrap().display_name,
        "Alice"
    );
}

#[tokio::test]
async fn an_edited_file_updates_what_it_names() {
    let bench = Bench::seeded().await;
    let ci = bench.role(ACCOUNT, "ci").await.unwrap();
    bench.clock.advance(60);
    let edited = SEED
        .replace("log:Get*", "log:List*")
        .replace("7200", "3600")
        .replace("Reads logs", "Lists logs");
    let report = bench.run(&edited, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        [
            "update policy read-logs: description, document",
            "update role ci: longest session"
        ]
    );
    let (version, document) = bench.document("read-logs").await.unwrap();
    assert_eq!(version, "v2");
    assert!(document.contains("log:List*"));
    let now = bench.role(ACCOUNT, "ci").await.unwrap();
    assert_eq!((now.id, now.max_session_duration), (ci.id, 3600));
    assert!(now.updated_at > ci.updated_at);
    assert_eq!(bench.run(&edited, PLAIN).await.to_string(), "0 changes");
}

#[tokio::test]
async fn the_same_document_spelt_differently_is_no_new_version() {
    let bench = Bench::seeded().await;
    let spelt = SEED.replace(r#"Action: "log:Get*""#, r#"Action: ["log:Get*"]"#);
    assert_eq!(bench.run(&spelt, PLAIN).await.to_string(), "0 changes");
    assert_eq!(bench.document("read-logs").await.unwrap().0, "v1");
}

#[tokio::test]
async fn the_oldest_version_makes_room_for_a_new_one() {
    let bench = Bench::seeded().await;
    for number in 2..=7 {
        let edited = SEED.replace("log:Get*", &format!("log:Get{number}*"));
        bench.run(&edited, PLAIN).await;
        assert_eq!(
            bench.document("read-logs").await.unwrap().0,
            format!("v{number}")
        );
    }
    let name = "read-logs".parse().unwrap();
    let versions = bench
        .read(ACCOUNT)
        .await
        .list_policy_versions(&name)
        .await
        .unwrap();
    let numbers: Vec<u32> = versions.iter().map(|version| version.version.0).collect();
    assert_eq!(numbers, [3, 4, 5, 6, 7]);
}

#[tokio::test]
async fn two_accounts_are_kept_apart() {
    let bench = Bench::new().await;
    let second = format!(
        "{SEED}  - id: {OTHER}\n    users:\n      - name: alice\n        policies: [Custom/read-logs]\n"
    );
    let report = bench.run(&second, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Skipped),
        ["skipped: Custom/read-logs to user alice cannot be attached: the policy is not there"]
    );
    let (one, other) = (
        bench.user(ACCOUNT, "alice").await,
        bench.user(OTHER, "alice").await,
    );
    assert_ne!(one.unwrap().id, other.unwrap().id);
    assert!(bench.role(OTHER, "ci").await.is_none());
    let before = bench.tag(OTHER).await;
    bench.run(SEED, PRUNE).await;
    assert_eq!(
        bench.tag(OTHER).await,
        before,
        "pruning stays in the accounts of the file"
    );
    assert!(bench.user(OTHER, "alice").await.is_some());
}

#[tokio::test]
async fn what_the_file_does_not_speak_of_is_left_as_it_is() {
    let bench = Bench::seeded().await;
    let mut alice = bench.user(ACCOUNT, "alice").await.unwrap();
    alice.comments = "Joined in May".to_owned();
    call!(bench, |tx| tx.update_user(&alice).await.unwrap());
    assert_eq!(bench.run(SEED, PLAIN).await.to_string(), "0 changes");
    assert_eq!(
        bench.user(ACCOUNT, "alice").await.unwrap().comments,
        "Joined in May"
    );
}

#[tokio::test]
async fn pruning_removes_what_is_beyond_the_file() {
    let bench = Bench::seeded().await;
    let more = SEED
        .replace("name: alice", "name: bob")
        .replace("LTAIalice", "LTAIbob")
        .replace("LTAIroot", "LTAIroot2")
        .replace("name: ci", "name: deploy")
        .replace("read-logs", "write-logs");
    bench.run(&more, PLAIN).await;
    let alice = bench.user(ACCOUNT, "alice").await.unwrap();
    let attachment = rampart::model::policy::Attachment {
        principal: PrincipalId::User(alice.id),
        policy: custom("write-logs"),
        attached_at: crate::support::NOW,
    };
    call!(bench, |tx| tx.attach_policy(&attachment).await.unwrap());

    assert_eq!(
        bench.run(SEED, PLAIN).await.changes(),
        0,
        "without --prune all of it stays"
    );
    let report = bench.run(SEED, PRUNE).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        [
            "detach Custom/write-logs from user alice",
            "detach System/AliyunRAMReadOnlyAccess from user bob",
            "detach Custom/write-logs from user bob",
            "delete access key LTAIbob of user bob",
            "delete user bob",
            "detach Custom/write-logs from role deploy",
            "delete role deploy",
            "delete policy write-logs"
        ]
    );
    assert!(bench.user(ACCOUNT, "bob").await.is_none());
    assert!(bench.role(ACCOUNT, "deploy").await.is_none());
    assert!(bench.document("write-logs").await.is_none());
    assert_eq!(
        bench.keys(KeyOwner::Root).await.len(),
        2,
        "never a root key"
    );
    assert_eq!(bench.run(SEED, PRUNE).await.to_string(), "0 changes");
}

#[tokio::test]
async fn each_change_is_in_the_audit_trail_as_the_operators() {
    let bench = Bench::seeded().await;
    let mut rows = bench.audit(id(ACCOUNT)).await;
    rows.reverse();
    assert!(
        rows.iter()
            .all(|row| row.principal == "operator" && row.source_ip.is_empty())
    );
    let request_id = &rows[0].request_id;
    assert!(rows.iter().all(|row| row.request_id == *request_id));
    assert_eq!(
        (request_id.len(), request_id.to_uppercase()),
        (36, request_id.clone())
    );
    let operations: Vec<&str> = rows.iter().map(|row| row.operation.as_str()).collect();
    let mut sorted = operations.clone();
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        [
            "operator.AttachPolicyToRole",
            "operator.AttachPolicyToUser",
            "operator.AttachPolicyToUser",
            "operator.CreateAccessKey",
            "operator.CreateAccessKey",
            "operator.CreateAccount",
            "operator.CreatePolicy",
            "operator.CreateRole",
            "operator.CreateUser"
        ]
    );
    let of_role = rows
        .iter()
        .find(|row| row.operation == "operator.AttachPolicyToRole")
        .unwrap();
    assert_eq!(
        of_role.resource,
        "acs:ram::1000000000000001:policy/read-logs acs:ram::1000000000000001:role/ci"
    );
}
