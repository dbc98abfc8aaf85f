//! What conditions can ask of a call to this server.
//!
//! Values are written down only when a statement speaks of their key, and then in place: a decision
//! allocates nothing.
//!
//! Source: policy-language §8. `acs:MFAPresent` is missing, as with every AccessKey.

use std::fmt::{self, Write as _};

use crate::credential::time;
use crate::iam::caller::{Caller, Identity, Origin};
use crate::policy::context::{ConditionKey, Context, MapContext};

/// The condition keys of one call.
#[derive(Clone, Copy)]
pub struct CallContext<'a> {
    /// When it arrived, in unix seconds.
    pub now: i64,
    /// Where it comes from.
    pub origin: Origin,
    /// Who calls.
    pub caller: &'a Caller,
    /// The keys that are the operation's own.
    pub own: &'a dyn Context,
    /// The tags of the resource that is decided on, where they were read.
    pub resource_tags: Option<&'a MapContext>,
}

impl<'a> CallContext<'a> {
    /// The same call, on a resource with these tags.
    pub(super) fn with_tags(&self, tags: Option<&'a MapContext>) -> Self {
        Self {
            resource_tags: tags.or(self.resource_tags),
            ..*self
        }
    }

    /// What is true of the call whoever makes it.
    fn unsigned(&self) -> UnsignedContext<'a> {
        UnsignedContext {
            now: self.now,
            origin: self.origin,
            own: self.own,
        }
    }
}

/// The condition keys of a call that nobody signed.
#[derive(Clone, Copy)]
pub struct UnsignedContext<'a> {
    /// When it arrived, in unix seconds.
    pub now: i64,
    /// Where it comes from.
    pub origin: Origin,
    /// The keys that are the operation's own.
    pub own: &'a dyn Context,
}

impl fmt::Debug for UnsignedContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnsignedContext(..)")
    }
}

impl Context for UnsignedContext<'_> {
    fn values(&self, key: &ConditionKey, each: &mut dyn FnMut(&str)) {
        let mut text = Short::default();
        let written = match key.as_str() {
            "acs:currenttime" => return each(&time::spell(self.now)),
            "acs:sourceip" => write!(text, "{}", self.origin.source_ip),
            "acs:securetransport" => write!(text, "{}", self.origin.secure),
            _ => return self.own.values(key, each),
        };
        if written.is_ok() {
            each(text.as_str());
        }
    }

    fn names(&self, each: &mut dyn FnMut(&str)) {
        ["acs:CurrentTime", "acs:SecureTransport", "acs:SourceIp"]
            .into_iter()
            .for_each(&mut *each);
        self.own.names(each);
    }
}

impl fmt::Debug for CallContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CallContext(..)")
    }
}

impl Context for CallContext<'_> {
    fn values(&self, key: &ConditionKey, each: &mut dyn FnMut(&str)) {
        match key.as_str() {
            "acs:principalarn" => {
                let mut text = Short::default();
                // It is shorter than the room for it.
                if write!(text, "{}", self.caller.principal_arn()).is_ok() {
                    each(text.as_str());
                }
            }
            "acs:sourceidentity" => {
                if let Identity::Session(claims) = &self.caller.identity {
                    claims.source_identity.as_deref().into_iter().for_each(each);
                }
            }
            _ => {
                if let Some(tags) = self.resource_tags {
                    tags.values(key, each);
                }
                self.unsigned().values(key, each);
            }
        }
    }

    fn names(&self, each: &mut dyn FnMut(&str)) {
        ["acs:PrincipalARN", "acs:SourceIdentity"]
            .into_iter()
            .for_each(&mut *each);
        if let Some(tags) = self.resource_tags {
            tags.names(each);
        }
        self.unsigned().names(each);
    }
}

/// A short text in place.
struct Short {
    bytes: [u8; 192],
    length: usize,
}

impl Default for Short {
    fn default() -> Self {
        Self {
            bytes: [0; 192],
            length: 0,
        }
    }
}

impl Short {
    fn as_str(&self) -> &str {
        let written = self.bytes.get(..self.length).unwrap_or_default();
        std::str::from_utf8(written).unwrap_or_default()
    }
}

impl fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let room = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::ids::{AccountId, UserId, UserName};

    fn values(own: &dyn Context, key: &str) -> Vec<String> {
        let name: UserName = "a".repeat(64).parse().unwrap();
        let caller = Caller {
            account: AccountId::from_random(1),
            identity: Identity::User {
                id: UserId::from_random(1),
                name,
            },
            access_key_id: "LTAI5tAlice0000000000000".parse().unwrap(),
        };
        let context = CallContext {
            now: 1_795_306_471,
            origin: Origin {
                source_ip: "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff".parse().unwrap(),
                secure: true,
            },
            caller: &caller,
            own,
            resource_tags: None,
        };
        let mut values = Vec::new();
        let key: ConditionKey = key.parse().unwrap();
        context.values(&key, &mut |value| values.push(value.to_owned()));
        values
    }

    #[test]
    fn every_call_has_the_common_keys() {
        let own: MapContext = [
            ("ram:ServiceNames", ["a", "b"]),
            ("acs:SourceIp", ["x", "y"]),
        ]
        .into_iter()
        .collect();
        for (key, expected) in [
            ("acs:CurrentTime", vec!["2026-11-22T00:14:31Z"]),
            (
                "acs:SourceIP",
                vec!["2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
            ),
            ("acs:SecureTransport", vec!["true"]),
            (
                "acs:PrincipalArn",
                vec![&*format!(
                    "acs:ram::1000000000000001:user/{}",
                    "a".repeat(64)
                )],
            ),
            ("acs:SourceIdentity", vec![]),
            ("acs:MFAPresent", vec![]),
            ("ram:ServiceNames", vec!["a", "b"]),
        ] {
            assert_eq!(values(&own, key), expected, "{key}");
        }
    }
}
