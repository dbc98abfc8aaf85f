//! Answers as trees, from JSON and from XML, and the paths of their members.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

/// A JSON text as it stands: a name that is there twice is there twice.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    Object(Vec<(String, Node)>),
    Array(Vec<Node>),
    Text(String),
    Bool(bool),
    Integer(i64),
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value that an answer can have: no null, no fraction")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Integer(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Node, E> {
        i64::try_from(value).map(Node::Integer).map_err(E::custom)
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(Node::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let mut all = Vec::new();
        while let Some(member) = members.next_entry()? {
            all.push(member);
        }
        Ok(Node::Object(all))
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

/// What was found of an answer.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// The paths of its members, `[]` for each item of a list.
    pub(crate) seen: BTreeSet<String>,
    /// Where it is not of the published form.
    pub(crate) faults: Vec<String>,
    /// The members that are not in every answer.
    conditional: BTreeSet<String>,
}

fn join(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}

/// Every path of a published tree, its leaves and what holds them.
pub(crate) fn paths(published: &Value) -> BTreeSet<String> {
    fn walk(published: &Value, path: &str, all: &mut BTreeSet<String>) {
        if !path.is_empty() {
            all.insert(path.to_owned());
        }
        match published {
            Value::Object(members) => {
                for (name, member) in members {
                    walk(member, &join(path, name), all);
                }
            }
            Value::Array(items) => walk(&items[0], &format!("{path}[]"), all),
            _ => {}
        }
    }
    let mut all = BTreeSet::new();
    walk(published, "", &mut all);
    all
}

impl Found {
    /// Nothing yet, of an answer that may lack those members.
    pub(crate) fn new(conditional: &[String]) -> Self {
        Self {
            // Where more of a list is, is told only where there is more.
            conditional: conditional
                .iter()
                .map(String::as_str)
                .chain(["Marker"])
                .map(str::to_owned)
                .collect(),
            ..Self::default()
        }
    }

    /// Compares a JSON answer with the published tree.
    pub(crate) fn json(&mut self, node: &Node, published: &Value, path: &str) {
        if !path.is_empty() {
            self.seen.insert(path.to_owned());
        }
        match (node, published) {
            (Node::Object(members), Value::Object(known)) => {
                for (place, (name, member)) in members.iter().enumerate() {
                    let path = join(path, name);
                    if members[..place].iter().any(|(other, _)| other == name) {
                        self.faults.push(format!("{path} is there twice"));
                    }
                    match known.get(name) {
                        Some(known) => self.json(member, known, &path),
                        None => self.faults.push(format!("{path} is not published")),
                    }
                }
                // An object of which nothing is set may be empty.
                let unset = members.is_empty() && !path.is_empty();
                for name in known.keys().filter(|_| !unset) {
                    let path = join(path, name);
                    let there = members.iter().any(|(member, _)| member == name);
                    if !there && !self.conditional.contains(&path) {
                        self.faults.push(format!("{path} is not there"));
                    }
                }
            }
            (Node::Array(items), Value::Array(known)) => {
                for item in items {
                    self.json(item, &known[0], &format!("{path}[]"));
                }
            }
            (Node::Text(_), Value::String(kind)) if kind == "string" => {}
            (Node::Bool(_), Value::String(kind)) if kind == "bool" => {}
            (Node::Integer(value), Value::String(kind))
                if kind == "int64" || (kind == "int32" && i32::try_from(*value).is_ok()) => {}
            (_, Value::String(kind)) if kind == "any" => {}
            (node, published) => self
                .faults
                .push(format!("{path} is {node:?}, published as {published}")),
        }
    }

    /// Compares what stands between two tags with the published tree.
    pub(crate) fn xml(&mut self, inner: &str, published: &Value, path: &str) {
        if !path.is_empty() {
            self.seen.insert(path.to_owned());
        }
        match published {
            Value::Object(known) => {
                let mut names = BTreeSet::new();
                for (name, inner) in elements(inner) {
                    let path = join(path, name);
                    let first = names.insert(name);
                    match known.get(name) {
                        Some(Value::Array(item)) => {
                            self.seen.insert(path.clone());
                            self.xml(inner, &item[0], &format!("{path}[]"));
                        }
                        Some(known) if first => self.xml(inner, known, &path),
                        Some(_) => self.faults.push(format!("{path} is there twice")),
                        None => self.faults.push(format!("{path} is not published")),
                    }
                }
            }
            Value::String(kind) => {
                let fits = match kind.as_str() {
                    "bool" => ["true", "false"].contains(&inner),
                    "int32" => inner.parse::<i32>().is_ok(),
                    "int64" => inner.parse::<i64>().is_ok(),
                    "any" => true,
                    _ => !inner.contains('<'),
                };
                if !fits {
                    self.faults
                        .push(format!("{path} is `{inner}`, published as {kind}"));
                }
            }
            other => panic!("{path}: a list within a list: {other}"),
        }
    }
}

/// The elements that a text consists of: their names and what is in them. There are no attributes.
fn elements(mut text: &str) -> Vec<(&str, &str)> {
    let mut all = Vec::new();
    while !text.is_empty() {
        let rest = text
            .strip_prefix('<')
            .unwrap_or_else(|| panic!("text between elements: {text}"));
        let (name, rest) = rest.split_once('>').unwrap();
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        // The element's own end: those of the same name within it come in pairs.
        let (mut depth, mut at) = (1, 0);
        while depth > 0 {
            let next = rest[at..].find('<').unwrap() + at;
            if rest[next..].starts_with(&close) {
                depth -= 1;
            } else if rest[next..].starts_with(&open) {
                depth += 1;
            }
            at = next + 1;
        }
        let end = at - 1;
        all.push((name, &rest[..end]));
        text = &rest[end + close.len()..];
    }
    all
}

#[test]
fn elements_of_one_name_may_lie_within_each_other() {
    assert_eq!(
        elements("<a><a>x</a></a><b></b><a>y</a>"),
        [("a", "<a>x</a>"), ("b", ""), ("a", "y")]
    );
}

#[test]
fn what_is_not_published_is_found() {
    let published =
        serde_json::json!({"A": {"B": [{"C": "string", "N": "int32"}]}, "F": ["string"]});
    let mut found = Found::default();
    let text = r#"{"A":{"B":[{"C":"x","N":1},{"C":1,"D":"y","N":4294967296}]},"A":{"E":1},"F":["x"],"G":true,"H":1}"#;
    found.json(&serde_json::from_str(text).unwrap(), &published, "");
    let faults = found.faults.join("; ");
    for path in [
        "A.B[].C is",
        "A.B[].D is not",
        "A.B[].N is",
        "A is there twice",
        "A.B is not there",
        "A.E is not",
        "G is not",
        "H is not",
    ] {
        assert!(faults.contains(path), "{path}: {faults}");
    }
    assert_eq!(found.faults.len(), 8, "{faults}");
    assert!(paths(&published).is_subset(&found.seen));
    let mut found = Found::default();
    found.xml(
        "<A><B><C>x</C><N>one</N></B><B><D></D></B></A><F>x</F><F>y</F><A></A><G>true</G>",
        &published,
        "",
    );
    let faults = found.faults.join("; ");
    for path in [
        "A.B[].N is",
        "A.B[].D is not",
        "A is there twice",
        "G is not",
    ] {
        assert!(faults.contains(path), "{path}: {faults}");
    }
    assert_eq!(found.faults.len(), 4, "{faults}");
}
