//! What the calls about tags share: which roles or policies they name, and the decision on each of
//! these with its own tags, so that nothing is untagged out of a policy (THREATS row 16).

use crate::iam::authz::Check;
use crate::iam::resource_tags;
use crate::model::tag::{Tagged, TaggedKind};
use crate::ops::error::{Entity, OpError};
use crate::ops::params::{ParamFault, Problem};
use crate::ops::values::ResourceNames;
use crate::policy::context::MapContext;
use crate::policy::ids::{IdError, PolicyName, RoleName};
use crate::store::Snapshot;

/// A role or a policy that exists.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// Its name, in its own case.
    pub(super) name: String,
    pub(super) tagged: Tagged,
}

/// What the names name, in their order and each once; `None` for what does not exist.
async fn find(
    snapshot: &mut dyn Snapshot,
    kind: TaggedKind,
    names: &ResourceNames,
) -> Result<Vec<Option<Target>>, OpError> {
    let wrong = |_: IdError| ParamFault {
        name: "ResourceNames",
        problem: Problem::Incorrect,
    };
    let mut seen = Vec::new();
    let mut found = Vec::new();
    for name in &names.0 {
        let folded = name.to_ascii_lowercase();
        if seen.contains(&folded) {
            continue;
        }
        seen.push(folded);
        found.push(match kind {
            TaggedKind::Role => {
                let name: RoleName = name.parse().map_err(wrong)?;
                snapshot.get_role(&name).await?.map(|role| Target {
                    name: role.name.to_string(),
                    tagged: Tagged::Role(role.id),
                })
            }
            TaggedKind::Policy => {
                let name: PolicyName = name.parse().map_err(wrong)?;
                snapshot.get_policy(&name).await?.map(|policy| Target {
                    name: policy.name.to_string(),
                    tagged: Tagged::Policy(policy.name),
                })
            }
        });
    }
    Ok(found)
}

/// What the names name.
pub(super) async fn targets(
    snapshot: &mut dyn Snapshot,
    kind: TaggedKind,
    names: &ResourceNames,
) -> Result<Vec<Target>, OpError> {
    let missing = OpError::NotExist(match kind {
        TaggedKind::Role => Entity::Role,
        TaggedKind::Policy => Entity::Policy,
    });
    let found = find(snapshot, kind, names).await?;
    let found: Option<Vec<Target>> = found.into_iter().collect();
    found.ok_or(missing)
}

/// The checks of a call: once for each that it names, with its tags; what does not exist has none.
pub(super) async fn checks(
    snapshot: &mut dyn Snapshot,
    action: &'static str,
    kind: TaggedKind,
    names: &ResourceNames,
) -> Result<Vec<Check>, OpError> {
    let all = || Check::on(action, vec!["*".into()]);
    let mut checks = Vec::new();
    for target in find(snapshot, kind, names).await? {
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

/// Refuses a call that names nothing.
pub(super) fn expect_names(names: &ResourceNames) -> Result<(), OpError> {
    if names.0.is_empty() {
        return Err(missing("ResourceNames"));
    }
    Ok(())
}

/// A parameter is not there.
pub(super) fn missing(name: &'static str) -> OpError {
    let problem = Problem::Missing;
    ParamFault { name, problem }.into()
}
