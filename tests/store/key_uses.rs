//! When access keys were last used, and the alias of an account.

use rampart::model::key::KeyOwner;
use rampart::store::{KeyUse, StoreError};

use crate::backend::Exam;
use crate::records::key;

async fn the_latest_use_of_a_key_is_kept(exam: Exam) {
    let (account, other) = (exam.account().await, exam.account().await);
    let (one, two) = (
        key(account, KeyOwner::Root, "one"),
        key(account, KeyOwner::Root, "two"),
    );
    let mut tx = exam.tx(account).await;
    tx.create_key(&one).await.unwrap();
    tx.create_key(&two).await.unwrap();
    tx.commit().await.unwrap();
    let state = exam.read(account).await.state();
    let used = |key: &str, at| KeyUse {
        key: key.parse().unwrap(),
        account,
        at,
    };
    exam.store.record_key_uses(&[]).await.unwrap();
    for uses in [
        &[used("two", 5), used("one", 7), used("one", 6)][..],
        &[used("one", 3), used("two", 9), used("gone", 9)],
    ] {
        exam.store.record_key_uses(uses).await.unwrap();
    }
    let mut read = exam.read(account).await;
    assert_eq!(read.state(), state, "no decision rests on a stamp");
    for (id, at) in [("one", Some(7)), ("two", Some(9)), ("gone", None)] {
        let id = id.parse().unwrap();
        assert_eq!(read.get_key_last_used(&id).await.unwrap(), at, "{id}");
    }
    drop(read);
    let mut theirs = exam.read(other).await;
    assert_eq!(theirs.get_key_last_used(&one.id).await.unwrap(), None);
    drop(theirs);
    let mut tx = exam.tx(account).await;
    tx.delete_key(&one.id).await.unwrap();
    tx.commit().await.unwrap();
    exam.store
        .record_key_uses(&[used("one", 99)])
        .await
        .unwrap();
    let mut read = exam.read(account).await;
    assert_eq!(read.get_key_last_used(&one.id).await.unwrap(), None);
}

async fn an_alias_is_one_accounts(exam: Exam) {
    let (account, other) = (exam.account().await, exam.account().await);
    let mut tx = exam.tx(account).await;
    tx.set_alias(Some("acme")).await.unwrap();
    tx.set_alias(Some("acme")).await.unwrap();
    tx.commit().await.unwrap();
    let alias = exam.read(account).await.account().alias.clone();
    assert_eq!(alias.as_deref(), Some("acme"));
    let mut tx = exam.tx(other).await;
    let refused = tx.set_alias(Some("acme")).await;
    assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    // And the transaction goes on.
    tx.set_alias(Some("other")).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = exam.tx(account).await;
    tx.set_alias(None).await.unwrap();
    tx.set_alias(None).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(exam.store.find_account("acme").await.unwrap(), None);
    let found = exam.store.find_account("other").await.unwrap().unwrap();
    assert_eq!(found.id, other);
}

/// Neither sees the other's alias before it is there: one of them is refused in the end.
async fn two_accounts_that_ask_for_one_alias_at_once_do_not_both_get_it(exam: Exam) {
    let (one, two) = (exam.account().await, exam.account().await);
    let take = |account| {
        let exam = exam.clone();
        async move {
            let mut tx = exam.tx(account).await;
            tx.set_alias(Some("acme")).await?;
            tokio::task::yield_now().await;
            tx.commit().await
        }
    };
    let outcomes = tokio::join!(tokio::spawn(take(one)), tokio::spawn(take(two)));
    let outcomes = [outcomes.0.unwrap(), outcomes.1.unwrap()];
    let taken = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    assert_eq!(taken, 1, "{outcomes:?}");
    for outcome in outcomes {
        assert!(matches!(outcome, Ok(()) | Err(StoreError::AlreadyExists)));
    }
}

cases!(
    the_latest_use_of_a_key_is_kept,
    an_alias_is_one_accounts,
    two_accounts_that_ask_for_one_alias_at_once_do_not_both_get_it,
);
