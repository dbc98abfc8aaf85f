//! Rows that someone changed behind the store's back.

use rampart::model::key::KeyOwner;
use rampart::model::principal::PrincipalId;
use rampart::store::{Page, StoreError};

use crate::backend::{Exam, unknown};
use crate::records::{attachment, custom, key, policy, role, user};

const ALL: Page<'_> = Page {
    after: None,
    limit: 9,
};

#[track_caller]
fn expect_corrupt<T: std::fmt::Debug>(read: rampart::store::Result<T>, at: (&str, &str)) {
    match read {
        Err(StoreError::Corrupt { table, column }) => assert_eq!((table, column), at),
        other => panic!("{other:?}"),
    }
}

async fn t24_a_corrupt_value_is_named_and_nothing_is_made_of_it(exam: Exam) {
    let account = exam.account().await;
    let (user, role) = (user(account, "u"), role(account, "r"));
    let (policy, first) = policy(account, "p");
    let key = key(account, KeyOwner::User(user.id), "k");
    let to = PrincipalId::User(user.id);
    let mut tx = exam.tx(account).await;
    tx.create_user(&user).await.unwrap();
    tx.create_role(&role).await.unwrap();
    tx.create_policy(&policy, &first).await.unwrap();
    tx.create_key(&key).await.unwrap();
    tx.attach_policy(&attachment(to, custom("p")))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    for statement in [
        "UPDATE users SET name = 'not a name'",
        "UPDATE roles SET account_id = '0000000000000000', name = ''",
        "UPDATE access_keys SET status = 'active'",
        "UPDATE policies SET latest_version = -1",
        "UPDATE attachments SET principal_kind = 'group' WHERE policy_type = 'Custom'",
    ] {
        if !exam.place.tamper(statement).await {
            return;
        }
    }
    let mut read = exam.read(account).await;
    expect_corrupt(read.get_user_by_id(user.id).await, ("users", "name"));
    expect_corrupt(read.list_users(ALL, &[]).await, ("users", "name"));
    expect_corrupt(read.get_key(&key.id).await, ("access_keys", "status"));
    let found = read.get_policy(&policy.name).await;
    expect_corrupt(found, ("policies", "latest_version"));
    drop(read);
    let found = exam.store.find_key(&key.id).await;
    expect_corrupt(found, ("access_keys", "status"));
    exam.place
        .tamper("UPDATE access_keys SET status = 'Active', owner_kind = 'root'")
        .await;
    let found = exam.store.find_key(&key.id).await;
    expect_corrupt(found, ("access_keys", "owner_id"));
    let tag = "UPDATE accounts SET revision_tag = sealed_secret FROM access_keys";
    exam.place.tamper(tag).await;
    let read = exam.store.begin_read(account).await;
    expect_corrupt(read.map(drop), ("accounts", "revision_tag"));
    let answer = exam.store.freshness(&[unknown(account)], &[]).await;
    let found = answer.unwrap().accounts.remove(0).unwrap();
    assert_eq!(found.unwrap_err().table, "accounts");
}

cases!(t24_a_corrupt_value_is_named_and_nothing_is_made_of_it);
