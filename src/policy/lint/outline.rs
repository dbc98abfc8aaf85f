//! Where the statements of a document and their elements stand, and the texts of its conditions.

use crate::policy::json::{self, Member, Node, Value};

/// The places of a sound document's statements, in their order.
pub(super) struct Outline {
    pub(super) statements: Vec<Places>,
}

/// Where the parts of a statement stand, in bytes from the start of the text.
#[derive(Default)]
pub(super) struct Places {
    /// `Effect`.
    pub(super) effect: usize,
    /// The entries of `Action` or `NotAction`.
    pub(super) actions: Vec<usize>,
    /// The entries of `Resource`, `NotResource`, or of all the lists of `Principal`.
    pub(super) targets: Vec<usize>,
    /// The condition, clause by clause.
    pub(super) clauses: Vec<ClausePlaces>,
}

/// A clause of a condition.
pub(super) struct ClausePlaces {
    pub(super) operator: Box<str>,
    pub(super) key: Box<str>,
    pub(super) key_at: usize,
    /// Each value and where it stands.
    pub(super) values: Vec<(Box<str>, usize)>,
}

fn members(node: &Node) -> &[Member] {
    match &node.value {
        Value::Object(members) => members,
        _ => &[],
    }
}

/// The items of a list, or the one value that stands in its place.
fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::Array(items) => items,
        _ => std::slice::from_ref(node),
    }
}

fn offsets(node: &Node) -> impl Iterator<Item = usize> {
    items(node).iter().map(|item| item.offset)
}

impl Outline {
    /// `None` if the text is no JSON.
    pub(super) fn read(text: &str) -> Option<Self> {
        let root = json::parse(text).ok()?;
        let statements = members(&root)
            .iter()
            .filter(|member| &*member.key == "Statement")
            .flat_map(|member| items(&member.node))
            .map(places)
            .collect();
        Some(Self { statements })
    }
}

fn places(statement: &Node) -> Places {
    let mut places = Places::default();
    for Member { offset, key, node } in members(statement) {
        match &**key {
            "Effect" => places.effect = *offset,
            "Action" | "NotAction" => places.actions = offsets(node).collect(),
            "Resource" | "NotResource" => places.targets = offsets(node).collect(),
            "Principal" => {
                places.targets = members(node)
                    .iter()
                    .flat_map(|kind| offsets(&kind.node))
                    .collect();
            }
            "Condition" => {
                let clauses = members(node).iter().flat_map(|operator| {
                    members(&operator.node)
                        .iter()
                        .map(|key| clause(&operator.key, key))
                });
                places.clauses = clauses.collect();
            }
            _ => {}
        }
    }
    places
}

fn clause(operator: &str, key: &Member) -> ClausePlaces {
    let values = items(&key.node)
        .iter()
        .filter_map(|item| match &item.value {
            Value::String(text) => Some((text.clone(), item.offset)),
            _ => None,
        });
    ClausePlaces {
        operator: operator.into(),
        key: key.key.clone(),
        key_at: key.offset,
        values: values.collect(),
    }
}
