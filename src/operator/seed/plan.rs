//! From what is wanted and what is there to the steps between. Pure.
//!
//! Two rules go before the file: what was removed stays removed, and what a call has changed since
//! the seed wrote it stays changed, both unless the operator says `--restore`. So a restart with the
//! same seed never gives back what was taken away.

use std::collections::BTreeSet;

use super::model::{SeedAccount, SeedPolicy, SeedRole, SeedUser};
use super::report::{Action, Outcome};
use super::state::{AccountState, Counts, Keys, Outside};
use super::step::{Change, Entity, Holder, NewVersion, Step};
use super::{Options, document, fingerprint, prune};
use crate::model::principal::PrincipalId;
use crate::model::quotas::Quotas;
use crate::policy::ids::{AccountId, PolicyName};

pub(super) const REMOVED: &str = "was removed; --restore brings it back";
const CHANGED: &str = "was changed since the seed wrote it; --restore writes the file's again";

/// The steps from `state` to `seed`.
pub(super) fn plan<'a>(
    seed: &'a SeedAccount,
    state: &'a AccountState,
    outside: &'a Outside,
    quotas: &'a Quotas,
    options: Options,
) -> Vec<Step<'a>> {
    let mut planner = Planner {
        account: seed.id,
        state,
        outside,
        quotas,
        options,
        counts: state.counts,
        policies: state.policies.keys().cloned().collect(),
        steps: Vec::new(),
    };
    if !planner.account(seed) {
        return planner.steps;
    }
    if options.prune {
        prune::prune(&mut planner, seed);
    }
    planner.keys(&Holder::Root, &state.root_keys, &seed.root_keys);
    seed.policies
        .iter()
        .for_each(|policy| planner.policy(policy));
    seed.users.iter().for_each(|user| planner.user(user));
    // Before the roles that trust them.
    seed.oidc_providers
        .iter()
        .for_each(|provider| planner.oidc_provider(provider));
    seed.saml_providers
        .iter()
        .for_each(|provider| planner.saml_provider(provider));
    seed.roles.iter().for_each(|role| planner.role(role));
    planner.steps
}

pub(super) struct Planner<'a> {
    pub(super) account: AccountId,
    pub(super) state: &'a AccountState,
    pub(super) outside: &'a Outside,
    pub(super) quotas: &'a Quotas,
    pub(super) options: Options,
    pub(super) counts: Counts,
    /// The custom policies that are there once the steps so far are done, as far as seen.
    pub(super) policies: BTreeSet<PolicyName>,
    steps: Vec<Step<'a>>,
}

/// What is to be done about an entity that is there.
enum Fate {
    /// Nothing.
    AsIs,
    /// Remember that it is as in the file.
    Adopt,
    /// Write what the file says.
    Write,
    /// It was not the file that moved: leave it.
    Keep,
}

impl<'a> Planner<'a> {
    pub(super) fn push(&mut self, step: Step<'a>) {
        self.steps.push(step);
    }

    pub(super) fn change(&mut self, change: Change<'a>) {
        self.push(Step::change(self.account, change));
    }

    pub(super) fn left(&mut self, outcome: Outcome, action: Action, subject: String, reason: &str) {
        self.push(Step::left(self.account, outcome, action, subject, reason));
    }

    fn fate(&self, entity: &Entity, fingerprint: &str, same: bool) -> Fate {
        let remembered = self.state.written.get(&entity.key());
        let unedited = remembered.is_some_and(|known| known == fingerprint);
        match (same, unedited) {
            (true, true) => Fate::AsIs,
            (true, false) => Fate::Adopt,
            (false, true) if !self.options.restore => Fate::Keep,
            (false, _) => Fate::Write,
        }
    }

    /// Plans an entity that is there.
    pub(super) fn present(
        &mut self,
        entity: Entity,
        fingerprint: String,
        changed: &[&str],
        write: impl FnOnce() -> Change<'a>,
    ) {
        match self.fate(&entity, &fingerprint, changed.is_empty()) {
            Fate::AsIs => {}
            Fate::Adopt => {
                let step = Step::change(self.account, Change::Adopt(entity.clone()));
                let step = step.detail("it is as in the file");
                self.push(step.remember(entity, Some(fingerprint)));
            }
            Fate::Keep => {
                self.left(
                    Outcome::Skipped,
                    Action::Update,
                    entity.to_string(),
                    CHANGED,
                );
            }
            Fate::Write => {
                let step = Step::change(self.account, write()).detail(changed.join(", "));
                self.push(step.remember(entity, Some(fingerprint)));
            }
        }
    }

    /// Whether an entity that is not there can be made. Says why where it cannot.
    pub(super) fn can_create(
        &mut self,
        entity: &Entity,
        was_removed: bool,
        count: u32,
        limit: u32,
    ) -> bool {
        let subject = entity.to_string();
        if was_removed && !self.options.restore {
            self.left(Outcome::Skipped, Action::Create, subject, REMOVED);
            return false;
        }
        if count >= limit {
            let reason = format!("is one too many; the account may have {limit}");
            self.left(Outcome::Impossible, Action::Create, subject, &reason);
            return false;
        }
        true
    }

    /// Whether there is, or will be, an account to speak of.
    fn account(&mut self, seed: &'a SeedAccount) -> bool {
        let subject = format!("account {}", seed.id);
        let Some(account) = &self.state.account else {
            if self.outside.alias.is_some() {
                let reason = "has an alias that another account has";
                self.left(Outcome::Impossible, Action::Create, subject, reason);
                return false;
            }
            self.change(Change::CreateAccount(seed));
            return true;
        };
        let name = seed.name.as_ref().is_some_and(|name| *name != account.name);
        let alias = seed.alias.is_some() && seed.alias != account.alias;
        if name || alias {
            let reason = "has another name or alias; both are given when an account is made";
            self.left(Outcome::Skipped, Action::Update, subject, reason);
        }
        true
    }

    fn policy(&mut self, seed: &'a SeedPolicy) {
        let entity = Entity::Policy(seed.name.clone());
        let print = fingerprint::of_policy(seed);
        let Some(there) = self.state.policies.get(&seed.name) else {
            let removed = self.state.removed.policies.contains(&seed.name);
            if self.can_create(&entity, removed, self.counts.policies, self.quotas.policies) {
                self.counts.policies += 1;
                self.policies.insert(seed.name.clone());
                let step = Step::change(self.account, Change::CreatePolicy(seed));
                self.push(step.remember(entity, Some(print)));
            }
            return;
        };
        let mut changed = Vec::new();
        let mut policy = there.policy.clone();
        if let Some(text) = seed
            .description
            .as_ref()
            .filter(|text| **text != policy.description)
        {
            policy.description.clone_from(text);
            changed.push("description");
        }
        let mut version = None;
        if !document::same_meaning(&seed.document, &there.document) {
            changed.push("document");
            let limit = usize::try_from(self.quotas.versions_per_policy).unwrap_or(usize::MAX);
            let full = there.versions.len() >= limit;
            // The former default can go too: the new version takes its place first.
            let spare = there
                .versions
                .iter()
                .find(|number| **number != policy.default_version);
            let spare = spare.or(there.versions.first());
            policy.latest_version.0 += 1;
            policy.default_version = policy.latest_version;
            version = Some(NewVersion {
                document: &seed.document,
                dropped: spare.copied().filter(|_| full),
            });
        }
        self.present(entity, print, &changed, || {
            Change::UpdatePolicy(Box::new(policy), version)
        });
    }

    fn user(&mut self, seed: &'a SeedUser) {
        let entity = Entity::User(seed.name.clone());
        let holder = Holder::User(seed.name.clone());
        let print = fingerprint::of_user(seed);
        let Some(there) = self.state.users.get(&seed.name) else {
            let removed = self.state.removed.users.contains(&seed.name);
            if self.can_create(&entity, removed, self.counts.users, self.quotas.users) {
                self.counts.users += 1;
                let step = Step::change(self.account, Change::CreateUser(seed));
                self.push(step.remember(entity, Some(print)));
                self.keys(&holder, &Keys::new(), &seed.keys);
                self.attachments(&holder, None, &BTreeSet::new(), &seed.policies);
            }
            return;
        };
        let mut user = there.user.clone();
        let mut changed = Vec::new();
        for (wanted, field, word) in [
            (&seed.display_name, &mut user.display_name, "display name"),
            (&seed.comments, &mut user.comments, "comments"),
            (&seed.email, &mut user.email, "e-mail address"),
            (&seed.mobile_phone, &mut user.mobile_phone, "phone number"),
        ] {
            if let Some(text) = wanted.as_ref().filter(|text| *text != field) {
                field.clone_from(text);
                changed.push(word);
            }
        }
        self.present(entity, print, &changed, || {
            Change::UpdateUser(Box::new(user))
        });
        self.keys(&holder, &there.keys, &seed.keys);
        let id = PrincipalId::User(there.user.id);
        self.attachments(&holder, Some(id), &there.attached, &seed.policies);
    }

    fn role(&mut self, seed: &'a SeedRole) {
        let entity = Entity::Role(seed.name.clone());
        let holder = Holder::Role(seed.name.clone());
        let print = fingerprint::of_role(seed);
        let Some(there) = self.state.roles.get(&seed.name) else {
            let removed = self.state.removed.roles.contains(&seed.name);
            if self.can_create(&entity, removed, self.counts.roles, self.quotas.roles) {
                self.counts.roles += 1;
                let step = Step::change(self.account, Change::CreateRole(seed));
                self.push(step.remember(entity, Some(print)));
                self.attachments(&holder, None, &BTreeSet::new(), &seed.policies);
            }
            return;
        };
        if there.role.linked_service.is_some() {
            let reason = "is linked to a service, which alone shapes it";
            self.left(
                Outcome::Impossible,
                Action::Update,
                entity.to_string(),
                reason,
            );
            return;
        }
        let mut role = there.role.clone();
        let mut changed = Vec::new();
        if let Some(text) = seed
            .description
            .as_ref()
            .filter(|text| **text != role.description)
        {
            role.description.clone_from(text);
            changed.push("description");
        }
        if !document::same_meaning(&seed.trust_policy, &role.trust_policy) {
            role.trust_policy.clone_from(&seed.trust_policy);
            changed.push("trust policy");
        }
        if let Some(seconds) = seed
            .max_session_duration
            .filter(|s| *s != role.max_session_duration)
        {
            role.max_session_duration = seconds;
            changed.push("longest session");
        }
        self.present(entity, print, &changed, || {
            Change::UpdateRole(Box::new(role))
        });
        let id = PrincipalId::Role(there.role.id);
        self.attachments(&holder, Some(id), &there.attached, &seed.policies);
    }
}
