//! The condition keys of a request: what a `Condition` can ask about.
//!
//! Whoever asks for a decision brings a [`Context`]. Values are asked for by key and only when a
//! statement speaks of the key, so that a context need not write them down before.

use std::collections::BTreeMap;
use std::fmt;

/// A condition key, `service:name` or `service:name/<tag key>`.
///
/// Compared without regard to ASCII case, but for what follows the first `/`: tag keys keep theirs
/// (policy-language §6). `Debug` shows nothing: the text of a policy belongs in no log.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConditionKey(Box<str>);

/// A text that is not a condition key: there is no colon with text on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a condition key is `service:name`")]
pub struct ConditionKeyError;

impl ConditionKey {
    /// The key in its one form: in lower case up to the first `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for ConditionKey {
    type Err = ConditionKeyError;

    fn from_str(text: &str) -> Result<Self, ConditionKeyError> {
        match text.split_once(':') {
            Some((service, name)) if !service.is_empty() && !name.is_empty() => {
                Ok(Self(folded(text)))
            }
            _ => Err(ConditionKeyError),
        }
    }
}

impl fmt::Debug for ConditionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConditionKey")
    }
}

fn folded(key: &str) -> Box<str> {
    match key.split_once('/') {
        Some((name, tag)) => format!("{}/{tag}", name.to_ascii_lowercase()).into(),
        None => key.to_ascii_lowercase().into(),
    }
}

/// What is known of a request.
pub trait Context: Sync {
    /// Gives every value that the key has in this request to `each`, in any order; none where the
    /// key is missing.
    fn values(&self, key: &ConditionKey, each: &mut dyn FnMut(&str));

    /// Gives the names of keys that the request may have to `each`, in the vendor's spelling: for
    /// explanations. A context that names none can still be asked for values.
    fn names(&self, each: &mut dyn FnMut(&str)) {
        let _ = each;
    }
}

/// A context that knows nothing: every key is missing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoContext;

impl Context for NoContext {
    fn values(&self, _key: &ConditionKey, _each: &mut dyn FnMut(&str)) {}
}

/// Keys and their values, written down.
///
/// ```
/// use rampart::policy::context::{Context, MapContext};
///
/// let context: MapContext = [("acs:SourceIp", ["10.1.2.3"])].into_iter().collect();
/// let mut seen = Vec::new();
/// context.values(&"acs:sourceip".parse().unwrap(), &mut |value| seen.push(value.to_owned()));
/// assert_eq!(seen, ["10.1.2.3"]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MapContext(BTreeMap<Box<str>, Entry>);

/// A key as it was first written, and its values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Entry {
    name: Box<str>,
    values: Vec<String>,
}

impl MapContext {
    /// Adds a value to a key.
    pub fn insert(&mut self, key: &str, value: impl Into<String>) {
        let entry = self.0.entry(folded(key)).or_insert_with(|| Entry {
            name: key.into(),
            values: Vec::new(),
        });
        entry.values.push(value.into());
    }
}

impl<K, V, I> FromIterator<(K, V)> for MapContext
where
    K: AsRef<str>,
    V: IntoIterator<Item = I>,
    I: Into<String>,
{
    fn from_iter<T: IntoIterator<Item = (K, V)>>(pairs: T) -> Self {
        let mut context = Self::default();
        for (key, values) in pairs {
            for value in values {
                context.insert(key.as_ref(), value);
            }
        }
        context
    }
}

impl Context for MapContext {
    fn values(&self, key: &ConditionKey, each: &mut dyn FnMut(&str)) {
        for value in self
            .0
            .get(key.as_str())
            .iter()
            .flat_map(|entry| &entry.values)
        {
            each(value);
        }
    }

    fn names(&self, each: &mut dyn FnMut(&str)) {
        for entry in self.0.values() {
            each(&entry.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_ignore_case_but_for_tags() {
        let key = |text: &str| text.parse::<ConditionKey>();
        assert_eq!(key("acs:SourceIp"), key("ACS:sourceIP"));
        assert_eq!(key("acs:ResourceTag/Team"), key("ACS:resourcetag/Team"));
        assert_ne!(key("acs:ResourceTag/Team"), key("acs:ResourceTag/team"));
        for text in ["", "acs", ":x", "acs:", ":"] {
            assert_eq!(key(text), Err(ConditionKeyError), "{text}");
        }
    }

    #[test]
    fn a_map_holds_several_values_of_one_key() {
        let context: MapContext = [("a:B", vec!["1"]), ("A:b", vec!["2"]), ("a:c", vec![])]
            .into_iter()
            .collect();
        let all = |key: &str| {
            let mut all = Vec::new();
            context.values(&key.parse().unwrap(), &mut |value| {
                all.push(value.to_owned());
            });
            all
        };
        assert_eq!(all("a:b"), ["1", "2"]);
        assert_eq!(all("a:c"), [""; 0]);
        assert_eq!(all("a:d"), [""; 0]);
    }
}
