//! Numbers of conditions: an optional minus, digits, an optional fraction; of any length.
//!
//! Compared by value, digit by digit, so that no machine type rounds what a policy says.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

/// A number. `Debug` shows nothing: the text of a policy belongs in no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Number<'a> {
    negative: bool,
    /// Without leading zeros.
    whole: Cow<'a, str>,
    /// Without trailing zeros.
    fraction: Cow<'a, str>,
}

impl<'a> Number<'a> {
    /// Reads a number; `None` for any other text.
    pub fn read(text: &'a str) -> Option<Self> {
        let (minus, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, fraction)) if !all_digits(fraction) => return None,
            Some(parts) => parts,
            None => (digits, ""),
        };
        if !all_digits(whole) {
            return None;
        }
        let (whole, fraction) = (
            whole.trim_start_matches('0'),
            fraction.trim_end_matches('0'),
        );
        Some(Self {
            // There is one zero.
            negative: minus && !(whole.is_empty() && fraction.is_empty()),
            whole: whole.into(),
            fraction: fraction.into(),
        })
    }

    /// The same, with digits of its own.
    pub fn into_owned(self) -> Number<'static> {
        Number {
            negative: self.negative,
            whole: self.whole.into_owned().into(),
            fraction: self.fraction.into_owned().into(),
        }
    }

    fn cmp_size(&self, other: &Self) -> Ordering {
        // Without leading zeros the longer is the larger; fractions compare like words.
        self.whole
            .len()
            .cmp(&other.whole.len())
            .then_with(|| self.whole.cmp(&other.whole))
            .then_with(|| self.fraction.cmp(&other.fraction))
    }
}

impl Ord for Number<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.cmp_size(other),
            (true, true) => other.cmp_size(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Number<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Number<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Number")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_by_value() {
        let ascending = [
            "-10",
            "-9.5",
            "-9.45",
            "-0.1",
            "0",
            "0.05",
            "0.1",
            "0.12",
            "1",
            "9",
            "10",
            "10.5",
            "11",
            "123456789012345678901234567890",
        ];
        for (i, a) in ascending.iter().enumerate() {
            for (j, b) in ascending.iter().enumerate() {
                assert_eq!(Number::read(a).cmp(&Number::read(b)), i.cmp(&j), "{a} {b}");
            }
        }
        for (a, b) in [
            ("7", "007"),
            ("7", "7.0"),
            ("-0", "0.000"),
            ("1.5", "01.50"),
        ] {
            assert_eq!(Number::read(a), Number::read(b));
        }
    }

    #[test]
    fn other_texts_are_no_numbers() {
        for text in [
            "", "-", ".", "1.", ".5", "+1", "1e3", " 1", "1 ", "0x1", "1,5", "--1", "1.2.3", "١",
            "1_0", "NaN",
        ] {
            assert_eq!(Number::read(text), None, "{text}");
        }
    }
}
