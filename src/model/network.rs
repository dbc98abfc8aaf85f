//! Networks as settings, commands and calls write them.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

/// Reads a network such as `10.0.0.0/8`, or an address, which is the network of it alone; `None` for
/// what is neither. An IPv4 one that is written as IPv6 is IPv4, as the addresses are that it is
/// compared with.
pub fn parse(text: &str) -> Option<IpNet> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical().into());
    }
    let network: IpNet = text.parse().ok()?;
    match network {
        IpNet::V6(v6) => match (v6.addr().to_ipv4_mapped(), v6.prefix_len().checked_sub(96)) {
            (Some(v4), Some(prefix)) => Ipv4Net::new(v4, prefix).ok().map(IpNet::V4),
            _ => Some(network),
        },
        IpNet::V4(_) => Some(network),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv4_network_has_one_form() {
        for (text, expected) in [
            ("192.0.2.1", Some("192.0.2.1/32")),
            ("::ffff:192.0.2.1", Some("192.0.2.1/32")),
            ("::ffff:203.0.113.0/120", Some("203.0.113.0/24")),
            ("::ffff:0.0.0.0/90", Some("::ffff:0.0.0.0/90")),
            ("2001:db8::/32", Some("2001:db8::/32")),
            ("10.0.0.0/8", Some("10.0.0.0/8")),
            ("10.0.0.0/33", None),
            ("somewhere", None),
        ] {
            let network = parse(text);
            let network = network.map(|network| network.to_string());
            assert_eq!(network.as_deref(), expected, "{text}");
        }
    }
}
