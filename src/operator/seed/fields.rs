//! The rules of texts that no operation of the API takes yet. Those of the others are the API's own
//! (`ops::values`).

/// Each rule answers with what the text should have been.
type Rule = Result<(), &'static str>;

fn holds(condition: bool, otherwise: &'static str) -> Rule {
    if condition { Ok(()) } else { Err(otherwise) }
}

/// What the operator calls an account: ours alone, the vendor has no such field.
pub(crate) fn account_name(text: &str) -> Rule {
    let clean = !text.chars().any(char::is_control);
    let fits = (1..=128).contains(&text.chars().count());
    holds(
        clean && fits,
        "an account's name has 1 to 128 characters, none of them a control character",
    )
}

/// `^[a-z0-9]+(-[a-z0-9]+)*$`, 3 to 63 characters. Source: errors-and-limits C (choice of three
/// published ranges).
pub(crate) fn alias(text: &str) -> Rule {
    let part = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !part.is_empty() && part.bytes().all(allowed)
    };
    holds(
        (3..=63).contains(&text.len()) && text.split('-').all(part),
        "an alias has 3 to 63 lower-case letters and digits, with single `-` between them",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_aliases_obey_their_rules() {
        for good in ["abc", "a-b", "9to5", &"a".repeat(63)] {
            assert_eq!(alias(good), Ok(()), "{good}");
        }
        for bad in [
            "ab",
            "-ab",
            "ab-",
            "a--b",
            "Abc",
            "a_b",
            "",
            &"a".repeat(64),
        ] {
            assert!(alias(bad).is_err(), "{bad}");
        }
        assert_eq!(account_name("Main"), Ok(()));
        for bad in ["", "a\0", &"a".repeat(129)] {
            assert!(account_name(bad).is_err());
        }
    }
}
