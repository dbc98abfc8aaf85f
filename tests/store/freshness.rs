//! Freshness: tags of accounts and nonces in one round trip.

use rampart::model::account::RevisionTag;
use rampart::policy::ids::AccountId;
use rampart::ports::{Clock as _, SystemClock};
use rampart::store::{Known, NonceRow};

use crate::backend::{Exam, next, tag, unknown};

fn nonce(number: u8, expires_at: i64) -> NonceRow {
    NonceRow {
        hash: [number; 16],
        expires_at,
    }
}

async fn a_nonce_is_new_once(exam: Exam) {
    let (a, b) = (nonce(255, 10), nonce(0, 10));
    let answer = exam.store.freshness(&[], &[a, b, a]).await.unwrap();
    assert_eq!(answer.fresh, [true, true, false]);
    let c = nonce(7, 10);
    let answer = exam.store.freshness(&[], &[c, b]).await.unwrap();
    assert_eq!(answer.fresh, [true, false]);
    let answer = exam.store.freshness(&[], &[]).await.unwrap();
    assert_eq!((answer.accounts.len(), answer.fresh.len()), (0, 0));
}

async fn a_nonce_is_kept_until_its_time(exam: Exam) {
    // Given twice, it is kept as long as the longer one needs.
    let given = [nonce(1, 10), nonce(2, 20), nonce(1, 30)];
    exam.store.freshness(&[], &given).await.unwrap();
    assert_eq!(exam.store.forget_nonces(9, 0).await.unwrap(), 0);
    assert_eq!(exam.store.forget_nonces(20, 0).await.unwrap(), 1);
    let answer = exam.store.freshness(&[], &given).await.unwrap();
    assert_eq!(answer.fresh, [false, true, false]);
}

/// Nobody's clock alone forgets what a request elsewhere can still repeat.
async fn t14_a_fast_clock_forgets_nothing_too_early(exam: Exam) {
    let now = SystemClock::default().now();
    let given = [
        nonce(1, now - 5000),
        nonce(2, now - 100),
        nonce(3, now + 1000),
    ];
    exam.store.freshness(&[], &given).await.unwrap();
    // This caller's clock is fast by a day: the database's counts, and the margin is kept.
    let fast = now + 86_400;
    assert_eq!(exam.store.forget_nonces(fast, 900).await.unwrap(), 1);
    // This one's is slow: its own counts.
    assert_eq!(exam.store.forget_nonces(now - 1000, 0).await.unwrap(), 0);
    assert_eq!(exam.store.forget_nonces(fast, 0).await.unwrap(), 1);
    let answer = exam.store.freshness(&[], &given).await.unwrap();
    assert_eq!(answer.fresh, [true, true, false]);
}

async fn many_nonces_are_forgotten(exam: Exam) {
    for start in [0, 1] {
        let given: Vec<_> = (0..12_000_u32)
            .map(|number| {
                let mut hash = [start; 16];
                hash[..4].copy_from_slice(&number.to_be_bytes());
                NonceRow {
                    hash,
                    expires_at: 1,
                }
            })
            .collect();
        let answer = exam.store.freshness(&[], &given).await.unwrap();
        assert!(answer.fresh.iter().all(|fresh| *fresh));
    }
    assert_eq!(exam.store.forget_nonces(1, 0).await.unwrap(), 24_000);
    assert_eq!(exam.store.forget_nonces(1, 0).await.unwrap(), 0);
}

/// The tags of these accounts, of which nothing is known yet.
async fn tags(exam: &Exam, accounts: &[AccountId]) -> Vec<Option<RevisionTag>> {
    let asked: Vec<Known> = accounts.iter().copied().map(unknown).collect();
    let answer = exam.store.freshness(&asked, &[]).await.unwrap();
    let tag = |moved: Option<Result<rampart::store::Moved, _>>| {
        moved.map(|moved| {
            let moved = moved.unwrap();
            assert_eq!(moved.since, None, "nothing was known");
            moved.state.tag
        })
    };
    answer.accounts.into_iter().map(tag).collect()
}

async fn tags_are_those_of_now_in_the_order_asked(exam: Exam) {
    let (a, b) = (exam.account().await, exam.account().await);
    let nobody = AccountId::from_random(next());
    let new = tag();
    exam.store
        .begin_write(a, new)
        .await
        .unwrap()
        .commit()
        .await
        .unwrap();
    let tags = tags(&exam, &[b, nobody, a, AccountId::SYSTEM, a]).await;
    let of_b = exam.read(b).await.account().tag;
    let of_system = exam.read(AccountId::SYSTEM).await.account().tag;
    assert_eq!(
        tags,
        [Some(of_b), None, Some(new), Some(of_system), Some(new)]
    );
}

async fn nonces_do_not_move_the_revision(exam: Exam) {
    let account = exam.account().await;
    let before = exam.read(account).await.state();
    let known = Known {
        account,
        state: Some(before),
    };
    let answer = exam
        .store
        .freshness(&[known], &[nonce(1, 1)])
        .await
        .unwrap();
    let moved = answer.accounts[0].clone().unwrap().unwrap();
    assert_eq!(moved.state, before);
    assert_eq!(moved.since, Some(Vec::new()), "nothing changed");
    assert_eq!(exam.read(account).await.state(), before);
}

/// A row of an account that cannot be read is that account's trouble alone.
async fn t03_a_corrupt_account_fails_nobody_else(exam: Exam) {
    let (broken, sound) = (exam.account().await, exam.account().await);
    let cut = format!("UPDATE accounts SET revision_tag = previous_tag WHERE id = '{sound}'");
    if !exam.place.tamper(&cut).await {
        return;
    }
    let short = if exam.store.is_embedded() {
        "X'00'"
    } else {
        "'\\x00'"
    };
    let cut = format!("UPDATE accounts SET revision_tag = {short} WHERE id = '{broken}'");
    assert!(exam.place.tamper(&cut).await);
    let asked = [broken, sound].map(unknown);
    let answer = exam.store.freshness(&asked, &[nonce(1, 10)]).await.unwrap();
    assert!(answer.accounts[0].as_ref().unwrap().is_err());
    assert!(answer.accounts[1].as_ref().unwrap().is_ok());
    assert_eq!(answer.fresh, [true]);
}

async fn t03_opposite_orders_do_not_block_each_other(exam: Exam) {
    let mut nonces: Vec<_> = (0..=255).map(|number| nonce(number, 10)).collect();
    let mut tasks = Vec::new();
    for _ in 0..16 {
        nonces.reverse();
        let (store, nonces) = (exam.store.clone(), nonces.clone());
        tasks.push(tokio::spawn(async move {
            let system = unknown(AccountId::SYSTEM);
            store.freshness(&[system], &nonces).await
        }));
    }
    let mut fresh = 0;
    for task in tasks {
        let answer = task.await.unwrap().unwrap();
        fresh += answer.fresh.iter().filter(|fresh| **fresh).count();
    }
    assert_eq!(fresh, 256);
}

async fn t14_nonces_outlive_the_store(exam: Exam) {
    exam.store.freshness(&[], &[nonce(1, 10)]).await.unwrap();
    if exam.place.path().is_none() && exam.store.is_embedded() {
        return; // In memory nothing outlives the store.
    }
    let again = exam.place.open().await;
    let answer = again.freshness(&[], &[nonce(1, 10)]).await.unwrap();
    again.close().await;
    assert_eq!(answer.fresh, [false]);
}

cases!(
    a_nonce_is_new_once,
    a_nonce_is_kept_until_its_time,
    t14_a_fast_clock_forgets_nothing_too_early,
    many_nonces_are_forgotten,
    tags_are_those_of_now_in_the_order_asked,
    nonces_do_not_move_the_revision,
    t03_a_corrupt_account_fails_nobody_else,
    t03_opposite_orders_do_not_block_each_other,
    t14_nonces_outlive_the_store,
);
