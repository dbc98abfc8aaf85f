//! Tags, to set and to ask for.

use crate::model::tag::Tag;
use crate::ops::params::{Param, ParamFault, Params, Problem};
use crate::store::TagFilter;

/// One tag of a list, as it came.
type RawTag = (Option<String>, Option<String>);

/// Reads a list of tags in either form: JSON text, or flattened members.
fn raw_tags(params: &Params<'_>, name: &'static str) -> Result<Vec<RawTag>, ParamFault> {
    let wrong = |problem| ParamFault { name, problem };
    let fault = || wrong(Problem::Type);
    let members = params.members(name);
    if let Some(text) = params.get(name) {
        if !members.is_empty() {
            return Err(wrong(Problem::Twice));
        }
        let list: Vec<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_str(text).map_err(|_| fault())?;
        return list
            .into_iter()
            .map(|entry| {
                let member = |name: &str| match entry.get(name) {
                    None | Some(serde_json::Value::Null) => Ok(None),
                    Some(serde_json::Value::String(text)) => Ok(Some(text.clone())),
                    Some(_) => Err(fault()),
                };
                Ok((member("Key")?, member("Value")?))
            })
            .collect();
    }
    let mut list: Vec<(u32, RawTag)> = Vec::new();
    for (number, member, value) in members {
        // Empty text counts as absent, also as a whole tag.
        if member.is_empty() && value.is_empty() {
            continue;
        }
        if list.last().is_none_or(|(last, _)| *last != number) {
            list.push((number, (None, None)));
        }
        let Some((_, tag)) = list.last_mut() else {
            continue;
        };
        let place = match member {
            "Key" => &mut tag.0,
            "Value" => &mut tag.1,
            _ => continue,
        };
        // `Tag.1.Key` and `Tag.01.Key` are one.
        if place.replace(value.to_owned()).is_some() {
            return Err(wrong(Problem::Twice));
        }
    }
    Ok(list.into_iter().map(|(_, tag)| tag).collect())
}

/// A tag key: 1 to 128 characters, not beginning `aliyun` or `acs:`, without an address in it.
fn check_key(key: Option<String>) -> Result<String, Problem> {
    let key = key.unwrap_or_default();
    let lower = key.to_lowercase();
    let reserved = lower.starts_with("aliyun") || lower.starts_with("acs:") || has_address(&lower);
    if key.is_empty() || key.chars().count() > 128 || reserved {
        Err(Problem::TagKey)
    } else {
        Ok(key)
    }
}

/// A tag value: 0 to `most` characters, not beginning `acs:`, without an address in it.
fn check_value(value: String, most: usize) -> Result<String, Problem> {
    let lower = value.to_lowercase();
    if value.chars().count() > most || lower.starts_with("acs:") || has_address(&lower) {
        Err(Problem::TagValue)
    } else {
        Ok(value)
    }
}

fn has_address(text: &str) -> bool {
    text.contains("http://") || text.contains("https://")
}

/// Tags to set: no key twice, as many as a resource may have. RAM takes values of 256 characters, IMS of
/// 128; so with the types below.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags<const MAX: usize = 256>(pub Vec<Tag>);

impl<const MAX: usize> Tags<MAX> {
    /// The tags, if a resource may have so many.
    ///
    /// # Errors
    /// [`ParamFault`].
    pub fn within(&self, quota: u32) -> Result<&[Tag], ParamFault> {
        if self.0.len() > usize::try_from(quota).unwrap_or(usize::MAX) {
            return Err(ParamFault {
                name: "Tag",
                problem: Problem::TooManyTags,
            });
        }
        Ok(&self.0)
    }
}

impl<const MAX: usize> Param for Tags<MAX> {
    fn read(params: &Params<'_>, name: &'static str) -> Result<Self, ParamFault> {
        let wrong = |problem| ParamFault { name, problem };
        let mut tags: Vec<Tag> = Vec::new();
        for (key, value) in raw_tags(params, name)? {
            let key = check_key(key).map_err(wrong)?;
            if tags.iter().any(|tag| tag.key == key) {
                return Err(wrong(Problem::TagTwice));
            }
            // The vendor takes at most this many in one call, whatever an account's quota is.
            if tags.len() == 20 {
                return Err(wrong(Problem::TooManyTags));
            }
            tags.push(Tag {
                key,
                value: check_value(value.unwrap_or_default(), MAX).map_err(wrong)?,
            });
        }
        Ok(Self(tags))
    }
}

/// Tags to put on what exists: at least one, each with a value, which may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTags<const MAX: usize = 256>(pub Vec<Tag>);

impl<const MAX: usize> Param for NewTags<MAX> {
    fn read(params: &Params<'_>, name: &'static str) -> Result<Self, ParamFault> {
        let wrong = |problem| ParamFault { name, problem };
        let raw = raw_tags(params, name)?;
        let tags = Tags::<MAX>::read(params, name)?.0;
        if tags.is_empty() {
            return Err(wrong(Problem::Missing));
        }
        if raw.iter().any(|(_, value)| value.is_none()) {
            return Err(wrong(Problem::TagValue));
        }
        Ok(Self(tags))
    }
}

/// Reads a list of texts in either form: a JSON array, or flattened members.
fn texts(params: &Params<'_>, name: &'static str) -> Result<Vec<String>, Problem> {
    let members = params.members(name);
    let Some(text) = params.get(name) else {
        let twice = members.windows(2).any(|pair| pair[0].0 == pair[1].0);
        let texts = members.into_iter().map(|(.., value)| value.to_owned());
        let texts = texts.filter(|text| !text.is_empty());
        return if twice {
            Err(Problem::Twice)
        } else {
            Ok(texts.collect())
        };
    };
    if members.is_empty() {
        serde_json::from_str(text).map_err(|_| Problem::Incorrect)
    } else {
        Err(Problem::Twice)
    }
}

/// The names of what a tag call is about: at most 50; none where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResourceNames(pub Vec<String>);

impl Param for ResourceNames {
    fn read(params: &Params<'_>, name: &'static str) -> Result<Self, ParamFault> {
        let wrong = |problem| ParamFault { name, problem };
        let names = texts(params, name).map_err(wrong)?;
        if names.len() > 50 {
            return Err(wrong(Problem::Incorrect));
        }
        Ok(Self(names))
    }
}

/// The keys of tags that are taken off: at most 20; none where nothing is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagKeys(pub Vec<String>);

impl Param for TagKeys {
    fn read(params: &Params<'_>, name: &'static str) -> Result<Self, ParamFault> {
        let wrong = |problem| ParamFault { name, problem };
        let keys = texts(params, name).map_err(wrong)?;
        let known = |key: &String| (1..=128).contains(&key.chars().count());
        if !keys.iter().all(known) {
            return Err(wrong(Problem::TagKey));
        }
        // Likewise as many as the vendor takes in one call.
        if keys.len() > 20 {
            return Err(wrong(Problem::TooManyTags));
        }
        Ok(Self(keys))
    }
}

/// Tags that listed entities must have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TagFilters<const MAX: usize = 256>(pub Vec<TagFilter>);

impl<const MAX: usize> Param for TagFilters<MAX> {
    fn read(params: &Params<'_>, name: &'static str) -> Result<Self, ParamFault> {
        let wrong = |problem| ParamFault { name, problem };
        let mut filters = Vec::new();
        for (key, value) in raw_tags(params, name)? {
            let key = key.filter(|key| !key.is_empty() && key.chars().count() <= 128);
            let value = value
                .map(|value| check_value(value, MAX).map_err(wrong))
                .transpose()?;
            if filters.len() == 20 {
                return Err(wrong(Problem::TooManyTags));
            }
            filters.push(TagFilter {
                key: key.ok_or_else(|| wrong(Problem::TagKey))?,
                value,
            });
        }
        Ok(Self(filters))
    }
}
