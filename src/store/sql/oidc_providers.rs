//! OIDC providers.

use super::removed;
use super::session::Session;
use crate::model::change::Touched;
use crate::model::provider::OidcProvider;
use crate::policy::ids::ProviderName;
use crate::store::dialect::{Arg, Dialect, Fields, Row, args, statements};
use crate::store::{Page, Removed, Result};

statements! {
    GET = "
        SELECT
            account_id,
            name,
            issuer_url,
            description,
            client_ids,
            fingerprints,
            issuance_limit_hours,
            key_set,
            created_at,
            updated_at
        FROM oidc_providers
        WHERE account_id = $1
            AND name_key = $2";
    GET_OF = "
        SELECT
            account_id,
            name,
            issuer_url,
            description,
            client_ids,
            fingerprints,
            issuance_limit_hours,
            key_set,
            created_at,
            updated_at
        FROM oidc_providers
        WHERE account_id = $1
            AND issuer_url = $2";
    LIST = "
        SELECT
            account_id,
            name,
            issuer_url,
            description,
            client_ids,
            fingerprints,
            issuance_limit_hours,
            key_set,
            created_at,
            updated_at
        FROM oidc_providers
        WHERE account_id = $1
            AND name_key > $2
        ORDER BY name_key
        LIMIT $3";
    COUNT = "
        SELECT COUNT(*) AS count
        FROM oidc_providers
        WHERE account_id = $1";
    CREATE = "
        INSERT INTO oidc_providers (
            account_id,
            name_key,
            description,
            client_ids,
            fingerprints,
            issuance_limit_hours,
            key_set,
            updated_at,
            name,
            issuer_url,
            created_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT DO NOTHING";
    UPDATE = "
        UPDATE oidc_providers
        SET description = $3,
            client_ids = $4,
            fingerprints = $5,
            issuance_limit_hours = $6,
            key_set = $7,
            updated_at = $8
        WHERE account_id = $1
            AND name_key = $2";
    DELETE = "
        DELETE FROM oidc_providers
        WHERE account_id = $1
            AND name_key = $2";
}

/// The items of a list as it is kept. None of them is empty.
fn items(list: &str) -> Vec<String> {
    let items = list.split(',').filter(|item| !item.is_empty());
    items.map(str::to_owned).collect()
}

fn provider<D: Dialect>(row: &Row<D>) -> Result<OidcProvider> {
    let fields = Fields::<D>::of(row, "oidc_providers");
    Ok(OidcProvider {
        account: fields.parsed("account_id")?,
        name: fields.parsed("name")?,
        issuer_url: fields.text("issuer_url")?,
        description: fields.text("description")?,
        client_ids: items(&fields.text("client_ids")?),
        fingerprints: items(&fields.text("fingerprints")?),
        issuance_limit_hours: fields.int("issuance_limit_hours")?,
        key_set: fields.optional_text("key_set")?,
        created_at: fields.int("created_at")?,
        updated_at: fields.int("updated_at")?,
    })
}

pub(super) async fn get<D: Dialect>(
    session: &mut Session<D>,
    name: &ProviderName,
) -> Result<Option<OidcProvider>> {
    let args = args![session.id(), name.key()];
    session.get(&GET, args, provider::<D>).await
}

pub(super) async fn get_of<D: Dialect>(
    session: &mut Session<D>,
    issuer_url: &str,
) -> Result<Option<OidcProvider>> {
    let args = args![session.id(), issuer_url];
    session.get(&GET_OF, args, provider::<D>).await
}

pub(super) async fn list<D: Dialect>(
    session: &mut Session<D>,
    page: Page<'_>,
) -> Result<Vec<OidcProvider>> {
    let args = args![session.id(), page.after.unwrap_or_default(), page.limit];
    session.list(&LIST, args, provider::<D>).await
}

pub(super) async fn count<D: Dialect>(session: &mut Session<D>) -> Result<u32> {
    session.count(&COUNT).await
}

/// The account, the key of the name, and what can change.
fn changing<D: Dialect>(session: &Session<D>, provider: &OidcProvider) -> Vec<Arg> {
    args![
        session.id(),
        provider.name.key(),
        provider.description.as_str(),
        provider.client_ids.join(","),
        provider.fingerprints.join(","),
        provider.issuance_limit_hours,
        provider.key_set.as_deref(),
        provider.updated_at,
    ]
}

pub(super) async fn create<D: Dialect>(
    session: &mut Session<D>,
    provider: &OidcProvider,
) -> Result<()> {
    session.expect_own(provider.account)?;
    session.touch(Touched::OidcProvider(provider.name.clone()));
    let mut args = changing(session, provider);
    args.extend(args![
        provider.name.as_str(),
        provider.issuer_url.as_str(),
        provider.created_at,
    ]);
    session.insert(&CREATE, args).await
}

pub(super) async fn update<D: Dialect>(
    session: &mut Session<D>,
    provider: &OidcProvider,
) -> Result<()> {
    session.expect_own(provider.account)?;
    session.touch(Touched::OidcProvider(provider.name.clone()));
    let args = changing(session, provider);
    session.change(&UPDATE, args).await
}

pub(super) async fn delete<D: Dialect>(
    session: &mut Session<D>,
    name: &ProviderName,
) -> Result<()> {
    session.touch(Touched::OidcProvider(name.clone()));
    let args = args![session.id(), name.key()];
    session.change(&DELETE, args).await?;
    removed::bury(session, Removed::OidcProvider(name)).await
}
