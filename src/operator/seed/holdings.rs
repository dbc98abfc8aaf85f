//! What users, roles and the root identity hold: access keys and attached policies.

use std::collections::BTreeSet;

use super::model::SeedKey;
use super::plan::{Planner, REMOVED};
use super::prune;
use super::report::{Action, Outcome};
use super::state::Keys;
use super::step::{Change, Holder, policy_name};
use crate::model::key::AccessKeyStatus;
use crate::model::policy::{PolicyRef, PolicyType};
use crate::model::principal::PrincipalId;

const KEY_REMOVED: &str =
    "was removed, and an id once used is never given again; put a new one in the file";

impl<'a> Planner<'a> {
    pub(super) fn keys(&mut self, of: &Holder, there: &Keys, wanted: &'a [SeedKey]) {
        let limit = match of {
            Holder::Root => self.quotas.access_keys_per_account,
            _ => self.quotas.access_keys_per_user,
        };
        let pruned = |id| prune::takes_key(self.options, of, wanted, id);
        let mut count = there.keys().filter(|id| !pruned(id)).count();
        for key in wanted {
            let subject = format!("access key {} of {of}", key.id);
            let Some(state) = there.get(&key.id) else {
                let reason = if self.state.removed.keys.contains(&key.id) {
                    KEY_REMOVED.to_owned()
                } else if self.outside.keys.contains(&key.id) {
                    "has an id that belongs to another".to_owned()
                } else if u32::try_from(count).is_ok_and(|count| count < limit) {
                    count += 1;
                    self.change(Change::CreateKey(of.clone(), key));
                    continue;
                } else {
                    format!("is one too many; there may be {limit}")
                };
                // A removed key is in order as long as nobody asks for it back.
                let asked = reason != KEY_REMOVED || self.options.restore;
                let outcome = if asked {
                    Outcome::Impossible
                } else {
                    Outcome::Skipped
                };
                self.left(outcome, Action::Create, subject, &reason);
                continue;
            };
            let restore = self.options.restore;
            match state.as_seeded {
                Some(false) if restore => self.change(Change::ReplaceSecret(of.clone(), key)),
                Some(false) => {
                    let reason = "has another secret; --restore gives it the file's";
                    self.left(
                        Outcome::Skipped,
                        Action::ReplaceSecret,
                        subject.clone(),
                        reason,
                    );
                }
                _ => {}
            }
            match state.status {
                AccessKeyStatus::Inactive if restore => {
                    self.change(Change::ActivateKey(of.clone(), key.id.clone()));
                }
                AccessKeyStatus::Inactive => {
                    let reason = "is inactive; --restore activates it";
                    self.left(Outcome::Skipped, Action::Activate, subject, reason);
                }
                AccessKeyStatus::Active => {}
            }
        }
    }

    pub(super) fn attachments(
        &mut self,
        to: &Holder,
        id: Option<PrincipalId>,
        there: &BTreeSet<PolicyRef>,
        wanted: &'a [PolicyRef],
    ) {
        let mut counts = [PolicyType::Custom, PolicyType::System].map(|policy_type| {
            let stays = |policy: &&PolicyRef| !self.options.prune || wanted.contains(policy);
            let of_type = there
                .iter()
                .filter(|policy| policy.policy_type == policy_type);
            (policy_type, of_type.filter(stays).count())
        });
        for policy in wanted.iter().filter(|policy| !there.contains(policy)) {
            let subject = format!("{} to {to}", policy_name(policy));
            let was_removed = id.is_some_and(|id| {
                self.state
                    .removed
                    .attachments
                    .contains(&(id, policy.clone()))
            });
            if was_removed && !self.options.restore {
                self.left(Outcome::Skipped, Action::Attach, subject, REMOVED);
                continue;
            }
            let custom = policy.policy_type == PolicyType::Custom;
            if custom && !self.policies.contains(&policy.name) {
                let reason = "cannot be attached: the policy is not there";
                self.left(Outcome::Skipped, Action::Attach, subject, reason);
                continue;
            }
            let limit = if custom {
                self.quotas.custom_policies_per_principal
            } else {
                self.quotas.system_policies_per_principal
            };
            let count = counts.iter_mut().find(|(of, _)| *of == policy.policy_type);
            let Some((_, count)) = count else { continue };
            if u32::try_from(*count).is_ok_and(|count| count < limit) {
                *count += 1;
                self.change(Change::Attach(to.clone(), policy.clone()));
            } else {
                let reason = format!("is one too many; there may be {limit} of that type");
                self.left(Outcome::Impossible, Action::Attach, subject, &reason);
            }
        }
    }
}
