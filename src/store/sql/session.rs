//! A snapshot or a transaction of one account.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::Transaction;

use super::queue::Turn;
use super::{
    accounts, attachment_search, attachments, audit, changes, groups, key_uses, keys, linked_roles,
    login_profiles, mfa_devices, oidc_providers, policies, removed, roles, saml_providers,
    service_keys, settings, tags, token_keys, users, within,
};
use crate::model::account::{Account, AccountState, RevisionTag};
use crate::model::audit::{AuditRecord, RefusalKey};
use crate::model::change::{Touched, TouchedSet};
use crate::model::key::{AccessKey, AccessKeyStatus, KeyOwner, TokenKeyRecord};
use crate::model::linked::{DeletionTask, LatestTask, RoleUsage};
use crate::model::login::{LoginProfile, VirtualMfaDevice};
use crate::model::policy::{
    Attachment, FoundAttachment, Policy, PolicyRef, PolicyType, PolicyVersion, VersionId,
};
use crate::model::principal::{Group, PrincipalId, Role, User};
use crate::model::provider::{OidcProvider, SamlProvider};
use crate::model::tag::{NamedTag, Tag, Tagged, TaggedKind};
use crate::policy::ids::{
    AccessKeyId, AccountId, GroupId, GroupName, MfaDeviceName, PolicyName, ProviderName, RoleId,
    RoleName, UserId, UserName,
};
use crate::store::dialect::{Arg, Connection, Dialect, Row, Statement, args};
use crate::store::{
    AttachmentFilter, Page, Removed, Result, Snapshot, StoreError, Stretch, TagFilter, Tx,
};

/// A caller of the store does what its contract forbids.
#[derive(Debug, thiserror::Error)]
pub(super) enum MisuseError {
    /// PostgreSQL would take the commit of a failed transaction for a roll-back and say that all is
    /// well; SQLite may have rolled back and would go on without a transaction.
    #[error("a transaction is used after a statement of it failed or was abandoned")]
    Unsound,
    #[error("a record of another account")]
    OtherAccount,
    #[error("only the system account has this")]
    NotSystem,
}

impl From<MisuseError> for StoreError {
    fn from(error: MisuseError) -> Self {
        Self::Internal(Box::new(error))
    }
}

/// A snapshot or a transaction. Which it is, the trait object says that it is handed out as.
pub(super) struct Session<D: Dialect> {
    // INVARIANT: before `turn`, since fields are dropped in this order: the roll-back of an
    // abandoned transaction is under way before the account's next writer starts.
    transaction: Transaction<'static, D::Database>,
    account: Account,
    revision: i64,
    previous_tag: RevisionTag,
    touched: TouchedSet,
    /// Whether every statement so far has succeeded. While one runs this is false, so that one
    /// whose future is dropped counts as failed.
    is_sound: bool,
    /// How long the database may be silent.
    patience: Duration,
    _turn: Option<Turn>,
}

impl<D: Dialect> Session<D> {
    /// Opens a snapshot; reading the account fixes the state that all else is read from.
    pub(super) async fn read(
        mut transaction: Transaction<'static, D::Database>,
        account: AccountId,
        patience: Duration,
    ) -> Result<Self> {
        let (account, revision) = accounts::get::<D>(&mut transaction, account).await?;
        Ok(Self {
            transaction,
            previous_tag: account.tag,
            account,
            revision,
            touched: TouchedSet::default(),
            is_sound: true,
            patience,
            _turn: None,
        })
    }

    /// Opens a transaction; moving the revision on takes the account's lock.
    pub(super) async fn write(
        mut transaction: Transaction<'static, D::Database>,
        turn: Turn,
        account: AccountId,
        tag: RevisionTag,
        patience: Duration,
    ) -> Result<Self> {
        let locked = accounts::lock::<D>(&mut transaction, account, tag).await;
        if locked.is_err() {
            D::after_failure(&mut transaction).await;
        }
        let (account, revision, previous_tag) = locked?;
        Ok(Self {
            transaction,
            account,
            revision,
            previous_tag,
            touched: TouchedSet::default(),
            is_sound: true,
            patience,
            _turn: Some(turn),
        })
    }

    /// The account's id.
    pub(super) fn account_id(&self) -> AccountId {
        self.account.id
    }

    /// The account's id, to bind.
    pub(super) fn id(&self) -> Arg {
        Arg::from(self.account.id.to_string())
    }

    /// Notes that something of an entity changes on which a decision may rest.
    pub(super) fn touch(&mut self, entity: Touched) {
        self.touched.add(entity);
    }

    /// Whether this is the system account.
    pub(super) fn is_system(&self) -> bool {
        self.account.id == AccountId::SYSTEM
    }

    /// Refuses a record that is not of this account.
    pub(super) fn expect_own(&self, account: AccountId) -> Result<()> {
        if account == self.account.id {
            Ok(())
        } else {
            Err(MisuseError::OtherAccount.into())
        }
    }

    /// Refuses what only the system account has.
    pub(super) fn expect_system(&self) -> Result<()> {
        self.expect_own(AccountId::SYSTEM)
            .map_err(|_| MisuseError::NotSystem.into())
    }

    fn begin_statement(&mut self) -> Result<&mut Connection<D>> {
        if !std::mem::replace(&mut self.is_sound, false) {
            return Err(MisuseError::Unsound.into());
        }
        Ok(&mut self.transaction)
    }

    async fn end_statement<T>(&mut self, result: Result<T>) -> Result<T> {
        if result.is_ok() {
            self.is_sound = true;
        } else {
            D::after_failure(&mut self.transaction).await;
        }
        result
    }

    /// Runs a statement; answers how many rows it changed.
    pub(super) async fn execute(&mut self, statement: &Statement, args: Vec<Arg>) -> Result<u64> {
        let patience = self.patience;
        let connection = self.begin_statement()?;
        let result = within(patience, D::execute(connection, statement, args)).await;
        self.end_statement(result).await
    }

    /// Runs a statement; answers its rows.
    pub(super) async fn fetch(
        &mut self,
        statement: &Statement,
        args: Vec<Arg>,
    ) -> Result<Vec<Row<D>>> {
        let patience = self.patience;
        let connection = self.begin_statement()?;
        let result = within(patience, D::fetch(connection, statement, args)).await;
        self.end_statement(result).await
    }

    /// The rows of a statement as records.
    pub(super) async fn list<T>(
        &mut self,
        statement: &Statement,
        args: Vec<Arg>,
        record: fn(&Row<D>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let rows = self.fetch(statement, args).await?;
        rows.iter().map(record).collect()
    }

    /// The row of a statement, which has at most one, as a record.
    pub(super) async fn get<T>(
        &mut self,
        statement: &Statement,
        args: Vec<Arg>,
        record: fn(&Row<D>) -> Result<T>,
    ) -> Result<Option<T>> {
        let rows = self.fetch(statement, args).await?;
        rows.first().map(record).transpose()
    }

    /// Runs an insertion that gives way to what is there.
    pub(super) async fn insert(&mut self, statement: &Statement, args: Vec<Arg>) -> Result<()> {
        match self.execute(statement, args).await? {
            0 => Err(StoreError::AlreadyExists),
            _ => Ok(()),
        }
    }

    /// Runs a change of one row, which must be there.
    pub(super) async fn change(&mut self, statement: &Statement, args: Vec<Arg>) -> Result<()> {
        match self.execute(statement, args).await? {
            0 => Err(StoreError::NotFound),
            _ => Ok(()),
        }
    }

    /// How many of the account's rows a statement counts.
    pub(super) async fn count(&mut self, statement: &Statement) -> Result<u32> {
        let args = args![self.id()];
        self.count_with(statement, args).await
    }

    /// How many rows a statement counts.
    pub(super) async fn count_with(
        &mut self,
        statement: &Statement,
        args: Vec<Arg>,
    ) -> Result<u32> {
        let counted = self.get(statement, args, accounts::counted::<D>).await?;
        Ok(counted.unwrap_or_default())
    }
}

#[async_trait]
impl<D: Dialect> Snapshot for Session<D> {
    fn account(&self) -> &Account {
        &self.account
    }

    fn state(&self) -> AccountState {
        AccountState {
            revision: self.revision,
            tag: self.account.tag,
        }
    }

    async fn get_setting(&mut self, name: &str) -> Result<Option<String>> {
        settings::get(self, name).await
    }

    async fn get_user(&mut self, name: &UserName) -> Result<Option<User>> {
        users::get(self, name).await
    }
    async fn get_user_by_id(&mut self, id: UserId) -> Result<Option<User>> {
        users::get_by_id(self, id).await
    }
    async fn list_users(&mut self, page: Page<'_>, tags: &[TagFilter]) -> Result<Vec<User>> {
        users::list(self, page, tags).await
    }
    async fn count_users(&mut self) -> Result<u32> {
        users::count(self).await
    }

    async fn get_group(&mut self, name: &GroupName) -> Result<Option<Group>> {
        groups::get(self, name).await
    }
    async fn list_groups(&mut self, page: Page<'_>) -> Result<Vec<Group>> {
        groups::list(self, page).await
    }
    async fn count_groups(&mut self) -> Result<u32> {
        groups::count(self).await
    }
    async fn list_groups_of_user(&mut self, user: UserId) -> Result<Vec<(Group, i64)>> {
        groups::list_of_user(self, user).await
    }
    async fn list_users_of_group(
        &mut self,
        group: GroupId,
        page: Page<'_>,
    ) -> Result<Vec<(User, i64)>> {
        groups::list_users(self, group, page).await
    }

    async fn get_key(&mut self, id: &AccessKeyId) -> Result<Option<AccessKey>> {
        keys::get(self, id).await
    }
    async fn list_keys(&mut self, owner: &KeyOwner) -> Result<Vec<AccessKey>> {
        keys::list(self, owner).await
    }
    async fn get_service_key(&mut self, id: &AccessKeyId) -> Result<Option<AccessKey>> {
        service_keys::get(self, id).await
    }

    async fn get_key_last_used(&mut self, id: &AccessKeyId) -> Result<Option<i64>> {
        key_uses::get(self, id).await
    }

    async fn list_key_uses(
        &mut self,
        after: Option<&AccessKeyId>,
        limit: u32,
    ) -> Result<Vec<(AccessKeyId, i64)>> {
        key_uses::list(self, after, limit).await
    }

    async fn list_login_profiles(
        &mut self,
        after: Option<UserId>,
        limit: u32,
    ) -> Result<Vec<LoginProfile>> {
        login_profiles::list(self, after, limit).await
    }

    async fn get_login_profile(&mut self, user: UserId) -> Result<Option<LoginProfile>> {
        login_profiles::get(self, user).await
    }

    async fn get_mfa_device(&mut self, name: &MfaDeviceName) -> Result<Option<VirtualMfaDevice>> {
        mfa_devices::get(self, name).await
    }
    async fn get_mfa_device_of(&mut self, user: UserId) -> Result<Option<VirtualMfaDevice>> {
        mfa_devices::get_of_user(self, user).await
    }
    async fn list_mfa_devices(&mut self, page: Page<'_>) -> Result<Vec<VirtualMfaDevice>> {
        mfa_devices::list(self, page).await
    }
    async fn list_mfa_device_holders(&mut self, page: Page<'_>) -> Result<Vec<User>> {
        mfa_devices::list_holders(self, page).await
    }
    async fn count_mfa_devices(&mut self) -> Result<u32> {
        mfa_devices::count(self).await
    }

    async fn get_role(&mut self, name: &RoleName) -> Result<Option<Role>> {
        roles::get(self, name).await
    }
    async fn get_role_by_id(&mut self, id: RoleId) -> Result<Option<Role>> {
        roles::get_by_id(self, id).await
    }
    async fn list_roles(&mut self, page: Page<'_>, tags: &[TagFilter]) -> Result<Vec<Role>> {
        roles::list(self, page, tags).await
    }
    async fn list_roles_at(&mut self, stretch: Stretch) -> Result<Vec<Role>> {
        roles::list_at(self, stretch).await
    }
    async fn count_roles(&mut self) -> Result<u32> {
        roles::count(self).await
    }

    async fn list_role_usages(&mut self, role: RoleId) -> Result<Vec<RoleUsage>> {
        linked_roles::list_usages(self, role).await
    }
    async fn count_role_usages(&mut self, role: RoleId) -> Result<u32> {
        linked_roles::count_usages(self, role).await
    }
    async fn get_deletion_task(&mut self, id: &str) -> Result<Option<DeletionTask>> {
        linked_roles::get_task(self, id).await
    }
    async fn latest_deletion_tasks(
        &mut self,
        roles: &[RoleId],
    ) -> Result<HashMap<RoleId, LatestTask>> {
        linked_roles::latest_tasks(self, roles).await
    }

    async fn get_policy(&mut self, name: &PolicyName) -> Result<Option<Policy>> {
        policies::get(self, name).await
    }
    async fn list_policies(&mut self, page: Page<'_>, tags: &[TagFilter]) -> Result<Vec<Policy>> {
        policies::list(self, page, tags).await
    }
    async fn list_policies_at(&mut self, stretch: Stretch) -> Result<Vec<Policy>> {
        policies::list_at(self, stretch).await
    }
    async fn count_policies(&mut self) -> Result<u32> {
        policies::count(self).await
    }
    async fn get_policy_version(
        &mut self,
        name: &PolicyName,
        version: VersionId,
    ) -> Result<Option<PolicyVersion>> {
        policies::get_version(self, name, version).await
    }
    async fn list_policy_versions(&mut self, name: &PolicyName) -> Result<Vec<PolicyVersion>> {
        policies::list_versions(self, name).await
    }

    async fn get_oidc_provider(&mut self, name: &ProviderName) -> Result<Option<OidcProvider>> {
        oidc_providers::get(self, name).await
    }
    async fn get_oidc_provider_of(&mut self, issuer_url: &str) -> Result<Option<OidcProvider>> {
        oidc_providers::get_of(self, issuer_url).await
    }
    async fn list_oidc_providers(&mut self, page: Page<'_>) -> Result<Vec<OidcProvider>> {
        oidc_providers::list(self, page).await
    }
    async fn count_oidc_providers(&mut self) -> Result<u32> {
        oidc_providers::count(self).await
    }

    async fn get_saml_provider(&mut self, name: &ProviderName) -> Result<Option<SamlProvider>> {
        saml_providers::get(self, name).await
    }
    async fn list_saml_providers(&mut self, page: Page<'_>) -> Result<Vec<SamlProvider>> {
        saml_providers::list(self, page).await
    }
    async fn count_saml_providers(&mut self) -> Result<u32> {
        saml_providers::count(self).await
    }

    async fn list_attachments(&mut self, principal: PrincipalId) -> Result<Vec<Attachment>> {
        attachments::list(self, principal).await
    }
    async fn search_attachments(
        &mut self,
        filter: AttachmentFilter<'_>,
        stretch: Stretch,
    ) -> Result<Vec<FoundAttachment>> {
        attachment_search::search(self, filter, stretch).await
    }
    async fn count_found_attachments(&mut self, filter: AttachmentFilter<'_>) -> Result<u32> {
        attachment_search::count(self, filter).await
    }
    async fn list_attached_documents(
        &mut self,
        principal: PrincipalId,
    ) -> Result<Vec<(Policy, PolicyVersion)>> {
        attachments::list_documents(self, principal).await
    }
    async fn list_group_attachments(&mut self, member: UserId) -> Result<Vec<Attachment>> {
        attachments::list_of_groups(self, member).await
    }
    async fn list_group_documents(
        &mut self,
        member: UserId,
    ) -> Result<Vec<(GroupId, Policy, PolicyVersion)>> {
        attachments::list_documents_of_groups(self, member).await
    }
    async fn list_groups_of_policy(&mut self, policy: &PolicyRef) -> Result<Vec<(Group, i64)>> {
        attachments::list_groups(self, policy).await
    }
    async fn list_users_of_policy(&mut self, policy: &PolicyRef) -> Result<Vec<(User, i64)>> {
        attachments::list_users(self, policy).await
    }
    async fn list_roles_of_policy(&mut self, policy: &PolicyRef) -> Result<Vec<(Role, i64)>> {
        attachments::list_roles(self, policy).await
    }
    async fn count_attachments(&mut self, policies: &[PolicyRef]) -> Result<Vec<u32>> {
        attachments::count(self, policies).await
    }

    async fn list_tags(&mut self, of: &[Tagged]) -> Result<Vec<Vec<Tag>>> {
        tags::list(self, of).await
    }

    async fn list_tags_of_kind(
        &mut self,
        kind: TaggedKind,
        after: Option<(&str, &str)>,
        limit: u32,
        tags: &[TagFilter],
    ) -> Result<Vec<NamedTag>> {
        tags::list_of_kind(self, kind, after, limit, tags).await
    }

    async fn was_removed(&mut self, what: Removed<'_>) -> Result<bool> {
        removed::was(self, what).await
    }

    async fn list_token_keys(&mut self) -> Result<Vec<TokenKeyRecord>> {
        token_keys::list(self).await
    }
    async fn list_all_keys(
        &mut self,
        after: Option<&AccessKeyId>,
        limit: u32,
    ) -> Result<Vec<AccessKey>> {
        keys::list_all(self, after, limit).await
    }
    async fn list_audit(&mut self, limit: u32) -> Result<Vec<AuditRecord>> {
        audit::list(self, limit).await
    }
    async fn list_refusals(&mut self, limit: u32) -> Result<Vec<(RefusalKey, u64)>> {
        audit::list_refusals(self, limit).await
    }
}

#[async_trait]
impl<D: Dialect> Tx for Session<D> {
    fn previous_tag(&self) -> RevisionTag {
        self.previous_tag
    }

    fn touched(&self) -> &TouchedSet {
        &self.touched
    }

    async fn create_account(&mut self, account: &Account) -> Result<()> {
        accounts::create(self, account).await
    }
    async fn set_alias(&mut self, alias: Option<&str>) -> Result<()> {
        accounts::set_alias(self, alias).await
    }
    async fn put_setting(&mut self, name: &str, value: &str) -> Result<()> {
        settings::put(self, name, value).await
    }

    async fn create_user(&mut self, user: &User) -> Result<()> {
        users::create(self, user).await
    }
    async fn update_user(&mut self, user: &User) -> Result<()> {
        users::update(self, user).await
    }
    async fn delete_user(&mut self, id: UserId) -> Result<()> {
        users::delete(self, id).await
    }

    async fn create_group(&mut self, group: &Group) -> Result<()> {
        groups::create(self, group).await
    }
    async fn update_group(&mut self, group: &Group) -> Result<()> {
        groups::update(self, group).await
    }
    async fn delete_group(&mut self, id: GroupId) -> Result<()> {
        groups::delete(self, id).await
    }
    async fn add_member(&mut self, group: GroupId, user: UserId, joined_at: i64) -> Result<()> {
        groups::add_member(self, group, user, joined_at).await
    }
    async fn remove_member(&mut self, group: GroupId, user: UserId) -> Result<()> {
        groups::remove_member(self, group, user).await
    }

    async fn create_key(&mut self, key: &AccessKey) -> Result<()> {
        keys::create(self, key).await
    }
    async fn update_key_status(
        &mut self,
        id: &AccessKeyId,
        status: AccessKeyStatus,
        at: i64,
    ) -> Result<()> {
        keys::update_status(self, id, status, at).await
    }
    async fn update_key_network_policy(
        &mut self,
        id: &AccessKeyId,
        policy: Option<&str>,
    ) -> Result<()> {
        keys::update_network_policy(self, id, policy).await
    }
    async fn update_key_secret(&mut self, id: &AccessKeyId, sealed_secret: &[u8]) -> Result<()> {
        keys::update_secret(self, id, sealed_secret).await
    }
    async fn delete_key(&mut self, id: &AccessKeyId) -> Result<()> {
        keys::delete(self, id).await
    }

    async fn create_login_profile(&mut self, profile: &LoginProfile) -> Result<()> {
        login_profiles::create(self, profile).await
    }
    async fn update_login_profile(&mut self, profile: &LoginProfile) -> Result<()> {
        login_profiles::update(self, profile).await
    }
    async fn delete_login_profile(&mut self, user: UserId) -> Result<()> {
        login_profiles::delete(self, user).await
    }

    async fn create_mfa_device(&mut self, device: &VirtualMfaDevice) -> Result<()> {
        mfa_devices::create(self, device).await
    }
    async fn update_mfa_device(&mut self, device: &VirtualMfaDevice) -> Result<()> {
        mfa_devices::update(self, device).await
    }
    async fn delete_mfa_device(&mut self, id: &str) -> Result<()> {
        mfa_devices::delete(self, id).await
    }

    async fn create_role(&mut self, role: &Role) -> Result<()> {
        roles::create(self, role).await
    }
    async fn update_role(&mut self, role: &Role) -> Result<()> {
        roles::update(self, role).await
    }
    async fn delete_role(&mut self, id: RoleId) -> Result<()> {
        roles::delete(self, id).await
    }

    async fn put_role_usage(&mut self, role: RoleId, usage: &RoleUsage) -> Result<()> {
        linked_roles::put_usage(self, role, usage).await
    }
    async fn delete_role_usage(
        &mut self,
        role: RoleId,
        region: &str,
        resource: &str,
    ) -> Result<()> {
        linked_roles::delete_usage(self, role, region, resource).await
    }
    async fn create_deletion_task(&mut self, task: &DeletionTask) -> Result<()> {
        linked_roles::create_task(self, task).await
    }
    async fn update_deletion_task(&mut self, task: &DeletionTask) -> Result<()> {
        linked_roles::update_task(self, task).await
    }
    async fn give_up_deletion_task(&mut self, id: &str, now: i64) -> Result<()> {
        linked_roles::give_up_task(self, id, now).await
    }

    async fn create_policy(&mut self, policy: &Policy, first: &PolicyVersion) -> Result<()> {
        policies::create(self, policy, first).await
    }
    async fn update_policy(&mut self, policy: &Policy) -> Result<()> {
        policies::update(self, policy).await
    }
    async fn delete_policy(&mut self, name: &PolicyName) -> Result<()> {
        policies::delete(self, name).await
    }
    async fn create_policy_version(
        &mut self,
        name: &PolicyName,
        version: &PolicyVersion,
    ) -> Result<()> {
        policies::create_version(self, name, version).await
    }
    async fn delete_policy_version(&mut self, name: &PolicyName, version: VersionId) -> Result<()> {
        policies::delete_version(self, name, version).await
    }

    async fn create_oidc_provider(&mut self, provider: &OidcProvider) -> Result<()> {
        oidc_providers::create(self, provider).await
    }
    async fn update_oidc_provider(&mut self, provider: &OidcProvider) -> Result<()> {
        oidc_providers::update(self, provider).await
    }
    async fn delete_oidc_provider(&mut self, name: &ProviderName) -> Result<()> {
        oidc_providers::delete(self, name).await
    }

    async fn create_saml_provider(&mut self, provider: &SamlProvider) -> Result<()> {
        saml_providers::create(self, provider).await
    }
    async fn update_saml_provider(&mut self, provider: &SamlProvider) -> Result<()> {
        saml_providers::update(self, provider).await
    }
    async fn delete_saml_provider(&mut self, name: &ProviderName) -> Result<()> {
        saml_providers::delete(self, name).await
    }

    async fn attach_policy(&mut self, attachment: &Attachment) -> Result<()> {
        attachments::attach(self, attachment).await
    }
    async fn detach_policy(&mut self, principal: PrincipalId, policy: &PolicyRef) -> Result<()> {
        attachments::detach(self, principal, policy).await
    }
    async fn count_attached(
        &mut self,
        principal: PrincipalId,
        policy_type: PolicyType,
    ) -> Result<u32> {
        attachments::count_attached(self, principal, policy_type).await
    }

    async fn put_tags(&mut self, of: &Tagged, tags: &[Tag]) -> Result<()> {
        tags::put(self, of, tags).await
    }
    async fn remove_tags(&mut self, of: &Tagged, keys: Option<&[String]>) -> Result<()> {
        match keys {
            Some(keys) => tags::remove(self, of, keys).await,
            None => tags::delete(self, of).await,
        }
    }

    async fn create_token_key(&mut self, key: &TokenKeyRecord) -> Result<()> {
        token_keys::create(self, key).await
    }
    async fn delete_token_key(&mut self, id: u32) -> Result<()> {
        token_keys::delete(self, id).await
    }

    async fn append_audit(&mut self, record: &AuditRecord) -> Result<()> {
        audit::append(self, record).await
    }

    async fn commit(mut self: Box<Self>) -> Result<()> {
        let change = changes::args(
            self.account.id,
            self.state(),
            self.previous_tag,
            &self.touched,
        );
        self.execute(changes::add(), change).await?;
        self.begin_statement()?;
        let this = *self;
        within(this.patience, async {
            this.transaction.commit().await.map_err(D::error)
        })
        .await
    }
}
