//! Tags of users, roles and policies, and the decision on each of these with its own tags, so that
//! nothing is untagged out of a policy (THREATS row 16).

use crate::iam::authz::Check;
use crate::iam::resource_tags;
use crate::model::quotas::Quotas;
use crate::model::tag::{NamedTag, Tag, Tagged, TaggedKind};
use crate::ops::call::Context;
use crate::ops::error::OpError;
use crate::ops::params::Problem;
use crate::ops::values::{NextToken, ShortPage, Tags};
use crate::policy::context::MapContext;
use crate::store::{Snapshot, TagFilter, Tx};

/// Something that exists and may have tags.
#[derive(Debug, Clone)]
pub(in crate::ops) struct Target {
    /// Its name, in its own case; of a user its id.
    pub(in crate::ops) name: String,
    pub(in crate::ops) tagged: Tagged,
}

/// The checks of a call: once for each that it names, with its tags; what does not exist has none.
pub(in crate::ops) async fn checks(
    snapshot: &mut dyn Snapshot,
    action: &'static str,
    named: Vec<Option<Target>>,
) -> Result<Vec<Check>, OpError> {
    let all = || Check::on(action, vec!["*".into()]);
    let mut checks = Vec::new();
    for target in named {
        let tags = match target {
            Some(target) => {
                resource_tags::keys(&snapshot.list_tags(&[target.tagged]).await?.concat())
            }
            None => MapContext::default(),
        };
        checks.push(Check {
            tags: vec![tags],
            ..all()
        });
    }
    if checks.is_empty() {
        checks.push(all());
    }
    Ok(checks)
}

/// Gives what was just made its tags, where the call passes any.
pub(in crate::ops) async fn give(
    tx: &mut dyn Tx,
    made: Tagged,
    tags: Option<&Tags>,
    quotas: &Quotas,
) -> Result<(), OpError> {
    let within = tags.map(|tags| tags.within(quotas.tags_per_resource));
    let tags = within.transpose()?.unwrap_or_default();
    if !tags.is_empty() {
        tx.put_tags(&made, tags).await?;
    }
    Ok(())
}

/// Sets tags of each target: those whose key it has are replaced.
pub(in crate::ops) async fn put(
    cx: &Context,
    tx: &mut dyn Tx,
    targets: Vec<Target>,
    tags: &[Tag],
) -> Result<(), OpError> {
    let quotas = cx.iam.quotas_of(&mut *tx).await?;
    let most = usize::try_from(quotas.tags_per_resource).unwrap_or(usize::MAX);
    for target in targets {
        tx.put_tags(&target.tagged, tags).await?;
        // Counted with the new ones: a key that is there already needs no room.
        if tx.list_tags(&[target.tagged]).await?.concat().len() > most {
            return Err(OpError::param("Tag", Problem::TooManyTags));
        }
    }
    Ok(())
}

/// Takes tags off each target, those of these keys or all.
pub(in crate::ops) async fn remove(
    tx: &mut dyn Tx,
    targets: Vec<Target>,
    keys: Option<&[String]>,
) -> Result<(), OpError> {
    for target in targets {
        tx.remove_tags(&target.tagged, keys).await?;
    }
    Ok(())
}

/// One page of tags.
#[derive(Debug, Clone, Copy)]
pub(in crate::ops) struct Pages<'a> {
    pub(in crate::ops) kind: TaggedKind,
    pub(in crate::ops) filters: &'a [TagFilter],
    pub(in crate::ops) after: Option<&'a NextToken>,
    pub(in crate::ops) size: Option<ShortPage>,
}

fn has(tags: &[Tag], filter: &TagFilter) -> bool {
    let is = |tag: &Tag| {
        let value = filter.value.as_ref();
        tag.key == filter.key && value.is_none_or(|value| *value == tag.value)
    };
    tags.iter().any(is)
}

impl Pages<'_> {
    fn place(&self) -> Option<(&str, &str)> {
        self.after
            .map(|token| (token.name.as_str(), token.key.as_str()))
    }

    /// Up to `limit` tags of those that were named, after the token.
    async fn of_named(
        &self,
        snapshot: &mut dyn Snapshot,
        mut targets: Vec<Target>,
        limit: usize,
    ) -> Result<Vec<NamedTag>, OpError> {
        targets.sort_by_key(|target| target.name.to_ascii_lowercase());
        let tagged: Vec<Tagged> = targets.iter().map(|t| t.tagged.clone()).collect();
        let mut found = Vec::new();
        for (target, tags) in targets.iter().zip(snapshot.list_tags(&tagged).await?) {
            if !self.filters.iter().all(|filter| has(&tags, filter)) {
                continue;
            }
            let name = target.name.to_ascii_lowercase();
            let is_after = |tag: &Tag| {
                let place = (name.as_str(), tag.key.as_str());
                self.place().is_none_or(|after| place > after)
            };
            found.extend(tags.into_iter().filter(is_after).map(|tag| NamedTag {
                name: target.name.clone(),
                tag,
            }));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// The page, and the token of the next where there is one. Without names it is of everything of
    /// the kind.
    pub(in crate::ops) async fn read(
        &self,
        snapshot: &mut dyn Snapshot,
        named: Option<Vec<Target>>,
    ) -> Result<(Vec<NamedTag>, Option<String>), OpError> {
        let size = self.size.map_or(ShortPage::DEFAULT, |size| size.0);
        let items = usize::try_from(size).unwrap_or(usize::MAX);
        // One more than is shown, to know whether there are more.
        let mut found = if let Some(targets) = named {
            self.of_named(snapshot, targets, items + 1).await?
        } else {
            let (after, filters) = (self.place(), self.filters);
            snapshot
                .list_tags_of_kind(self.kind, after, size + 1, filters)
                .await?
        };
        let is_truncated = found.len() > items;
        found.truncate(items);
        let last = found.last().filter(|_| is_truncated);
        let next_token = last.map(|last| NextToken::after(&last.name, &last.tag.key));
        Ok((found, next_token))
    }
}
