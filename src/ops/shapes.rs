//! Members that answers of several products share.

use serde::Serialize;

use crate::credential::time;
use crate::model::tag::Tag;

/// Unix seconds as the vendor writes them; empty for a moment that is not known.
pub(in crate::ops) fn date(unix_seconds: i64) -> String {
    if unix_seconds == 0 {
        String::new()
    } else {
        time::format(unix_seconds)
    }
}

/// `{"Tag": [{"TagKey", "TagValue"}]}`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(in crate::ops) struct TagsShape {
    tag: Vec<TagShape>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagShape {
    tag_key: String,
    tag_value: String,
}

impl TagsShape {
    /// `None` for an entity without tags: the member is left out.
    pub(in crate::ops) fn of(tags: Vec<Tag>) -> Option<Self> {
        (!tags.is_empty()).then(|| Self {
            tag: tags
                .into_iter()
                .map(|t| TagShape {
                    tag_key: t.key,
                    tag_value: t.value,
                })
                .collect(),
        })
    }
}
