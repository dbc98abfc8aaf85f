//! The audit trail and the counts of refusals.

use rampart::model::audit::{AuditRecord, RefusalKey};
use rampart::policy::ids::AccountId;
use rampart::store::StoreError;

use crate::backend::Exam;

fn record(account: AccountId, at_millis: i64) -> AuditRecord {
    AuditRecord {
        account,
        at_millis,
        request_id: "9B1C".to_owned(),
        principal: "operator".to_owned(),
        access_key_id: String::new(),
        source_ip: "::1".to_owned(),
        operation: "ram.CreateRole".to_owned(),
        resource: "acs:ram:*:1:role/a".to_owned(),
    }
}

fn refusal(account: AccountId, minute: i64, principal: &str) -> RefusalKey {
    RefusalKey {
        account,
        minute,
        principal: principal.to_owned(),
        operation: String::new(),
        code: "NoPermission".to_owned(),
    }
}

async fn mutations_are_listed_newest_first(exam: Exam) {
    let (account, other) = (exam.account().await, exam.account().await);
    let mut tx = exam.tx(account).await;
    for at in [5, 3, 4] {
        tx.append_audit(&record(account, at)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = exam.tx(account).await;
    tx.append_audit(&record(account, 9)).await.unwrap();
    drop(tx);
    let mut read = exam.read(account).await;
    let listed = read.list_audit(2).await.unwrap();
    assert_eq!(listed, [record(account, 4), record(account, 3)]);
    drop(read);
    assert_eq!(exam.read(other).await.list_audit(9).await.unwrap(), []);
}

async fn only_the_system_account_writes_of_others(exam: Exam) {
    let (account, other) = (exam.account().await, exam.account().await);
    let mut tx = exam.tx(AccountId::SYSTEM).await;
    tx.append_audit(&record(account, 1)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = exam.tx(account).await;
    assert_eq!(tx.list_audit(9).await.unwrap().len(), 1);
    let refused = tx.append_audit(&record(other, 1)).await;
    assert!(matches!(refused, Err(StoreError::Internal(_))));
}

async fn t21_refusals_add_up(exam: Exam) {
    let account = exam.account().await;
    let (a, b) = (refusal(account, 7, "a"), refusal(account, 7, "b"));
    let later = refusal(account, 8, "a");
    let nobody = refusal(AccountId::SYSTEM, 7, "192.0.2.1");
    let given = [
        (b.clone(), 1),
        (a.clone(), 2),
        (a.clone(), 3),
        (nobody.clone(), 9),
    ];
    exam.store.count_refusals(&given).await.unwrap();
    let given = [(a.clone(), 10), (later.clone(), 1)];
    exam.store.count_refusals(&given).await.unwrap();
    exam.store.count_refusals(&[]).await.unwrap();
    let mut read = exam.read(account).await;
    let listed = read.list_refusals(9).await.unwrap();
    assert_eq!(listed, [(later.clone(), 1), (b, 1), (a, 15)]);
    assert_eq!(read.list_refusals(1).await.unwrap().len(), 1);
    drop(read);
    assert_eq!(exam.store.forget_refusals(8).await.unwrap(), 3);
    assert_eq!(
        exam.read(account).await.list_refusals(9).await.unwrap(),
        [(later, 1)]
    );
}

async fn t21_replicas_count_the_same_refusals_in_opposite_orders(exam: Exam) {
    let account = exam.account().await;
    let mut keys: Vec<_> = (0..50)
        .map(|n| (refusal(account, 1, &format!("p{n}")), 1))
        .collect();
    let mut tasks = Vec::new();
    for _ in 0..8 {
        keys.reverse();
        let (store, keys) = (exam.store.clone(), keys.clone());
        tasks.push(tokio::spawn(
            async move { store.count_refusals(&keys).await },
        ));
    }
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let listed = exam.read(account).await.list_refusals(99).await.unwrap();
    assert_eq!(listed.len(), 50);
    assert!(listed.iter().all(|(_, count)| *count == 8));
}

async fn t21_refusals_do_not_move_the_revision(exam: Exam) {
    let account = exam.account().await;
    let before = exam.read(account).await.account().tag;
    let given = [(refusal(account, 1, "a"), 1)];
    exam.store.count_refusals(&given).await.unwrap();
    assert_eq!(exam.read(account).await.account().tag, before);
}

cases!(
    mutations_are_listed_newest_first,
    only_the_system_account_writes_of_others,
    t21_refusals_add_up,
    t21_replicas_count_the_same_refusals_in_opposite_orders,
    t21_refusals_do_not_move_the_revision,
);
