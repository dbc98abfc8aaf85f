//! The values that operators compare (policy-language §7): numbers, dates, booleans, addresses.
//! Each `parse` answers `None` for what cannot be read.

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// "Optional minus, digits, optional fraction; compared by value": of any length, exactly.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Number {
    negative: bool,
    whole: String,
    fraction: String,
}

impl Number {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let (whole, fraction) = match text.split_once('.') {
            // Reading: a fraction has digits on both sides of its point.
            Some((_, fraction)) if !digits(fraction) => return None,
            Some(halves) => halves,
            None => (text, ""),
        };
        if !digits(whole) {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        let fraction = fraction.trim_end_matches('0').to_owned();
        // -0 is 0.
        let negative = negative && !(whole.is_empty() && fraction.is_empty());
        Some(Self {
            negative,
            whole,
            fraction,
        })
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        let size = |a: &Self, b: &Self| {
            (a.whole.len(), &a.whole, &a.fraction).cmp(&(b.whole.len(), &b.whole, &b.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => size(self, other),
            (true, true) => size(other, self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

/// An instant: seconds since the beginning of the year 0, and the digits of the fraction.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Date {
    seconds: i64,
    fraction: String,
}

/// Takes `count` digits from the front.
fn take_number(text: &mut &str, count: usize) -> Option<i64> {
    let head = text.get(..count).filter(|head| digits(head))?;
    *text = &text[count..];
    head.parse().ok()
}

fn take(text: &mut &str, wanted: char) -> Option<()> {
    *text = text.strip_prefix(wanted)?;
    Some(())
}

impl Date {
    /// ISO 8601 with `Z` or an offset such as `+08:00`; seconds may be missing and may have a fraction.
    ///
    /// Reading: `YYYY-MM-DDThh:mm[:ss[.f…]](Z|±hh:mm)`, with these separators, capital letters, days
    /// that the calendar has, hours to 23, minutes and seconds to 59, also in the offset.
    pub(crate) fn parse(mut text: &str) -> Option<Self> {
        let text = &mut text;
        let year = take_number(text, 4)?;
        take(text, '-')?;
        let month = take_number(text, 2)?;
        take(text, '-')?;
        let day = take_number(text, 2)?;
        take(text, 'T')?;
        let hour = take_number(text, 2)?;
        take(text, ':')?;
        let minute = take_number(text, 2)?;
        let (mut second, mut fraction) = (0, "");
        if take(text, ':').is_some() {
            second = take_number(text, 2)?;
            if take(text, '.').is_some() {
                let end = text.find(|c: char| !c.is_ascii_digit())?;
                fraction = &text[..end];
                *text = &text[end..];
                if fraction.is_empty() {
                    return None;
                }
            }
        }
        let offset = if take(text, 'Z').is_some() {
            0
        } else {
            let sign = if take(text, '-').is_some() { -1 } else { 1 };
            if sign == 1 {
                take(text, '+')?;
            }
            let hours = take_number(text, 2)?;
            take(text, ':')?;
            let minutes = take_number(text, 2)?;
            if hours > 23 || minutes > 59 {
                return None;
            }
            sign * (hours * 3600 + minutes * 60)
        };
        if !text.is_empty() || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let days = days_before(year, month, day)?;
        Some(Self {
            seconds: days * 86_400 + hour * 3600 + minute * 60 + second - offset,
            fraction: fraction.trim_end_matches('0').to_owned(),
        })
    }
}

/// The days from the first of January of the year 0; `None` for a day that is not in the calendar.
fn days_before(year: i64, month: i64, day: i64) -> Option<i64> {
    let leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let length = |month: i64| match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=12).contains(&month) || !(1..=length(month)).contains(&day) {
        return None;
    }
    let leaps_before = (year + 3) / 4 - (year + 99) / 100 + (year + 399) / 400;
    let months: i64 = (1..month).map(length).sum();
    Some(year * 365 + leaps_before + months + day - 1)
}

/// `true`, `false`, case ignored.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match &*text.to_ascii_lowercase() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// An address. One of IPv4 in the clothes of IPv6 (`::ffff:10.0.0.1`) is IPv4 everywhere.
pub(crate) fn parse_address(text: &str) -> Option<IpAddr> {
    text.parse()
        .ok()
        .map(|address: IpAddr| address.to_canonical())
}

/// A block of addresses: its first, and how many bits are fixed.
#[derive(Debug)]
pub(crate) struct Block {
    address: IpAddr,
    bits: u32,
}

impl Block {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let Some((address, bits)) = text.split_once('/') else {
            let address = parse_address(text)?;
            let bits = if address.is_ipv4() { 32 } else { 128 };
            return Some(Self { address, bits });
        };
        // Reading: a length is a plain number, without a sign and without zeros in front.
        if !digits(bits) || (bits.len() > 1 && bits.starts_with('0')) {
            return None;
        }
        let bits: u32 = bits.parse().ok()?;
        let address: IpAddr = address.parse().ok()?;
        match address {
            IpAddr::V4(_) if bits <= 32 => Some(Self { address, bits }),
            IpAddr::V6(v6) if bits <= 128 => match v6.to_ipv4_mapped() {
                // Reading: a block within the mapped addresses is one of IPv4; a wider one is of IPv6,
                // and then no mapped address lies in it, as these are IPv4.
                Some(v4) if bits >= 96 => Some(Self {
                    address: IpAddr::V4(v4),
                    bits: bits - 96,
                }),
                _ => Some(Self { address, bits }),
            },
            _ => None,
        }
    }

    /// Host bits are masked; families never match each other.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(block), IpAddr::V4(address)) => self.same_v4(block, address),
            (IpAddr::V6(block), IpAddr::V6(address)) => self.same_v6(block, address),
            _ => false,
        }
    }

    fn same_v4(&self, block: Ipv4Addr, address: Ipv4Addr) -> bool {
        let (block, address) = (u32::from(block), u32::from(address));
        (0..self.bits).all(|bit| (block ^ address) >> (31 - bit) & 1 == 0)
    }

    fn same_v6(&self, block: Ipv6Addr, address: Ipv6Addr) -> bool {
        let (block, address) = (u128::from(block), u128::from(address));
        (0..self.bits).all(|bit| (block ^ address) >> (127 - bit) & 1 == 0)
    }
}
