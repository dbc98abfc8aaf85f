//! Which roles or policies the calls about tags name.

use crate::iam::authz::Check;
use crate::model::tag::{Tagged, TaggedKind};
use crate::ops::entities::tags::{self, Target};
use crate::ops::error::{Entity, OpError};
use crate::ops::params::{ParamFault, ParamValue, Problem};
use crate::ops::values::ResourceNames;
use crate::policy::ids::{IdError, PolicyName, RoleName};
use crate::store::Snapshot;

/// What RAM tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceType {
    /// Roles.
    Role,
    /// Custom policies.
    Policy,
}

impl ResourceType {
    pub(super) const fn kind(self) -> TaggedKind {
        match self {
            Self::Role => TaggedKind::Role,
            Self::Policy => TaggedKind::Policy,
        }
    }
}

impl ParamValue for ResourceType {
    fn parse(text: &str) -> Result<Self, Problem> {
        [Self::Role, Self::Policy]
            .into_iter()
            .find(|of| of.kind().as_str() == text)
            .ok_or(Problem::Incorrect)
    }
}

/// What the names name, in their order and each once; `None` for what does not exist.
async fn find(
    snapshot: &mut dyn Snapshot,
    of: ResourceType,
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
        found.push(match of {
            ResourceType::Role => {
                let name: RoleName = name.parse().map_err(wrong)?;
                snapshot.get_role(&name).await?.map(|role| Target {
                    name: role.name.to_string(),
                    tagged: Tagged::Role(role.id),
                })
            }
            ResourceType::Policy => {
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
    of: ResourceType,
    names: &ResourceNames,
) -> Result<Vec<Target>, OpError> {
    let missing = OpError::NotExist(match of {
        ResourceType::Role => Entity::Role,
        ResourceType::Policy => Entity::Policy,
    });
    let found = find(snapshot, of, names).await?;
    let found: Option<Vec<Target>> = found.into_iter().collect();
    found.ok_or(missing)
}

/// The checks of a call.
pub(super) async fn checks(
    snapshot: &mut dyn Snapshot,
    action: &'static str,
    of: ResourceType,
    names: &ResourceNames,
) -> Result<Vec<Check>, OpError> {
    let found = find(snapshot, of, names).await?;
    tags::checks(snapshot, action, found).await
}

/// Refuses a call that names nothing.
pub(super) fn expect_names(names: &ResourceNames) -> Result<(), OpError> {
    if names.0.is_empty() {
        return Err(OpError::param("ResourceNames", Problem::Missing));
    }
    Ok(())
}
