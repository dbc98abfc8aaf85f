//! What a transaction promises.

use std::future::poll_fn;
use std::task::Poll;

use rampart::model::tag::{Tag, Tagged};
use rampart::policy::ids::AccountId;
use rampart::store::StoreError;

use crate::backend::{Exam, tag};
use crate::records::{role, user};

async fn t01_each_commit_has_a_tag_of_its_own(exam: Exam) {
    let account = exam.account().await;
    let first = exam.read(account).await.account().tag;
    let second = tag();
    let tx = exam.store.begin_write(account, second).await.unwrap();
    assert_eq!(tx.previous_tag(), first);
    assert_eq!(tx.account().tag, second);
    tx.commit().await.unwrap();
    assert_eq!(exam.read(account).await.account().tag, second);
    let tx = exam.tx(account).await;
    assert_eq!(tx.previous_tag(), second);
    drop(tx);
    assert_eq!(exam.read(account).await.account().tag, second);
}

async fn a_dropped_transaction_leaves_nothing(exam: Exam) {
    let account = exam.account().await;
    let user = user(account, "a");
    let mut tx = exam.tx(account).await;
    tx.create_user(&user).await.unwrap();
    tx.put_setting("a", "1").await.unwrap();
    assert_eq!(tx.count_users().await.unwrap(), 1);
    drop(tx);
    let mut tx = exam.tx(account).await;
    assert_eq!(tx.count_users().await.unwrap(), 0);
    assert_eq!(tx.get_setting("a").await.unwrap(), None);
    tx.create_user(&user).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_transaction_is_of_no_use_after_a_failure(exam: Exam) {
    let account = exam.account().await;
    let mut tx = exam.tx(account).await;
    tx.create_user(&user(account, "a")).await.unwrap();
    let refused = tx.put_setting("a", "U+0000: \0").await;
    assert!(matches!(refused, Err(StoreError::Internal(_))));
    assert!(matches!(
        tx.count_users().await,
        Err(StoreError::Internal(_))
    ));
    assert!(matches!(tx.commit().await, Err(StoreError::Internal(_))));
    let mut tx = exam.tx(account).await;
    assert_eq!(tx.count_users().await.unwrap(), 0);
    tx.put_setting("a", "1").await.unwrap();
    tx.commit().await.unwrap();
}

async fn an_abandoned_method_cannot_be_committed(exam: Exam) {
    let account = exam.account().await;
    let mut tx = exam.tx(account).await;
    let role = role(account, "r");
    let of_role = Tagged::Role(role.id);
    tx.create_role(&role).await.unwrap();
    // So many statements that some is under way after one poll, however fast the database.
    let tags: Vec<_> = (0..2000)
        .map(|number| Tag {
            key: number.to_string(),
            value: String::new(),
        })
        .collect();
    let mut method = tx.put_tags(&of_role, &tags);
    let polled = poll_fn(|context| Poll::Ready(method.as_mut().poll(context))).await;
    assert!(polled.is_pending(), "it waits for the database: {polled:?}");
    drop(method);
    assert!(matches!(tx.commit().await, Err(StoreError::Internal(_))));
    let mut tx = exam.tx(account).await;
    assert_eq!(tx.count_roles().await.unwrap(), 0);
    assert_eq!(
        tx.list_tags(std::slice::from_ref(&of_role)).await.unwrap(),
        [vec![]]
    );
    tx.create_role(&role).await.unwrap();
    tx.commit().await.unwrap();
}

async fn t03_a_text_with_nul_is_refused_cleanly(exam: Exam) {
    let refused = exam.store.find_account("a\0b").await;
    assert!(matches!(refused, Err(StoreError::Internal(_))));
    assert_eq!(exam.store.find_account("ab").await.unwrap(), None);
}

async fn a_snapshot_shows_one_state(exam: Exam) {
    if exam.place.path().is_none() && exam.store.is_embedded() {
        return; // In memory there is one connection: no one writes while a snapshot is open.
    }
    let account = exam.account().await;
    let mut snapshot = exam.read(account).await;
    let mut tx = exam.tx(account).await;
    tx.create_user(&user(account, "a")).await.unwrap();
    assert_eq!(snapshot.count_users().await.unwrap(), 0);
    tx.commit().await.unwrap();
    assert_eq!(snapshot.count_users().await.unwrap(), 0);
    drop(snapshot);
    assert_eq!(exam.read(account).await.count_users().await.unwrap(), 1);
}

async fn a_commit_is_seen_by_whoever_opens_the_database_next(exam: Exam) {
    if exam.place.path().is_none() && exam.store.is_embedded() {
        return; // In memory nothing outlives the store.
    }
    let account = exam.account().await;
    let mut tx = exam.tx(account).await;
    tx.create_user(&user(account, "a")).await.unwrap();
    tx.commit().await.unwrap();
    exam.store.close().await;
    let again = exam.place.open().await;
    let mut read = again.begin_read(account).await.unwrap();
    assert_eq!(read.count_users().await.unwrap(), 1);
    drop(read);
    assert_eq!(again.list_accounts(None, 9).await.unwrap().len(), 1);
    again.close().await;
}

async fn a_closed_store_is_unavailable(exam: Exam) {
    exam.store.close().await;
    let read = exam.store.begin_read(AccountId::SYSTEM).await;
    assert!(matches!(read.err(), Some(StoreError::Unavailable(_))));
    let ping = exam.store.ping().await;
    assert!(matches!(ping, Err(StoreError::Unavailable(_))));
}

cases!(
    t01_each_commit_has_a_tag_of_its_own,
    a_dropped_transaction_leaves_nothing,
    a_transaction_is_of_no_use_after_a_failure,
    an_abandoned_method_cannot_be_committed,
    t03_a_text_with_nul_is_refused_cleanly,
    a_snapshot_shows_one_state,
    a_commit_is_seen_by_whoever_opens_the_database_next,
    a_closed_store_is_unavailable,
);
