//! Faults in the text of a document.

use super::super::random::Random;

/// What is replaced by what, where it stands in a document.
const REPLACED: [(&str, &str); 34] = [
    ("\"Version\"", "\"version\""),
    ("\"Version\"", "\"Id\":\"x\",\"Version\""),
    ("\"1\"", "1"),
    ("\"1\"", "\"1.0\""),
    ("\"1\"", "\"2012-10-17\""),
    ("\"1\"", "[\"1\"]"),
    ("\"Statement\"", "\"Statements\""),
    ("\"Statement\":[", "\"Statement\":[[],"),
    ("\"Statement\"", "\"Statement\":[],\"Statement\""),
    ("\"Effect\"", "\"effect\""),
    ("\"Effect\"", "\"Effect\":\"Deny\",\"Effect\""),
    ("\"Effect\"", "\"Foo\":\"x\",\"Effect\""),
    ("\"Effect\"", "\"Sid\":1,\"Effect\""),
    ("\"Effect\"", "\"NotPrincipal\":{\"RAM\":\"*\"},\"Effect\""),
    ("\"Effect\"", "\"Principal\":{\"RAM\":\"*\"},\"Effect\""),
    ("\"Effect\"", "\"Resource\":\"*\",\"Effect\""),
    ("\"Effect\"", "\"NotResource\":\"*\",\"Effect\""),
    ("\"Effect\"", "\"NotAction\":\"sts:x\",\"Effect\""),
    ("\"Effect\"", "\"\\u0045ffect\":\"Allow\",\"Effect\""),
    ("\"Allow\"", "\"allow\""),
    ("\"Allow\"", "\"Alow\""),
    ("\"Allow\"", "[\"Allow\"]"),
    ("\"Deny\"", "\"DENY\""),
    ("\"Action\"", "\"Actions\""),
    ("\"Action\"", "\"NotAction\""),
    ("\"Resource\"", "\"NotResource\""),
    ("\"Resource\"", "\"resource\""),
    ("\"Condition\"", "\"Conditions\""),
    ("\"Condition\":{", "\"Condition\":{\"Bool\":{},"),
    ("\"Condition\":{", "\"Condition\":{\"Bool\":{\"a:b\":[]},"),
    ("\"Condition\":{", "\"Condition\":{\"Bool\":{\"a:b\":true},"),
    ("\"Condition\":{", "\"Condition\":[{"),
    ("\"Principal\":{", "\"Principal\":{\"RAM\":[],"),
    ("\"Principal\"", "\"Principal\":\"*\",\"Principals\""),
];

/// What may come in place of a stretch of the text.
const PIECES: [&str; 28] = [
    "",
    "",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\\",
    "*",
    "1",
    "-0",
    "1e999",
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "\\u0041",
    "\\ud800",
    "\\udc00\\ud800",
    "\u{0}",
    "\n",
    "\u{feff}",
    "é",
    "//",
    "'",
];

/// The text with one fault, or at times with a change that does no harm.
pub(crate) fn spoil(text: &str, random: &mut Random) -> String {
    for _ in 0..4 {
        let (old, new) = *random.choose(&REPLACED);
        let places: Vec<usize> = text.match_indices(old).map(|(at, _)| at).collect();
        if random.chance(80) && !places.is_empty() {
            let at = *random.choose(&places);
            return text[..at].to_owned() + new + &text[at + old.len()..];
        }
    }
    let characters: Vec<char> = text.chars().collect();
    let from = random.below(characters.len() + 1);
    let to = (from + random.below(4)).min(characters.len());
    let mut spoilt: String = characters[..from].iter().collect();
    spoilt += random.pick(&PIECES);
    match random.below(12) {
        // Cut off.
        0 => spoilt,
        // Over the end.
        1 => {
            spoilt
                + &characters[from..].iter().collect::<String>()
                + random.pick(&[" ", "x", "{}", "\u{0}", ","])
        }
        _ => spoilt + &characters[to..].iter().collect::<String>(),
    }
}
