//! What answers about groups share.

use serde::Serialize;

use crate::model::principal::Group;
use crate::ops::shapes::date;

/// A group. The update date is not in the answer that makes it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GroupShape {
    group_id: String,
    group_name: String,
    comments: String,
    create_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    update_date: Option<String>,
}

impl GroupShape {
    /// As it is answered where it was just made.
    pub(super) fn created(group: Group) -> Self {
        Self {
            group_id: group.id.to_string(),
            group_name: group.name.to_string(),
            comments: group.comments,
            create_date: date(group.created_at),
            update_date: None,
        }
    }

    /// As it is answered everywhere else.
    pub(super) fn whole(group: Group) -> Self {
        Self {
            update_date: Some(date(group.updated_at)),
            ..Self::created(group)
        }
    }
}
