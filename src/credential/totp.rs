//! The codes of an authenticator: RFC 6238 with HMAC-SHA1, six digits, steps of 30 seconds, as every
//! authenticator knows them.

use hmac::{Hmac, Mac as _};
use sha1::Sha1;
use subtle::{Choice, ConditionallySelectable as _, ConstantTimeEq as _};

use super::rpc::keyed;

/// How long a code is shown, in seconds.
pub const STEP_SECONDS: i64 = 30;

/// How many steps the device's clock may be from ours, either way.
const DRIFT: i64 = 1;

/// A code: six ASCII digits.
pub type Code = [u8; 6];

/// The time step of a moment in unix seconds.
pub const fn step_at(unix_seconds: i64) -> i64 {
    unix_seconds.div_euclid(STEP_SECONDS)
}

/// The code of one step.
pub fn code(seed: &[u8], step: i64) -> Code {
    let mut mac: Hmac<Sha1> = keyed(seed);
    mac.update(&step.to_be_bytes());
    let digest: [u8; 20] = mac.finalize().into_bytes().into();
    // RFC 4226 section 5.3: the last four bits say where the four bytes begin.
    let offset = usize::from(digest.last().copied().unwrap_or_default() & 0x0f);
    let mut bytes = [0; 4];
    for (to, from) in bytes.iter_mut().zip(digest.iter().skip(offset)) {
        *to = *from;
    }
    let mut number = u32::from_be_bytes(bytes) & 0x7fff_ffff;
    let mut code = [b'0'; 6];
    for digit in code.iter_mut().rev() {
        *digit = b'0'.saturating_add(u8::try_from(number % 10).unwrap_or_default());
        number /= 10;
    }
    code
}

/// Accepts codes of consecutive steps: the last must be of the present step, or of one beside it, and
/// the first of a step after `last_step`, up to which codes were accepted before. Answers the step of
/// the last, which is the `last_step` from now on; all the same whether one code or none was right.
pub fn accept(seed: &[u8], codes: &[Code], now: i64, last_step: i64) -> Option<i64> {
    let count = i64::try_from(codes.len()).ok().filter(|count| *count > 0)?;
    let present = step_at(now);
    let (mut found, mut accepted) = (Choice::from(0), 0);
    for last in present.saturating_sub(DRIFT)..=present.saturating_add(DRIFT) {
        let first = last.saturating_sub(count).saturating_add(1);
        let mut right = Choice::from(u8::from(first > last_step));
        for (step, given) in (first..).zip(codes) {
            right &= code(seed, step).ct_eq(given);
        }
        accepted = i64::conditional_select(&accepted, &last, right);
        found |= right;
    }
    bool::from(found).then_some(accepted)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238 appendix B: the last six of its eight digits.
    #[test]
    fn the_codes_are_those_of_the_rfc() {
        let seed = b"12345678901234567890";
        for (now, expected) in [
            (59, b"287082"),
            (1_111_111_109, b"081804"),
            (1_111_111_111, b"050471"),
            (1_234_567_890, b"005924"),
            (2_000_000_000, b"279037"),
            (20_000_000_000, b"353130"),
        ] {
            assert_eq!(&code(seed, step_at(now)), expected, "{now}");
        }
    }

    #[test]
    fn two_codes_must_follow_each_other_and_be_of_now() {
        let seed = b"some seed of a device";
        let now = 1_795_305_600;
        let present = step_at(now);
        let pair = |first: i64| [code(seed, first), code(seed, first + 1)];
        for (first, is_good) in [
            (present - 3, false),
            (present - 2, true),
            (present - 1, true),
            (present, true),
            (present + 1, false),
        ] {
            let accepted = accept(seed, &pair(first), now, -1);
            assert_eq!(accepted, is_good.then_some(first + 1), "{first}");
        }
        let [one, two] = pair(present - 1);
        for codes in [[two, one], [one, one], [two, two], [one, *b"000000"]] {
            assert_eq!(accept(seed, &codes, now, -1), None);
        }
        assert_eq!(accept(b"another seed", &[one, two], now, -1), None);
        assert_eq!(accept(seed, &[], now, -1), None);
    }

    #[test]
    fn a_code_is_good_once() {
        let (seed, now) = (b"some seed of a device", 1_795_305_600);
        let present = step_at(now);
        let codes = [code(seed, present)];
        let accepted = accept(seed, &codes, now, -1).unwrap();
        assert_eq!(accept(seed, &codes, now, accepted), None);
        // Nor is one of a step before, though it was not shown to us.
        let before = [code(seed, present - 1)];
        assert_eq!(accept(seed, &before, now, accepted), None);
        let both = [code(seed, present), code(seed, present + 1)];
        assert_eq!(accept(seed, &both, now, accepted), None);
        let next = [code(seed, present + 1)];
        assert_eq!(accept(seed, &next, now, accepted), Some(present + 1));
    }
}
