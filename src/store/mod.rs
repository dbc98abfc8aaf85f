//! The only place that knows SQL.
//!
//! `Store` opens transactions; `Snapshot` reads, `Tx` also writes. All three are object-safe,
//! so nothing above knows which database is below. `sql::SqlStore` implements them once, with one
//! SQL text per statement; what the two databases really do differently stands in `dialect`.
//!
//! A snapshot and a transaction belong to one account, given when they are opened, so no look-up
//! can cross accounts by omission. The doors between accounts are `Store::find_key` and
//! `Store::find_account`.
//!
//! To add an entity: a pair of migrations (`schema`), a record in `model`, its methods here, its statements in
//! a file of `store/sql/`, its cases in `tests/store/`.

mod dialect;
mod error;
mod open;
mod postgres;
mod schema;
mod sql;
mod sqlite;
pub mod whole;

use std::path::Path;

use async_trait::async_trait;

pub use error::StoreError;
pub use open::{DatabaseUrl, open, open_any, open_with};
pub use postgres::{PostgresOptions, PostgresStore};
pub use schema::Admit;
pub use sqlite::{SqliteOptions, SqliteStore};

use std::collections::HashMap;

use crate::model::account::{Account, AccountState, RevisionTag};
use crate::model::audit::{AuditRecord, RefusalKey};
use crate::model::change::{Touched, TouchedSet};
use crate::model::key::{AccessKey, AccessKeyStatus, KeyOwner, TokenKeyRecord};
use crate::model::linked::{DeletionTask, LatestTask, RoleUsage};
use crate::model::login::{LoginProfile, VirtualMfaDevice};
use crate::model::policy::{
    Attachment, FoundAttachment, Policy, PolicyRef, PolicyType, PolicyVersion, VersionId,
};
use crate::model::principal::{Group, PrincipalId, PrincipalKind, Role, User};
use crate::model::provider::{OidcProvider, SamlProvider};
use crate::model::tag::{NamedTag, Tag, Tagged, TaggedKind};
use crate::policy::ids::{
    AccessKeyId, AccountId, GroupId, GroupName, MfaDeviceName, PolicyName, ProviderName, RoleId,
    RoleName, UserId, UserName,
};
use whole::tables::Table;
use whole::{Record, Standing, Value, Whole};

/// What a store answers.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A nonce as it is kept: a keyed hash, never the client's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NonceRow {
    /// The keyed hash of (key id, nonce).
    pub hash: [u8; 16],
    /// Unix seconds from which the nonce need no longer be kept.
    pub expires_at: i64,
}

impl NonceRow {
    /// The part by which a process remembers it.
    pub fn fingerprint(&self) -> u64 {
        let first = self.hash.first_chunk();
        first.map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }
}

/// That an access key was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// Which one.
    pub key: AccessKeyId,
    /// Its account.
    pub account: AccountId,
    /// Unix seconds.
    pub at: i64,
}

/// An account whose state is asked for, and which state of it is known already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Which account.
    pub account: AccountId,
    /// The state of which something is cached; `None` where nothing is.
    pub state: Option<AccountState>,
}

/// An account's state now, and what lies between it and the one that was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The state now.
    pub state: AccountState,
    /// Every change since the known state, oldest first, each with the revision that it led to.
    /// `None` where they do not link the two without a gap, or nothing was known.
    pub since: Option<Vec<(AccountState, Vec<Touched>)>>,
}

/// What one round trip of freshness learnt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FreshnessAnswer {
    /// For each account asked for, in order: its state, or `None` where there is no such account.
    /// An error is of that account alone.
    pub accounts: Vec<Option<std::result::Result<Moved, Unreadable>>>,
    /// For each nonce given, in order: whether it is new. It is recorded from now on.
    pub fresh: Vec<bool>,
}

/// Which database this is, by the word of the server that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseIdentity {
    /// The server's own identifier, which its standbys share; `None` where it does not tell.
    pub system: Option<String>,
    /// The database within the server.
    pub database: String,
}

impl DatabaseIdentity {
    /// Whether both can be of one database, as far as both tell.
    pub fn agrees(&self, other: &Self) -> bool {
        let systems = self.system.as_ref().zip(other.system.as_ref());
        self.database == other.database && systems.is_none_or(|(one, other)| one == other)
    }
}

/// `<server>/<database>`, with `-` for a server that does not tell.
impl std::fmt::Display for DatabaseIdentity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let system = self.system.as_deref().unwrap_or("-");
        write!(f, "{system}/{}", self.database)
    }
}

/// Not `<server>/<database>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the identity of a database")]
pub struct IdentityError;

impl std::str::FromStr for DatabaseIdentity {
    type Err = IdentityError;

    fn from_str(text: &str) -> std::result::Result<Self, IdentityError> {
        let (system, database) = text.split_once('/').ok_or(IdentityError)?;
        Ok(Self {
            system: Some(system).filter(|s| *s != "-").map(str::to_owned),
            database: database.to_owned(),
        })
    }
}

/// A stored state that is not what it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("corrupt value in `{table}`.`{column}`")]
pub struct Unreadable {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
}

/// A page's bounds: entries whose key comes after `after`, at most `limit` of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<'a> {
    /// The folded name of the last entry of the page before; `None` for the first page.
    pub after: Option<&'a str>,
    /// How many entries at most; 1 and up.
    pub limit: u32,
}

/// A stretch of a list by number, for calls that ask for pages by number. What comes before it is
/// counted off, so the cost of a page grows with its number; everything else pages by key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// How many entries come before it.
    pub skip: u32,
    /// How many entries at most; 1 and up.
    pub limit: u32,
}

/// Which attachments of an account are searched for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AttachmentFilter<'a> {
    /// Only those to principals of this kind.
    pub principal_kind: Option<PrincipalKind>,
    /// Only those of policies of this type.
    pub policy_type: Option<PolicyType>,
    /// Only those of policies of this name, case ignored.
    pub policy_name: Option<&'a PolicyName>,
}

/// Something that an account may have had and lost, by the name that it had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed<'a> {
    /// A user, by a name that it had last or before it was renamed.
    User(&'a UserName),
    /// A group, likewise.
    Group(&'a GroupName),
    /// A role, likewise.
    Role(&'a RoleName),
    /// A custom policy.
    Policy(&'a PolicyName),
    /// An access key.
    Key(&'a AccessKeyId),
    /// An OIDC provider.
    OidcProvider(&'a ProviderName),
    /// A SAML provider.
    SamlProvider(&'a ProviderName),
    /// A policy's attachment to a principal.
    Attachment(PrincipalId, &'a PolicyRef),
}

/// A database. Cheap to share.
///
/// A task that holds a snapshot or a transaction opens no other before it has dropped that: a
/// database in memory has one connection.
#[async_trait]
pub trait Store: Send + Sync {
    /// Whether the database is this process's own, so that no one else changes it.
    fn is_embedded(&self) -> bool;

    /// Which database this is; `None` for one of this process's own.
    async fn identity(&self) -> Result<Option<DatabaseIdentity>>;

    /// Opens a consistent view of one account for reading.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such account.
    async fn begin_read(&self, account: AccountId) -> Result<Box<dyn Snapshot>>;

    /// Opens a transaction that changes one account. Its first statement takes the account's lock
    /// and moves the revision on, so writers of one account come one after the other. Dropping it
    /// rolls back.
    ///
    /// `tag` becomes the account's tag when the transaction commits.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where there is no such account.
    async fn begin_write(&self, account: AccountId, tag: RevisionTag) -> Result<Box<dyn Tx>>;

    /// The key of that id, whichever account it belongs to.
    async fn find_key(&self, id: &AccessKeyId) -> Result<Option<AccessKey>>;

    /// The keys of those ids, in the order given, whichever accounts they belong to; in one trip.
    async fn find_keys(&self, ids: &[AccessKeyId]) -> Result<Vec<Option<AccessKey>>>;

    /// The account of that alias.
    async fn find_account(&self, alias: &str) -> Result<Option<Account>>;

    /// Every account but the system one, by id, at most `limit` after `after`.
    async fn list_accounts(&self, after: Option<AccountId>, limit: u32) -> Result<Vec<Account>>;

    /// Reads the states of accounts and records nonces, in one round trip. A nonce that is given
    /// twice is new the first time.
    ///
    /// # Errors
    /// Any but [`StoreError::Unavailable`] says that nothing was recorded.
    async fn freshness(&self, accounts: &[Known], nonces: &[NonceRow]) -> Result<FreshnessAnswer>;

    /// Forgets what was changed more than so many seconds ago; a cache of an older state is then
    /// dropped whole.
    async fn forget_changes(&self, older_seconds: i64) -> Result<u64>;

    /// Forgets nonces whose time has passed by more than `margin_seconds`, by the clock of the caller
    /// (`now`, unix seconds) and by the database's own: a fast clock alone forgets none too early.
    async fn forget_nonces(&self, now: i64, margin_seconds: i64) -> Result<u64>;

    /// Adds to the counts of refusals; `count` is how many came since the last call.
    async fn count_refusals(&self, refusals: &[(RefusalKey, u64)]) -> Result<()>;

    /// Forgets the counts of refusals of minutes before that one.
    async fn forget_refusals(&self, before_minute: i64) -> Result<u64>;

    /// The deletion tasks that are to be done and were asked for at that moment (unix seconds) or
    /// before, whichever accounts they are of, oldest first; each by its account and id.
    async fn unfinished_deletions(
        &self,
        asked_until: i64,
        limit: u32,
    ) -> Result<Vec<(AccountId, String)>>;

    /// Forgets deletion tasks that were done before that moment (unix seconds).
    async fn forget_deletions(&self, before: i64) -> Result<u64>;

    /// Notes when keys were used. An earlier moment than the one that is known changes nothing.
    async fn record_key_uses(&self, uses: &[KeyUse]) -> Result<()>;

    /// Rows of a table by key, at most `limit` of those after `after`, while others go on.
    async fn read_rows(
        &self,
        table: &'static Table,
        after: Option<&Record>,
        limit: u32,
    ) -> Result<Vec<Record>>;

    /// Puts another value into the sealed column of the row of that key, unless the row has gone or
    /// holds another than `from` by now; answers whether it did. No revision moves: what is sealed
    /// must be the same.
    async fn swap_sealed(
        &self,
        table: &'static Table,
        key: &Value,
        from: &[u8],
        to: &[u8],
    ) -> Result<bool>;

    /// Whether the database answers.
    async fn ping(&self) -> Result<()>;

    /// Takes the whole database in one transaction, which reads one state of it and which nobody
    /// else writes beside.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where others do not let go of it.
    async fn hold_whole(&self) -> Result<Box<dyn Whole>>;

    /// What the database says of itself.
    async fn standing(&self) -> Result<Standing>;

    /// How many connections of servers the database has; 0 where it is this process's own.
    async fn count_servers(&self) -> Result<u64>;

    /// Writes one state of the database into the empty file at `path`, while others go on, and
    /// checks it. Only of a database that is this process's own.
    async fn backup(&self, path: &Path) -> Result<()>;

    /// Closes every connection; what was committed is on disk.
    async fn close(&self);
}

/// A consistent view of one account.
#[async_trait]
pub trait Snapshot: Send {
    /// The account, as this view sees it.
    fn account(&self) -> &Account;

    /// Which state of the account this view is of; for a transaction the one that it makes.
    fn state(&self) -> AccountState;

    /// A setting of this account; the server's own belong to [`AccountId::SYSTEM`].
    async fn get_setting(&mut self, name: &str) -> Result<Option<String>>;

    /// The user of that name, case ignored.
    async fn get_user(&mut self, name: &UserName) -> Result<Option<User>>;
    /// The user of that id.
    async fn get_user_by_id(&mut self, id: UserId) -> Result<Option<User>>;
    /// Users by folded name; where `tags` is not empty, only those that have every one of them.
    async fn list_users(&mut self, page: Page<'_>, tags: &[TagFilter]) -> Result<Vec<User>>;
    /// How many users the account has.
    async fn count_users(&mut self) -> Result<u32>;

    /// The group of that name, case ignored.
    async fn get_group(&mut self, name: &GroupName) -> Result<Option<Group>>;
    /// Groups by folded name.
    async fn list_groups(&mut self, page: Page<'_>) -> Result<Vec<Group>>;
    /// How many groups the account has.
    async fn count_groups(&mut self) -> Result<u32>;
    /// The groups that a user is in and since when (unix seconds), by folded name.
    async fn list_groups_of_user(&mut self, user: UserId) -> Result<Vec<(Group, i64)>>;
    /// The users in a group and since when (unix seconds), by folded name.
    async fn list_users_of_group(
        &mut self,
        group: GroupId,
        page: Page<'_>,
    ) -> Result<Vec<(User, i64)>>;

    /// A key of this account.
    async fn get_key(&mut self, id: &AccessKeyId) -> Result<Option<AccessKey>>;
    /// The keys of an owner, oldest first, then by id.
    async fn list_keys(&mut self, owner: &KeyOwner) -> Result<Vec<AccessKey>>;
    /// The key of a service, whichever account this view is of: what a service changes in an account
    /// it changes by the right of a key that is not the account's.
    async fn get_service_key(&mut self, id: &AccessKeyId) -> Result<Option<AccessKey>>;

    /// When a key of this account was last used, in unix seconds, as far as that is written down.
    async fn get_key_last_used(&mut self, id: &AccessKeyId) -> Result<Option<i64>>;

    /// The keys of this account that were used and when (unix seconds), by id, at most `limit` after
    /// `after`.
    async fn list_key_uses(
        &mut self,
        after: Option<&AccessKeyId>,
        limit: u32,
    ) -> Result<Vec<(AccessKeyId, i64)>>;

    /// Logins by the ids of their users, at most `limit` after `after`.
    async fn list_login_profiles(
        &mut self,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<LoginProfile>>;

    /// The login of a user.
    async fn get_login_profile(&mut self, user: UserId) -> Result<Option<LoginProfile>>;

    /// The virtual MFA device of that name, case ignored.
    async fn get_mfa_device(&mut self, name: &MfaDeviceName) -> Result<Option<VirtualMfaDevice>>;
    /// The virtual MFA device that is bound to that user.
    async fn get_mfa_device_of(&mut self, user: UserId) -> Result<Option<VirtualMfaDevice>>;
    /// Virtual MFA devices by folded name.
    async fn list_mfa_devices(&mut self, page: Page<'_>) -> Result<Vec<VirtualMfaDevice>>;
    /// The users that a page of the virtual MFA devices is bound to, and perhaps the next ones.
    async fn list_mfa_device_holders(&mut self, page: Page<'_>) -> Result<Vec<User>>;
    /// How many virtual MFA devices the account has.
    async fn count_mfa_devices(&mut self) -> Result<u32>;

    /// The role of that name, case ignored.
    async fn get_role(&mut self, name: &RoleName) -> Result<Option<Role>>;
    /// The role of that id.
    async fn get_role_by_id(&mut self, id: RoleId) -> Result<Option<Role>>;
    /// Roles by folded name; where `tags` is not empty, only those that have every one of them.
    async fn list_roles(&mut self, page: Page<'_>, tags: &[TagFilter]) -> Result<Vec<Role>>;
    /// Roles by folded name, by number.
    async fn list_roles_at(&mut self, stretch: Stretch) -> Result<Vec<Role>>;
    /// How many roles the account has.
    async fn count_roles(&mut self) -> Result<u32>;

    /// What the linked service has registered that uses the role, by region and resource.
    async fn list_role_usages(&mut self, role: RoleId) -> Result<Vec<RoleUsage>>;
    /// How much that is.
    async fn count_role_usages(&mut self, role: RoleId) -> Result<u32>;
    /// A task that removes, or removed, a service-linked role.
    async fn get_deletion_task(&mut self, id: &str) -> Result<Option<DeletionTask>>;
    /// The latest task of each of these roles that has one.
    async fn latest_deletion_tasks(
        &mut self,
        roles: &[RoleId],
    ) -> Result<HashMap<RoleId, LatestTask>>;

    /// The custom policy of that name, case ignored.
    async fn get_policy(&mut self, name: &PolicyName) -> Result<Option<Policy>>;
    /// Custom policies by folded name; where `tags` is not empty, only those that have every one.
    async fn list_policies(&mut self, page: Page<'_>, tags: &[TagFilter]) -> Result<Vec<Policy>>;
    /// Custom policies by folded name, by number.
    async fn list_policies_at(&mut self, stretch: Stretch) -> Result<Vec<Policy>>;
    /// How many custom policies the account has.
    async fn count_policies(&mut self) -> Result<u32>;
    /// One version of a custom policy.
    async fn get_policy_version(
        &mut self,
        name: &PolicyName,
        version: VersionId,
    ) -> Result<Option<PolicyVersion>>;
    /// All versions of a custom policy, oldest first.
    async fn list_policy_versions(&mut self, name: &PolicyName) -> Result<Vec<PolicyVersion>>;

    /// The OIDC provider of that name, case ignored.
    async fn get_oidc_provider(&mut self, name: &ProviderName) -> Result<Option<OidcProvider>>;
    /// The OIDC provider of that issuer.
    async fn get_oidc_provider_of(&mut self, issuer_url: &str) -> Result<Option<OidcProvider>>;
    /// OIDC providers by folded name.
    async fn list_oidc_providers(&mut self, page: Page<'_>) -> Result<Vec<OidcProvider>>;
    /// How many OIDC providers the account has.
    async fn count_oidc_providers(&mut self) -> Result<u32>;

    /// The SAML provider of that name, case ignored.
    async fn get_saml_provider(&mut self, name: &ProviderName) -> Result<Option<SamlProvider>>;
    /// SAML providers by folded name.
    async fn list_saml_providers(&mut self, page: Page<'_>) -> Result<Vec<SamlProvider>>;
    /// How many SAML providers the account has.
    async fn count_saml_providers(&mut self) -> Result<u32>;

    /// What is attached to a principal, by type (Custom, then System) and folded name.
    async fn list_attachments(&mut self, principal: PrincipalId) -> Result<Vec<Attachment>>;
    /// The attachments of the account that pass the filter, by kind and id of the principal, type
    /// (Custom, then System) and folded name of the policy.
    async fn search_attachments(
        &mut self,
        filter: AttachmentFilter<'_>,
        stretch: Stretch,
    ) -> Result<Vec<FoundAttachment>>;
    /// How many attachments of the account pass the filter.
    async fn count_found_attachments(&mut self, filter: AttachmentFilter<'_>) -> Result<u32>;
    /// The custom policies attached to a principal with their default versions, in the order of
    /// [`Self::list_attachments`]: what a decision about the principal needs.
    async fn list_attached_documents(
        &mut self,
        principal: PrincipalId,
    ) -> Result<Vec<(Policy, PolicyVersion)>>;
    /// What is attached to the groups that a user is in, by group, then as
    /// [`Self::list_attachments`].
    async fn list_group_attachments(&mut self, member: UserId) -> Result<Vec<Attachment>>;
    /// The custom policies among them with their default versions, in the same order.
    async fn list_group_documents(
        &mut self,
        member: UserId,
    ) -> Result<Vec<(GroupId, Policy, PolicyVersion)>>;
    /// The groups that a policy is attached to and when (unix seconds), by folded name.
    async fn list_groups_of_policy(&mut self, policy: &PolicyRef) -> Result<Vec<(Group, i64)>>;
    /// The users that a policy is attached to and when (unix seconds), by folded name.
    async fn list_users_of_policy(&mut self, policy: &PolicyRef) -> Result<Vec<(User, i64)>>;
    /// The roles that a policy is attached to and when (unix seconds), by folded name.
    async fn list_roles_of_policy(&mut self, policy: &PolicyRef) -> Result<Vec<(Role, i64)>>;
    /// To how many principals each of these policies is attached, in the order given.
    async fn count_attachments(&mut self, policies: &[PolicyRef]) -> Result<Vec<u32>>;

    /// The tags of each of these, in the order given; within one by key.
    async fn list_tags(&mut self, of: &[Tagged]) -> Result<Vec<Vec<Tag>>>;

    /// The tags of everything of one kind, by folded name and tag key, at most `limit` after such a
    /// pair; where `tags` is not empty, only of what has every one of them.
    async fn list_tags_of_kind(
        &mut self,
        kind: TaggedKind,
        after: Option<(&str, &str)>,
        limit: u32,
        tags: &[TagFilter],
    ) -> Result<Vec<NamedTag>>;

    /// Whether that was ever removed from this account.
    async fn was_removed(&mut self, what: Removed<'_>) -> Result<bool>;

    /// The ring of token keys, by id. Only of [`AccountId::SYSTEM`].
    async fn list_token_keys(&mut self) -> Result<Vec<TokenKeyRecord>>;
    /// Every access key of the account, by id, at most `limit` after `after`; those of the system
    /// account are the services'.
    async fn list_all_keys(
        &mut self,
        after: Option<&AccessKeyId>,
        limit: u32,
    ) -> Result<Vec<AccessKey>>;
    /// Mutations of the account, newest first, at most `limit`.
    async fn list_audit(&mut self, limit: u32) -> Result<Vec<AuditRecord>>;
    /// Refusals of the account, newest minute first, at most `limit`, with their counts.
    async fn list_refusals(&mut self, limit: u32) -> Result<Vec<(RefusalKey, u64)>>;
}

/// A tag that listed entities must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagFilter {
    /// The tag's key.
    pub key: String,
    /// Its value; `None` for any.
    pub value: Option<String>,
}

/// A transaction that changes one account, whose lock it holds.
///
/// Each `create_*` answers [`StoreError::AlreadyExists`] where the name (case ignored) or id is
/// taken, and then the transaction can go on. Each `update_*` and `delete_*` answers
/// [`StoreError::NotFound`] where there is nothing to change. No method checks quotas or conflicts
/// between entities: operations do, under the lock.
///
/// After any other error, and after a method whose future was dropped, the transaction is of no
/// more use: each method answers [`StoreError::Internal`], `commit` too.
#[async_trait]
pub trait Tx: Snapshot {
    /// The account's tag before this transaction.
    fn previous_tag(&self) -> RevisionTag;

    /// What this transaction has touched so far. Every method that changes what a decision may rest
    /// on notes it, and the commit writes it down.
    fn touched(&self) -> &TouchedSet;

    /// Makes an account. Only of [`AccountId::SYSTEM`]. An id once used is taken for ever.
    async fn create_account(&mut self, account: &Account) -> Result<()>;
    /// Gives the account that alias, or none.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] where another account has it.
    async fn set_alias(&mut self, alias: Option<&str>) -> Result<()>;
    /// Sets a setting of this account.
    async fn put_setting(&mut self, name: &str, value: &str) -> Result<()>;

    /// Makes a user. An id once used is taken for ever.
    async fn create_user(&mut self, user: &User) -> Result<()>;
    /// Replaces a user's fields but id and creation date, by id. [`StoreError::AlreadyExists`] where
    /// another has the name; a name that it loses leaves a tombstone.
    async fn update_user(&mut self, user: &User) -> Result<()>;
    /// Removes a user that is in no group, and its tags; leaves a tombstone of id and name.
    async fn delete_user(&mut self, id: UserId) -> Result<()>;

    /// Makes a group. An id once used is taken for ever.
    async fn create_group(&mut self, group: &Group) -> Result<()>;
    /// Replaces a group's fields but id and creation date, by id. Names as with
    /// [`Self::update_user`].
    async fn update_group(&mut self, group: &Group) -> Result<()>;
    /// Removes a group that has no members; leaves a tombstone of id and name.
    async fn delete_group(&mut self, id: GroupId) -> Result<()>;
    /// Puts a user into a group, at a moment in unix seconds.
    async fn add_member(&mut self, group: GroupId, user: UserId, joined_at: i64) -> Result<()>;
    /// Takes a user out of a group.
    async fn remove_member(&mut self, group: GroupId, user: UserId) -> Result<()>;

    /// Makes a key. An id once used is taken for ever, in every account.
    async fn create_key(&mut self, key: &AccessKey) -> Result<()>;
    /// Lets a key sign, or not, from a moment in unix seconds.
    async fn update_key_status(
        &mut self,
        id: &AccessKeyId,
        status: AccessKeyStatus,
        at: i64,
    ) -> Result<()>;
    /// Says from where a key may sign; `None` is from anywhere.
    async fn update_key_network_policy(
        &mut self,
        id: &AccessKeyId,
        policy: Option<&str>,
    ) -> Result<()>;
    /// Replaces a key's sealed secret.
    async fn update_key_secret(&mut self, id: &AccessKeyId, sealed_secret: &[u8]) -> Result<()>;
    /// Removes a key; leaves a tombstone.
    async fn delete_key(&mut self, id: &AccessKeyId) -> Result<()>;

    /// Gives a user a login.
    async fn create_login_profile(&mut self, profile: &LoginProfile) -> Result<()>;
    /// Replaces the fields of a user's login but its creation date.
    async fn update_login_profile(&mut self, profile: &LoginProfile) -> Result<()>;
    /// Removes the login of a user.
    async fn delete_login_profile(&mut self, user: UserId) -> Result<()>;

    /// Makes a virtual MFA device.
    async fn create_mfa_device(&mut self, device: &VirtualMfaDevice) -> Result<()>;
    /// Replaces whom a device is bound to and of which step a code was last accepted, by id.
    async fn update_mfa_device(&mut self, device: &VirtualMfaDevice) -> Result<()>;
    /// Removes a virtual MFA device.
    async fn delete_mfa_device(&mut self, id: &str) -> Result<()>;

    /// Makes a role. An id once used is taken for ever.
    async fn create_role(&mut self, role: &Role) -> Result<()>;
    /// Replaces a role's fields but id, linked service and creation date, by id. Names as with
    /// [`Self::update_user`].
    async fn update_role(&mut self, role: &Role) -> Result<()>;
    /// Removes a role that nothing is registered to use, and its tags; leaves a tombstone of id and
    /// name.
    async fn delete_role(&mut self, id: RoleId) -> Result<()>;

    /// Registers that something uses a role; what is registered stays as it is.
    async fn put_role_usage(&mut self, role: RoleId, usage: &RoleUsage) -> Result<()>;
    /// Takes a registration away; what is not registered is nothing.
    async fn delete_role_usage(&mut self, role: RoleId, region: &str, resource: &str)
    -> Result<()>;
    /// Writes down a task that removes a service-linked role. Of the role's earlier tasks that are
    /// done the latest few stay.
    async fn create_deletion_task(&mut self, task: &DeletionTask) -> Result<()>;
    /// Replaces a task's status, reason and the moment of both.
    async fn update_deletion_task(&mut self, task: &DeletionTask) -> Result<()>;
    /// Notes that a task that is to be done cannot be, without a look at it; what is done stays so.
    async fn give_up_deletion_task(&mut self, id: &str, now: i64) -> Result<()>;

    /// Makes a custom policy together with its first version.
    async fn create_policy(&mut self, policy: &Policy, first: &PolicyVersion) -> Result<()>;
    /// Replaces a policy's fields but name and creation date, by name.
    async fn update_policy(&mut self, policy: &Policy) -> Result<()>;
    /// Removes a policy, its versions and its tags; leaves a tombstone of the name.
    async fn delete_policy(&mut self, name: &PolicyName) -> Result<()>;
    /// Adds a version.
    async fn create_policy_version(
        &mut self,
        name: &PolicyName,
        version: &PolicyVersion,
    ) -> Result<()>;
    /// Removes a version.
    async fn delete_policy_version(&mut self, name: &PolicyName, version: VersionId) -> Result<()>;

    /// Makes an OIDC provider. [`StoreError::AlreadyExists`] also where another of the account has
    /// its issuer.
    async fn create_oidc_provider(&mut self, provider: &OidcProvider) -> Result<()>;
    /// Replaces an OIDC provider's fields but name, issuer and creation date, by name.
    async fn update_oidc_provider(&mut self, provider: &OidcProvider) -> Result<()>;
    /// Removes an OIDC provider; leaves a tombstone of the name.
    async fn delete_oidc_provider(&mut self, name: &ProviderName) -> Result<()>;

    /// Makes a SAML provider.
    async fn create_saml_provider(&mut self, provider: &SamlProvider) -> Result<()>;
    /// Replaces a SAML provider's fields but name and creation date, by name.
    async fn update_saml_provider(&mut self, provider: &SamlProvider) -> Result<()>;
    /// Removes a SAML provider; leaves a tombstone of the name.
    async fn delete_saml_provider(&mut self, name: &ProviderName) -> Result<()>;

    /// Attaches a policy.
    async fn attach_policy(&mut self, attachment: &Attachment) -> Result<()>;
    /// Detaches a policy; leaves a tombstone of the attachment.
    async fn detach_policy(&mut self, principal: PrincipalId, policy: &PolicyRef) -> Result<()>;
    /// How many policies of one type are attached to a principal.
    async fn count_attached(
        &mut self,
        principal: PrincipalId,
        policy_type: PolicyType,
    ) -> Result<u32>;

    /// Sets tags of a resource: those whose key it has are replaced.
    async fn put_tags(&mut self, of: &Tagged, tags: &[Tag]) -> Result<()>;
    /// Takes tags off a resource, those of these keys or all; what it does not have is nothing.
    async fn remove_tags(&mut self, of: &Tagged, keys: Option<&[String]>) -> Result<()>;

    /// Adds a key to the ring. Only of [`AccountId::SYSTEM`]. An id once used is taken for ever.
    async fn create_token_key(&mut self, key: &TokenKeyRecord) -> Result<()>;
    /// Removes a key from the ring. Only of [`AccountId::SYSTEM`].
    async fn delete_token_key(&mut self, id: u32) -> Result<()>;

    /// Writes a row of the audit trail.
    async fn append_audit(&mut self, record: &AuditRecord) -> Result<()>;

    /// Makes everything lasting. What was acknowledged survives `kill -9` and power loss.
    async fn commit(self: Box<Self>) -> Result<()>;
}
