//! Dates of conditions: ISO 8601 with a zone, compared as instants.
//!
//! `2026-11-25T07:00:00Z`, `2026-11-25T15:00+08:00`, `2026-11-25T07:00:00.25Z`: the seconds may be
//! missing and may have a fraction of any length; the zone may not be missing (policy-language §7).

use std::borrow::Cow;
use std::fmt;

use chrono::NaiveDate;

/// A moment. `Debug` shows nothing: the text of a policy belongs in no log.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant<'a> {
    /// Seconds since 1970.
    seconds: i64,
    /// The digits of the fraction, without trailing zeros; they compare like words.
    fraction: Cow<'a, str>,
}

impl<'a> Instant<'a> {
    /// Reads a date; `None` for any other text, and for days and times that do not exist.
    pub fn read(text: &'a str) -> Option<Self> {
        let mut rest = Reader(text);
        let year = rest.number(4)?;
        rest.expect('-')?;
        let month = rest.number(2)?;
        rest.expect('-')?;
        let day = rest.number(2)?;
        rest.expect('T')?;
        let (hour, minute) = rest.clock()?;
        let mut second = 0;
        let mut fraction = "";
        if rest.expect(':').is_some() {
            second = rest.number(2).filter(|second| *second < 60)?;
            if rest.expect('.').is_some() {
                fraction = rest.digits()?;
            }
        }
        let offset = rest.zone()?;
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        let midnight = date
            .and_hms_opt(hour, minute, second)?
            .and_utc()
            .timestamp();
        Some(Self {
            seconds: midnight.checked_sub(offset)?,
            fraction: fraction.trim_end_matches('0').into(),
        })
    }

    /// The same, with digits of its own.
    pub fn into_owned(self) -> Instant<'static> {
        Instant {
            seconds: self.seconds,
            fraction: self.fraction.into_owned().into(),
        }
    }
}

impl fmt::Debug for Instant<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Instant")
    }
}

struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    fn expect(&mut self, wanted: char) -> Option<()> {
        self.0 = self.0.strip_prefix(wanted)?;
        Some(())
    }

    fn number(&mut self, digits: usize) -> Option<u32> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        // `parse` takes a sign, too.
        if !number.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        self.0 = rest;
        number.parse().ok()
    }

    /// At least one digit.
    fn digits(&mut self) -> Option<&'a str> {
        let rest = self.0.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = self.0.strip_suffix(rest)?;
        self.0 = rest;
        (!digits.is_empty()).then_some(digits)
    }

    fn clock(&mut self) -> Option<(u32, u32)> {
        let hour = self.number(2).filter(|hour| *hour < 24)?;
        self.expect(':')?;
        let minute = self.number(2).filter(|minute| *minute < 60)?;
        Some((hour, minute))
    }

    /// The seconds that the zone is ahead of UTC, at the end of the text.
    fn zone(&mut self) -> Option<i64> {
        if self.0 == "Z" {
            return Some(0);
        }
        let west = match self.0.bytes().next()? {
            b'+' => false,
            b'-' => true,
            _ => return None,
        };
        self.0 = self.0.get(1..)?;
        let (hours, minutes) = self.clock()?;
        if !self.0.is_empty() {
            return None;
        }
        let ahead = i64::from(hours * 3600 + minutes * 60);
        Some(if west { -ahead } else { ahead })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Instant<'_>> {
        Instant::read(text)
    }

    #[test]
    fn the_same_moment_in_several_forms() {
        let noon = read("2019-08-12T12:00:00Z");
        assert!(noon.is_some());
        for text in [
            "2019-08-12T12:00Z",
            "2019-08-12T20:00:00+08:00",
            "2019-08-12T20:00+08:00",
            "2019-08-12T06:30:00.000-05:30",
            "2019-08-13T11:59:00+23:59",
        ] {
            assert_eq!(read(text), noon, "{text}");
        }
    }

    #[test]
    fn moments_are_ordered() {
        let ascending = [
            "1969-12-31T23:59:59.9Z",
            "1970-01-01T00:00:00Z",
            "2024-02-29T00:00:00Z",
            "2024-02-29T00:00:00.0625Z",
            "2024-02-29T00:00:00.5Z",
            "2024-02-29T00:00:01Z",
            "2024-02-29T09:00:00+08:00",
        ];
        for pair in ascending.windows(2) {
            assert!(read(pair[0]) < read(pair[1]), "{pair:?}");
        }
        assert_eq!(
            read("2024-02-29T00:00:00.50Z"),
            read("2024-02-29T00:00:00.5Z")
        );
    }

    #[test]
    fn other_texts_are_no_dates() {
        for text in [
            "",
            "2019-08-12",
            "2019-08-12T12:00:00",
            "2019-08-12T12Z",
            "2019-08-12 12:00:00Z",
            "2019-08-12t12:00:00z",
            "2019-02-29T12:00:00Z",
            "2019-13-01T12:00:00Z",
            "2019-08-12T24:00:00Z",
            "2019-08-12T12:60:00Z",
            "2019-08-12T12:00:60Z",
            "2019-08-12T12:00:00.Z",
            "2019-08-12T12:00.5Z",
            "2019-08-12T12:00:00+8:00",
            "2019-08-12T12:00:00+0800",
            "2019-08-12T12:00:00+08",
            "2019-08-12T12:00:00+24:00",
            "2019-08-12T12:00:00ZZ",
            "2019-08-12T12:00:00+08:00Z",
            "19-08-12T12:00:00Z",
            "+019-08-12T12:00:00Z",
            "2019-08-12T12:00:00é",
            "1565611200",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
