//! The names of services of the cloud.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The name of a service, such as `ecs.aliyuncs.com`: a host name of two labels or more and at most
/// 128 characters, in lower case. A private cloud's own services have names of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServiceName(Arc<str>);

/// A text names no service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a service is named like a host, with a point in it, as `ecs.aliyuncs.com`")]
pub struct ServiceNameError;

impl ServiceName {
    /// Ours: with it the names of a service's tasks and its own ARN are within their bounds.
    const MAX_LENGTH: usize = 128;

    /// The name, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ServiceName {
    type Err = ServiceNameError;

    fn from_str(text: &str) -> Result<Self, ServiceNameError> {
        // A host name's: a label has 63 characters at most.
        let label = |label: &str| {
            matches!(label.len(), 1..=63)
                && label
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        if text.len() <= Self::MAX_LENGTH && text.contains('.') && text.split('.').all(label) {
            Ok(Self(text.to_ascii_lowercase().into()))
        } else {
            Err(ServiceNameError)
        }
    }
}

impl TryFrom<String> for ServiceName {
    type Error = ServiceNameError;

    fn try_from(text: String) -> Result<Self, ServiceNameError> {
        text.parse()
    }
}

impl From<ServiceName> for String {
    fn from(name: ServiceName) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_named_like_a_host() {
        let name: ServiceName = "Storage.Corp.example".parse().unwrap();
        assert_eq!(name.as_str(), "storage.corp.example");
        let long = format!("{}.aliyuncs.com", "a".repeat(64));
        let longest = format!("{}.{}.com", "a".repeat(62), "a".repeat(61));
        assert_eq!(longest.len(), 128);
        assert!(longest.parse::<ServiceName>().is_ok());
        let longer = format!("a{longest}");
        for text in [
            "", "ecs", "ecs.", ".com", "a b.com", "a@b.com", "*.com", &long, &longer,
        ] {
            assert_eq!(text.parse::<ServiceName>(), Err(ServiceNameError), "{text}");
        }
    }
}
