//! Writes the steps of a plan, each with its row in the audit trail, in one transaction.

use super::model::{SeedKey, SeedPolicy, SeedRole, SeedUser};
use super::report::Outcome;
use super::state::Written;
use super::step::{Change, Entity, Holder, NewVersion, Step};
use crate::iam::Iam;
use crate::model::key::{AccessKey, AccessKeyStatus, KeyOwner};
use crate::model::policy::{Attachment, Policy, PolicyRef, PolicyType, PolicyVersion, VersionId};
use crate::model::principal::{PrincipalId, Role, User};
use crate::operator::OperatorError;
use crate::operator::trail::Trail;
use crate::ops::values::MaxSessionDuration;
use crate::policy::ids::{AccessKeyId, AccountId, GroupName, PolicyName, UserId};
use crate::store::{StoreError, Tx};

/// Whether a step was done, or why it could not be.
pub(super) type Done = Result<Result<(), &'static str>, OperatorError>;

const ID_TAKEN: &str = "has an id that was used before, and an id is never given twice";
pub(super) const NAME_TAKEN: &str = "is there already";
const NO_HOLDER: &str = "has no holder: the step that makes it was not done";

pub(super) struct Applier<'a> {
    pub(super) iam: &'a Iam,
    pub(super) trail: &'a Trail<'a>,
    pub(super) tx: &'a mut dyn Tx,
    pub(super) account: AccountId,
    pub(super) now: i64,
}

impl Applier<'_> {
    /// Does every step that has something to write, and keeps `written` in step with them.
    pub(super) async fn apply(
        &mut self,
        steps: &mut [Step<'_>],
        written: &mut Written,
    ) -> Result<(), OperatorError> {
        for step in steps {
            let Some(change) = &step.change else { continue };
            match self.write(change).await? {
                Ok(()) => step.line.outcome = Outcome::Applied,
                Err(reason) => {
                    step.line.outcome = Outcome::Impossible;
                    reason.clone_into(&mut step.line.detail);
                    continue;
                }
            }
            match &step.remember {
                Some((entity, Some(fingerprint))) => {
                    written.insert(entity.key(), fingerprint.clone());
                }
                Some((entity, None)) => {
                    written.remove(&entity.key());
                }
                None => {}
            }
        }
        Ok(())
    }

    async fn write(&mut self, change: &Change<'_>) -> Done {
        match change {
            // Accounts are made in the system account, before this transaction.
            Change::CreateAccount(_) => Ok(Ok(())),
            Change::CreateUser(seed) => self.create_user(seed).await,
            Change::UpdateUser(user) => {
                let user = User {
                    updated_at: self.now,
                    ..(**user).clone()
                };
                self.tx.update_user(&user).await?;
                self.record("UpdateUser", self.holder_arn(&Holder::User(user.name)))
                    .await
            }
            Change::DeleteUser(name) => {
                if let Some(user) = self.tx.get_user(name).await? {
                    self.leave_groups(&user).await?;
                    self.delete_login(user.id).await?;
                    self.tx.delete_user(user.id).await?;
                }
                self.record("DeleteUser", self.holder_arn(&Holder::User(name.clone())))
                    .await
            }
            Change::CreateRole(seed) => self.create_role(seed).await,
            Change::UpdateRole(role) => {
                let role = Role {
                    updated_at: self.now,
                    ..(**role).clone()
                };
                self.tx.update_role(&role).await?;
                self.record("UpdateRole", self.holder_arn(&Holder::Role(role.name)))
                    .await
            }
            Change::DeleteRole(name) => {
                if let Some(role) = self.tx.get_role(name).await? {
                    self.tx.delete_role(role.id).await?;
                }
                self.record("DeleteRole", self.holder_arn(&Holder::Role(name.clone())))
                    .await
            }
            Change::CreatePolicy(seed) => self.create_policy(seed).await,
            Change::UpdatePolicy(policy, version) => {
                self.update_policy(policy, version.as_ref()).await
            }
            Change::DeletePolicy(name) => {
                self.detach_from_groups(name).await?;
                self.tx.delete_policy(name).await?;
                self.record("DeletePolicy", self.policy_arn(name)).await
            }
            Change::CreateOidcProvider(seed) => self.create_oidc_provider(seed).await,
            Change::UpdateOidcProvider(provider) => self.update_oidc_provider(provider).await,
            Change::DeleteOidcProvider(name) => {
                self.tx.delete_oidc_provider(name).await?;
                self.record("DeleteOIDCProvider", self.oidc_provider_arn(name))
                    .await
            }
            Change::CreateSamlProvider(seed) => self.create_saml_provider(seed).await,
            Change::UpdateSamlProvider(provider) => self.update_saml_provider(provider).await,
            Change::DeleteSamlProvider(name) => self.delete_saml_provider(name).await,
            Change::CreateKey(of, seed) => self.create_key(of, seed).await,
            Change::ActivateKey(of, id) => {
                self.tx
                    .update_key_status(id, AccessKeyStatus::Active, self.now)
                    .await?;
                self.record("UpdateAccessKey", self.key_arn(of, id)).await
            }
            Change::ReplaceSecret(of, seed) => {
                let sealed = self
                    .iam
                    .secrets
                    .seal_access_key(&seed.id, seed.secret.expose());
                let sealed = sealed.map_err(|_| OperatorError::Seal)?;
                self.tx.update_key_secret(&seed.id, &sealed).await?;
                self.record("UpdateAccessKeySecret", self.key_arn(of, &seed.id))
                    .await
            }
            Change::DeleteKey(of, id) => {
                self.tx.delete_key(id).await?;
                self.record("DeleteAccessKey", self.key_arn(of, id)).await
            }
            Change::Attach(to, policy) => self.attach(to, policy).await,
            Change::Detach(from, policy) => self.detach(from, policy).await,
            Change::Adopt(entity) => {
                let arn = match entity {
                    Entity::User(name) => self.holder_arn(&Holder::User(name.clone())),
                    Entity::Role(name) => self.holder_arn(&Holder::Role(name.clone())),
                    Entity::Policy(name) => self.policy_arn(name),
                    Entity::OidcProvider(name) => self.oidc_provider_arn(name),
                    Entity::SamlProvider(name) => self.saml_provider_arn(name),
                };
                self.record("Adopt", arn).await
            }
        }
    }

    /// Takes the login and the MFA device from a user that is going; the device stays.
    async fn delete_login(&mut self, user: UserId) -> Result<(), OperatorError> {
        if self.tx.get_login_profile(user).await?.is_some() {
            self.tx.delete_login_profile(user).await?;
        }
        if let Some(mut device) = self.tx.get_mfa_device_of(user).await? {
            device.binding = None;
            self.tx.update_mfa_device(&device).await?;
        }
        Ok(())
    }

    async fn create_user(&mut self, seed: &SeedUser) -> Done {
        let user = User {
            account: self.account,
            id: self.iam.new_user_id(),
            name: seed.name.clone(),
            display_name: seed.display_name.clone().unwrap_or_default(),
            comments: seed.comments.clone().unwrap_or_default(),
            email: seed.email.clone().unwrap_or_default(),
            mobile_phone: seed.mobile_phone.clone().unwrap_or_default(),
            created_at: self.now,
            updated_at: self.now,
            last_login_at: None,
        };
        if taken(self.tx.create_user(&user).await)? {
            return Ok(Err(NAME_TAKEN));
        }
        self.record("CreateUser", self.holder_arn(&Holder::User(user.name)))
            .await
    }

    async fn create_role(&mut self, seed: &SeedRole) -> Done {
        let role = Role {
            account: self.account,
            id: self.iam.new_role_id(),
            name: seed.name.clone(),
            description: seed.description.clone().unwrap_or_default(),
            trust_policy: seed.trust_policy.clone(),
            max_session_duration: seed
                .max_session_duration
                .unwrap_or(MaxSessionDuration::DEFAULT),
            session_epoch: 0,
            linked_service: None,
            created_at: self.now,
            updated_at: self.now,
        };
        if taken(self.tx.create_role(&role).await)? {
            return Ok(Err(NAME_TAKEN));
        }
        self.record("CreateRole", self.holder_arn(&Holder::Role(role.name)))
            .await
    }

    async fn create_policy(&mut self, seed: &SeedPolicy) -> Done {
        let policy = Policy {
            account: self.account,
            name: seed.name.clone(),
            description: seed.description.clone().unwrap_or_default(),
            default_version: VersionId(1),
            latest_version: VersionId(1),
            created_at: self.now,
            updated_at: self.now,
        };
        let first = self.version(VersionId(1), &seed.document);
        if taken(self.tx.create_policy(&policy, &first).await)? {
            return Ok(Err(NAME_TAKEN));
        }
        self.record("CreatePolicy", self.policy_arn(&seed.name))
            .await
    }

    async fn update_policy(&mut self, policy: &Policy, version: Option<&NewVersion<'_>>) -> Done {
        if let Some(new) = version {
            let version = self.version(policy.latest_version, new.document);
            self.tx
                .create_policy_version(&policy.name, &version)
                .await?;
        }
        let policy = Policy {
            updated_at: self.now,
            ..policy.clone()
        };
        self.tx.update_policy(&policy).await?;
        if let Some(dropped) = version.and_then(|new| new.dropped) {
            self.tx.delete_policy_version(&policy.name, dropped).await?;
        }
        let operation = if version.is_some() {
            "CreatePolicyVersion"
        } else {
            "UpdatePolicy"
        };
        self.record(operation, self.policy_arn(&policy.name)).await
    }

    fn version(&self, number: VersionId, document: &str) -> PolicyVersion {
        PolicyVersion {
            version: number,
            document: document.to_owned(),
            created_at: self.now,
        }
    }

    async fn create_key(&mut self, of: &Holder, seed: &SeedKey) -> Done {
        let owner = match self.principal(of).await? {
            Some(PrincipalId::User(id)) => KeyOwner::User(id),
            None if *of == Holder::Root => KeyOwner::Root,
            _ => return Ok(Err(NO_HOLDER)),
        };
        let sealed = self
            .iam
            .secrets
            .seal_access_key(&seed.id, seed.secret.expose());
        let key = AccessKey {
            id: seed.id.clone(),
            account: self.account,
            owner,
            status: AccessKeyStatus::Active,
            created_at: self.now,
            updated_at: self.now,
            network_policy: None,
            sealed_secret: sealed.map_err(|_| OperatorError::Seal)?,
        };
        if taken(self.tx.create_key(&key).await)? {
            return Ok(Err(ID_TAKEN));
        }
        self.record("CreateAccessKey", self.key_arn(of, &seed.id))
            .await
    }

    async fn attach(&mut self, to: &Holder, policy: &PolicyRef) -> Done {
        let Some(principal) = self.principal(to).await? else {
            return Ok(Err(NO_HOLDER));
        };
        let attachment = Attachment {
            principal,
            policy: policy.clone(),
            attached_at: self.now,
        };
        if taken(self.tx.attach_policy(&attachment).await)? {
            return Ok(Err(NAME_TAKEN));
        }
        let operation = match principal {
            PrincipalId::User(_) => "AttachPolicyToUser",
            PrincipalId::Group(_) => "AttachPolicyToGroup",
            PrincipalId::Role(_) => "AttachPolicyToRole",
        };
        self.record(operation, self.attachment_arns(to, policy))
            .await
    }

    async fn detach(&mut self, from: &Holder, policy: &PolicyRef) -> Done {
        let Some(principal) = self.principal(from).await? else {
            return Ok(Err(NO_HOLDER));
        };
        self.tx.detach_policy(principal, policy).await?;
        let operation = match principal {
            PrincipalId::User(_) => "DetachPolicyFromUser",
            PrincipalId::Group(_) => "DetachPolicyFromGroup",
            PrincipalId::Role(_) => "DetachPolicyFromRole",
        };
        self.record(operation, self.attachment_arns(from, policy))
            .await
    }

    /// Takes a user that goes out of its groups, of which the file knows nothing.
    async fn leave_groups(&mut self, user: &User) -> Result<(), OperatorError> {
        for (group, _) in self.tx.list_groups_of_user(user.id).await? {
            self.tx.remove_member(group.id, user.id).await?;
            let arns = format!(
                "{} {}",
                self.holder_arn(&Holder::User(user.name.clone())),
                self.group_arn(&group.name)
            );
            self.note("RemoveUserFromGroup", arns).await?;
        }
        Ok(())
    }

    /// Takes a policy that goes off the groups that it is attached to.
    async fn detach_from_groups(&mut self, name: &PolicyName) -> Result<(), OperatorError> {
        let policy = PolicyRef {
            policy_type: PolicyType::Custom,
            name: name.clone(),
        };
        for (group, _) in self.tx.list_groups_of_policy(&policy).await? {
            let from = PrincipalId::Group(group.id);
            self.tx.detach_policy(from, &policy).await?;
            let arns = format!("{} {}", self.policy_arn(name), self.group_arn(&group.name));
            self.note("DetachPolicyFromGroup", arns).await?;
        }
        Ok(())
    }

    async fn principal(&mut self, holder: &Holder) -> Result<Option<PrincipalId>, StoreError> {
        Ok(match holder {
            Holder::Root => None,
            Holder::User(name) => self
                .tx
                .get_user(name)
                .await?
                .map(|user| PrincipalId::User(user.id)),
            Holder::Role(name) => self
                .tx
                .get_role(name)
                .await?
                .map(|role| PrincipalId::Role(role.id)),
        })
    }

    pub(super) async fn record(&mut self, operation: &str, resource: String) -> Done {
        self.note(operation, resource).await?;
        Ok(Ok(()))
    }

    async fn note(&mut self, operation: &str, resource: String) -> Result<(), OperatorError> {
        let operation = format!("operator.{operation}");
        self.trail
            .append(&mut *self.tx, self.account, &operation, resource)
            .await?;
        Ok(())
    }

    fn holder_arn(&self, holder: &Holder) -> String {
        match holder {
            Holder::Root => format!("acs:ram::{}:root", self.account),
            Holder::User(name) => format!("acs:ram::{}:user/{name}", self.account),
            Holder::Role(name) => format!("acs:ram::{}:role/{name}", self.account),
        }
    }

    fn group_arn(&self, name: &GroupName) -> String {
        format!("acs:ram::{}:group/{name}", self.account)
    }

    fn policy_arn(&self, name: &PolicyName) -> String {
        format!("acs:ram::{}:policy/{name}", self.account)
    }

    fn key_arn(&self, of: &Holder, id: &AccessKeyId) -> String {
        format!(
            "{} acs:ram::{}:accesskey/{id}",
            self.holder_arn(of),
            self.account
        )
    }

    fn attachment_arns(&self, to: &Holder, policy: &PolicyRef) -> String {
        let arn = match policy.policy_type {
            PolicyType::System => format!("acs:ram::system:policy/{}", policy.name),
            PolicyType::Custom => self.policy_arn(&policy.name),
        };
        format!("{arn} {}", self.holder_arn(to))
    }
}

/// Whether the store found the name or id taken.
pub(super) fn taken(result: Result<(), StoreError>) -> Result<bool, StoreError> {
    match result {
        Ok(()) => Ok(false),
        Err(StoreError::AlreadyExists) => Ok(true),
        Err(error) => Err(error),
    }
}
