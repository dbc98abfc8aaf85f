//! What patterns have to do with each other: whether one covers another, whether two can meet.
//!
//! Nothing here is claimed that is not so: [`covers`] may be false for patterns of which one does
//! cover the other in a way that takes more than one look, and [`meet`] is exact.

use crate::policy::pattern::Case;

fn same(a: char, b: char, case: Case) -> bool {
    match case {
        Case::Kept => a == b,
        Case::Ignored => a.eq_ignore_ascii_case(&b),
    }
}

/// Whether every text that `inner` matches is one that `outer` matches.
///
/// Reads `inner` as a text in which only a star of `outer` takes a star, and only a wildcard of
/// `outer` takes a `?`.
pub(super) fn covers(outer: &str, inner: &str, case: Case) -> bool {
    let (outer, inner): (Vec<char>, Vec<char>) = (outer.chars().collect(), inner.chars().collect());
    let (mut pattern, mut text) = (outer.as_slice(), inner.as_slice());
    let mut retry: Option<(&[char], &[char])> = None;
    loop {
        let step = match (pattern.split_first(), text.split_first()) {
            (None, None) => return true,
            (Some(('*', rest)), _) => {
                retry = Some((rest, text));
                Some((rest, text))
            }
            (Some((wanted, rest)), Some((found, after))) => {
                let taken = *found != '*' && (*wanted == '?' || same(*wanted, *found, case));
                taken.then_some((rest, after))
            }
            _ => None,
        };
        if let Some(next) = step {
            (pattern, text) = next;
            continue;
        }
        let Some((rest, from)) = retry else {
            return false;
        };
        let Some((_, from)) = from.split_first() else {
            return false;
        };
        retry = Some((rest, from));
        (pattern, text) = (rest, from);
    }
}

/// Whether some text is matched by both.
///
/// `ends[j]` says, for the part of `a` that was read, whether it and the first `j` characters of
/// `b` can have taken the same text.
pub(super) fn meet(a: &str, b: &str, case: Case) -> bool {
    let b: Vec<char> = b.chars().collect();
    let mut ends = Vec::with_capacity(b.len().saturating_add(1));
    ends.push(true);
    let mut all_stars = true;
    for found in &b {
        all_stars &= *found == '*';
        ends.push(all_stars);
    }
    for wanted in a.chars() {
        let mut next = Vec::with_capacity(ends.len());
        // The part of `a` alone, against nothing of `b`.
        let nothing = wanted == '*' && ends.first() == Some(&true);
        next.push(nothing);
        let mut left = nothing;
        for (found, above) in b.iter().zip(ends.windows(2)) {
            let (before, alone) = match above {
                [before, alone] => (*before, *alone),
                _ => (false, false),
            };
            let both = match (wanted, *found) {
                // A star takes nothing, or one more of the other.
                ('*', _) | (_, '*') => alone || left,
                ('?', _) | (_, '?') => before,
                (x, y) => before && same(x, y, case),
            };
            next.push(both);
            left = both;
        }
        ends = next;
    }
    ends.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::policy::pattern::Pattern;

    #[test]
    fn a_pattern_covers_what_is_narrower() {
        for (outer, inner, expected) in [
            ("*", "", true),
            ("*", "a*?", true),
            ("a*", "a", true),
            ("a*", "ab*c", true),
            ("a*c", "a?c", true),
            ("a?c", "a*c", false),
            ("?*", "*", false),
            ("a", "A", false),
            ("*b", "a*", false),
            ("a*b*c", "ab*c", true),
            ("", "", true),
            ("", "*", false),
        ] {
            assert_eq!(
                covers(outer, inner, Case::Kept),
                expected,
                "{outer} {inner}"
            );
        }
        assert!(covers("ram:create*", "RAM:CreateUser", Case::Ignored));
    }

    #[test]
    fn patterns_meet_where_a_text_fits_both() {
        for (a, b, expected) in [
            ("a*", "*b", true),
            ("a*", "b*", false),
            ("a?", "?b", true),
            ("a?", "a", false),
            ("*", "", true),
            ("", "", true),
            ("?", "", false),
            ("a*b", "a?c", false),
            ("*a*", "*b*", true),
            ("user/*", "role/*", false),
        ] {
            assert_eq!(meet(a, b, Case::Kept), expected, "{a} {b}");
            assert_eq!(meet(b, a, Case::Kept), expected, "{b} {a}");
        }
        assert!(!meet("A", "a", Case::Kept) && meet("A", "a", Case::Ignored));
    }

    proptest! {
        #[test]
        fn claims_hold_for_every_text(a in "[ab*?]{0,6}", b in "[ab*?]{0,6}", text in "[ab]{0,6}") {
            let matches = |pattern: &str| Pattern::new(pattern).matches(&text, Case::Kept);
            if covers(&a, &b, Case::Kept) && matches(&b) {
                prop_assert!(matches(&a));
            }
            if matches(&a) && matches(&b) {
                prop_assert!(meet(&a, &b, Case::Kept));
            }
        }

        /// Where two patterns meet there is a text: the shortest is no longer than both together.
        #[test]
        fn a_meeting_has_a_witness(a in "[ab*?]{0,3}", b in "[ab*?]{0,3}") {
            let matches = |text: &str| {
                Pattern::new(&a).matches(text, Case::Kept) && Pattern::new(&b).matches(text, Case::Kept)
            };
            let mut texts = vec![String::new()];
            for length in 0..6 {
                let longer: Vec<String> = texts
                    .iter()
                    .filter(|text| text.len() == length)
                    .flat_map(|text| [format!("{text}a"), format!("{text}b")])
                    .collect();
                texts.extend(longer);
            }
            prop_assert_eq!(meet(&a, &b, Case::Kept), texts.iter().any(|text| matches(text)));
        }
    }
}
