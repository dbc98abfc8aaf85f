//! What `--prune` takes away: all that an account named in the file has beyond it. Never a key of
//! the account itself, never the account, never a service-linked role.

use super::Options;
use super::model::{SeedAccount, SeedKey};
use super::plan::Planner;
use super::step::{Change, Entity, Holder, Step};
use crate::model::policy::PolicyRef;
use crate::policy::ids::AccessKeyId;

/// Whether a key of `of` goes.
pub(super) fn takes_key(
    options: Options,
    of: &Holder,
    wanted: &[SeedKey],
    id: &AccessKeyId,
) -> bool {
    options.prune && *of != Holder::Root && !wanted.iter().any(|key| key.id == *id)
}

/// Adds the steps that take away. They come first, so that what goes makes room under the quotas.
pub(super) fn prune<'a>(planner: &mut Planner<'a>, seed: &'a SeedAccount) {
    let state = planner.state;
    let options = Options {
        prune: true,
        ..Options::default()
    };
    for (name, there) in &state.users {
        let wanted = seed.users.iter().find(|user| user.name == *name);
        let holder = Holder::User(name.clone());
        let policies: &[PolicyRef] = wanted.map_or(&[], |user| &user.policies);
        for policy in there
            .attached
            .iter()
            .filter(|policy| !policies.contains(policy))
        {
            planner.change(Change::Detach(holder.clone(), policy.clone()));
        }
        let keys: &[SeedKey] = wanted.map_or(&[], |user| &user.keys);
        for id in there
            .keys
            .keys()
            .filter(|id| takes_key(options, &holder, keys, id))
        {
            planner.change(Change::DeleteKey(holder.clone(), id.clone()));
        }
        if wanted.is_none() {
            planner.counts.users = planner.counts.users.saturating_sub(1);
            let change = Change::DeleteUser(name.clone());
            forget(planner, change, Entity::User(name.clone()));
        }
    }
    for (name, there) in state
        .roles
        .iter()
        .filter(|(_, there)| there.role.linked_service.is_none())
    {
        let wanted = seed.roles.iter().find(|role| role.name == *name);
        let holder = Holder::Role(name.clone());
        let policies: &[PolicyRef] = wanted.map_or(&[], |role| &role.policies);
        for policy in there
            .attached
            .iter()
            .filter(|policy| !policies.contains(policy))
        {
            planner.change(Change::Detach(holder.clone(), policy.clone()));
        }
        if wanted.is_none() {
            planner.counts.roles = planner.counts.roles.saturating_sub(1);
            let change = Change::DeleteRole(name.clone());
            forget(planner, change, Entity::Role(name.clone()));
        }
    }
    for name in state.oidc_providers.keys() {
        if !seed
            .oidc_providers
            .iter()
            .any(|wanted| wanted.name == *name)
        {
            planner.counts.oidc_providers = planner.counts.oidc_providers.saturating_sub(1);
            let change = Change::DeleteOidcProvider(name.clone());
            forget(planner, change, Entity::OidcProvider(name.clone()));
        }
    }
    for name in state.saml_providers.keys() {
        if !seed
            .saml_providers
            .iter()
            .any(|wanted| wanted.name == *name)
        {
            planner.counts.saml_providers = planner.counts.saml_providers.saturating_sub(1);
            let change = Change::DeleteSamlProvider(name.clone());
            forget(planner, change, Entity::SamlProvider(name.clone()));
        }
    }
    let named = seed.every_custom_policy();
    for name in state.policies.keys().filter(|name| !named.contains(name)) {
        planner.counts.policies = planner.counts.policies.saturating_sub(1);
        planner.policies.remove(name);
        let change = Change::DeletePolicy(name.clone());
        forget(planner, change, Entity::Policy(name.clone()));
    }
}

fn forget<'a>(planner: &mut Planner<'a>, change: Change<'a>, entity: Entity) {
    let step = Step::change(planner.account, change);
    planner.push(step.remember(entity, None));
}
