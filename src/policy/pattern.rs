//! Wildcard patterns: `*` is any run of characters, also none; `?` is exactly one character.
//!
//! There is no escape and no other special character (policy-language §6). A match allocates nothing
//! and costs at most (pattern length ÷ 64, rounded up) × text length word operations, whatever the
//! two are; `automaton.rs` says how. Of a list of patterns many are matched at once: `many.rs`.

pub(super) mod automaton;
pub(super) mod many;

use std::fmt;

use self::automaton::{Automaton, Bundle};
pub use self::many::Patterns;

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
#[derive(Clone)]
pub struct Pattern {
    text: Box<str>,
    shape: Shape,
}

#[derive(Debug, Clone)]
enum Shape {
    /// Only stars.
    Any,
    /// No wildcard.
    Literal,
    /// A literal of so many bytes, and stars at its end.
    Prefix(usize),
    /// Literals around whatever stands between the first wildcard and the last.
    Glob(Box<Glob>),
}

#[derive(Debug, Clone)]
struct Glob {
    /// How many bytes stand before the first wildcard, and how many after the last.
    head: usize,
    tail: usize,
    /// What stands between; `None` for stars alone, which cover everything.
    middle: Option<Automaton>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

const WILDCARDS: [char; 2] = ['*', '?'];

impl Pattern {
    /// The pattern that `text` spells; every text is one.
    pub fn new(text: &str) -> Self {
        let (Some(first), Some(last)) = (text.find(WILDCARDS), text.rfind(WILDCARDS)) else {
            return Self {
                text: text.into(),
                shape: Shape::Literal,
            };
        };
        // A wildcard is one byte: what follows it is the tail.
        let (upto, tail) = text.split_at(last.saturating_add(1));
        let (head, middle) = upto.split_at(first);
        let shape = if middle.bytes().all(|b| b == b'*') && tail.is_empty() {
            if head.is_empty() {
                Shape::Any
            } else {
                Shape::Prefix(first)
            }
        } else {
            Shape::Glob(Box::new(Glob {
                head: head.len(),
                tail: tail.len(),
                middle: Automaton::new(middle),
            }))
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
        matches!(self.shape, Shape::Any)
    }

    /// Whether the pattern has no wildcard.
    pub fn is_literal(&self) -> bool {
        matches!(self.shape, Shape::Literal)
    }

    /// Whether the pattern is a literal and stars at its end.
    pub(super) fn is_prefix(&self) -> bool {
        matches!(self.shape, Shape::Prefix(_))
    }

    /// Whether the pattern is a glob that one word can hold.
    fn is_short(&self) -> bool {
        matches!(self.shape, Shape::Glob(_)) && Bundle::states(&self.text) <= 64
    }

    /// What stands before the first wildcard: every text that the pattern covers begins with it.
    pub fn prefix(&self) -> &str {
        self.literals().next().unwrap_or_default()
    }

    /// The stretches between wildcards: each stands somewhere in every text that the pattern covers.
    pub(super) fn literals(&self) -> impl Iterator<Item = &str> {
        self.text.split(WILDCARDS)
    }

    /// What looking at it costs: one, and one for every 64 letters.
    pub(super) fn cost(&self) -> u32 {
        let words = u32::try_from(self.text.len() / 64).unwrap_or(u32::MAX);
        words.saturating_add(1)
    }

    /// Whether the pattern covers the whole of `text`.
    pub fn matches(&self, text: &str, case: Case) -> bool {
        self.covers(text.as_bytes(), case)
    }

    /// [`matches`](Self::matches), of the bytes of a text.
    pub(super) fn covers(&self, text: &[u8], case: Case) -> bool {
        let pattern = self.text.as_bytes();
        match &self.shape {
            Shape::Any => true,
            Shape::Literal => same(pattern, text, case),
            Shape::Prefix(length) => match (pattern.get(..*length), text.get(..*length)) {
                (Some(prefix), Some(head)) => same(prefix, head, case),
                _ => false,
            },
            Shape::Glob(glob) => glob.matches(pattern, text, case),
        }
    }
}

impl Glob {
    fn matches(&self, pattern: &[u8], text: &[u8], case: Case) -> bool {
        let (Some((wanted_head, _)), Some((head, text))) = (
            pattern.split_at_checked(self.head),
            text.split_at_checked(self.head),
        ) else {
            return false;
        };
        let cut = |text: &[u8]| text.len().checked_sub(self.tail);
        let (Some(wanted), Some(at)) = (cut(pattern), cut(text)) else {
            return false;
        };
        let (Some((_, wanted_tail)), Some((middle, tail))) =
            (pattern.split_at_checked(wanted), text.split_at_checked(at))
        else {
            return false;
        };
        same(wanted_head, head, case)
            && same(wanted_tail, tail, case)
            && self
                .middle
                .as_ref()
                .is_none_or(|automaton| automaton.covers(middle, case))
    }
}

fn same(a: &[u8], b: &[u8], case: Case) -> bool {
    match case {
        Case::Kept => a == b,
        // Most names come in the case of the pattern, and that is quicker to see.
        Case::Ignored => a.len() == b.len() && (a == b || a.eq_ignore_ascii_case(b)),
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = match self.shape {
            Shape::Any => "Any",
            Shape::Literal => "Literal",
            Shape::Prefix(_) => "Prefix",
            Shape::Glob(_) => "Glob",
        };
        f.debug_tuple("Pattern").field(&shape).finish()
    }
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

    #[test]
    fn long_patterns_go_over_several_words() {
        for length in [62, 63, 64, 65, 127, 128, 129, 300, 6_000, 30_000] {
            let pattern = format!("*{}?*", "ab".repeat(length / 2));
            let text = format!("b{}é!", "ab".repeat(length / 2));
            assert!(matches(&pattern, &text), "{length}");
            assert!(!matches(&pattern, text.trim_end_matches("é!")), "{length}");
            assert!(Pattern::new(&pattern).matches(&text.to_uppercase(), Case::Ignored));
        }
    }

    #[test]
    fn a_pattern_tells_its_literals() {
        let pattern = Pattern::new("ab*c?d*");
        assert_eq!(pattern.literals().collect::<Vec<_>>(), ["ab", "c", "d", ""]);
        assert_eq!(pattern.prefix(), "ab");
        assert_eq!(Pattern::new("*").prefix(), "");
        assert_eq!(Pattern::new("x").prefix(), "x");
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
        fn agrees_with_a_naive_matcher_over_several_words(
            pattern in "[ab*?]{0,6}[ab?]{60,70}[aé*?]{0,6}",
            text in "[ab]{60,90}[aé]{0,2}",
        ) {
            // Texts that fit are rare: cut one out of the pattern, too.
            let fitting = pattern.replace('*', "ab").replace('?', "é");
            let chars = |s: &str| s.chars().collect::<Vec<_>>();
            for text in [text, fitting] {
                prop_assert_eq!(matches(&pattern, &text), naive(&chars(&pattern), &chars(&text)));
            }
        }

        #[test]
        fn agrees_with_a_naive_matcher(
            pattern in "[abAé😀*?]{0,10}",
            text in "[abAé😀*?]{0,12}",
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
