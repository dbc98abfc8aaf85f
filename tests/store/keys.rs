//! Access keys and the ring of token keys.

use rampart::model::key::{AccessKey, AccessKeyStatus, KeyOwner, TokenKeyRecord};
use rampart::policy::ids::AccountId;
use rampart::store::{Removed, StoreError};

use crate::backend::Exam;
use crate::records::{key, user};

async fn a_key_is_found_in_whichever_account(exam: Exam) {
    let (account, other) = (exam.account().await, exam.account().await);
    let owner = user(account, "a");
    let root = key(account, KeyOwner::Root, "LTAI.root");
    let of_user = key(account, KeyOwner::User(owner.id), "LTAIuser");
    let mut tx = exam.tx(account).await;
    tx.create_user(&owner).await.unwrap();
    tx.create_key(&root).await.unwrap();
    tx.create_key(&of_user).await.unwrap();
    tx.commit().await.unwrap();
    for key in [&root, &of_user] {
        assert_eq!(
            exam.store.find_key(&key.id).await.unwrap().as_ref(),
            Some(key)
        );
        let mut own = exam.read(account).await;
        assert_eq!(own.get_key(&key.id).await.unwrap().as_ref(), Some(key));
        drop(own);
        assert_eq!(exam.read(other).await.get_key(&key.id).await.unwrap(), None);
    }
    // Ids of keys have one spelling.
    let lower = "ltaiuser".parse().unwrap();
    assert_eq!(exam.store.find_key(&lower).await.unwrap(), None);
}

async fn keys_of_an_owner_are_listed_oldest_first(exam: Exam) {
    let account = exam.account().await;
    let owner = user(account, "a");
    let mut tx = exam.tx(account).await;
    tx.create_user(&owner).await.unwrap();
    for (id, created_at) in [("b", 1), ("B", 1), ("a", 2), ("z", 0)] {
        let key = AccessKey {
            created_at,
            ..key(account, KeyOwner::User(owner.id), id)
        };
        tx.create_key(&key).await.unwrap();
    }
    tx.create_key(&key(account, KeyOwner::Root, "root"))
        .await
        .unwrap();
    let keys = tx.list_keys(&KeyOwner::User(owner.id)).await.unwrap();
    let ids: Vec<_> = keys.iter().map(|key| key.id.as_str()).collect();
    assert_eq!(ids, ["z", "B", "b", "a"]);
    assert_eq!(tx.list_keys(&KeyOwner::Root).await.unwrap().len(), 1);
    let mut all = Vec::new();
    for limit in [2, 9] {
        let after = all.last().map(|key: &AccessKey| key.id.clone());
        all.extend(tx.list_all_keys(after.as_ref(), limit).await.unwrap());
    }
    let ids: Vec<_> = all.iter().map(|key| key.id.as_str()).collect();
    assert_eq!(ids, ["B", "a", "b", "root", "z"]);
}

async fn a_keys_status_and_secret_change(exam: Exam) {
    let account = exam.account().await;
    let key = key(account, KeyOwner::Root, "k");
    let mut tx = exam.tx(account).await;
    tx.create_key(&key).await.unwrap();
    tx.update_key_status(&key.id, AccessKeyStatus::Inactive, 99)
        .await
        .unwrap();
    tx.update_key_secret(&key.id, &[]).await.unwrap();
    let nobody = "nobody".parse().unwrap();
    tx.update_key_network_policy(&key.id, Some("{}"))
        .await
        .unwrap();
    let refused = tx
        .update_key_status(&nobody, AccessKeyStatus::Active, 99)
        .await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    let refused = tx.update_key_secret(&nobody, &[1]).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    let refused = tx.update_key_network_policy(&nobody, None).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    tx.commit().await.unwrap();
    let found = exam.store.find_key(&key.id).await.unwrap().unwrap();
    assert_eq!(found.updated_at, 99);
    assert_eq!(found.network_policy.as_deref(), Some("{}"));
    assert_eq!(found.status, AccessKeyStatus::Inactive);
    assert_eq!(found.sealed_secret, Vec::<u8>::new());
}

async fn t08_a_removed_key_never_comes_back(exam: Exam) {
    let (account, other) = (exam.account().await, exam.account().await);
    let key = key(account, KeyOwner::Root, "k");
    let mut tx = exam.tx(account).await;
    tx.create_key(&key).await.unwrap();
    let refused = tx.create_key(&key).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    tx.commit().await.unwrap();
    let foreign = AccessKey {
        account: other,
        ..key.clone()
    };
    let mut tx = exam.tx(other).await;
    let refused = tx.create_key(&foreign).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    let refused = tx.delete_key(&key.id).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    drop(tx);
    let mut tx = exam.tx(account).await;
    tx.delete_key(&key.id).await.unwrap();
    assert!(tx.was_removed(Removed::Key(&key.id)).await.unwrap());
    let refused = tx.create_key(&key).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    tx.commit().await.unwrap();
    let mut tx = exam.tx(other).await;
    let refused = tx.create_key(&foreign).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    drop(tx);
    assert_eq!(exam.store.find_key(&key.id).await.unwrap(), None);
}

async fn the_ring_is_the_system_accounts(exam: Exam) {
    let record = |id| TokenKeyRecord {
        id,
        sealed_key: vec![1, 2],
        created_at: 3,
        active_from: 63,
    };
    let mut tx = exam.tx(AccountId::SYSTEM).await;
    for id in [2, u32::MAX, 1] {
        tx.create_token_key(&record(id)).await.unwrap();
    }
    let refused = tx.create_token_key(&record(2)).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    tx.delete_token_key(2).await.unwrap();
    let refused = tx.delete_token_key(2).await;
    assert!(matches!(refused, Err(StoreError::NotFound)));
    let refused = tx.create_token_key(&record(2)).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    tx.commit().await.unwrap();
    let mut read = exam.read(AccountId::SYSTEM).await;
    let ring = read.list_token_keys().await.unwrap();
    assert_eq!(ring, [record(1), record(u32::MAX)]);
    drop(read);
    let account = exam.account().await;
    let refused = exam.read(account).await.list_token_keys().await;
    assert!(matches!(refused, Err(StoreError::Internal(_))));
}

cases!(
    a_key_is_found_in_whichever_account,
    keys_of_an_owner_are_listed_oldest_first,
    a_keys_status_and_secret_change,
    t08_a_removed_key_never_comes_back,
    the_ring_is_the_system_accounts,
);
