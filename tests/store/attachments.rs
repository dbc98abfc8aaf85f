//! Attachments.

use rampart::model::policy::{Policy, PolicyType, VersionId};
use rampart::model::principal::PrincipalId;
use rampart::store::{Removed, StoreError};

use crate::backend::Exam;
use crate::records::{attachment, custom, policy, role, system, user, version};

async fn what_is_attached_is_listed_by_type_and_name(exam: Exam) {
    let account = exam.account().await;
    let (user, role) = (user(account, "u"), role(account, "r"));
    let to_user = PrincipalId::User(user.id);
    let to_role = PrincipalId::Role(role.id);
    let mut tx = exam.tx(account).await;
    tx.create_user(&user).await.unwrap();
    tx.create_role(&role).await.unwrap();
    let order = [
        custom("B"),
        custom("c-1"),
        system("AdministratorAccess"),
        system("b"),
    ];
    for policy in order.iter().rev() {
        tx.attach_policy(&attachment(to_user, policy.clone()))
            .await
            .unwrap();
    }
    tx.attach_policy(&attachment(to_role, custom("b")))
        .await
        .unwrap();
    let refused = tx.attach_policy(&attachment(to_user, custom("b"))).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    assert_eq!(
        tx.count_attached(to_user, PolicyType::Custom)
            .await
            .unwrap(),
        2
    );
    assert_eq!(
        tx.count_attached(to_role, PolicyType::System)
            .await
            .unwrap(),
        0
    );
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let listed = read.list_attachments(to_user).await.unwrap();
    let expected = order.map(|policy| attachment(to_user, policy));
    assert_eq!(listed, expected);
    assert_eq!(listed[0].policy.name.as_str(), "B");
    let users = read.list_users_of_policy(&custom("b")).await.unwrap();
    assert_eq!(users, [(user, 50)]);
    let roles = read.list_roles_of_policy(&custom("b")).await.unwrap();
    assert_eq!(roles, [(role, 50)]);
    assert_eq!(read.list_roles_of_policy(&system("b")).await.unwrap(), []);
    let asked = [
        system("b"),
        custom("none"),
        custom("b"),
        custom("B"),
        system("b"),
    ];
    assert_eq!(
        read.count_attachments(&asked).await.unwrap(),
        [1, 0, 2, 2, 1]
    );
    assert_eq!(read.count_attachments(&[]).await.unwrap(), [0; 0]);
}

async fn a_decision_gets_default_versions(exam: Exam) {
    let account = exam.account().await;
    let to = PrincipalId::User(user(account, "u").id);
    let (a, first) = policy(account, "A");
    let (b, _) = policy(account, "b");
    let b = Policy {
        default_version: VersionId(2),
        ..b
    };
    let mut tx = exam.tx(account).await;
    tx.create_policy(&a, &first).await.unwrap();
    tx.create_policy(&b, &first).await.unwrap();
    tx.create_policy_version(&b.name, &version(2))
        .await
        .unwrap();
    for policy in [custom("B"), custom("a"), system("c")] {
        tx.attach_policy(&attachment(to, policy)).await.unwrap();
    }
    let documents = tx.list_attached_documents(to).await.unwrap();
    assert_eq!(documents, [(a, first), (b, version(2))]);
}

async fn t24_an_attached_policy_that_is_gone_does_not_vanish(exam: Exam) {
    let account = exam.account().await;
    let to = PrincipalId::User(user(account, "u").id);
    let (policy, first) = policy(account, "p");
    let mut tx = exam.tx(account).await;
    tx.create_policy(&policy, &first).await.unwrap();
    tx.attach_policy(&attachment(to, custom("p")))
        .await
        .unwrap();
    tx.delete_policy_version(&policy.name, VersionId(1))
        .await
        .unwrap();
    let refused = tx.list_attached_documents(to).await;
    assert!(matches!(
        refused,
        Err(StoreError::Corrupt {
            table: "policies",
            ..
        })
    ));
    tx.delete_policy(&policy.name).await.unwrap();
    let refused = tx.list_attached_documents(to).await;
    assert!(matches!(
        refused,
        Err(StoreError::Corrupt {
            table: "attachments",
            ..
        })
    ));
}

async fn t08_a_detached_policy_leaves_a_tombstone(exam: Exam) {
    let account = exam.account().await;
    let to = PrincipalId::Role(role(account, "r").id);
    let policy = system("ReadOnlyAccess");
    let mut tx = exam.tx(account).await;
    tx.attach_policy(&attachment(to, policy.clone()))
        .await
        .unwrap();
    assert!(
        !tx.was_removed(Removed::Attachment(to, &policy))
            .await
            .unwrap()
    );
    tx.detach_policy(to, &system("READONLYAccess"))
        .await
        .unwrap();
    assert!(
        tx.was_removed(Removed::Attachment(to, &policy))
            .await
            .unwrap()
    );
    let refused = tx.detach_policy(to, &policy).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    let other = custom("ReadOnlyAccess");
    assert!(
        !tx.was_removed(Removed::Attachment(to, &other))
            .await
            .unwrap()
    );
    // It can be attached and detached again.
    tx.attach_policy(&attachment(to, policy.clone()))
        .await
        .unwrap();
    tx.detach_policy(to, &policy).await.unwrap();
    tx.commit().await.unwrap();
}

cases!(
    what_is_attached_is_listed_by_type_and_name,
    a_decision_gets_default_versions,
    t24_an_attached_policy_that_is_gone_does_not_vanish,
    t08_a_detached_policy_leaves_a_tombstone,
);
