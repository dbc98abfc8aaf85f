//! Wildcard patterns: `*` is any run of characters, also none; `?` is exactly one character.
//!
//! There is no escape and no other special character (policy-language §6). A match costs at most
//! the length of the pattern times the length of the text, whatever the two are, and allocates
//! nothing.

use std::fmt;

/// Whether ASCII letters that differ only in case are the same letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// They are not.
    Kept,
    /// They are.
    Ignored,
}

/// A pattern that has to cover the whole of a text.
///
/// `Debug` tells its shape only: the text of a policy belongs in no log.
#[derive(Clone, PartialEq, Eq)]
pub struct Pattern {
    text: Box<str>,
    shape: Shape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Only stars.
    Any,
    /// No wildcard.
    Literal,
    /// A literal and one star at its end.
    Prefix,
    Glob,
}

impl Pattern {
    /// The pattern that `text` spells; every text is one.
    pub fn new(text: &str) -> Self {
        let shape = match text.find(['*', '?']) {
            None => Shape::Literal,
            Some(_) if text.bytes().all(|b| b == b'*') => Shape::Any,
            Some(at) if text.ends_with('*') && at.saturating_add(1) == text.len() => Shape::Prefix,
            Some(_) => Shape::Glob,
        };
        Self {
            text: text.into(),
            shape,
        }
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the pattern matches every text.
    pub fn is_any(&self) -> bool {
        self.shape == Shape::Any
    }

    /// Whether the pattern has no wildcard.
    pub fn is_literal(&self) -> bool {
        self.shape == Shape::Literal
    }

    /// Whether the pattern covers the whole of `text`.
    pub fn matches(&self, text: &str, case: Case) -> bool {
        match self.shape {
            Shape::Any => true,
            Shape::Literal => same(self.text.as_bytes(), text.as_bytes(), case),
            Shape::Prefix => {
                let prefix = self
                    .text
                    .as_bytes()
                    .split_last()
                    .map_or(&[][..], |(_, rest)| rest);
                text.as_bytes()
                    .split_at_checked(prefix.len())
                    .is_some_and(|(head, _)| same(prefix, head, case))
            }
            Shape::Glob => glob(self.text.as_bytes(), text.as_bytes(), case),
        }
    }
}

fn same(a: &[u8], b: &[u8], case: Case) -> bool {
    match case {
        Case::Kept => a == b,
        Case::Ignored => a.eq_ignore_ascii_case(b),
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pattern").field(&self.shape).finish()
    }
}

/// Walks both texts once and, where they part, goes back to the last star only: what an earlier
/// star could still take, the last one can take as well.
fn glob(mut pattern: &[u8], mut text: &[u8], case: Case) -> bool {
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        let step = match pattern.split_first() {
            Some((b'*', rest)) => {
                if rest.is_empty() {
                    return true;
                }
                retry = Some((rest, text));
                Some((rest, text))
            }
            Some((b'?', rest)) => after_character(text).map(|after| (rest, after)),
            Some((wanted, rest)) => text
                .split_first()
                .filter(|(found, _)| match case {
                    Case::Kept => wanted == *found,
                    Case::Ignored => wanted.eq_ignore_ascii_case(found),
                })
                .map(|(_, after)| (rest, after)),
            None if text.is_empty() => return true,
            None => None,
        };
        if let Some(next) = step {
            (pattern, text) = next;
            continue;
        }
        // A text that is too short for what follows the star stays too short when the star takes
        // more of it.
        if text.is_empty() {
            return false;
        }
        let Some((rest, from)) = retry else {
            return false;
        };
        let Some(from) = after_character(from) else {
            return false;
        };
        retry = Some((rest, from));
        (pattern, text) = (rest, from);
    }
}

/// What follows the first character of a UTF-8 text.
fn after_character(text: &[u8]) -> Option<&[u8]> {
    let (_, mut rest) = text.split_first()?;
    while let Some((0x80..=0xBF, after)) = rest.split_first() {
        rest = after;
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        Pattern::new(pattern).matches(text, Case::Kept)
    }

    #[test]
    fn wildcards() {
        assert!(matches("*", ""));
        assert!(matches("a*c", "ac"));
        assert!(matches("a*b*c", "a-b-b-c"));
        assert!(matches("ab*", "ab"));
        assert!(!matches("ab*", "a"));
        assert!(!matches("?", ""));
        assert!(!matches("?", "ab"));
        assert!(matches("", ""));
        assert!(!matches("", "a"));
    }

    #[test]
    fn a_question_mark_is_one_character_of_any_width() {
        assert!(matches("a?c", "aéc"));
        assert!(matches("?", "😀"));
        assert!(!matches("??", "é"));
        assert!(matches("*?é", "ééé"));
    }

    #[test]
    fn case_is_ignored_only_on_request() {
        for (pattern, text) in [("Ab", "aB"), ("Ab*", "aBc"), ("A?*C", "abc")] {
            assert!(!matches(pattern, text));
            assert!(Pattern::new(pattern).matches(text, Case::Ignored));
        }
        assert!(!Pattern::new("É").matches("é", Case::Ignored));
    }

    #[test]
    fn many_stars_stay_cheap() {
        let pattern = "*a".repeat(3_000) + "b";
        let text = "a".repeat(20_000);
        assert!(!matches(&pattern, &text));
    }

    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), _) => {
                naive(rest, text) || text.split_first().is_some_and(|(_, t)| naive(pattern, t))
            }
            (Some(('?', p)), Some((_, t))) => naive(p, t),
            (Some((a, p)), Some((b, t))) => a == b && naive(p, t),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_a_naive_matcher(
            pattern in "[abAé*?]{0,10}",
            text in "[abAé*?]{0,12}",
        ) {
            let chars = |s: &str| s.chars().collect::<Vec<_>>();
            prop_assert_eq!(matches(&pattern, &text), naive(&chars(&pattern), &chars(&text)));
            prop_assert_eq!(
                Pattern::new(&pattern).matches(&text, Case::Ignored),
                naive(&chars(&pattern.to_ascii_lowercase()), &chars(&text.to_ascii_lowercase()))
            );
        }
    }
}
