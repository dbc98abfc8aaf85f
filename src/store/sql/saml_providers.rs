//! SAML providers.

use super::removed;
use super::session::Session;
use crate::model::change::Touched;
use crate::model::provider::SamlProvider;
use crate::policy::ids::ProviderName;
use crate::store::dialect::{Arg, Dialect, Fields, Row, args, statements};
use crate::store::{Page, Removed, Result};

statements! {
    GET = "
        SELECT
            account_id,
            name,
            description,
            metadata,
            authn_sign_algo,
            created_at,
            updated_at
        FROM saml_providers
        WHERE account_id = $1
            AND name_key = $2";
    LIST = "
        SELECT
            account_id,
            name,
            description,
            metadata,
            authn_sign_algo,
            created_at,
            updated_at
        FROM saml_providers
        WHERE account_id = $1
            AND name_key > $2
        ORDER BY name_key
        LIMIT $3";
    COUNT = "
        SELECT COUNT(*) AS count
        FROM saml_providers
        WHERE account_id = $1";
    CREATE = "
        INSERT INTO saml_providers (
            account_id,
            name_key,
            description,
            metadata,
            authn_sign_algo,
            updated_at,
            name,
            created_at
        )
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT DO NOTHING";
    UPDATE = "
        UPDATE saml_providers
        SET description = $3,
            metadata = $4,
            authn_sign_algo = $5,
            updated_at = $6
        WHERE account_id = $1
            AND name_key = $2";
    DELETE = "
        DELETE FROM saml_providers
        WHERE account_id = $1
            AND name_key = $2";
}

fn provider<D: Dialect>(row: &Row<D>) -> Result<SamlProvider> {
    let fields = Fields::<D>::of(row, "saml_providers");
    Ok(SamlProvider {
        account: fields.parsed("account_id")?,
        name: fields.parsed("name")?,
        description: fields.text("description")?,
        metadata: fields.text("metadata")?,
        authn_sign_algo: fields.parsed("authn_sign_algo")?,
        created_at: fields.int("created_at")?,
        updated_at: fields.int("updated_at")?,
    })
}

pub(super) async fn get<D: Dialect>(
    session: &mut Session<D>,
    name: &ProviderName,
) -> Result<Option<SamlProvider>> {
    let args = args![session.id(), name.key()];
    session.get(&GET, args, provider::<D>).await
}

pub(super) async fn list<D: Dialect>(
    session: &mut Session<D>,
    page: Page<'_>,
) -> Result<Vec<SamlProvider>> {
    let args = args![session.id(), page.after.unwrap_or_default(), page.limit];
    session.list(&LIST, args, provider::<D>).await
}

pub(super) async fn count<D: Dialect>(session: &mut Session<D>) -> Result<u32> {
    session.count(&COUNT).await
}

/// The account, the key of the name, and what can change.
fn changing<D: Dialect>(session: &Session<D>, provider: &SamlProvider) -> Vec<Arg> {
    args![
        session.id(),
        provider.name.key(),
        provider.description.as_str(),
        provider.metadata.as_str(),
        provider.authn_sign_algo.as_str(),
        provider.updated_at,
    ]
}

pub(super) async fn create<D: Dialect>(
    session: &mut Session<D>,
    provider: &SamlProvider,
) -> Result<()> {
    session.expect_own(provider.account)?;
    session.touch(Touched::SamlProvider(provider.name.clone()));
    let mut args = changing(session, provider);
    args.extend(args![provider.name.as_str(), provider.created_at]);
    session.insert(&CREATE, args).await
}

pub(super) async fn update<D: Dialect>(
    session: &mut Session<D>,
    provider: &SamlProvider,
) -> Result<()> {
    session.expect_own(provider.account)?;
    session.touch(Touched::SamlProvider(provider.name.clone()));
    let args = changing(session, provider);
    session.change(&UPDATE, args).await
}

pub(super) async fn delete<D: Dialect>(
    session: &mut Session<D>,
    name: &ProviderName,
) -> Result<()> {
    session.touch(Touched::SamlProvider(name.clone()));
    let args = args![session.id(), name.key()];
    session.change(&DELETE, args).await?;
    removed::bury(session, Removed::SamlProvider(name)).await
}
