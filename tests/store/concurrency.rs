//! Many at once.

use std::future::Future;
use std::time::{Duration, Instant};

use rampart::model::key::KeyOwner;
use rampart::policy::ids::AccountId;
use rampart::store::{Result, StoreError};

use crate::backend::{Exam, Place, tag, unknown};
use crate::records::{key, role, user};

const TASKS: usize = 64;

/// Runs that many of a task at once; answers how many succeeded. Others may lose in the expected
/// way only.
async fn race<F>(exam: &Exam, task: fn(Exam, AccountId, usize) -> F, account: AccountId) -> usize
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let tasks: Vec<_> = (0..TASKS)
        .map(|number| tokio::spawn(task(exam.clone(), account, number)))
        .collect();
    let mut won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => won += 1,
            Err(StoreError::AlreadyExists | StoreError::NotFound) => {}
            Err(error) => panic!("{error}"),
        }
    }
    won
}

async fn one_of_many_gets_the_name(exam: Exam) {
    async fn create(exam: Exam, account: AccountId, number: usize) -> Result<()> {
        let name = if number.is_multiple_of(2) {
            "name"
        } else {
            "NAME"
        };
        let mut tx = exam.store.begin_write(account, tag()).await?;
        tx.create_role(&role(account, name)).await?;
        tx.commit().await
    }
    let account = exam.account().await;
    assert_eq!(race(&exam, create, account).await, 1);
    assert_eq!(exam.read(account).await.count_roles().await.unwrap(), 1);
}

async fn one_of_many_gets_the_last_place(exam: Exam) {
    async fn create(exam: Exam, account: AccountId, number: usize) -> Result<()> {
        let mut tx = exam.store.begin_write(account, tag()).await?;
        if tx.count_users().await? >= 1 {
            return Err(StoreError::AlreadyExists);
        }
        tx.create_user(&user(account, &format!("u{number}")))
            .await?;
        tx.commit().await
    }
    let account = exam.account().await;
    assert_eq!(race(&exam, create, account).await, 1);
    assert_eq!(exam.read(account).await.count_users().await.unwrap(), 1);
}

async fn one_of_many_removes_it(exam: Exam) {
    async fn delete(exam: Exam, account: AccountId, _: usize) -> Result<()> {
        let mut tx = exam.store.begin_write(account, tag()).await?;
        tx.delete_key(&"k".parse().unwrap()).await?;
        tx.commit().await
    }
    let account = exam.account().await;
    let mut tx = exam.tx(account).await;
    tx.create_key(&key(account, KeyOwner::Root, "k"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    assert_eq!(race(&exam, delete, account).await, 1);
}

async fn t08_one_of_many_accounts_gets_the_id(exam: Exam) {
    async fn create(exam: Exam, account: AccountId, _: usize) -> Result<()> {
        let mut tx = exam.store.begin_write(account, tag()).await?;
        tx.create_key(&key(account, KeyOwner::Root, "same")).await?;
        tx.commit().await
    }
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let account = exam.account().await;
        tasks.push(tokio::spawn(create(exam.clone(), account, 0)));
    }
    let mut won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => won += 1,
            Err(StoreError::AlreadyExists) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(won, 1);
}

async fn two_stores_on_one_database_take_turns(exam: Exam) {
    if matches!(*exam.place, Place::Memory) {
        return; // A database in memory is one store's own.
    }
    let account = exam.account().await;
    let other = Exam {
        store: exam.place.open().await,
        place: exam.place.clone(),
    };
    let mut tasks = Vec::new();
    for number in 0..32 {
        let exam = if number % 2 == 0 {
            exam.clone()
        } else {
            other.clone()
        };
        tasks.push(tokio::spawn(async move {
            let mut tx = exam.store.begin_write(account, tag()).await?;
            let count = tx.get_setting("count").await?.unwrap_or("0".to_owned());
            let count: u32 = count.parse().unwrap();
            tx.put_setting("count", &(count + 1).to_string()).await?;
            tx.commit().await
        }));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let count = exam.read(account).await.get_setting("count").await.unwrap();
    other.store.close().await;
    assert_eq!(count.as_deref(), Some("32"));
}

async fn t12_a_locked_account_holds_up_no_other(exam: Exam) {
    if exam.store.is_embedded() {
        return; // One writer at a time, and freshness is in memory.
    }
    let (locked, other) = (exam.account().await, exam.account().await);
    let elsewhere = exam.place.open().await;
    let lock = elsewhere.begin_write(locked, tag()).await.unwrap();
    let waiting: Vec<_> = (0..1000)
        .map(|_| {
            let store = exam.store.clone();
            tokio::spawn(async move { store.begin_write(locked, tag()).await?.commit().await })
        })
        .collect();
    tokio::task::yield_now().await;
    let start = Instant::now();
    exam.store
        .freshness(&[unknown(locked), unknown(other)], &[])
        .await
        .unwrap();
    exam.store.ping().await.unwrap();
    exam.tx(other).await.commit().await.unwrap();
    exam.read(locked).await.count_users().await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(2), "it was held up");
    lock.commit().await.unwrap();
    elsewhere.close().await;
    for task in waiting {
        task.await.unwrap().unwrap();
    }
}

cases!(
    one_of_many_gets_the_name,
    one_of_many_gets_the_last_place,
    one_of_many_removes_it,
    t08_one_of_many_accounts_gets_the_id,
    two_stores_on_one_database_take_turns,
    t12_a_locked_account_holds_up_no_other,
);
