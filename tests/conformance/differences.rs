//! Where the server differs from the catalogue on purpose: `differences.txt`.
//!
//! A line is `<operation> <kind> <what>: <reason>`. A line that no longer tells of a difference fails
//! the test of its kind, and there may be no more of them than there were.

use std::collections::BTreeSet;

use crate::catalogue;

/// The most lines that there may be; it goes up only with an operation that is new here.
const MOST: usize = 26;

/// What a difference is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A parameter that is not taken, or taken otherwise.
    Parameter,
    /// A member of an answer that is never there.
    Member,
    /// An operation that a call with values of the world alone does not do.
    Call,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Parameter => "parameter",
            Self::Member => "member",
            Self::Call => "call",
        }
    }
}

fn lines() -> Vec<(String, String, String, String)> {
    let text = std::fs::read_to_string(catalogue::file("tests/conformance/differences.txt"));
    let text = text.unwrap();
    let line = |line: &str| {
        let (what, reason) = line.split_once(": ").unwrap_or_else(|| panic!("{line}"));
        let mut words = what.split(' ').map(str::to_owned);
        let mut word = || words.next().unwrap_or_else(|| panic!("{line}"));
        (word(), word(), word(), reason.to_owned())
    };
    let all = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    all.map(line).collect()
}

/// The differences of one kind, as `<operation> <what>`.
pub(crate) fn known(kind: Kind) -> BTreeSet<String> {
    lines()
        .into_iter()
        .filter(|(operation, word, ..)| {
            // Of what is not built nothing is known yet.
            let built = catalogue::built()
                .iter()
                .any(|b| b.qualified() == *operation);
            built && word == kind.word()
        })
        .map(|(operation, _, what, _)| format!("{operation} {what}"))
        .collect()
}

/// Whether the world can call the operation.
pub(crate) fn is_called(built: &catalogue::Built) -> bool {
    !known(Kind::Call).contains(&format!("{} whole", built.qualified()))
}

/// Checks what was found against the list, both ways.
#[track_caller]
pub(crate) fn check(kind: Kind, found: &BTreeSet<String>) {
    let known = known(kind);
    let new: Vec<&String> = found.difference(&known).collect();
    let gone: Vec<&String> = known.difference(found).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "{kind:?}: not in differences.txt: {new:#?}; in it, and no difference: {gone:#?}"
    );
}

#[test]
fn the_list_is_short_and_says_why() {
    let lines = lines();
    assert!(lines.len() <= MOST, "{} lines", lines.len());
    for (operation, kind, what, reason) in lines {
        let known = [Kind::Parameter, Kind::Member, Kind::Call].map(Kind::word);
        assert!(known.contains(&kind.as_str()), "{operation} {kind} {what}");
        assert!(reason.len() > 10, "{operation} {kind} {what}: no reason");
    }
}
