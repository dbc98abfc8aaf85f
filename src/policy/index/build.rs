//! How an index is made.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};

use super::hash::{ACTION, Map, RESOURCE, below, gram, prefix, whole};
use super::{ALL, Bucket, Entry, Index, Node, index};
use crate::policy::arn::ResourcePattern;
use crate::policy::compile::Rule;
use crate::policy::document::{Resources, StatementEffect};
use crate::policy::pattern::Pattern;

/// Up to this many pairs of action and resource are simply looked at one by one.
const LINEAR: usize = 8;
/// A statement of more pairs hangs on its actions alone.
const MAX_PAIRS: usize = 1024;
/// Up to this many entries at one place are looked at one by one.
const CROWDED: usize = 24;

/// A place in a list of fewer than 2^32: the text of a set is far shorter.
fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(ALL)
}

/// What an entry hangs on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hook<'a> {
    /// On a whole text.
    Whole(&'a str),
    /// On what the text begins with.
    Prefix(&'a str),
}

impl<'a> Hook<'a> {
    fn of(pattern: &'a Pattern) -> Self {
        if pattern.is_literal() {
            Self::Whole(pattern.as_str())
        } else {
            Self::Prefix(pattern.prefix())
        }
    }
}

impl Index {
    /// The index of a set's statements; `None` for few, which are looked at one by one.
    pub(in crate::policy) fn new<'a, I>(rules: I) -> Option<Self>
    where
        I: Iterator<Item = &'a Rule<Resources>> + Clone,
    {
        let pairs = |rule: &Rule<Resources>| {
            rule.actions
                .entries
                .len()
                .saturating_mul(rule.target.entries.len())
        };
        if rules.clone().map(pairs).sum::<usize>() <= LINEAR {
            return None;
        }
        let mut builder = Builder {
            seed: RandomState::new().hash_one(0_u8),
            actions: HashMap::new(),
            services: HashMap::new(),
            general: BTreeSet::new(),
            nodes: Vec::new(),
        };
        for (place, rule) in rules.clone().enumerate() {
            builder.add(small(place), rule);
        }
        Some(builder.finish(rules.collect::<Vec<_>>().as_slice()))
    }
}

impl Bucket {
    fn new(mut entries: Vec<Entry>, rules: &[&Rule<Resources>]) -> Self {
        entries.sort_unstable();
        entries.dedup();
        if entries.len() <= CROWDED {
            return Self {
                entries: entries.into(),
                grams: Map::default(),
            };
        }
        let mut frequency: HashMap<u64, usize> = HashMap::new();
        for entry in &entries {
            for gram in entry_grams(entry, rules) {
                let count = frequency.entry(gram).or_default();
                *count = count.saturating_add(1);
            }
        }
        let mut rest = Vec::new();
        let mut grams: HashMap<u64, Vec<Entry>> = HashMap::new();
        for entry in entries {
            let rarest = entry_grams(&entry, rules)
                .into_iter()
                .min_by_key(|gram| frequency.get(gram).copied());
            match rarest {
                Some(gram) => grams.entry(gram).or_default().push(entry),
                None => rest.push(entry),
            }
        }
        Self {
            entries: rest.into(),
            grams: grams
                .into_iter()
                .map(|(gram, entries)| (gram, entries.into()))
                .collect(),
        }
    }
}

/// The grams of which an entry hangs on one: all stand in every request that it is about.
fn entry_grams(entry: &Entry, rules: &[&Rule<Resources>]) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    let Some(rule) = rules.get(index(entry.rule)) else {
        return found;
    };
    let action = rule.actions.entries.get(index(entry.action));
    let resource = rule.target.entries.get(index(entry.resource));
    let of_actions = action.into_iter().map(|pattern| (ACTION, pattern));
    let of_resources = resource
        .into_iter()
        .flat_map(ResourcePattern::literal_parts)
        .map(|pattern| (RESOURCE, pattern));
    for (kind, pattern) in of_actions.chain(of_resources) {
        for literal in pattern.literals() {
            let letters = literal.as_bytes().array_windows::<3>();
            found.extend(letters.map(|letters| gram(kind, *letters)));
        }
    }
    found
}

struct Builder {
    seed: u64,
    actions: HashMap<u64, u32>,
    services: HashMap<u64, BTreeSet<u32>>,
    general: BTreeSet<u32>,
    nodes: Vec<Draft>,
}

#[derive(Default)]
struct Draft {
    any: Vec<Entry>,
    whole: bool,
    lengths: BTreeSet<u32>,
    resources: HashMap<u64, Vec<Entry>>,
}

impl Builder {
    fn add(&mut self, place: u32, rule: &Rule<Resources>) {
        let allows = rule.effect == StatementEffect::Allow;
        let entry = |action, resource| Entry {
            allows,
            rule: place,
            action,
            resource,
        };
        let (actions, resources) = (&rule.actions.entries, &rule.target.entries);
        let pairs = actions.len().saturating_mul(resources.len());
        // Statements on what is *not* named can be about anything; and long lists of wildcards are
        // looked at as a whole.
        let actions: Vec<(u32, Hook<'_>)> = if rule.actions.negated || actions.are_packed() {
            vec![(ALL, Hook::Prefix(""))]
        } else {
            (0..).zip(actions.iter().map(Hook::of)).collect()
        };
        let whole = rule.target.negated || resources.are_packed() || pairs > MAX_PAIRS;
        let resources: Vec<(u32, Hook<'_>)> = if whole {
            vec![(ALL, Hook::Prefix(""))]
        } else {
            let hooks = resources.iter().map(resource_hook);
            (0..).zip(hooks).collect()
        };
        for (action, action_hook) in actions {
            let at = self.node(action_hook);
            let seed = below(self.seed, at);
            let Some(node) = self.nodes.get_mut(index(at)) else {
                continue;
            };
            for &(resource, resource_hook) in &resources {
                node.add(seed, resource_hook, entry(action, resource));
            }
        }
    }

    /// The node that hangs on an action or a prefix of actions.
    fn node(&mut self, hook: Hook<'_>) -> u32 {
        let key = match hook {
            Hook::Whole(text) => whole(self.seed, text.as_bytes()),
            Hook::Prefix(text) => {
                let lengths = match text.split_once(':') {
                    Some((service, _)) => {
                        let service = whole(self.seed, service.as_bytes());
                        self.services.entry(service).or_default()
                    }
                    None => &mut self.general,
                };
                lengths.insert(small(text.len()));
                prefix(self.seed, text.as_bytes())
            }
        };
        let next = small(self.nodes.len());
        let at = *self.actions.entry(key).or_insert(next);
        if at == next {
            self.nodes.push(Draft::default());
        }
        at
    }

    fn finish(self, rules: &[&Rule<Resources>]) -> Index {
        let mut resources = Map::default();
        let mut nodes = Vec::with_capacity(self.nodes.len());
        for draft in self.nodes {
            for (key, entries) in draft.resources {
                resources.insert(key, Bucket::new(entries, rules));
            }
            nodes.push(Node {
                any: Bucket::new(draft.any, rules),
                whole: draft.whole,
                lengths: draft.lengths.into_iter().collect(),
            });
        }
        Index {
            seed: self.seed,
            actions: self.actions.into_iter().collect(),
            services: self
                .services
                .into_iter()
                .map(|(service, lengths)| (service, lengths.into_iter().collect()))
                .collect(),
            general: self.general.into_iter().collect(),
            nodes: nodes.into(),
            resources,
        }
    }
}

impl Draft {
    fn add(&mut self, seed: u64, hook: Hook<'_>, entry: Entry) {
        let key = match hook {
            Hook::Prefix("") => return self.any.push(entry),
            Hook::Whole(text) => {
                self.whole = true;
                whole(seed, text.as_bytes())
            }
            Hook::Prefix(text) => {
                self.lengths.insert(small(text.len()));
                prefix(seed, text.as_bytes())
            }
        };
        self.resources.entry(key).or_default().push(entry);
    }
}

fn resource_hook(pattern: &ResourcePattern) -> Hook<'_> {
    pattern.relative().map_or(Hook::Prefix(""), Hook::of)
}
