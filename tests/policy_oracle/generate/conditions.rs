//! Conditions, and the request values that nearly satisfy them.

use super::super::random::Random;
use super::values::{
    ADDRESSES, BAD_ADDRESSES, BAD_BOOLS, BAD_DATES, BAD_NUMBERS, BLOCKS, BOOLS, DATES, NUMBERS,
    STRINGS,
};
use super::words::{flip_case, instance, near, wildcards};
use super::{Block, Maker};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Text,
    Pattern,
    Number,
    Date,
    Bool,
    Address,
}

const OPERATORS: [(&str, Type); 21] = [
    ("StringEquals", Type::Text),
    ("StringNotEquals", Type::Text),
    ("StringEqualsIgnoreCase", Type::Text),
    ("StringNotEqualsIgnoreCase", Type::Text),
    ("StringLike", Type::Pattern),
    ("StringNotLike", Type::Pattern),
    ("NumericEquals", Type::Number),
    ("NumericNotEquals", Type::Number),
    ("NumericLessThan", Type::Number),
    ("NumericLessThanEquals", Type::Number),
    ("NumericGreaterThan", Type::Number),
    ("NumericGreaterThanEquals", Type::Number),
    ("DateEquals", Type::Date),
    ("DateNotEquals", Type::Date),
    ("DateLessThan", Type::Date),
    ("DateLessThanEquals", Type::Date),
    ("DateGreaterThan", Type::Date),
    ("DateGreaterThanEquals", Type::Date),
    ("Bool", Type::Bool),
    ("IpAddress", Type::Address),
    ("NotIpAddress", Type::Address),
];

const BAD_OPERATORS: [&str; 14] = [
    "",
    "StringMatches",
    "BoolIfExists",
    "StringEqualsIfExists",
    "Null",
    "NotBool",
    "stringEquals",
    "String Equals",
    "NumericNotLessThan",
    "ForAnyValue",
    "ForAnyValue:",
    "ForAnyValue:ForAllValues:Bool",
    "forAllValues:Bool",
    "ForSomeValues:Bool",
];

const KEYS: [&str; 14] = [
    "acs:ResourceTag/team",
    "acs:ResourceTag/Team",
    "acs:RequestTag/a/B",
    "acs:PrincipalARN",
    "acs:SourceIp",
    "acs:CurrentTime",
    "acs:SecureTransport",
    "acs:MFAPresent",
    "ram:TrustedPrincipalTypes",
    "sts:ExternalId",
    "oidc:aud",
    "oss:Prefix",
    "kms:Days",
    "x:y:z",
];

const BAD_KEYS: [&str; 7] = ["", "SourceIp", ":x", "acs:", ":", "acs", "tag/a"];

fn kind_of(operator: &str) -> Option<Type> {
    let base = operator.rsplit(':').next().unwrap_or_default();
    let found = OPERATORS.iter().find(|(name, _)| *name == base);
    found.map(|(_, kind)| *kind)
}

/// A key, in some way of writing it.
fn key(random: &mut Random) -> String {
    let key = random.pick(&KEYS);
    match random.below(20) {
        0..3 => flip_case(random, key),
        _ => key.to_owned(),
    }
}

/// A value that an operator of this type can read.
fn sound(random: &mut Random, kind: Type) -> String {
    match kind {
        Type::Text => match random.below(12) {
            0 => near(random, random.clone().pick(&STRINGS)),
            _ => random.pick(&STRINGS).to_owned(),
        },
        Type::Pattern => {
            let text = random.pick(&STRINGS);
            match random.below(4) {
                0 => text.to_owned(),
                _ => wildcards(random, text),
            }
        }
        Type::Number => random.pick(&NUMBERS).to_owned(),
        Type::Date if random.chance(15) => date(random),
        Type::Date => random.pick(&DATES).to_owned(),
        Type::Bool => random.pick(&BOOLS).to_owned(),
        Type::Address => random.pick(&BLOCKS).to_owned(),
    }
}

/// Some instant of a few days, in any zone.
fn date(random: &mut Random) -> String {
    let (day, hour, minute) = (1 + random.below(3), random.below(24), random.below(3) * 29);
    let (month, year) = (
        *random.choose(&[1, 2, 3, 12]),
        *random.choose(&[1999, 2000, 2019, 2020]),
    );
    let seconds = random.pick(&["", ":00", ":59", ":00.5", ":59.50"]);
    let zone = random.pick(&[
        "Z", "+00:00", "+08:00", "-08:00", "+05:30", "+14:00", "-23:59",
    ]);
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}{seconds}{zone}")
}

/// A value that an operator of this type cannot read; of strings there is none.
fn unreadable(random: &mut Random, kind: Type) -> String {
    match kind {
        Type::Text | Type::Pattern => sound(random, kind),
        Type::Number => random.pick(&BAD_NUMBERS).to_owned(),
        Type::Date => random.pick(&BAD_DATES).to_owned(),
        Type::Bool => random.pick(&BAD_BOOLS).to_owned(),
        Type::Address => random.pick(&BAD_ADDRESSES).to_owned(),
    }
}

/// A request's value that is near to one of those listed with the operator.
pub(crate) fn given(random: &mut Random, operator: &str, listed: &[String]) -> String {
    let kind = kind_of(operator).unwrap_or(Type::Text);
    let one = random.choose(listed);
    match (random.below(100), kind) {
        (0..6, _) => unreadable(random, kind),
        (6..12, _) => near(random, one),
        (12..50, Type::Pattern) => instance(random, one),
        (12..60, Type::Address) => random.pick(&ADDRESSES).to_owned(),
        (12..65, _) => one.clone(),
        (65..70, _) => flip_case(random, one),
        _ => sound(random, kind),
    }
}

/// A key and values that no condition need speak of.
pub(crate) fn stray(random: &mut Random) -> (String, Vec<String>) {
    let kind = random.choose(&OPERATORS).1;
    (key(random), vec![sound(random, kind)])
}

impl Maker {
    /// A condition of one to three operators.
    pub(crate) fn condition(&mut self) -> Block {
        let mut block: Block = Vec::new();
        for _ in 0..*self.random.choose(&[1, 1, 1, 2, 3]) {
            let name = self.operator();
            // A key that stands twice would be a fault.
            if block.iter().any(|(known, _)| *known == name) {
                continue;
            }
            let kind = kind_of(&name).unwrap_or(Type::Text);
            let mut keys: Vec<(String, Vec<String>)> = Vec::new();
            for _ in 0..*self.random.choose(&[1, 1, 1, 1, 2]) {
                let key = if self.fault() {
                    self.random.pick(&BAD_KEYS).to_owned()
                } else {
                    key(&mut self.random)
                };
                if !keys.iter().any(|(known, _)| *known == key) {
                    let values = self.list(|maker| maker.value(kind));
                    keys.push((key, values));
                }
            }
            block.push((name, keys));
        }
        block
    }

    fn value(&mut self, kind: Type) -> String {
        if self.fault() {
            unreadable(&mut self.random, kind)
        } else {
            sound(&mut self.random, kind)
        }
    }

    fn operator(&mut self) -> String {
        if self.fault() {
            return self.random.pick(&BAD_OPERATORS).to_owned();
        }
        let name = self.random.choose(&OPERATORS).0;
        match self.random.below(10) {
            0 => format!("ForAnyValue:{name}"),
            1 => format!("ForAllValues:{name}"),
            _ => name.to_owned(),
        }
    }
}
