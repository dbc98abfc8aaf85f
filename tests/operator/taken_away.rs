//! What was taken away by a call stays away, whatever the seed says, until the operator restores it.

use rampart::model::key::{AccessKeyStatus, KeyOwner};
use rampart::model::policy::{PolicyVersion, VersionId};
use rampart::model::principal::PrincipalId;
use rampart::operator::seed::Outcome;

use crate::support::{
    ACCOUNT, Bench, NOW, OTHER_SECRET, PLAIN, RESTORE, SEED, call, custom, lines,
};

/// What a call takes away when it removes alice, her key and her grants.
async fn remove_alice(bench: &Bench) {
    let alice = bench.user(ACCOUNT, "alice").await.unwrap();
    let attachments = bench.read(ACCOUNT).await;
    let mut snapshot = attachments;
    let attached = snapshot
        .list_attachments(PrincipalId::User(alice.id))
        .await
        .unwrap();
    drop(snapshot);
    call!(bench, |tx| {
        for attachment in &attached {
            tx.detach_policy(attachment.principal, &attachment.policy)
                .await
                .unwrap();
        }
        tx.delete_key(&"LTAIalice".parse().unwrap()).await.unwrap();
        tx.delete_user(alice.id).await.unwrap();
    });
}

#[tokio::test]
async fn t08_a_removed_user_stays_removed_and_the_plan_says_so() {
    let bench = Bench::seeded().await;
    let first = bench.user(ACCOUNT, "alice").await.unwrap();
    remove_alice(&bench).await;
    let before = bench.tag(ACCOUNT).await;
    let report = bench.run(SEED, PLAIN).await;
    assert_eq!(
        report.to_string(),
        "account 1000000000000001\n  \
         skipped: user alice was removed; --restore brings it back\n\
         0 changes, 1 skipped"
    );
    assert!(bench.user(ACCOUNT, "alice").await.is_none());
    assert_eq!(bench.tag(ACCOUNT).await, before);

    let report = bench.run(SEED, RESTORE).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        [
            "create user alice",
            "attach Custom/read-logs to user alice",
            "attach System/AliyunRAMReadOnlyAccess to user alice"
        ]
    );
    assert_eq!(
        lines(&report, Outcome::Impossible),
        [
            "impossible: access key LTAIalice of user alice was removed, and an id once used is never \
          given again; put a new one in the file"
        ]
    );
    let again = bench.user(ACCOUNT, "alice").await.unwrap();
    assert_ne!(again.id, first.id, "an id is never given twice");
    assert!(bench.keys(KeyOwner::User(again.id)).await.is_empty());

    let renewed = SEED.replace("LTAIalice", "LTAIalice2");
    let report = bench.run(&renewed, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        ["create access key LTAIalice2 of user alice"]
    );
}

#[tokio::test]
async fn t08_a_removed_key_stays_removed() {
    let bench = Bench::seeded().await;
    call!(bench, |tx| tx
        .delete_key(&"LTAIalice".parse().unwrap())
        .await
        .unwrap());
    let report = bench.run(SEED, PLAIN).await;
    assert_eq!((report.changes(), report.impossible()), (0, 0));
    assert_eq!(
        lines(&report, Outcome::Skipped),
        [
            "skipped: access key LTAIalice of user alice was removed, and an id once used is never \
          given again; put a new one in the file"
        ]
    );
    assert_eq!(bench.run(SEED, RESTORE).await.impossible(), 1);
    assert!(
        bench
            .iam
            .store
            .find_key(&"LTAIalice".parse().unwrap())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn t08_a_detached_policy_stays_detached() {
    let bench = Bench::seeded().await;
    let ci = PrincipalId::Role(bench.role(ACCOUNT, "ci").await.unwrap().id);
    call!(bench, |tx| tx
        .detach_policy(ci, &custom("read-logs"))
        .await
        .unwrap());
    let report = bench.run(SEED, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Skipped),
        ["skipped: Custom/read-logs to role ci was removed; --restore brings it back"]
    );
    assert!(bench.attached(ci).await.is_empty());
    bench.run(SEED, RESTORE).await;
    assert_eq!(bench.attached(ci).await, ["Custom/read-logs"]);
}

#[tokio::test]
async fn t08_removed_roles_and_policies_stay_removed() {
    let bench = Bench::seeded().await;
    let ci = bench.role(ACCOUNT, "ci").await.unwrap().id;
    let alice = bench.user(ACCOUNT, "alice").await.unwrap().id;
    call!(bench, |tx| {
        tx.detach_policy(PrincipalId::Role(ci), &custom("read-logs"))
            .await
            .unwrap();
        tx.detach_policy(PrincipalId::User(alice), &custom("read-logs"))
            .await
            .unwrap();
        tx.delete_policy(&"read-logs".parse().unwrap())
            .await
            .unwrap();
        tx.delete_role(ci).await.unwrap();
    });
    let report = bench.run(SEED, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Skipped),
        [
            "skipped: policy read-logs was removed; --restore brings it back",
            "skipped: Custom/read-logs to user alice was removed; --restore brings it back",
            "skipped: role ci was removed; --restore brings it back"
        ]
    );
    assert_eq!(report.changes(), 0);
    let report = bench.run(SEED, RESTORE).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        [
            "create policy read-logs",
            "attach Custom/read-logs to user alice",
            "create role ci",
            "attach Custom/read-logs to role ci"
        ]
    );
    assert_ne!(bench.role(ACCOUNT, "ci").await.unwrap().id, ci);
    assert_eq!(bench.run(SEED, PLAIN).await.to_string(), "0 changes");
}

#[tokio::test]
async fn t08_an_inactive_key_and_another_secret_stay() {
    let bench = Bench::seeded().await;
    let key = "LTAIalice".parse().unwrap();
    let sealed = bench
        .iam
        .secrets
        .seal_access_key(&key, "another secret, of a call")
        .unwrap();
    call!(bench, |tx| {
        tx.update_key_status(&key, AccessKeyStatus::Inactive, 1)
            .await
            .unwrap();
        tx.update_key_secret(&key, &sealed).await.unwrap();
    });
    let report = bench.run(SEED, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Skipped),
        [
            "skipped: access key LTAIalice of user alice has another secret; --restore gives it the \
             file's",
            "skipped: access key LTAIalice of user alice is inactive; --restore activates it"
        ]
    );
    let found = bench.iam.store.find_key(&key).await.unwrap().unwrap();
    assert_eq!(found.status, AccessKeyStatus::Inactive);
    let report = bench.run(SEED, RESTORE).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        [
            "replace the secret of access key LTAIalice of user alice",
            "activate access key LTAIalice of user alice"
        ]
    );
    let found = bench.iam.store.find_key(&key).await.unwrap().unwrap();
    assert_eq!(found.status, AccessKeyStatus::Active);
    assert_eq!(
        bench.iam.secrets.open_access_key(&found).unwrap().expose(),
        OTHER_SECRET
    );
}

#[tokio::test]
async fn t08_what_a_call_narrowed_stays_narrow() {
    let bench = Bench::seeded().await;
    let mut ci = bench.role(ACCOUNT, "ci").await.unwrap();
    ci.trust_policy = ci.trust_policy.replace("Allow", "Deny");
    let name = "read-logs".parse().unwrap();
    let mut policy = bench
        .read(ACCOUNT)
        .await
        .get_policy(&name)
        .await
        .unwrap()
        .unwrap();
    let (_, document) = bench.document("read-logs").await.unwrap();
    let narrow = PolicyVersion {
        version: VersionId(2),
        document: document.replace("log:Get*", "log:GetLog"),
        created_at: NOW,
    };
    policy.default_version = narrow.version;
    policy.latest_version = narrow.version;
    call!(bench, |tx| {
        tx.update_role(&ci).await.unwrap();
        tx.create_policy_version(&name, &narrow).await.unwrap();
        tx.update_policy(&policy).await.unwrap();
    });
    let report = bench.run(SEED, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Skipped),
        [
            "skipped: policy read-logs was changed since the seed wrote it; --restore writes the \
             file's again",
            "skipped: role ci was changed since the seed wrote it; --restore writes the file's again"
        ]
    );
    assert_eq!(report.changes(), 0);
    assert!(
        bench
            .role(ACCOUNT, "ci")
            .await
            .unwrap()
            .trust_policy
            .contains("Deny")
    );
    // An edit of the file is the operator's newest word.
    let edited = SEED.replace("log:Get*", "log:List*");
    let report = bench.run(&edited, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        ["update policy read-logs: document"]
    );
    let report = bench.run(&edited, RESTORE).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        ["update role ci: trust policy"]
    );
    assert_eq!(bench.run(&edited, PLAIN).await.to_string(), "0 changes");
}

#[tokio::test]
async fn what_a_call_made_is_adopted_once() {
    let bench = Bench::new().await;
    let bare = "accounts:\n  - id: 1000000000000001\n";
    bench.run(bare, PLAIN).await;
    let user = rampart::model::principal::User {
        account: crate::support::id(ACCOUNT),
        id: bench.iam.new_user_id(),
        name: "bob".parse().unwrap(),
        display_name: "Bob".to_owned(),
        comments: String::new(),
        email: String::new(),
        mobile_phone: String::new(),
        created_at: NOW,
        updated_at: NOW,
        last_login_at: None,
    };
    call!(bench, |tx| tx.create_user(&user).await.unwrap());
    let seed = format!("{bare}    users:\n      - name: bob\n        display_name: Bob\n");
    let report = bench.run(&seed, PLAIN).await;
    assert_eq!(
        lines(&report, Outcome::Applied),
        ["adopt user bob: it is as in the file"]
    );
    assert_eq!(bench.run(&seed, PLAIN).await.to_string(), "0 changes");
}
