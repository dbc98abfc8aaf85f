//! Accounts and their settings.

use rampart::model::account::Account;
use rampart::policy::ids::AccountId;
use rampart::store::StoreError;

use crate::backend::{Exam, next, tag};

fn named(alias: Option<&str>) -> Account {
    Account {
        id: AccountId::from_random(next()),
        name: "Büro".to_owned(),
        alias: alias.map(str::to_owned),
        created_at: 7,
        tag: tag(),
    }
}

async fn an_account_is_found_as_it_was_made(exam: Exam) {
    let account = named(Some("acme"));
    let mut tx = exam.tx(AccountId::SYSTEM).await;
    tx.create_account(&account).await.unwrap();
    tx.commit().await.unwrap();
    let found = exam.store.find_account("acme").await.unwrap();
    assert_eq!(found.as_ref(), Some(&account));
    assert_eq!(exam.store.find_account("other").await.unwrap(), None);
    assert_eq!(exam.read(account.id).await.account(), &account);
}

async fn accounts_are_listed_in_pages_without_the_system_one(exam: Exam) {
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(exam.account().await);
    }
    let first = exam.store.list_accounts(None, 3).await.unwrap();
    let rest = exam
        .store
        .list_accounts(Some(first[2].id), 3)
        .await
        .unwrap();
    let listed: Vec<_> = first.iter().chain(&rest).map(|a| a.id).collect();
    assert_eq!((first.len(), rest.len()), (3, 2));
    assert_eq!(listed, ids);
}

async fn t08_ids_and_aliases_of_accounts_are_unique(exam: Exam) {
    let first = named(Some("acme"));
    let mut tx = exam.tx(AccountId::SYSTEM).await;
    tx.create_account(&first).await.unwrap();
    let same_id = Account {
        id: first.id,
        ..named(None)
    };
    let same_alias = named(Some("acme"));
    for other in [&same_id, &same_alias] {
        let refused = tx.create_account(other).await;
        assert!(matches!(refused, Err(StoreError::AlreadyExists)));
    }
    // Its id was not used, so it is free.
    let retried = Account {
        alias: None,
        ..same_alias
    };
    tx.create_account(&retried).await.unwrap();
    let no_alias_twice = named(None);
    tx.create_account(&no_alias_twice).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(exam.store.list_accounts(None, 9).await.unwrap().len(), 3);
}

async fn unknown_accounts_cannot_be_opened(exam: Exam) {
    let nobody = AccountId::from_random(next());
    let read = exam.store.begin_read(nobody).await;
    assert!(matches!(read.err(), Some(StoreError::NotFound)));
    let write = exam.store.begin_write(nobody, tag()).await;
    assert!(matches!(write.err(), Some(StoreError::NotFound)));
}

async fn only_the_system_account_makes_accounts(exam: Exam) {
    let account = exam.account().await;
    let mut tx = exam.tx(account).await;
    let refused = tx.create_account(&named(None)).await;
    assert!(matches!(refused, Err(StoreError::Internal(_))));
}

async fn settings_are_an_accounts_own_and_empty_is_not_absent(exam: Exam) {
    let account = exam.account().await;
    let mut tx = exam.tx(account).await;
    assert_eq!(tx.get_setting("a").await.unwrap(), None);
    tx.put_setting("a", "").await.unwrap();
    assert_eq!(tx.get_setting("a").await.unwrap(), Some(String::new()));
    tx.put_setting("a", "1").await.unwrap();
    tx.commit().await.unwrap();
    let mut own = exam.read(account).await;
    assert_eq!(own.get_setting("a").await.unwrap().as_deref(), Some("1"));
    drop(own);
    let mut system = exam.read(AccountId::SYSTEM).await;
    assert_eq!(system.get_setting("a").await.unwrap(), None);
}

async fn it_answers(exam: Exam) {
    exam.store.ping().await.unwrap();
}

cases!(
    an_account_is_found_as_it_was_made,
    accounts_are_listed_in_pages_without_the_system_one,
    t08_ids_and_aliases_of_accounts_are_unique,
    unknown_accounts_cannot_be_opened,
    only_the_system_account_makes_accounts,
    settings_are_an_accounts_own_and_empty_is_not_absent,
    it_answers,
);
