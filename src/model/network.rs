//! Networks as settings, commands and calls write them.

use std::net::IpAddr;

use ipnet::IpNet;

/// Reads a network such as `10.0.0.0/8`, or an address, which is the network of it alone; `None` for
/// what is neither.
pub fn parse(text: &str) -> Option<IpNet> {
    let network = text.parse::<IpNet>().ok();
    network.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}
