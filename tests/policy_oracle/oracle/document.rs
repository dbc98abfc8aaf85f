//! Documents: the grammar (policy-language §1 to §5) and whether a statement matches.

use super::super::question::{Kind, Question};
use super::condition::Test;
use super::json::Json;
use super::wildcard::covers_ignoring_case;
use super::{principal, resource};

#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) allow: bool,
    actions: Entries,
    target: Target,
    condition: Vec<Test>,
}

/// The entries of `Action` and the like; `not` for `NotAction` and the like.
#[derive(Debug)]
struct Entries {
    not: bool,
    texts: Vec<String>,
}

#[derive(Debug)]
enum Target {
    Resources(Entries),
    /// Kind and entry.
    Principals(Vec<(String, String)>),
}

/// The statements of a document; `None` where it has to be refused.
pub(crate) fn parse(kind: Kind, text: &str) -> Option<Vec<Statement>> {
    let json = Json::parse(text)?;
    let document = json.object()?;
    only(document, &["Version", "Statement"])?;
    if member(document, "Version")?.text()? != "1" {
        return None;
    }
    match member(document, "Statement")? {
        Json::List(list) if list.is_empty() => None,
        Json::List(list) => list.iter().map(|one| statement(kind, one)).collect(),
        one => Some(vec![statement(kind, one)?]),
    }
}

/// Whether the text is short enough for its kind, in characters.
pub(crate) fn fits(kind: Kind, text: &str) -> bool {
    let longest = match kind {
        Kind::Identity | Kind::Trust => 6144,
        Kind::Session => 2048,
    };
    text.chars().count() <= longest
}

fn member<'a>(object: &'a [(String, Json)], name: &str) -> Option<&'a Json> {
    object
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
}

/// Unknown element names are refused.
fn only(object: &[(String, Json)], known: &[&str]) -> Option<()> {
    object
        .iter()
        .all(|(key, _)| known.contains(&&**key))
        .then_some(())
}

/// A text, or a list of at least one text.
fn strings(json: &Json) -> Option<Vec<String>> {
    match json {
        Json::Text(text) => Some(vec![text.clone()]),
        Json::List(list) if list.is_empty() => None,
        Json::List(list) => list
            .iter()
            .map(|item| item.text().map(str::to_owned))
            .collect(),
        _ => None,
    }
}

/// Exactly one of an element and its negation.
fn one_of(object: &[(String, Json)], plain: &str, negation: &str) -> Option<Entries> {
    let (not, json) = match (member(object, plain), member(object, negation)) {
        (Some(json), None) => (false, json),
        (None, Some(json)) => (true, json),
        _ => return None,
    };
    let texts = strings(json)?;
    Some(Entries { not, texts })
}

fn statement(kind: Kind, json: &Json) -> Option<Statement> {
    let object = json.object()?;
    // A trust policy has no NotAction and no resource, the others have no principal.
    let known: &[&str] = if kind == Kind::Trust {
        &["Effect", "Action", "Principal", "Condition", "Sid"]
    } else {
        &[
            "Effect",
            "Action",
            "NotAction",
            "Resource",
            "NotResource",
            "Condition",
            "Sid",
        ]
    };
    only(object, known)?;
    let allow = match member(object, "Effect")?.text()? {
        "Allow" => true,
        "Deny" => false,
        _ => return None,
    };
    if let Some(sid) = member(object, "Sid") {
        sid.text()?;
    }
    let actions = one_of(object, "Action", "NotAction")?;
    if !actions.texts.iter().all(|text| is_action(kind, text)) {
        return None;
    }
    let target = if kind == Kind::Trust {
        Target::Principals(principals(member(object, "Principal")?)?)
    } else {
        let resources = one_of(object, "Resource", "NotResource")?;
        if !resources
            .texts
            .iter()
            .all(|text| resource::is_pattern(text))
        {
            return None;
        }
        Target::Resources(resources)
    };
    let condition = match member(object, "Condition") {
        Some(json) => condition(json)?,
        None => Vec::new(),
    };
    Some(Statement {
        allow,
        actions,
        target,
        condition,
    })
}

/// `*`, or `service:name` with one colon. Reading: neither half is empty.
fn is_action(kind: Kind, text: &str) -> bool {
    let halves = text.split_once(':');
    let sound = halves.is_some_and(|(service, name)| {
        !service.is_empty() && !name.is_empty() && !name.contains(':')
    });
    if kind == Kind::Trust {
        // Reading: the service half is `sts` itself, in any case of its letters; `*` is not.
        sound && halves.is_some_and(|(service, _)| service.eq_ignore_ascii_case("sts"))
    } else {
        sound || text == "*"
    }
}

fn principals(json: &Json) -> Option<Vec<(String, String)>> {
    let object = json.object()?;
    let mut entries = Vec::new();
    for (kind, json) in object {
        for text in strings(json)? {
            if !principal::is_entry(kind, &text) {
                return None;
            }
            entries.push((kind.clone(), text));
        }
    }
    // At least one key, and each key has at least one entry.
    (!entries.is_empty()).then_some(entries)
}

fn condition(json: &Json) -> Option<Vec<Test>> {
    let mut tests = Vec::new();
    for (operator, keys) in json.object()? {
        let keys = keys.object()?;
        if keys.is_empty() {
            return None;
        }
        for (key, values) in keys {
            tests.push(Test::parse(operator, key, strings(values)?)?);
        }
    }
    Some(tests)
}

impl Entries {
    /// Whether some entry matches, or for a negation whether none does.
    fn cover(&self, matches: impl Fn(&str) -> bool) -> bool {
        self.texts.iter().any(|text| matches(text)) != self.not
    }
}

impl Statement {
    /// Whether the statement matches: its action, its resource or principal, and its condition.
    pub(crate) fn matches(&self, question: &Question, asked: &str) -> bool {
        let action = &*question.action;
        self.actions
            .cover(|entry| covers_ignoring_case(entry, action))
            && self.concerns(question, asked)
            && self
                .condition
                .iter()
                .all(|test| test.holds(&question.context))
    }

    fn concerns(&self, question: &Question, asked: &str) -> bool {
        match &self.target {
            Target::Resources(entries) => entries.cover(|entry| resource::matches(entry, asked)),
            Target::Principals(entries) => entries.iter().any(|(kind, entry)| {
                principal::matches(kind, entry, &question.caller, &question.role_account)
            }),
        }
    }
}
