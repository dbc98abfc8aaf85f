//! What a published constraint allows and forbids, as texts to try.

use crate::catalogue::Parameter;

/// Texts for one parameter.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    /// These are taken.
    pub(crate) good: Vec<String>,
    /// These are refused.
    pub(crate) bad: Vec<String>,
}

/// Parts of constraints that say nothing about which texts are taken, by how they begin.
const REMARKS: &[&str] = &[
    "default",
    "absent",
    "omitted",
    "unique",
    "keeps its case",
    "case ignored",
    "China site only",
    "Japan site only",
    "newest SDK only",
    "note spelling",
    "copy from previous response",
    "docs claim",
    "further restricts",
    "sticky across",
    "needs sts:",
    "true removes",
    "true also removes",
    "false: non-default",
    "exactly one of",
    "replaces the whole list",
    "no update operation",
    "in a form body",
    "at least one of",
    "only for services",
    "ignored when",
    "not allowed with",
    "empty = anywhere",
    "used only when",
    "exclusive with",
    "raw JWT",
    "sent as string",
    "deprecated",
    "forced true",
];

/// Parts whose rule is looked at when the call runs, and so has its tests with the operation.
const AT_RUN_TIME: &[&str] = &[
    "access key id",
    "opaque",
    "must satisfy the account password policy",
    "current password",
    "resource group id",
    "IMSUser:",
    "IMSGroup:",
    "ServiceRole:",
    "<alias>.onaliyun.com",
    "<user>@<alias>.onaliyun.com",
    "user part",
    "name of a service-linked role",
    "service principal",
    "numeric string",
    "appended as",
    "whole role name",
    "so these names contain",
    "task/acs-service-role",
    "user ids",
    "max 50 ids",
    "max 20",
    "max 5",
    "max 40 entries",
    "no leading special",
    "no query, fragment",
    "base64 of",
    "each max",
    "comma-joined",
    "acs:ram::<account>:oidc-provider",
    "acs:ram::<account>:saml-provider",
    "JSON string {Status",
];

/// Parts that name a form: texts of it, and texts that are not.
const FORMS: &[(&str, &[&str], &[&str])] = &[
    ("from 1", &["1", "7"], &["0", "-1"]),
    ("900..role", &["900", "3600"], &["899", "0", "-1"]),
    ("v<N>", &["v1", "v10"], &["1", "v", "vx", "V1"]),
    ("^v[0-9]+$", &[], &[]),
    (
        "no leading/trailing/double hyphen",
        &["a-b"],
        &["-aaa", "aaa-", "a--a"],
    ),
    (
        "no leading/trailing . - _",
        &["a.b", "a-b", "a_b"],
        &[".aaa", "-aaa", "_aaa", "aaa.", "aaa-", "aaa_"],
    ),
    (
        "6-digit TOTP",
        &["000000", "999999"],
        &["12345", "1234567", "12345a", "-12345"],
    ),
    (
        "next consecutive 6-digit TOTP",
        &["000000", "999999"],
        &["12345", "1234567", "12345a", "-12345"],
    ),
    (
        "e-mail address",
        &["a@b.c"],
        &["a", "a@b", "@b.c", "a b@c.d"],
    ),
    (
        "<country>-<number>",
        &["86-18600001234"],
        &["18600001234", "86-", "-1", "86-1x"],
    ),
    (
        "acs:ram::<account>:role/",
        &["acs:ram::1000000000000002:role/Other"],
        &[
            "Reader",
            "acs:ram::1234567890123456:user/Reader",
            "acs:ram::1:role/",
        ],
    ),
    (
        "acs:ram::<account>:mfa/",
        &["acs:ram::1000000000000002:mfa/other"],
        &["phone", "acs:ram::1234567890123456:user/phone"],
    ),
    ("JSON trust policy text", &[], &["{", "[]", "text", "{}"]),
    ("JSON text", &[], &["{", "[]", "text", "{}"]),
    ("JSON string: array of", &[], &["{}", "text", "[1]"]),
    (
        "https URL",
        &["https://a.example", "https://a.example/b"],
        &[
            "http://a.example",
            "a.example",
            "https://a.example?b",
            "https://a.example#b",
            "https://a@b.example",
        ],
    ),
    (
        "CIDR list",
        &["10.0.0.0/8", "10.0.0.0/8;192.168.0.1"],
        &["10.0.0.0/33", "x"],
    ),
    (
        "not starting aliyun or acs:",
        &["k"],
        &["aliyunx", "acs:x", "ACS:x"],
    ),
    ("no http", &["http"], &["http://x", "see https://x"]),
    // Said by another part, or by the type.
    ("flattened ", &[], &[]),
    ("N 1-", &[], &[]),
];

/// Without what stands in parentheses: other readings, and remarks.
fn plain(constraint: &str) -> String {
    let (mut plain, mut depth) = (String::new(), 0);
    for letter in constraint.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            letter if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    plain.trim().to_owned()
}

/// The letters of a class as `[A-Za-z0-9._-]` or `^[a-zA-Z0-9\-]+$`.
fn class(text: &str) -> Option<Vec<char>> {
    let (_, rest) = text.split_once('[')?;
    let (inner, _) = rest.rsplit_once(']')?;
    let mut letters = Vec::new();
    let mut rest = inner.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '\\' => match rest.next()? {
                'w' => {
                    letters.extend(('a'..='z').chain('A'..='Z').chain('0'..='9'));
                    letters.push('_');
                }
                // A range of another alphabet: not tried.
                'u' => return None,
                escaped => letters.push(escaped),
            },
            '-' => match (letters.last().copied(), rest.peek().copied()) {
                (Some(from), Some(to)) if to != '\\' && from.is_ascii_alphanumeric() => {
                    letters.extend(from..=to);
                    rest.next();
                }
                _ => letters.push('-'),
            },
            letter => letters.push(letter),
        }
    }
    Some(letters)
}

fn numbers(part: &str) -> Option<(i64, i64)> {
    let word = part
        .split(' ')
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('-'))?;
    let (from, to) = word.split_once('-')?;
    Some((from.parse().ok()?, to.parse().ok()?))
}

fn of_length(length: i64) -> String {
    "a".repeat(usize::try_from(length).unwrap())
}

impl Texts {
    fn good(&mut self, texts: &[&str]) {
        self.good
            .extend(texts.iter().map(|text| (*text).to_owned()));
    }

    fn bad(&mut self, texts: &[&str]) {
        self.bad.extend(texts.iter().map(|text| (*text).to_owned()));
    }

    /// Takes one part of a constraint in; false where it is not understood.
    fn part(&mut self, part: &str, constraint: &str, kind: &str) -> bool {
        let begins = |list: &[&str]| list.iter().any(|start| part.starts_with(start));
        if let Some(words) = part.strip_prefix("enum ") {
            for word in words.split('|') {
                self.good(&[word]);
                let other = word.to_lowercase();
                if other != word {
                    self.bad(&[&other]);
                }
            }
            self.bad(&["Nonsense"]);
            return true;
        }
        if let Some((_, good, bad)) = FORMS.iter().find(|(start, ..)| part.starts_with(start)) {
            self.good(good);
            self.bad(bad);
            return true;
        }
        if part.starts_with('[') || part.starts_with('^') {
            return self.letters(part, constraint);
        }
        self.sizes(part, constraint, kind) || begins(REMARKS) || begins(AT_RUN_TIME)
    }

    /// A part that says how long a text may be, or how large a number.
    fn sizes(&mut self, part: &str, constraint: &str, kind: &str) -> bool {
        let whole_number = kind == "Integer" || kind == "Long";
        // Of documents and the like the length alone does not make a good text.
        let any_text = !constraint.contains("JSON text");
        let most = part.strip_prefix("max ").and_then(|rest| {
            let (most, of) = rest.split_once(' ')?;
            let of_text = ["chars", "bytes", "alphanumeric"]
                .iter()
                .any(|unit| of.starts_with(unit));
            most.parse::<i64>().ok().filter(|_| of_text)
        });
        let range = match most {
            Some(most) => Some((1, most)),
            None => numbers(part).filter(|_| part.contains("chars")),
        };
        if let Some((from, to)) = range {
            if any_text {
                self.good(&[&of_length(from.max(1)), &of_length(to)]);
            }
            self.bad(&[&of_length(to + 1)]);
            if from > 1 {
                self.bad(&[&of_length(from - 1)]);
            }
            return true;
        }
        match numbers(part).filter(|_| whole_number) {
            Some((from, to)) => {
                self.good(&[&from.to_string(), &to.to_string()]);
                self.bad(&[&(from - 1).to_string(), &(to + 1).to_string()]);
                true
            }
            // A number without bounds.
            None => {
                whole_number
                    && ["per hour", "days", "count", "0 = never", "0 = off"].contains(&part)
            }
        }
    }

    /// A part that says of which letters a text is.
    fn letters(&mut self, part: &str, constraint: &str) -> bool {
        let Some(allowed) = class(part) else {
            return false;
        };
        // Where another page has a wider rule, its letters are not tried as bad ones.
        let wider = constraint.split_once("older docs:");
        let wider = wider.and_then(|(_, rest)| class(rest)).unwrap_or_default();
        let bounded = constraint.contains("no leading/trailing");
        for letter in allowed
            .iter()
            .filter(|letter| !bounded || letter.is_ascii_lowercase())
        {
            self.good(&[&format!("aa{letter}aa")]);
        }
        for letter in [
            ' ', '/', ':', '*', '%', '\n', 'é', '@', '_', '.', '+', '\u{7f}',
        ] {
            // A whole name has its `@`.
            let parts = letter == '@' && constraint.starts_with("<user>@");
            if !allowed.contains(&letter) && !wider.contains(&letter) && !parts {
                self.bad(&[&format!("aa{letter}aa")]);
            }
        }
        true
    }

    /// What the constraint of a parameter and its type allow and forbid.
    pub(crate) fn of(parameter: &Parameter) -> Result<Self, String> {
        let mut texts = Self::default();
        match parameter.kind.as_str() {
            "Boolean" => {
                texts.good(&["true", "false", "True", "FALSE"]);
                texts.bad(&["yes", "1", "tru"]);
            }
            "Integer" | "Long" => texts.bad(&["ten", "1.5", "0x10", "99999999999999999999"]),
            "String" | "Json" | "RepeatList" => {}
            other => return Err(format!("the type {other} is not known")),
        }
        // A separator that is spoken of is none of the constraint's.
        let constraint = plain(&parameter.constraint).replace("';'", "semicolons");
        let whole_name = ["<user>@", "<alias>."]
            .iter()
            .any(|start| constraint.starts_with(start));
        let kind = if constraint.starts_with("sent as string") {
            "Integer"
        } else {
            parameter.kind.as_str()
        };
        for part in constraint.split(';') {
            let part = part.trim();
            if !part.is_empty() && !texts.part(part, &parameter.constraint, kind) {
                return Err(format!("`{part}` is not understood"));
            }
        }
        if whole_name {
            // What is good of the parts alone is no whole name.
            texts.good.clear();
        }
        Ok(texts)
    }
}

#[test]
fn classes_are_read() {
    let letters = class(r"^[a-zA-Z0-9\.@\-]+$").unwrap();
    for letter in ['a', 'z', 'Q', '5', '.', '@', '-'] {
        assert!(letters.contains(&letter), "{letter}");
    }
    for letter in ['_', '\\', '/', ' ', '['] {
        assert!(!letters.contains(&letter), "{letter}");
    }
    assert_eq!(numbers("hours 1-24"), Some((1, 24)));
    assert_eq!(numbers("3600-43200 seconds"), Some((3600, 43_200)));
    assert_eq!(
        plain("1-64 chars (older docs: 2-32 (x)); [a-z]"),
        "1-64 chars ; [a-z]"
    );
}
