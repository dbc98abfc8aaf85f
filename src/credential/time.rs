//! The time of a request: its two spellings, and the window around now.
//!
//! Pure: `now` is always an argument. Times are UTC; leap seconds do not exist here.

/// Why a request's time is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// Not a time of either spelling: the vendor's `InvalidTimeStamp.Format`.
    #[error("the time is not well formatted")]
    Format,
    /// Further from now than the window allows: the vendor's `InvalidTimeStamp.Expired`.
    #[error("the time is outside the window")]
    Expired,
}

/// The time that `YYYY-MM-DDThh:mm:ssZ` or `YYYY-MM-DDThh:mm:ss.mmmZ` spells, in unix milliseconds.
///
/// Both spellings were seen on the wire (whole seconds from most clients, milliseconds from the JavaScript
/// STS clients). Nothing else is taken: no offset, no lower case, no leap second, no date that does
/// not exist.
///
/// # Errors
/// [`TimeError::Format`].
///
/// ```
/// use rampart::credential::time::parse;
/// assert_eq!(parse("1970-01-02T00:00:01Z"), Ok(86_401_000));
/// assert_eq!(parse("1970-01-01T00:00:00.250Z"), Ok(250));
/// assert!(parse("2026-02-30T00:00:00Z").is_err());
/// ```
pub fn parse(text: &str) -> Result<i64, TimeError> {
    read(text.as_bytes()).ok_or(TimeError::Format)
}

fn read(text: &[u8]) -> Option<i64> {
    let &[
        y1,
        y2,
        y3,
        y4,
        b'-',
        m1,
        m2,
        b'-',
        d1,
        d2,
        b'T',
        h1,
        h2,
        b':',
        i1,
        i2,
        b':',
        s1,
        s2,
        ref rest @ ..,
    ] = text
    else {
        return None;
    };
    let millis = match *rest {
        [b'Z'] => 0,
        [b'.', a, b, c, b'Z'] => number(&[a, b, c])?,
        _ => return None,
    };
    let (year, month, day) = (
        number(&[y1, y2, y3, y4])?,
        number(&[m1, m2])?,
        number(&[d1, d2])?,
    );
    let (hour, minute, second) = (number(&[h1, h2])?, number(&[i1, i2])?, number(&[s1, s2])?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let date = chrono::NaiveDate::from_ymd_opt(
        i32::try_from(year).ok()?,
        u32::try_from(month).ok()?,
        u32::try_from(day).ok()?,
    )?;
    let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
    // Four digits of a year, so nowhere near the ends of an `i64`.
    [hour.wrapping_mul(3600), minute.wrapping_mul(60), second]
        .into_iter()
        .fold(midnight, i64::wrapping_add)
        .wrapping_mul(1000)
        .checked_add(millis)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0i64, |number, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        number.checked_mul(10)?.checked_add(i64::from(digit))
    })
}

/// A time as text.
#[derive(Debug, Clone, Copy)]
pub struct Spelled([u8; 20]);

impl std::ops::Deref for Spelled {
    type Target = str;

    fn deref(&self) -> &str {
        // ASCII is UTF-8.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Unix seconds as `YYYY-MM-DDThh:mm:ssZ`: 20 characters, which every client can read.
///
/// Beyond the years 0000 to 9999 it gives the nearest time within.
///
/// ```
/// assert_eq!(rampart::credential::time::format(1_795_306_471), "2026-11-22T00:14:31Z");
/// ```
pub fn format(unix_seconds: i64) -> String {
    str::to_owned(&spell(unix_seconds))
}

/// As [`format()`], without memory of its own.
pub fn spell(unix_seconds: i64) -> Spelled {
    const FIRST: i64 = -62_167_219_200;
    const LAST: i64 = 253_402_300_799;
    const DAY: i64 = 86_400;
    let seconds = unix_seconds.clamp(FIRST, LAST);
    let (days, of_day) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    // All are small, and small numbers are quicker to divide.
    let two = |number: u32| {
        let [tens, ones] = [number / 10, number % 10].map(|digit| digit.to_le_bytes()[0]);
        [tens, ones].map(|digit| digit.wrapping_add(b'0'))
    };
    let [year, month, day, of_day] =
        [year, month, day, of_day].map(|number| u32::try_from(number).unwrap_or_default());
    let ([c1, c2], [y1, y2]) = (two(year / 100), two(year % 100));
    let ([m1, m2], [d1, d2]) = (two(month), two(day));
    let [h1, h2] = two(of_day / 3600);
    let [n1, n2] = two(of_day / 60 % 60);
    let [s1, s2] = two(of_day % 60);
    Spelled([
        c1, c2, y1, y2, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2, b'Z',
    ])
}

/// Year, month and day of a day counted from 1970-01-01.
///
/// Years are counted from March, so that the leap day is the last of its year; 719,468 days lie
/// between 0000-03-01 and 1970-01-01.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "the caller clamps to four-digit years, so no step leaves the range of an i64"
)]
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 {
        from_march + 3
    } else {
        from_march - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

/// How far a request's time may lie from now, either way.
///
/// Source: 15 minutes for both schemes (a choice between the vendor's figures; a setting).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeWindow {
    /// Half the window's width, in seconds.
    pub seconds: u32,
}

impl Default for TimeWindow {
    fn default() -> Self {
        Self { seconds: 900 }
    }
}

impl TimeWindow {
    /// Checks `|now − time| ≤ window` and gives the time in unix milliseconds.
    ///
    /// # Errors
    /// [`TimeError::Format`] or [`TimeError::Expired`].
    pub fn check(self, time: &str, now_millis: i64) -> Result<i64, TimeError> {
        let millis = parse(time)?;
        if now_millis.abs_diff(millis) <= u64::from(self.seconds).saturating_mul(1000) {
            Ok(millis)
        } else {
            Err(TimeError::Expired)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_spellings_are_read() {
        assert_eq!(parse("2026-11-22T00:14:31Z"), Ok(1_795_306_471_000));
        assert_eq!(parse("2026-11-22T00:14:31.199Z"), Ok(1_795_306_471_199));
        assert_eq!(parse("2024-02-29T23:59:59Z").map(|t| t / 1000 % 60), Ok(59));
        assert_eq!(parse("1969-12-31T23:59:59.999Z"), Ok(-1));
    }

    #[test]
    fn nothing_else_is() {
        for text in [
            "",
            "2026-11-22T00:14:31",
            "2026-11-22T00:14:31z",
            "2026-11-22t00:14:31Z",
            "2026-11-22 00:14:31Z",
            "2026-11-22T00:14:31+00:00",
            "2026-11-22T00:14:31.1Z",
            "2026-11-22T00:14:31.12Z",
            "2026-11-22T00:14:31.1234Z",
            "2026-11-22T00:14:31.Z",
            "2026-11-22T00:14:60Z",
            "2026-11-22T00:60:00Z",
            "2026-11-22T24:00:00Z",
            "2026-11-31T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z",
            "2026-00-10T00:00:00Z",
            "2026-13-10T00:00:00Z",
            "2026-10-00T00:00:00Z",
            "+026-11-22T00:14:31Z",
            "2026-11-22T 0:14:31Z",
            "2026-11-22T00:14:31Z ",
            "Sun, 22 Nov 2026 00:14:31 GMT",
            "٢٠٢٦-11-22T00:14:31Z",
        ] {
            assert_eq!(parse(text), Err(TimeError::Format), "{text}");
        }
    }

    #[test]
    fn the_window_is_closed_at_both_ends() {
        let window = TimeWindow::default();
        let at = parse("2026-11-22T00:14:31Z").unwrap();
        let check = |now| window.check("2026-11-22T00:14:31Z", now);
        for near in [0, 900_000, -900_000] {
            assert_eq!(check(at + near), Ok(at));
        }
        for far in [900_001, -900_001, 960_000, -960_000] {
            assert_eq!(check(at + far), Err(TimeError::Expired));
        }
        assert_eq!(check(i64::MIN), Err(TimeError::Expired));
        assert_eq!(window.check("now", at), Err(TimeError::Format));
    }

    #[test]
    fn formatting_stays_within_four_digits() {
        assert_eq!(format(i64::MAX), "9999-12-31T23:59:59Z");
        assert_eq!(format(i64::MIN), "0000-01-01T00:00:00Z");
        assert_eq!(format(0), "1970-01-01T00:00:00Z");
        assert_eq!(format(951_782_400), "2000-02-29T00:00:00Z");
    }

    proptest! {
        #[test]
        fn parse_undoes_format(seconds in -62_167_219_200i64..=253_402_300_799) {
            prop_assert_eq!(parse(&format(seconds)), Ok(seconds * 1000));
        }

        #[test]
        fn parsing_never_panics(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{3})?Z") {
            let ours = parse(&text).is_ok();
            let theirs = chrono::DateTime::parse_from_rfc3339(&text);
            // chrono takes a leap second, this does not.
            prop_assert_eq!(ours, theirs.is_ok() && !text.contains(":60"));
        }
    }
}
