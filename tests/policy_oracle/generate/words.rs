//! Actions and resources, patterns of them, and small changes to a text.

use super::super::random::Random;
use super::Maker;

pub(crate) const ACCOUNTS: [&str; 2] = ["1000000000000001", "2000000000000002"];

const SERVICES: [&str; 6] = ["ecs", "oss", "ram", "sts", "log", "e-s"];
const NAMES: [&str; 14] = [
    "StartInstance",
    "StopInstance",
    "StopInstances",
    "DeleteInstance",
    "Describe",
    "DescribeInstances",
    "DescribeInstanceStatus",
    "Get",
    "GetObject",
    "PutObject",
    "CreateUser",
    "GetRole",
    "AssumeRole",
    "SetSourceIdentity",
];
const REGIONS: [&str; 5] = ["cn-hangzhou", "cn-hangzhou-b", "cn-beijing", "*", ""];
const OWNERS: [&str; 5] = ["1000000000000001", "2000000000000002", "system", "*", ""];
const RELATIVE: [&str; 20] = [
    "instance/i-001",
    "instance/i-0011",
    "instance/I-001",
    "instance/",
    "b",
    "b/k",
    "b/k/",
    "b/dir/sub/a.txt",
    "b/*",
    "b/é",
    "b/e\u{301}",
    "b/中文😀",
    "role/ops",
    "role/Ops",
    "role/admin-1",
    "user/*",
    "user/alice",
    "policy/AdministratorAccess",
    "project/p:1",
    ":",
];
/// What a text may get too much of, or in place of something.
const PIECES: [&str; 14] = [
    "s", "x", "S", "/", ":", "*", "?", " ", "é", "中", "😀", "\u{301}", "\u{212a}", "aaaaaaaa",
];

/// The places where a character begins, and the end.
fn boundaries(text: &str) -> Vec<usize> {
    let starts = text.char_indices().map(|(at, _)| at);
    starts.chain([text.len()]).collect()
}

/// The text with one small change.
pub(crate) fn near(random: &mut Random, text: &str) -> String {
    let places = boundaries(text);
    let at = *random.choose(&places);
    let (head, tail) = text.split_at(at);
    let rest: String = tail.chars().skip(1).collect();
    match random.below(8) {
        0 | 1 => flip_case(random, text),
        2 => head.to_owned() + random.pick(&PIECES) + tail,
        3 => head.to_owned() + &rest,
        4 => head.to_owned() + random.pick(&PIECES) + &rest,
        5 => head.to_owned(),
        6 => tail.to_owned(),
        _ => text.to_owned() + random.pick(&PIECES),
    }
}

/// The text with the case of some letters turned round.
pub(crate) fn flip_case(random: &mut Random, text: &str) -> String {
    let all = random.chance(40);
    let flip = |c: char| {
        if c.is_ascii_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    };
    text.chars()
        .map(|c| if all || random.chance(20) { flip(c) } else { c })
        .collect()
}

/// A condition key with its case turned round as far as the language ignores it.
pub(crate) fn flip_key(random: &mut Random, key: &str) -> String {
    let (name, tag) = key.split_at(key.find('/').unwrap_or(key.len()));
    flip_case(random, name) + tag
}

/// A pattern that covers the text, or would if it were not for a detail.
pub(crate) fn wildcards(random: &mut Random, text: &str) -> String {
    let places = boundaries(text);
    let (one, other) = (*random.choose(&places), *random.choose(&places));
    let (from, to) = (one.min(other), one.max(other));
    let (head, middle, tail) = (&text[..from], &text[from..to], &text[to..]);
    match random.below(9) {
        0 | 1 => format!("{head}*"),
        2 => format!("*{tail}"),
        3 => format!("{head}*{tail}"),
        4 => format!("*{middle}*"),
        5 => {
            let holes: String = middle.chars().map(|_| '?').collect();
            format!("{head}{holes}{tail}")
        }
        6 => format!("{head}?*{tail}"),
        7 => format!("{head}**{tail}*"),
        _ => text
            .chars()
            .map(|c| match random.below(12) {
                0 => '?',
                1 => '*',
                _ => c,
            })
            .collect(),
    }
}

/// A text that the pattern covers.
pub(crate) fn instance(random: &mut Random, pattern: &str) -> String {
    let mut text = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        match c {
            '*' => text += random.pick(&["", "", "a", "Instance", "k/dir", "é😀", "*", "i-001"]),
            '?' => text += random.pick(&["a", "A", "s", "é", "😀", "?", "1"]),
            c => text.push(c),
        }
    }
    text
}

impl Maker {
    /// An entry of Action or NotAction.
    pub(crate) fn action(&mut self, trust: bool) -> String {
        if self.fault() {
            let bad = [
                "",
                "ecs",
                "ecs:",
                ":Get",
                ":",
                "ecs:Get:x",
                "**",
                "?",
                "*:",
                ":*",
                "sts:",
                "STS",
                "st*:x",
                "*:AssumeRole",
                "*",
            ];
            return (*self.random.pick(&bad)).to_owned();
        }
        let random = &mut self.random;
        if trust {
            let action = random.pick(&[
                "sts:AssumeRole",
                "sts:AssumeRole",
                "sts:AssumeRole",
                "sts:*",
                "sts:SetSourceIdentity",
                "sts:Assume*",
                "sts:?ssumeRole",
                "sts:AssumeRole?",
            ]);
            return if random.chance(15) {
                flip_case(random, action)
            } else {
                action.to_owned()
            };
        }
        if random.chance(12) {
            return "*".to_owned();
        }
        let (service, name) = (random.pick(&SERVICES), random.pick(&NAMES));
        let service = match random.below(20) {
            0 | 1 => "*".to_owned(),
            2 => no_colon(&wildcards(random, service)),
            3 => flip_case(random, service),
            _ => service.to_owned(),
        };
        let name = match random.below(20) {
            0..8 => name.to_owned(),
            8 | 9 => "*".to_owned(),
            10 => flip_case(random, name),
            11 => no_colon(&near(random, name)),
            _ => no_colon(&wildcards(random, name)),
        };
        let filled = |text: String| {
            if text.is_empty() {
                "*".to_owned()
            } else {
                text
            }
        };
        format!("{}:{}", filled(service), filled(name))
    }

    /// An action that a request may ask for.
    pub(crate) fn plain_action(&mut self) -> String {
        format!(
            "{}:{}",
            self.random.pick(&SERVICES),
            self.random.pick(&NAMES)
        )
    }

    /// An entry of Resource or NotResource.
    pub(crate) fn resource_pattern(&mut self) -> String {
        if self.fault() {
            let bad = [
                "",
                "acs:oss:*",
                "acs:oss:*:*",
                "acs:oss:*:*:",
                "acs::*:*:b",
                "ACS:oss:*:*:b",
                "acs",
                "*:oss:*:*:b",
                "ac?:oss:*:*:b",
                "instance/i-1",
                "**",
                "?",
                " acs:oss:*:*:b",
                "arn:oss:*:*:b",
            ];
            return (*self.random.pick(&bad)).to_owned();
        }
        if self.random.chance(20) {
            return "*".to_owned();
        }
        let [service, region, account, relative] = self.arn_parts();
        let random = &mut self.random;
        let part = |random: &mut Random, text: &str| match random.below(20) {
            0..5 => "*".to_owned(),
            5 => no_colon(&wildcards(random, text)),
            6 => flip_case(random, text),
            7 => no_colon(&near(random, text)),
            _ => text.to_owned(),
        };
        let filled = |text: String| {
            if text.is_empty() {
                "*".to_owned()
            } else {
                text
            }
        };
        let service = filled(part(random, service));
        let region = part(random, region);
        let account = part(random, account);
        let relative = match random.below(20) {
            0..4 => "*".to_owned(),
            4..8 => filled(wildcards(random, relative)),
            8 => filled(near(random, relative)),
            9 => flip_case(random, relative),
            _ => relative.to_owned(),
        };
        format!("acs:{service}:{region}:{account}:{relative}")
    }

    /// A resource that a request may name.
    pub(crate) fn plain_resource(&mut self) -> String {
        let [service, region, account, relative] = self.arn_parts();
        match self.random.below(50) {
            0..3 => "*".to_owned(),
            3 => (*self.random.pick(&[
                "",
                "é",
                "acs:ecs",
                "instance/i-001",
                "acs:oss:::",
                "acs:::1:b",
                "ACS:oss:::b",
            ]))
            .to_owned(),
            _ => format!("acs:{service}:{region}:{account}:{relative}"),
        }
    }

    fn arn_parts(&mut self) -> [&'static str; 4] {
        let random = &mut self.random;
        [
            *random.choose(&SERVICES),
            *random.choose(&REGIONS),
            *random.choose(&OWNERS),
            *random.choose(&RELATIVE),
        ]
    }
}

fn no_colon(text: &str) -> String {
    text.replace(':', "")
}
