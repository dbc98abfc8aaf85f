//! The credential report of an account: a table of its users and of itself, with what each may log in
//! or sign with.
//!
//! The columns are those of the vendor's report. It is made of one snapshot, before the transaction that
//! keeps it, and kept in a setting of the account, so that all of its pages are of one moment.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::credential::time;
use crate::model::key::{AccessKey, AccessKeyStatus, KeyOwner};
use crate::model::login::{LoginProfile, LoginStatus};
use crate::model::principal::User;
use crate::model::settings::PasswordPolicy;
use crate::ops::call::Context;
use crate::ops::entities::settings;
use crate::ops::error::{Entity, OpError};
use crate::ops::values::UserPrincipalName;
use crate::policy::ids::{AccessKeyId, UserId};
use crate::store::{Page, Snapshot, Tx};

/// The account's setting that it is kept in.
const SETTING: &str = "credential_report";
/// How many rows are read at once.
const PAGE: u32 = 1000;
/// Keys that have columns where nobody has more. The quota of keys bounds the columns.
const KEYS: usize = 2;
/// Users of an account that has a report: it is kept and read whole.
const USERS: u32 = 20_000;
/// What stands where there is nothing to say.
const NONE: &str = "N/A";

/// A report.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::ops) struct CredentialReport {
    /// Its own, random.
    pub(in crate::ops) id: u64,
    /// When it was made, in unix seconds.
    pub(in crate::ops) generated_at: i64,
    /// The names of the columns, as a line of CSV.
    pub(in crate::ops) header: String,
    /// One line each.
    pub(in crate::ops) rows: Vec<String>,
}

/// The report that was made last.
pub(in crate::ops) async fn read(
    snapshot: &mut dyn Snapshot,
) -> Result<Option<CredentialReport>, OpError> {
    settings::read(snapshot, SETTING).await
}

/// Keeps one in place of the last.
pub(in crate::ops) async fn put(tx: &mut dyn Tx, report: &CredentialReport) -> Result<(), OpError> {
    settings::write(tx, SETTING, report).await
}

impl CredentialReport {
    /// Makes one of what the snapshot shows.
    pub(in crate::ops) async fn make(
        cx: &Context,
        snapshot: &mut dyn Snapshot,
    ) -> Result<Self, OpError> {
        if snapshot.count_users().await? > USERS {
            return Err(OpError::LimitExceeded(Entity::CredentialReport));
        }
        let held = Held::load(cx, &mut *snapshot).await?;
        let account = snapshot.account().clone();
        let most = held.keys.values().map(Vec::len).max().unwrap_or_default();
        let most = most.max(KEYS);
        let root = Row {
            name: "<root>".to_owned(),
            created_at: account.created_at,
            last_login_at: None,
            profile: None,
            has_mfa: false,
            keys: held.keys_of(&KeyOwner::Root),
        };
        let mut rows = vec![root.line(&held, most)];
        let mut after: Option<String> = None;
        loop {
            let page = Page {
                after: after.as_deref(),
                limit: PAGE,
            };
            let users = snapshot.list_users(page, &[]).await?;
            let Some(last) = users.last() else { break };
            after = Some(last.name.key().to_owned());
            for user in &users {
                let row = Row::of(user, UserPrincipalName::of(&user.name, &account), &held);
                rows.push(row.line(&held, most));
            }
        }
        Ok(Self {
            id: cx.iam.entropy.next_u64(),
            generated_at: cx.now,
            header: header(most),
            rows,
        })
    }
}

/// What is held in the account beside its users.
struct Held {
    keys: HashMap<KeyOwner, Vec<AccessKey>>,
    uses: HashMap<AccessKeyId, i64>,
    profiles: HashMap<UserId, LoginProfile>,
    with_mfa: HashSet<UserId>,
    policy: PasswordPolicy,
}

impl Held {
    async fn load(cx: &Context, snapshot: &mut dyn Snapshot) -> Result<Self, OpError> {
        let mut held = Self {
            keys: HashMap::new(),
            uses: HashMap::new(),
            profiles: HashMap::new(),
            with_mfa: HashSet::new(),
            policy: settings::password_policy(&mut *snapshot).await?,
        };
        let mut after: Option<AccessKeyId> = None;
        loop {
            let uses = snapshot.list_key_uses(after.as_ref(), PAGE).await?;
            let Some((last, _)) = uses.last() else { break };
            after = Some(last.clone());
            held.uses.extend(uses);
        }
        let mut after: Option<AccessKeyId> = None;
        loop {
            let keys = snapshot.list_all_keys(after.as_ref(), PAGE).await?;
            let Some(last) = keys.last() else { break };
            after = Some(last.id.clone());
            for key in keys {
                // What is not written down yet counts too.
                if let Some(at) = cx.iam.key_uses.unwritten_use(&key.id) {
                    let known = held.uses.entry(key.id.clone()).or_insert(at);
                    *known = at.max(*known);
                }
                held.keys.entry(key.owner.clone()).or_default().push(key);
            }
        }
        for keys in held.keys.values_mut() {
            keys.sort_by(|one, other| {
                (one.created_at, &one.id).cmp(&(other.created_at, &other.id))
            });
        }
        let mut after: Option<UserId> = None;
        loop {
            let profiles = snapshot.list_login_profiles(after, PAGE).await?;
            let Some(last) = profiles.last() else { break };
            after = Some(last.user);
            held.profiles
                .extend(profiles.into_iter().map(|profile| (profile.user, profile)));
        }
        let devices = snapshot.count_mfa_devices().await?;
        let all = Page {
            after: None,
            limit: devices,
        };
        let holders = snapshot.list_mfa_device_holders(all).await?;
        held.with_mfa.extend(holders.iter().map(|user| user.id));
        Ok(held)
    }

    fn keys_of(&self, owner: &KeyOwner) -> &[AccessKey] {
        self.keys.get(owner).map_or(&[], Vec::as_slice)
    }
}

/// The names of the columns, with those of that many keys.
fn header(keys: usize) -> String {
    let mut columns = [
        "user",
        "user_creation_time",
        "user_last_logon",
        "password_exist",
        "password_active",
        "password_last_changed",
        "password_next_rotation",
        "mfa_active",
    ]
    .map(str::to_owned)
    .to_vec();
    for number in 1..=keys {
        for what in ["exist", "active", "last_rotated", "last_used"] {
            columns.push(format!("access_key_{number}_{what}"));
        }
    }
    columns.join(",")
}

/// The account or a user. No value needs quotes: names have neither commas nor quotation marks.
struct Row<'a> {
    name: String,
    created_at: i64,
    last_login_at: Option<i64>,
    profile: Option<&'a LoginProfile>,
    has_mfa: bool,
    keys: &'a [AccessKey],
}

fn word(is: bool) -> String {
    if is { "TRUE" } else { "FALSE" }.to_owned()
}

fn date(at: Option<i64>) -> String {
    at.filter(|at| *at != 0)
        .map_or_else(|| NONE.to_owned(), time::format)
}

impl<'a> Row<'a> {
    fn of(user: &User, name: String, held: &'a Held) -> Self {
        Self {
            name,
            created_at: user.created_at,
            last_login_at: user.last_login_at,
            profile: held.profiles.get(&user.id),
            has_mfa: held.with_mfa.contains(&user.id),
            keys: held.keys_of(&KeyOwner::User(user.id)),
        }
    }

    fn line(&self, held: &Held, keys: usize) -> String {
        let days = i64::from(held.policy.max_age_days);
        let rotation = self.profile.filter(|_| days != 0);
        let rotation = rotation.map(|profile| profile.password_set_at + days * 86_400);
        let open = |profile: &LoginProfile| profile.status == LoginStatus::Active;
        let mut cells = vec![
            self.name.clone(),
            date(Some(self.created_at)),
            date(self.last_login_at),
            word(self.profile.is_some()),
            word(self.profile.is_some_and(open)),
            date(self.profile.map(|profile| profile.password_set_at)),
            date(rotation),
            word(self.has_mfa),
        ];
        for place in 0..keys {
            let key = self.keys.get(place);
            let active = |key: &AccessKey| key.status == AccessKeyStatus::Active;
            cells.push(word(key.is_some()));
            cells.push(word(key.is_some_and(active)));
            cells.push(date(key.map(|key| key.created_at)));
            cells.push(date(key.and_then(|key| held.uses.get(&key.id).copied())));
        }
        cells.join(",")
    }
}
