//! Groups as this product shows them.

use serde::Serialize;

use crate::model::principal::Group;
use crate::ops::shapes::date;

/// A group.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GroupShape {
    group_id: String,
    group_name: String,
    display_name: String,
    comments: String,
    create_date: String,
    update_date: String,
}

impl From<Group> for GroupShape {
    fn from(group: Group) -> Self {
        Self {
            group_id: group.id.to_string(),
            group_name: group.name.to_string(),
            display_name: group.display_name,
            comments: group.comments,
            create_date: date(group.created_at),
            update_date: date(group.updated_at),
        }
    }
}
