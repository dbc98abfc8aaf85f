//! The elements of one statement.

use super::{Draft, Grammar, items};
use crate::policy::arn::ResourcePattern;
use crate::policy::condition::Condition;
use crate::policy::document::{Actions, DocumentKind, Resources, StatementEffect, Target};
use crate::policy::json::{Member, Node, Value};
use crate::policy::pattern::Pattern;
use crate::policy::principal::{PrincipalEntry, PrincipalKind};

impl Grammar<'_> {
    pub(super) fn statement(&mut self, node: &Node) -> Option<Draft> {
        let Value::Object(members) = &node.value else {
            let message = format!("a statement is an object, not {}", node.value.kind());
            self.unreadable(node.offset, "statement-object", message);
            return None;
        };
        let trust = self.kind == DocumentKind::Trust;
        let mut effect = None;
        let (mut sid, mut condition) = (None, Condition::default());
        let (mut actions, mut targets) = (Either::default(), Either::default());
        for member in members {
            let Member { offset, key, node } = member;
            match &**key {
                "Effect" => effect = Some(self.effect(node)),
                "Sid" => sid = self.sid(node),
                "Action" => actions.set(self.actions(node, false)),
                "NotAction" if trust => {
                    actions.set(None);
                    let message = "a trust policy has no `NotAction`";
                    self.fault(*offset, "trust-not-action", message);
                }
                "NotAction" => actions.set(self.actions(node, true)),
                "Resource" | "NotResource" if trust => {
                    let message =
                        format!("a trust policy has no `{key}`: the role itself is the resource");
                    self.fault(*offset, "trust-resource", message);
                }
                "Resource" => targets.set(self.resources(node, false)),
                "NotResource" => targets.set(self.resources(node, true)),
                "Principal" if trust => targets.set(self.principals(node)),
                "Principal" => {
                    let message = "`Principal` stands in trust policies only";
                    self.fault(*offset, "principal-not-allowed", message);
                }
                "NotPrincipal" => {
                    let message = "`NotPrincipal` is not part of the policy language";
                    self.fault(*offset, "not-principal", message);
                }
                "Condition" => condition = self.condition(node),
                _ => self.unknown_element(member),
            }
        }
        if effect.is_none() {
            self.unreadable(
                node.offset,
                "effect-missing",
                "the element `Effect` is missing",
            );
        }
        match actions {
            Either::None => {
                let message = "Add an Action or NotAction element to the policy statement.";
                self.fault(node.offset, "action-missing", message);
            }
            Either::Both => {
                let message = "a statement has either `Action` or `NotAction`";
                self.fault(node.offset, "action-both", message);
            }
            Either::One(_) => {}
        }
        match targets {
            Either::None if trust => {
                self.fault(
                    node.offset,
                    "principal-missing",
                    "the element `Principal` is missing",
                );
            }
            Either::None => {
                let message = "the element `Resource` is missing";
                self.fault(node.offset, "resource-missing", message);
            }
            Either::Both => {
                let message = "a statement has either `Resource` or `NotResource`";
                self.fault(node.offset, "resource-both", message);
            }
            Either::One(_) => {}
        }
        Some(Draft {
            effect: effect.flatten(),
            sid,
            actions: actions.sound(),
            target: targets.sound(),
            condition,
        })
    }

    fn effect(&mut self, node: &Node) -> Option<StatementEffect> {
        match &node.value {
            Value::String(text) if &**text == "Allow" => Some(StatementEffect::Allow),
            Value::String(text) if &**text == "Deny" => Some(StatementEffect::Deny),
            _ => {
                self.unreadable(node.offset, "effect-value", "`Effect` is `Allow` or `Deny`");
                None
            }
        }
    }

    fn sid(&mut self, node: &Node) -> Option<Box<str>> {
        if let Value::String(text) = &node.value {
            return Some(text.clone());
        }
        self.fault(node.offset, "sid-value", "`Sid` is a string");
        None
    }

    /// Reads a string or a list of them. `None` if any entry is malformed: what a list with a hole
    /// would have named is not known.
    pub(super) fn strings<T>(
        &mut self,
        node: &Node,
        mut entry: impl FnMut(&mut Self, usize, &str) -> Option<T>,
    ) -> Option<Box<[T]>> {
        let items = items(node);
        if items.is_empty() {
            self.fault(node.offset, "empty-list", "the list has no entry");
            return None;
        }
        let mut entries = Vec::with_capacity(items.len());
        for item in items {
            entries.push(match &item.value {
                Value::String(text) => entry(self, item.offset, text),
                other => {
                    let message = format!("expected a string, not {}", other.kind());
                    self.fault(item.offset, "string-value", message);
                    None
                }
            });
        }
        entries.into_iter().collect()
    }

    fn actions(&mut self, node: &Node, negated: bool) -> Option<Actions> {
        let trust = self.kind == DocumentKind::Trust;
        let entries = self.strings(node, |grammar, offset, text| {
            let halves = text.split_once(':').filter(|(service, name)| {
                !service.is_empty() && !name.is_empty() && !name.contains(':')
            });
            match halves {
                None if text != "*" => {
                    let message = "an action is `service:Name` or `*`";
                    grammar.fault(offset, "action-form", message);
                    return None;
                }
                Some((service, _)) if trust && service.eq_ignore_ascii_case("sts") => {}
                _ if trust => {
                    let message = "a trust policy has `sts:` actions only";
                    grammar.fault(offset, "trust-action", message);
                    return None;
                }
                _ => {}
            }
            Some(Pattern::new(text))
        })?;
        let entries = entries.into_iter().collect();
        Some(Actions { negated, entries })
    }

    fn resources(&mut self, node: &Node, negated: bool) -> Option<Target> {
        let entries = self.strings(node, |grammar, offset, text| {
            text.parse::<ResourcePattern>()
                .map_err(|error| grammar.fault(offset, "resource-form", error))
                .ok()
        })?;
        let entries = entries.into_iter().collect();
        Some(Target::Resources(Resources { negated, entries }))
    }

    fn principals(&mut self, node: &Node) -> Option<Target> {
        const SHAPE: &str = "`Principal` is an object with `RAM`, `Service` or `Federated`";
        let Value::Object(members) = &node.value else {
            self.fault(node.offset, "principal-object", SHAPE);
            return None;
        };
        if members.is_empty() {
            self.fault(node.offset, "principal-empty", SHAPE);
            return None;
        }
        let mut entries = Some(Vec::new());
        for Member { offset, key, node } in members {
            let kind = PrincipalKind::ALL
                .into_iter()
                .find(|kind| kind.as_str() == &**key);
            let read = match kind {
                None => {
                    self.fault(*offset, "principal-kind", SHAPE);
                    None
                }
                Some(kind) => self.strings(node, |grammar, offset, text| {
                    PrincipalEntry::parse(kind, text)
                        .map_err(|error| grammar.fault(offset, "principal-form", error))
                        .ok()
                }),
            };
            entries = entries.zip(read).map(|(mut entries, read)| {
                entries.extend(read);
                entries
            });
        }
        entries.map(|entries| Target::Principals(entries.into_boxed_slice()))
    }
}

/// An element that exists in two forms of which a statement has exactly one.
#[derive(Default)]
enum Either<T> {
    #[default]
    None,
    /// `None` inside if what stands there is malformed.
    One(Option<T>),
    Both,
}

impl<T> Either<T> {
    fn set(&mut self, value: Option<T>) {
        *self = match self {
            Self::None => Self::One(value),
            Self::One(_) | Self::Both => Self::Both,
        };
    }

    fn sound(self) -> Option<T> {
        match self {
            Self::One(value) => value,
            Self::None | Self::Both => None,
        }
    }
}
