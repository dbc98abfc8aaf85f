//! To which addresses requests may go that a tenant caused.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;

use crate::model::network;

/// One opening of the operator's: `host=network`, as `idp.internal=10.1.0.0/16`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    host: String,
    network: IpNet,
}

/// Not `host=network`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not `host=network`, as `idp.internal=10.1.0.0/16`")]
pub struct OpeningError;

impl FromStr for Opening {
    type Err = OpeningError;

    fn from_str(text: &str) -> Result<Self, OpeningError> {
        let (host, network) = text.split_once('=').ok_or(OpeningError)?;
        let network = network::parse(network.trim()).ok_or(OpeningError)?;
        let host = host.trim().trim_matches(['[', ']']).to_ascii_lowercase();
        if host.is_empty() || host.contains(char::is_whitespace) {
            return Err(OpeningError);
        }
        Ok(Self { host, network })
    }
}

/// Whether a request for `host` may go to `address`.
pub(super) fn admits(openings: &[Opening], host: &str, address: IpAddr) -> bool {
    let address = address.to_canonical();
    let opened = |opening: &Opening| {
        opening.host.eq_ignore_ascii_case(host) && opening.network.contains(&address)
    };
    !is_special(address) || openings.iter().any(opened)
}

/// Whether an address is none of the public internet's: of this machine, of a private network, of a
/// link, or kept for a use of its own. Source: the registries of special-purpose addresses (RFC
/// 6890), and 100.100.100.200, where the vendor's machines find their credentials (within 100.64/10).
fn is_special(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_special_v4(address),
        IpAddr::V6(address) => is_special_v6(address),
    }
}

fn is_special_v4(address: Ipv4Addr) -> bool {
    match address.octets() {
        [0 | 10 | 127 | 224..=255, ..] => true,
        [100, second, ..] => (64..=127).contains(&second),
        [169, second, ..] => second == 254,
        [172, second, ..] => (16..=31).contains(&second),
        [192, second, third, _] => matches!((second, third), (168, _) | (0, 0 | 2) | (88, 99)),
        [198, second, third, _] => matches!((second, third), (18 | 19, _) | (51, 100)),
        [203, second, third, _] => (second, third) == (0, 113),
        _ => false,
    }
}

/// Of IPv6 only the global unicast range is public, and not all of that; what carries an IPv4
/// address in it could lead to any.
fn is_special_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Teredo and the other protocol assignments, documentation, 6to4.
        [0x2001, 0..=0x01ff | 0x0db8, ..] | [0x2002, ..] | [0x3fff, 0..=0x0fff, ..] => true,
        [0x2000..=0x3fff, ..] => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPECIAL: &[&str] = &[
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "::7f00:1",
        "64:ff9b::a00:1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "2002:a00:1::1",
        "3fff::1",
        "fc00::1",
        "fd12::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ];

    #[test]
    fn t19_special_addresses_are_closed_unless_host_and_range_are_opened() {
        let openings: Vec<Opening> = ["idp.internal=10.1.0.0/16", "::1=::1", "[fd12::1]=fd12::/16"]
            .iter()
            .map(|text| text.parse().unwrap())
            .collect();
        for special in SPECIAL {
            let address = special.parse().unwrap();
            assert!(!admits(&[], "idp.example", address), "{special}");
            assert!(!admits(&openings, "idp.example", address), "{special}");
        }
        for (host, address, is_open) in [
            ("idp.internal", "10.1.2.3", true),
            ("IDP.internal", "::ffff:10.1.2.3", true),
            ("idp.internal", "10.2.0.1", false),
            ("idp.internal", "127.0.0.1", false),
            ("other.internal", "10.1.2.3", false),
            ("::1", "::1", true),
            ("fd12::1", "fd12::1", true),
            ("idp.example", "8.8.8.8", true),
            ("idp.example", "::ffff:8.8.8.8", true),
            ("idp.example", "2606:4700::1111", true),
            ("idp.example", "192.0.1.1", true),
            ("idp.example", "100.128.0.1", true),
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(
                admits(&openings, host, address),
                is_open,
                "{host} {address}"
            );
        }
    }

    #[test]
    fn openings_name_a_host_and_a_network() {
        for text in [
            "",
            "idp",
            "=10.0.0.0/8",
            "idp=",
            "idp=10.0.0.0/33",
            "i d=10.0.0.1",
        ] {
            assert_eq!(text.parse::<Opening>(), Err(OpeningError), "{text}");
        }
    }
}
