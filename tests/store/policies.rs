//! Custom policies and their versions.

use rampart::model::policy::{Policy, VersionId};
use rampart::store::{Page, Removed, StoreError};

use crate::backend::Exam;
use crate::records::{policy, version};

async fn a_policy_is_read_as_it_was_written(exam: Exam) {
    let (account, other) = (exam.account().await, exam.account().await);
    let (written, first) = policy(account, "Read-Only");
    let mut tx = exam.tx(account).await;
    tx.create_policy(&written, &first).await.unwrap();
    tx.commit().await.unwrap();
    let name = "read-ONLY".parse().unwrap();
    let mut read = exam.read(account).await;
    let found = read.get_policy(&name).await.unwrap().unwrap();
    assert_eq!(found, written);
    assert_eq!(found.name.as_str(), "Read-Only");
    let found = read.get_policy_version(&name, VersionId(1)).await.unwrap();
    assert_eq!(found.as_ref(), Some(&first));
    assert_eq!(
        read.get_policy_version(&name, VersionId(2)).await.unwrap(),
        None
    );
    assert_eq!(read.count_policies().await.unwrap(), 1);
    drop(read);
    let mut read = exam.read(other).await;
    assert_eq!(read.get_policy(&name).await.unwrap(), None);
    assert_eq!(
        read.get_policy_version(&name, VersionId(1)).await.unwrap(),
        None
    );
    assert_eq!(read.list_policy_versions(&name).await.unwrap(), []);
    assert_eq!(read.count_policies().await.unwrap(), 0);
}

async fn versions_come_and_go(exam: Exam) {
    let account = exam.account().await;
    let (written, first) = policy(account, "p");
    let name = &written.name;
    let mut tx = exam.tx(account).await;
    tx.create_policy(&written, &first).await.unwrap();
    for number in 2..=11 {
        tx.create_policy_version(name, &version(number))
            .await
            .unwrap();
    }
    let refused = tx.create_policy_version(name, &version(2)).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    let nobody = "nobody".parse().unwrap();
    let refused = tx.create_policy_version(&nobody, &version(1)).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    tx.delete_policy_version(name, VersionId(3)).await.unwrap();
    let refused = tx.delete_policy_version(name, VersionId(3)).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    let changed = Policy {
        default_version: VersionId(2),
        latest_version: VersionId(11),
        description: String::new(),
        updated_at: 77,
        ..written.clone()
    };
    tx.update_policy(&changed).await.unwrap();
    let (nobody, _) = policy(account, "nobody");
    let refused = tx.update_policy(&nobody).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    tx.commit().await.unwrap();
    let mut read = exam.read(account).await;
    let versions = read.list_policy_versions(name).await.unwrap();
    let numbers: Vec<_> = versions.iter().map(|v| v.version.0).collect();
    assert_eq!(numbers, [1, 2, 4, 5, 6, 7, 8, 9, 10, 11]);
    assert_eq!(read.get_policy(name).await.unwrap(), Some(changed));
}

async fn policies_are_listed_in_pages_by_bytes(exam: Exam) {
    let account = exam.account().await;
    let names = ["-a", "0b", "1-A", "A-b", "a0", "AA", "b"];
    let mut tx = exam.tx(account).await;
    for name in names.iter().rev() {
        let (policy, first) = policy(account, name);
        tx.create_policy(&policy, &first).await.unwrap();
    }
    let mut listed: Vec<Policy> = Vec::new();
    for limit in [2, 3, 9] {
        let after = listed.last().map(|policy| policy.name.key().to_owned());
        let page = Page {
            after: after.as_deref(),
            limit,
        };
        listed.extend(tx.list_policies(page, &[]).await.unwrap());
    }
    let listed: Vec<_> = listed.iter().map(|policy| policy.name.as_str()).collect();
    assert_eq!(listed, names);
}

async fn a_policys_name_is_free_after_it(exam: Exam) {
    let account = exam.account().await;
    let (written, first) = policy(account, "p");
    let mut tx = exam.tx(account).await;
    tx.create_policy(&written, &first).await.unwrap();
    tx.create_policy_version(&written.name, &version(2))
        .await
        .unwrap();
    let (same, _) = policy(account, "P");
    let refused = tx.create_policy(&same, &version(1)).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    tx.delete_policy(&written.name).await.unwrap();
    let refused = tx.delete_policy(&written.name).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    assert!(tx.was_removed(Removed::Policy(&same.name)).await.unwrap());
    assert_eq!(tx.list_policy_versions(&written.name).await.unwrap(), []);
    tx.create_policy(&same, &first).await.unwrap();
    assert_eq!(
        tx.list_policy_versions(&written.name).await.unwrap(),
        [first]
    );
    tx.commit().await.unwrap();
}

cases!(
    a_policy_is_read_as_it_was_written,
    versions_come_and_go,
    policies_are_listed_in_pages_by_bytes,
    a_policys_name_is_free_after_it,
);
