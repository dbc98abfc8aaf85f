//! From where an access key may sign: its network policy, as the vendor writes it.
//!
//! `{"Version":1,"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["192.0.2.0/24"]}]}`
//!
//! While it is active, a key signs from the networks of its statements and from nowhere else; an
//! active one without statements closes the key. Statements on VPCs (`VPCWhiteList`) are kept and
//! shown, and let nobody in: no request here says which VPC it comes from. It is about long-lived
//! keys; sessions are not bound by it. Source: the vendor's pages on network access restriction
//! policies of access keys; what an active policy without statements does is assumed.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;

use crate::model::network;

/// The longest text of a policy, in characters. Assumed; the vendor names no bound.
const LONGEST: usize = 8192;

/// What a policy may hold: the vendor's figures, which its account summary names.
pub const STATEMENTS: usize = 8;
/// Addresses and networks in all statements.
pub const NETWORKS: usize = 50;

/// Why a text is no network policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyPolicyError {
    /// Longer than a policy may be.
    #[error("longer than {LONGEST} characters")]
    Length,
    /// Not of the form.
    #[error("not of the form of a network policy")]
    Form,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct File {
    version: Option<u32>,
    status: Status,
    statements: Vec<Statement>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
enum Status {
    Active,
    Inactive,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Statement {
    r#type: Kind,
    value: Option<String>,
    #[serde(rename = "IPList")]
    ip_list: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
enum Kind {
    ClassicWhiteList,
    #[serde(rename = "VPCWhiteList")]
    VpcWhiteList,
}

/// A network policy that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyPolicy {
    /// From where a key may sign; `None` where the policy is not active.
    networks: Option<Box<[IpNet]>>,
    /// Whether it says anything: one that is not active and has no statements is none.
    pub is_empty: bool,
}

impl KeyPolicy {
    /// Reads one.
    ///
    /// # Errors
    /// [`KeyPolicyError`].
    pub fn parse(text: &str) -> Result<Self, KeyPolicyError> {
        if text.chars().count() > LONGEST {
            return Err(KeyPolicyError::Length);
        }
        let file: File = serde_json::from_str(text).map_err(|_| KeyPolicyError::Form)?;
        let listed: usize = file.statements.iter().map(|s| s.ip_list.len()).sum();
        let is_known = file.version.is_none_or(|version| version == 1);
        if !is_known || file.statements.len() > STATEMENTS || listed > NETWORKS {
            return Err(KeyPolicyError::Form);
        }
        let mut networks = Vec::new();
        for statement in &file.statements {
            let value = statement.value.as_deref().unwrap_or_default();
            let has_value = !value.is_empty() && value.len() <= 64;
            let of_vpc = statement.r#type == Kind::VpcWhiteList;
            if statement.ip_list.is_empty() || has_value != of_vpc {
                return Err(KeyPolicyError::Form);
            }
            for text in &statement.ip_list {
                let network = network::parse(text).ok_or(KeyPolicyError::Form)?;
                if !of_vpc {
                    networks.push(network);
                }
            }
        }
        let is_active = file.status == Status::Active;
        Ok(Self {
            networks: is_active.then(|| networks.into()),
            is_empty: !is_active && file.statements.is_empty(),
        })
    }

    /// The policy that lets nobody in: of a stored text that cannot be read.
    pub fn closed() -> Self {
        Self {
            networks: Some(Box::default()),
            is_empty: false,
        }
    }

    /// Whether a key may sign from there.
    pub fn admits(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let Some(networks) = &self.networks else {
            return true;
        };
        networks.iter().any(|network| network.contains(&address))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: &str, statements: &str) -> String {
        format!(r#"{{"Status":"{status}","Statements":[{statements}]}}"#)
    }

    fn classic(list: &str) -> String {
        format!(r#"{{"Type":"ClassicWhiteList","IPList":[{list}]}}"#)
    }

    fn admits(text: &str, address: &str) -> bool {
        KeyPolicy::parse(text)
            .unwrap()
            .admits(address.parse().unwrap())
    }

    #[test]
    fn a_key_signs_from_where_its_policy_says() {
        let text = of(
            "Active",
            &classic(r#""192.0.2.1","10.0.0.0/8","2001:db8::/32","::ffff:203.0.113.0/120""#),
        );
        for (address, expected) in [
            ("192.0.2.1", true),
            ("192.0.2.2", false),
            ("10.255.0.1", true),
            ("::ffff:10.1.2.3", true),
            ("2001:db8::7", true),
            ("2001:db9::7", false),
            ("203.0.113.9", true),
            ("203.0.114.9", false),
            ("::1", false),
        ] {
            assert_eq!(admits(&text, address), expected, "{address}");
        }
        let off = of("Inactive", &classic(r#""192.0.2.1""#));
        assert!(admits(&off, "198.51.100.1"));
        assert!(!KeyPolicy::parse(&off).unwrap().is_empty);
        let everywhere = of("Active", &classic(r#""0.0.0.0/0""#));
        assert!(admits(&everywhere, "198.51.100.1"));
        assert!(!admits(&everywhere, "2001:db8::1"));
    }

    #[test]
    fn what_names_no_network_lets_nobody_in() {
        let vpc = of(
            "Active",
            r#"{"Type":"VPCWhiteList","Value":"AllowAllVPC","IPList":["0.0.0.0/0","::/0"]}"#,
        );
        for text in [of("Active", ""), vpc] {
            assert!(!admits(&text, "192.0.2.1"), "{text}");
        }
        assert!(!KeyPolicy::closed().admits("192.0.2.1".parse().unwrap()));
        assert!(KeyPolicy::parse(&of("Inactive", "")).unwrap().is_empty);
    }

    #[test]
    fn what_is_no_policy_is_refused() {
        let many: Vec<String> = (0..51)
            .map(|number| format!("\"192.0.2.{number}\""))
            .collect();
        let one = classic(r#""192.0.2.1""#);
        for text in [
            String::new(),
            "{".to_owned(),
            "[]".to_owned(),
            r#"{"Status":"Active"}"#.to_owned(),
            r#"{"Status":"Active","Statements":null}"#.to_owned(),
            r#"{"Statements":[]}"#.to_owned(),
            r#"{"Version":2,"Status":"Active","Statements":[]}"#.to_owned(),
            r#"{"Status":"Active","Statements":[],"Surplus":1}"#.to_owned(),
            of("active", ""),
            of("Active", r#"{"Type":"ClassicWhiteList","IPList":[]}"#),
            of(
                "Active",
                r#"{"Type":"ClassicWhiteList","IPList":["192.0.2.0/33"]}"#,
            ),
            of(
                "Active",
                r#"{"Type":"ClassicWhiteList","IPList":["somewhere"]}"#,
            ),
            of(
                "Active",
                r#"{"Type":"ClassicWhiteList","Value":"vpc-1","IPList":["192.0.2.1"]}"#,
            ),
            of(
                "Active",
                r#"{"Type":"VPCWhiteList","IPList":["192.0.2.1"]}"#,
            ),
            of("Active", r#"{"Type":"Other","IPList":["192.0.2.1"]}"#),
            of("Active", &classic(&many.join(","))),
            of("Active", &vec![one; 9].join(",")),
        ] {
            assert_eq!(KeyPolicy::parse(&text), Err(KeyPolicyError::Form), "{text}");
        }
        let long = format!("{}{}", of("Inactive", ""), " ".repeat(LONGEST));
        assert_eq!(KeyPolicy::parse(&long), Err(KeyPolicyError::Length));
    }
}
