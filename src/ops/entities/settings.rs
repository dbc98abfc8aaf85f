//! What an account has set, and the defaults of what it has not.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::settings::{PasswordPolicy, SecurityPreference};
use crate::ops::error::{Entity, OpError, OrRefuse as _};
use crate::ops::values::AccountAlias;
use crate::policy::ids::AccountId;
use crate::store::{Snapshot, StoreError, Tx};

/// A setting; `None` where nothing was set.
pub(super) async fn read<T: DeserializeOwned>(
    snapshot: &mut dyn Snapshot,
    name: &str,
) -> Result<Option<T>, OpError> {
    let text = snapshot.get_setting(name).await?;
    let value = text.map(|text| serde_json::from_str(&text)).transpose();
    value.map_err(|_| {
        let (table, column) = ("settings", "value");
        StoreError::Corrupt { table, column }.into()
    })
}

/// Sets it.
pub(super) async fn write<T: Serialize>(
    tx: &mut dyn Tx,
    name: &str,
    value: &T,
) -> Result<(), OpError> {
    let text = serde_json::to_string(value);
    let text = text.map_err(|error| OpError::Internal(Box::new(error)))?;
    Ok(tx.put_setting(name, &text).await?)
}

/// The account's password policy.
pub(in crate::ops) async fn password_policy(
    snapshot: &mut dyn Snapshot,
) -> Result<PasswordPolicy, OpError> {
    let set = read(snapshot, PasswordPolicy::SETTING).await?;
    Ok(set.unwrap_or_default())
}

/// Sets it.
pub(in crate::ops) async fn put_password_policy(
    tx: &mut dyn Tx,
    policy: &PasswordPolicy,
) -> Result<(), OpError> {
    write(tx, PasswordPolicy::SETTING, policy).await
}

/// The account's security preference.
pub(in crate::ops) async fn security_preference(
    snapshot: &mut dyn Snapshot,
) -> Result<SecurityPreference, OpError> {
    let set = read(snapshot, SecurityPreference::SETTING).await?;
    Ok(set.unwrap_or_default())
}

/// Sets it.
pub(in crate::ops) async fn put_security_preference(
    tx: &mut dyn Tx,
    preference: &SecurityPreference,
) -> Result<(), OpError> {
    write(tx, SecurityPreference::SETTING, preference).await
}

/// Gives the account an alias, and so its logon names another domain.
pub(in crate::ops) async fn put_alias(
    tx: &mut dyn Tx,
    alias: &AccountAlias,
) -> Result<(), OpError> {
    let id = tx.account().id;
    // An account without an alias goes by its id, so no other may take that for one.
    if alias.0.parse::<AccountId>().is_ok_and(|of| of != id) {
        return Err(OpError::AlreadyExists(Entity::AccountAlias));
    }
    tx.set_alias(Some(&alias.0))
        .await
        .or_exists(Entity::AccountAlias)
}
