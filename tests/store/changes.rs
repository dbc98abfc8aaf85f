//! What each transaction touched is written down with it and links one state to the next.

use rampart::model::account::AccountState;
use rampart::model::change::{Touched, TouchedSet};
use rampart::model::key::{AccessKeyStatus, KeyOwner};
use rampart::model::policy::VersionId;
use rampart::model::principal::PrincipalId;
use rampart::model::tag::{Tag, Tagged};
use rampart::policy::ids::AccountId;
use rampart::store::{Known, Moved, Tx};

use crate::backend::{Exam, tag};
use crate::records::{attachment, custom, group, key, policy, role, user, version};

/// What lies between a state and now.
async fn since(exam: &Exam, account: AccountId, state: AccountState) -> Moved {
    let known = Known {
        account,
        state: Some(state),
    };
    let answer = exam.store.freshness(&[known], &[]).await.unwrap();
    answer.accounts[0].clone().unwrap().unwrap()
}

/// Commits, and answers what the next reader is told was touched.
async fn told(exam: &Exam, tx: Box<dyn Tx>) -> Vec<Touched> {
    let account = tx.account().id;
    let before = AccountState {
        revision: tx.state().revision - 1,
        tag: tx.previous_tag(),
    };
    let (after, touched) = (tx.state(), tx.touched().clone());
    tx.commit().await.unwrap();
    let moved = since(exam, account, before).await;
    assert_eq!(moved.state, after);
    let [(state, entities)] = &moved.since.unwrap()[..] else {
        panic!("one transaction is one change");
    };
    assert_eq!(*state, after);
    assert_eq!(touched.named(), Some(entities.as_slice()));
    entities.clone()
}

async fn every_change_names_what_it_touches(exam: Exam) {
    let account = exam.account().await;
    let (alice, taken) = (user(account, "Alice"), role(account, "Taken"));
    let (written, first) = policy(account, "Some");
    let of_alice = key(account, KeyOwner::User(alice.id), "LTAIalice");
    let principal = PrincipalId::User(alice.id);
    let user_touched = [Touched::User(alice.id)];
    let role_touched = [
        Touched::Role(taken.id),
        Touched::RoleNamed(taken.name.clone()),
    ];
    let policy_touched = [Touched::Policy(written.name.clone())];
    let key_touched = [Touched::Key(of_alice.id.clone())];

    let mut tx = exam.tx(account).await;
    tx.create_user(&alice).await.unwrap();
    assert_eq!(told(&exam, tx).await, user_touched);
    let mut tx = exam.tx(account).await;
    tx.update_user(&alice).await.unwrap();
    assert_eq!(told(&exam, tx).await, user_touched);
    let mut tx = exam.tx(account).await;
    tx.create_key(&of_alice).await.unwrap();
    assert_eq!(told(&exam, tx).await, key_touched);
    let mut tx = exam.tx(account).await;
    tx.update_key_status(&of_alice.id, AccessKeyStatus::Inactive, 1)
        .await
        .unwrap();
    assert_eq!(told(&exam, tx).await, key_touched);
    let mut tx = exam.tx(account).await;
    tx.update_key_network_policy(&of_alice.id, Some("{}"))
        .await
        .unwrap();
    assert_eq!(told(&exam, tx).await, key_touched);
    let mut tx = exam.tx(account).await;
    tx.update_key_secret(&of_alice.id, &[1]).await.unwrap();
    assert_eq!(told(&exam, tx).await, key_touched);
    let mut tx = exam.tx(account).await;
    tx.create_role(&taken).await.unwrap();
    assert_eq!(told(&exam, tx).await, role_touched);
    let mut tx = exam.tx(account).await;
    tx.put_tags(
        &Tagged::Role(taken.id),
        &[Tag {
            key: "a".to_owned(),
            value: String::new(),
        }],
    )
    .await
    .unwrap();
    assert_eq!(told(&exam, tx).await, role_touched[..1]);
    let mut tx = exam.tx(account).await;
    tx.create_policy(&written, &first).await.unwrap();
    assert_eq!(told(&exam, tx).await, policy_touched);
    let mut tx = exam.tx(account).await;
    tx.create_policy_version(&written.name, &version(2))
        .await
        .unwrap();
    assert_eq!(told(&exam, tx).await, policy_touched);
    let mut tx = exam.tx(account).await;
    tx.update_policy(&written).await.unwrap();
    assert_eq!(told(&exam, tx).await, policy_touched);
    let mut tx = exam.tx(account).await;
    tx.delete_policy_version(&written.name, VersionId(2))
        .await
        .unwrap();
    assert_eq!(told(&exam, tx).await, policy_touched);
    let mut tx = exam.tx(account).await;
    tx.attach_policy(&attachment(principal, custom("Some")))
        .await
        .unwrap();
    assert_eq!(told(&exam, tx).await, user_touched);
    let mut tx = exam.tx(account).await;
    tx.detach_policy(principal, &custom("Some")).await.unwrap();
    assert_eq!(told(&exam, tx).await, user_touched);
    let mut tx = exam.tx(account).await;
    tx.delete_policy(&written.name).await.unwrap();
    assert_eq!(told(&exam, tx).await, policy_touched);
    let mut tx = exam.tx(account).await;
    tx.delete_role(taken.id).await.unwrap();
    assert_eq!(told(&exam, tx).await, role_touched);
    let mut tx = exam.tx(account).await;
    tx.delete_key(&of_alice.id).await.unwrap();
    assert_eq!(told(&exam, tx).await, key_touched);
    let mut tx = exam.tx(account).await;
    tx.delete_user(alice.id).await.unwrap();
    assert_eq!(told(&exam, tx).await, user_touched);
    let mut tx = exam.tx(account).await;
    tx.put_setting("nothing", "that a decision rests on")
        .await
        .unwrap();
    assert_eq!(told(&exam, tx).await, []);
}

async fn membership_touches_the_user_and_a_groups_rights_the_group(exam: Exam) {
    let account = exam.account().await;
    let (alice, devs) = (user(account, "Alice"), group(account, "Devs"));
    let mut tx = exam.tx(account).await;
    tx.create_user(&alice).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = exam.tx(account).await;
    tx.create_group(&devs).await.unwrap();
    tx.update_group(&devs).await.unwrap();
    assert_eq!(told(&exam, tx).await, []);
    let mut tx = exam.tx(account).await;
    tx.add_member(devs.id, alice.id, 1).await.unwrap();
    assert_eq!(told(&exam, tx).await, [Touched::User(alice.id)]);
    let to = PrincipalId::Group(devs.id);
    let mut tx = exam.tx(account).await;
    tx.attach_policy(&attachment(to, custom("Some")))
        .await
        .unwrap();
    assert_eq!(told(&exam, tx).await, [Touched::Group(devs.id)]);
    let mut tx = exam.tx(account).await;
    tx.detach_policy(to, &custom("Some")).await.unwrap();
    assert_eq!(told(&exam, tx).await, [Touched::Group(devs.id)]);
    let mut tx = exam.tx(account).await;
    tx.remove_member(devs.id, alice.id).await.unwrap();
    assert_eq!(told(&exam, tx).await, [Touched::User(alice.id)]);
    let mut tx = exam.tx(account).await;
    tx.delete_group(devs.id).await.unwrap();
    assert_eq!(told(&exam, tx).await, [Touched::Group(devs.id)]);
}

async fn a_renamed_role_is_touched_by_both_names(exam: Exam) {
    let account = exam.account().await;
    let before = role(account, "Before");
    let mut tx = exam.tx(account).await;
    tx.create_role(&before).await.unwrap();
    tx.commit().await.unwrap();
    let mut after = before.clone();
    after.name = "After".parse().unwrap();
    let mut tx = exam.tx(account).await;
    tx.update_role(&after).await.unwrap();
    let touched = told(&exam, tx).await;
    for name in [before.name, after.name] {
        assert!(touched.contains(&Touched::RoleNamed(name)));
    }
}

async fn several_changes_come_oldest_first(exam: Exam) {
    let account = exam.account().await;
    let from = exam.read(account).await.state();
    let users: Vec<_> = (0..5).map(|n| user(account, &format!("u{n}"))).collect();
    for user in &users {
        let mut tx = exam.tx(account).await;
        tx.create_user(user).await.unwrap();
        tx.commit().await.unwrap();
    }
    let moved = since(&exam, account, from).await;
    let told: Vec<Touched> = moved
        .since
        .unwrap()
        .into_iter()
        .flat_map(|(_, touched)| touched)
        .collect();
    let expected: Vec<Touched> = users.iter().map(|user| Touched::User(user.id)).collect();
    assert_eq!(told, expected);
}

async fn what_was_rolled_back_leaves_no_change(exam: Exam) {
    let account = exam.account().await;
    let from = exam.read(account).await.state();
    let mut tx = exam.tx(account).await;
    tx.create_user(&user(account, "never")).await.unwrap();
    drop(tx);
    let moved = since(&exam, account, from).await;
    assert_eq!((moved.state, moved.since), (from, Some(Vec::new())));
}

async fn t01_states_that_nothing_links_have_a_gap_between(exam: Exam) {
    let account = exam.account().await;
    let from = exam.read(account).await.state();
    exam.tx(account).await.commit().await.unwrap();
    exam.tx(account).await.commit().await.unwrap();
    // A state of another history, with a number of this one.
    let other = AccountState {
        revision: from.revision + 1,
        tag: tag(),
    };
    assert_eq!(since(&exam, account, other).await.since, None);
    assert!(since(&exam, account, from).await.since.is_some());
    // More than one transaction can name.
    let from = exam.read(account).await.state();
    let mut tx = exam.tx(account).await;
    for number in 0..=TouchedSet::MOST {
        tx.create_user(&user(account, &format!("many{number}")))
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(since(&exam, account, from).await.since, None);
    // Further back than anyone follows.
    let from = exam.read(account).await.state();
    for _ in 0..300 {
        exam.tx(account).await.commit().await.unwrap();
    }
    assert_eq!(since(&exam, account, from).await.since, None);
}

async fn changes_are_forgotten_by_age(exam: Exam) {
    let account = exam.account().await;
    let from = exam.read(account).await.state();
    exam.tx(account).await.commit().await.unwrap();
    assert_eq!(exam.store.forget_changes(600).await.unwrap(), 0);
    let age = "UPDATE changes SET changed_at = changed_at - 601";
    if !exam.place.tamper(age).await {
        return;
    }
    // The account's own, and the one that made it in the system account.
    assert_eq!(exam.store.forget_changes(600).await.unwrap(), 2);
    assert_eq!(since(&exam, account, from).await.since, None);
}

cases!(
    every_change_names_what_it_touches,
    membership_touches_the_user_and_a_groups_rights_the_group,
    a_renamed_role_is_touched_by_both_names,
    several_changes_come_oldest_first,
    what_was_rolled_back_leaves_no_change,
    t01_states_that_nothing_links_have_a_gap_between,
    changes_are_forgotten_by_age,
);
