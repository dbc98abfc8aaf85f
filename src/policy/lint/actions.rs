//! The actions of RAM and STS that are known, and what each is checked against.
//!
//! Source: `actions.txt`, which tells where it is from. Other services' names are not listed: of
//! them nothing is said.

use std::sync::LazyLock;

use crate::policy::pattern::{Case, Pattern};

/// An action of RAM or STS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownAction {
    /// Its name, such as `ram:CreateUser`.
    pub name: &'static str,
    /// What it is checked against.
    pub checked: Checked,
}

/// What an action is checked against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checked {
    /// Nothing asks for the action.
    Never,
    /// Not known.
    Unknown,
    /// These, one after the other, separated by blanks: `*`; `account`, which is
    /// `acs:ram:*:<account>:*`; or relative ids of RAM, in which `{}` is a name and a star a star.
    Against(&'static str),
}

static KNOWN: LazyLock<Vec<KnownAction>> = LazyLock::new(|| {
    let lines = include_str!("actions.txt").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .map(|(name, checked)| KnownAction {
            name,
            checked: match checked {
                "never" => Checked::Never,
                "unknown" => Checked::Unknown,
                against => Checked::Against(against),
            },
        })
        .collect()
});

/// Every known action of RAM and STS, by name.
pub fn known_actions() -> &'static [KnownAction] {
    &KNOWN
}

/// The known action of that name, case ignored.
pub(super) fn known_action(name: &str) -> Option<KnownAction> {
    let same = |known: &&KnownAction| known.name.eq_ignore_ascii_case(name);
    known_actions().iter().find(same).copied()
}

/// The known actions that the pattern matches.
pub(super) fn matched(pattern: &Pattern) -> impl Iterator<Item = KnownAction> {
    known_actions()
        .iter()
        .copied()
        .filter(|known| pattern.matches(known.name, Case::Ignored))
}

/// Whether the names of that service's actions are known.
pub(super) fn is_listed(service: &str) -> bool {
    service.eq_ignore_ascii_case("ram") || service.eq_ignore_ascii_case("sts")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_every_line_is_read() {
        let names: Vec<&str> = known_actions().iter().map(|known| known.name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
        assert_eq!(names.len(), 155);
        for known in known_actions() {
            let service = known.name.split_once(':').map(|(service, _)| service);
            assert!(service.is_some_and(is_listed), "{}", known.name);
            let Checked::Against(against) = known.checked else {
                continue;
            };
            for one in against.split(' ') {
                let relative = one
                    .split_once('/')
                    .is_some_and(|(kind, name)| !kind.is_empty() && (name == "{}" || name == "*"));
                assert!(
                    relative || one == "*" || one == "account",
                    "{}: {one}",
                    known.name
                );
            }
        }
    }

    #[test]
    fn names_are_found_regardless_of_case() {
        assert_eq!(
            known_action("RAM:createuser").unwrap().name,
            "ram:CreateUser"
        );
        assert!(known_action("ram:CreateUsers").is_none());
        let create: Vec<_> = matched(&Pattern::new("ram:Create*Key")).collect();
        assert_eq!(create.len(), 1);
        assert!(is_listed("STS") && !is_listed("oss"));
    }
}
