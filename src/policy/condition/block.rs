//! Addresses of conditions: one address, or a block in CIDR form; IPv4 or IPv6.
//!
//! Host bits of a block are ignored. The families never match each other, but an IPv4 address that
//! is written in IPv6 (`::ffff:10.1.2.3`) is IPv4, in a policy as in a request.

use std::fmt;
use std::net::IpAddr;

/// A block of addresses. `Debug` shows nothing: the text of a policy belongs in no log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Block {
    v6: bool,
    /// The address as 128 bits; of IPv4 the last 32.
    network: u128,
    /// Which bits count.
    mask: u128,
}

const MAPPED: u8 = 96;

/// The address as bits, and whether it is IPv6.
fn bits(address: IpAddr) -> (bool, u128) {
    match address.to_canonical() {
        IpAddr::V4(address) => (false, u128::from(address.to_bits())),
        IpAddr::V6(address) => (true, address.to_bits()),
    }
}

impl Block {
    /// Reads an address or a block; `None` for any other text.
    pub fn read(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(prefix_length(length)?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let (v6, value) = bits(address);
        let width: u8 = if v6 { 128 } else { 32 };
        let mapped = address.is_ipv6() && !v6;
        let length = match length {
            None => width,
            // A block that reaches beyond the mapped addresses is one of IPv6.
            Some(length) if mapped && length < MAPPED => {
                let IpAddr::V6(address) = address else {
                    return None;
                };
                return Self::of(true, address.to_bits(), 128, length);
            }
            Some(length) if mapped => length.checked_sub(MAPPED)?,
            Some(length) => length,
        };
        Self::of(v6, value, width, length)
    }

    fn of(v6: bool, value: u128, width: u8, length: u8) -> Option<Self> {
        let host_bits = u32::from(width.checked_sub(length)?);
        let mask = u128::MAX.checked_shl(host_bits).unwrap_or(0);
        Some(Self {
            v6,
            network: value & mask,
            mask,
        })
    }

    /// Whether the address is one of the block.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (v6, value) = bits(address);
        v6 == self.v6 && value & self.mask == self.network
    }

    /// Whether every address of `other` is one of this block.
    pub fn covers(&self, other: &Self) -> bool {
        self.v6 == other.v6
            && self.mask & other.mask == self.mask
            && other.network & self.mask == self.network
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Block")
    }
}

fn prefix_length(text: &str) -> Option<u8> {
    // `parse` takes a sign, too; a leading zero is somebody's octal.
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(block: &str, address: &str) -> bool {
        Block::read(block)
            .unwrap()
            .contains(address.parse().unwrap())
    }

    #[test]
    fn blocks_contain_their_addresses() {
        for (block, address, inside) in [
            ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false),
            ("10.1.2.3/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("0.0.0.0/0", "::1", false),
            ("::/0", "2001:db8::1", true),
            ("::/0", "10.0.0.1", false),
            ("2001:db8::/32", "2001:db8:1::", true),
            ("2001:DB8::1", "2001:db8::1", true),
            ("2001:db8::/33", "2001:db8:8000::", false),
        ] {
            assert_eq!(contains(block, address), inside, "{block} {address}");
        }
    }

    #[test]
    fn a_mapped_address_is_ipv4() {
        assert!(contains("10.0.0.0/8", "::ffff:10.1.2.3"));
        assert!(contains("::ffff:10.0.0.0/104", "10.1.2.3"));
        assert!(contains("::ffff:10.1.2.3", "10.1.2.3"));
        assert!(!contains("::ffff:10.0.0.0/104", "11.1.2.3"));
        assert!(contains("::ffff:0:0/96", "1.2.3.4"));
        assert!(!contains("::ffff:0:0/95", "1.2.3.4"));
        assert!(contains("::ffff:0:0/64", "::1"));
    }

    #[test]
    fn a_block_covers_a_smaller_one() {
        let covers = |a, b| Block::read(a).unwrap().covers(&Block::read(b).unwrap());
        assert!(covers("10.0.0.0/8", "10.1.0.0/16"));
        assert!(covers("10.0.0.0/8", "10.0.0.0/8"));
        assert!(!covers("10.1.0.0/16", "10.0.0.0/8"));
        assert!(!covers("0.0.0.0/0", "::/0"));
    }

    #[test]
    fn other_texts_are_no_blocks() {
        for text in [
            "",
            "10.0.0",
            "10.0.0.0.0",
            "010.0.0.1",
            "10.0.0.256",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/08",
            "10.0.0.0/-1",
            "10.0.0.0/8/8",
            "::1/129",
            "fe80::1%eth0",
            "[::1]",
            " 10.0.0.1",
            "localhost",
            "*",
        ] {
            assert_eq!(Block::read(text), None, "{text}");
        }
    }
}
