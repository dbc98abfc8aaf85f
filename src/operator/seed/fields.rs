//! The rules of free texts. Source: the vendor's published lengths and forms, errors-and-limits C.

/// Each rule answers with what the text should have been.
type Rule = Result<(), &'static str>;

fn holds(condition: bool, otherwise: &'static str) -> Rule {
    if condition { Ok(()) } else { Err(otherwise) }
}

fn length(text: &str, range: std::ops::RangeInclusive<usize>) -> bool {
    range.contains(&text.chars().count()) && !text.contains('\0')
}

/// What the operator calls an account: ours alone, the vendor has no such field.
pub(crate) fn account_name(text: &str) -> Rule {
    let clean = !text.chars().any(char::is_control);
    holds(
        clean && length(text, 1..=128),
        "an account's name has 1 to 128 characters",
    )
}

/// `^[a-z0-9]+(-[a-z0-9]+)*$`, 3 to 63 characters.
pub(crate) fn alias(text: &str) -> Rule {
    let part = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !part.is_empty() && part.bytes().all(allowed)
    };
    holds(
        length(text, 3..=63) && text.split('-').all(part),
        "an alias has 3 to 63 lower-case letters and digits, with single `-` between them",
    )
}

/// 1 to 128 characters.
pub(super) fn display_name(text: &str) -> Rule {
    holds(
        length(text, 1..=128),
        "a display name has 1 to 128 characters",
    )
}

/// Up to 128 characters.
pub(super) fn comments(text: &str) -> Rule {
    holds(length(text, 0..=128), "comments have up to 128 characters")
}

/// Up to 1024 characters.
pub(super) fn description(text: &str) -> Rule {
    holds(
        length(text, 0..=1024),
        "a description has up to 1024 characters",
    )
}

/// One `@` with text on both sides, no blanks. Whether the address exists is not ours to say.
pub(super) fn email(text: &str) -> Rule {
    let form = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@')
    });
    let clean = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    holds(
        form && clean && length(text, 3..=128),
        "an e-mail address is `local@domain`",
    )
}

/// `<country>-<number>`.
pub(super) fn mobile_phone(text: &str) -> Rule {
    let digits = |text: &str, range: std::ops::RangeInclusive<usize>| {
        range.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let form = text
        .split_once('-')
        .is_some_and(|(country, number)| digits(country, 1..=4) && digits(number, 4..=20));
    holds(
        form,
        "a phone number is `<country>-<number>`, as `86-18600001234`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_obey_their_rules() {
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
        assert!(email("alice@example.com").is_ok());
        for bad in ["", "alice", "@b", "a@", "a@b@c", "a b@c"] {
            assert!(email(bad).is_err(), "{bad}");
        }
        assert!(mobile_phone("86-18600001234").is_ok());
        for bad in ["", "86", "86-", "-1", "+86-18600001234", "86-1860000a"] {
            assert!(mobile_phone(bad).is_err(), "{bad}");
        }
        assert!(display_name("").is_err());
        assert!(comments("").is_ok());
        assert!(description(&"é".repeat(1024)).is_ok());
        assert!(description(&"é".repeat(1025)).is_err());
        assert!(account_name("a\0").is_err());
        assert!(display_name("a\0").is_err());
    }
}
