//! States of accounts, what lies between them and those that are known, and nonces: one round trip.

use std::collections::{BTreeMap, HashMap, HashSet};

use sqlx::Pool;

use crate::model::account::{AccountState, RevisionTag};
use crate::model::change::TouchedSet;
use crate::policy::ids::AccountId;
use crate::store::dialect::{Dialect, Fields, Row};
use crate::store::{FreshnessAnswer, Known, Moved, NonceRow, Result, StoreError, Unreadable};

/// One transaction's row.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    state: AccountState,
    previous: RevisionTag,
    touched: TouchedSet,
}

/// The rows of one trip, by what they are.
#[derive(Default)]
struct Sorted {
    states: HashMap<AccountId, std::result::Result<AccountState, Unreadable>>,
    changes: HashMap<AccountId, Vec<Change>>,
    added: HashSet<[u8; 16]>,
}

pub(super) async fn ask<D: Dialect>(
    pool: &Pool<D::Database>,
    accounts: &[Known],
    nonces: &[NonceRow],
) -> Result<FreshnessAnswer> {
    // Sorted, so that two replicas with the same nonces wait for each other in one order; each
    // once, kept as long as the one that must be kept longest.
    let mut rows = BTreeMap::new();
    for nonce in nonces {
        let expires_at = rows.entry(nonce.hash).or_insert(nonce.expires_at);
        *expires_at = nonce.expires_at.max(*expires_at);
    }
    let rows: Vec<NonceRow> = rows
        .into_iter()
        .map(|(hash, expires_at)| NonceRow { hash, expires_at })
        .collect();
    // Each account once, with what is known of it.
    let known: BTreeMap<AccountId, Option<AccountState>> =
        accounts.iter().map(|k| (k.account, k.state)).collect();
    let asked: Vec<Known> = known
        .iter()
        .map(|(&account, &state)| Known { account, state })
        .collect();
    let mut sorted = Sorted::default();
    for row in D::freshness(pool, &asked, &rows).await? {
        sorted.take::<D>(&row)?;
    }
    let mut moved: HashMap<AccountId, _> = asked
        .iter()
        .map(|known| (known.account, sorted.moved(known)))
        .collect();
    Ok(FreshnessAnswer {
        accounts: accounts
            .iter()
            .map(|known| moved.get(&known.account).cloned().flatten())
            .collect(),
        fresh: {
            moved.clear();
            nonces
                .iter()
                .map(|row| sorted.added.remove(&row.hash))
                .collect()
        },
    })
}

impl Sorted {
    fn take<D: Dialect>(&mut self, row: &Row<D>) -> Result<()> {
        let fields = Fields::<D>::of(row, "accounts");
        let state = || -> Result<AccountState> {
            Ok(AccountState {
                revision: fields.int("revision")?,
                tag: RevisionTag(fields.bytes16("tag")?),
            })
        };
        match fields.text("kind")?.as_str() {
            "account" => {
                // What is wrong with one account is no fault of the others in the batch.
                let state = match state() {
                    Ok(state) => Ok(state),
                    Err(StoreError::Corrupt { table, column }) => Err(Unreadable { table, column }),
                    Err(error) => return Err(error),
                };
                self.states.insert(fields.parsed("id")?, state);
            }
            "change" => {
                // A row that cannot be read leaves a gap, and a gap drops the account.
                if let (Ok(state), Ok(previous)) = (state(), fields.bytes16("previous_tag")) {
                    let Ok(touched) = fields.text("entities")?.parse();
                    self.changes
                        .entry(fields.parsed("id")?)
                        .or_default()
                        .push(Change {
                            state,
                            previous: RevisionTag(previous),
                            touched,
                        });
                }
            }
            _ => drop(self.added.insert(fields.bytes16("tag")?)),
        }
        Ok(())
    }

    fn moved(&mut self, known: &Known) -> Option<std::result::Result<Moved, Unreadable>> {
        let state = match self.states.get(&known.account)? {
            Ok(state) => *state,
            Err(unreadable) => return Some(Err(*unreadable)),
        };
        let changes = self.changes.remove(&known.account).unwrap_or_default();
        let since = known.state.and_then(|from| link(from, state, changes));
        Some(Ok(Moved { state, since }))
    }
}

/// The changes that lead from one state to the other without a gap.
fn link(
    from: AccountState,
    to: AccountState,
    mut changes: Vec<Change>,
) -> Option<Vec<(AccountState, Vec<crate::model::change::Touched>)>> {
    changes.sort_by_key(|change| change.state.revision);
    let mut linked = Vec::with_capacity(changes.len());
    let mut reached = from;
    for change in changes {
        if change.previous != reached.tag || change.state.revision != reached.revision + 1 {
            return None;
        }
        linked.push((change.state, change.touched.named()?.to_vec()));
        reached = change.state;
    }
    (reached == to).then_some(linked)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::Touched;
    use crate::policy::ids::UserId;

    fn state(revision: i64, tag: u8) -> AccountState {
        AccountState {
            revision,
            tag: RevisionTag([tag; 16]),
        }
    }

    fn change(revision: i64, tag: u8, previous: u8) -> Change {
        let mut touched = TouchedSet::default();
        touched.add(Touched::User(UserId::from_random(u64::from(tag))));
        Change {
            state: state(revision, tag),
            previous: RevisionTag([previous; 16]),
            touched,
        }
    }

    #[test]
    fn t01_only_an_unbroken_chain_links_two_states() {
        let from = state(5, 50);
        let whole = || vec![change(7, 70, 60), change(6, 60, 50)];
        let linked = link(from, state(7, 70), whole()).unwrap();
        assert_eq!(linked.len(), 2);
        assert_eq!(linked[0].0, state(6, 60), "oldest first");
        assert_eq!(link(from, from, Vec::new()), Some(Vec::new()));
        // The same number under another tag, ahead or behind: another history.
        assert_eq!(link(from, state(5, 51), Vec::new()), None);
        assert_eq!(link(from, state(3, 30), Vec::new()), None);
        // A gap in front, in the middle, at the end; a foreign link.
        for changes in [
            vec![change(7, 70, 60)],
            vec![change(6, 60, 50)],
            vec![change(6, 60, 50), change(8, 70, 60)],
            vec![change(6, 61, 51), change(7, 70, 61)],
            vec![change(6, 60, 50), change(6, 61, 50), change(7, 70, 60)],
            Vec::new(),
        ] {
            assert_eq!(
                link(from, state(7, 70), changes.clone()),
                None,
                "{changes:?}"
            );
        }
    }

    #[test]
    fn a_change_of_more_than_is_named_is_a_gap() {
        let mut everything = change(6, 60, 50);
        let Ok(beyond) = "*".parse();
        everything.touched = beyond;
        assert_eq!(link(state(5, 50), state(6, 60), vec![everything]), None);
    }
}
