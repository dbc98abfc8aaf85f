//! Where a call comes from. The connection says it; a forwarding header counts only where the peer
//! is a trusted proxy, and is read from the right past trusted proxies.

use std::net::IpAddr;

use axum::http::HeaderMap;
use ipnet::IpNet;

use crate::iam::caller::Origin;
use crate::model::network;

/// The networks of proxies whose word on the client's address is taken.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(Vec<IpNet>);

/// A text is neither an address nor a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither an address nor a network such as `10.0.0.0/8`")]
pub struct ProxyError(String);

impl TrustedProxies {
    /// From addresses and networks.
    ///
    /// # Errors
    /// [`ProxyError`] for the first that is neither.
    pub fn parse(texts: &[String]) -> Result<Self, ProxyError> {
        texts
            .iter()
            .map(|text| network::parse(text).ok_or_else(|| ProxyError(text.clone())))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|net| net.contains(&address))
    }

    /// The origin of a call: `peer` is the other end of the connection, `secure` whether the
    /// connection is ours over TLS.
    ///
    /// A forwarding header that is there twice, or that cannot be read, makes the nearest trusted
    /// proxy the origin: nobody is believed in doubt.
    pub fn origin(&self, peer: IpAddr, secure: bool, headers: &HeaderMap) -> Origin {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return Origin {
                source_ip: peer,
                secure,
            };
        }
        let single = |name: &str| {
            let mut values = headers.get_all(name).iter();
            let first = values.next()?;
            values
                .next()
                .is_none()
                .then(|| first.to_str().ok())
                .flatten()
        };
        let secure = secure || single("x-forwarded-proto").is_some_and(|p| p.trim() == "https");
        let mut source_ip = peer;
        for hop in single("x-forwarded-for").unwrap_or_default().rsplit(',') {
            let Ok(address) = hop.trim().parse::<IpAddr>() else {
                break;
            };
            source_ip = address.to_canonical();
            if !self.trusts(source_ip) {
                break;
            }
        }
        Origin { source_ip, secure }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(trusted: &[&str], peer: &str, headers: &[(&'static str, &str)]) -> String {
        let trusted: Vec<String> = trusted.iter().map(ToString::to_string).collect();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let proxies = TrustedProxies::parse(&trusted).unwrap();
        proxies
            .origin(peer.parse().unwrap(), false, &map)
            .source_ip
            .to_string()
    }

    #[test]
    fn t17_only_a_trusted_proxy_is_believed() {
        let forwarded = ("x-forwarded-for", "203.0.113.9");
        for (trusted, peer, headers, expected) in [
            (&[][..], "10.0.0.1", &[forwarded][..], "10.0.0.1"),
            (&["10.0.0.1"], "10.0.0.2", &[forwarded], "10.0.0.2"),
            (&["10.0.0.0/8"], "10.0.0.1", &[forwarded], "203.0.113.9"),
            (
                &["10.0.0.0/8"],
                "::ffff:10.0.0.1",
                &[forwarded],
                "203.0.113.9",
            ),
            (&["10.0.0.0/8"], "10.0.0.1", &[], "10.0.0.1"),
            // What the client wrote itself stands on the left of what the proxy saw.
            (
                &["10.0.0.0/8"],
                "10.0.0.1",
                &[("x-forwarded-for", "1.2.3.4, 203.0.113.9")],
                "203.0.113.9",
            ),
            (
                &["10.0.0.0/8"],
                "10.0.0.1",
                &[("x-forwarded-for", "203.0.113.9, 10.1.1.1")],
                "203.0.113.9",
            ),
            (
                &["10.0.0.0/8"],
                "10.0.0.1",
                &[("x-forwarded-for", "10.2.2.2, 10.1.1.1")],
                "10.2.2.2",
            ),
            (
                &["10.0.0.0/8"],
                "10.0.0.1",
                &[("x-forwarded-for", "203.0.113.9, nonsense")],
                "10.0.0.1",
            ),
            (
                &["10.0.0.0/8"],
                "10.0.0.1",
                &[forwarded, forwarded],
                "10.0.0.1",
            ),
            (
                &["10.0.0.0/8"],
                "10.0.0.1",
                &[("x-forwarded-for", "::ffff:203.0.113.9")],
                "203.0.113.9",
            ),
            (
                &["10.0.0.0/8"],
                "10.0.0.1",
                &[("forwarded", "for=203.0.113.9")],
                "10.0.0.1",
            ),
        ] {
            assert_eq!(
                origin(trusted, peer, headers),
                expected,
                "{trusted:?} {peer} {headers:?}"
            );
        }
    }
}
