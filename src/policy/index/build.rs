//! How an index is made.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};

use super::entry::Texts;
use super::hash::{ACTION, LONGEST, RESOURCE, Reach, below, gram, hash};
use super::table::{CROWD, Span, Table};
use super::{ALL, Crowd, Entry, Index, Named, Node, index, small};
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

/// A statement as it hangs somewhere, before it is packed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hung {
    /// Deny statements come first at each place.
    allows: bool,
    rule: u32,
    named: Named,
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
        let rules: Vec<&Rule<Resources>> = rules.collect();
        let mut builder = Builder {
            seed: RandomState::new().hash_one(0_u8),
            actions: HashMap::new(),
            services: HashMap::new(),
            general: BTreeSet::new(),
            nodes: Vec::new(),
        };
        for (place, rule) in (0..).zip(&rules) {
            builder.add(place, rule);
        }
        Some(builder.finish(&rules))
    }
}

/// The grams of which a statement hangs on one: all stand in every request that it is about.
fn grams(hung: &Hung, rules: &[&Rule<Resources>]) -> BTreeSet<u64> {
    let mut found = BTreeSet::new();
    let Some(rule) = index(hung.rule).and_then(|at| rules.get(at)) else {
        return found;
    };
    let Named { action, resource } = hung.named;
    let action = index(action).and_then(|at| rule.actions.entries.get(at));
    let resource = index(resource).and_then(|at| rule.target.entries.get(at));
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
    any: Vec<Hung>,
    whole: bool,
    lengths: BTreeSet<u32>,
    resources: HashMap<u64, Vec<Hung>>,
}

impl Builder {
    fn add(&mut self, place: u32, rule: &Rule<Resources>) {
        let allows = rule.effect == StatementEffect::Allow;
        let hung = |action, resource| Hung {
            allows,
            rule: place,
            named: Named { action, resource },
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
            let salt = below(self.seed, at);
            let seed = self.seed;
            let Some(node) = index(at).and_then(|at| self.nodes.get_mut(at)) else {
                continue;
            };
            for &(resource, resource_hook) in &resources {
                node.add(seed, salt, resource_hook, hung(action, resource));
            }
        }
    }

    /// The node that hangs on an action or a prefix of actions.
    fn node(&mut self, hook: Hook<'_>) -> u32 {
        let key = match hook {
            Hook::Whole(text) => hash(self.seed, text.as_bytes(), Reach::Whole, 0),
            Hook::Prefix(text) => {
                // A colon further on is not looked for.
                let mut start = text.as_bytes().iter().take(LONGEST);
                let colon = start.position(|byte| *byte == b':');
                let lengths = match colon.and_then(|colon| text.as_bytes().get(..colon)) {
                    Some(service) => {
                        let service = hash(self.seed, service, Reach::Whole, 0);
                        self.services.entry(service).or_default()
                    }
                    None => &mut self.general,
                };
                lengths.insert(small(text.len().min(LONGEST)));
                hash(self.seed, text.as_bytes(), Reach::Prefix, 0)
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
        let mut lists = Lists {
            rules,
            lengths: Vec::new(),
            entries: Vec::new(),
            crowds: Vec::new(),
            texts: Texts::default(),
        };
        let mut resources = HashMap::new();
        let mut nodes = Vec::with_capacity(self.nodes.len());
        for draft in self.nodes {
            for (key, entries) in draft.resources {
                resources.insert(key, lists.hang(entries));
            }
            nodes.push(Node {
                any: lists.hang(draft.any),
                lengths: lists.lengths(draft.lengths),
                whole: draft.whole,
            });
        }
        let node = |at| Span { at, count: 1 };
        let actions = self.actions.into_iter().map(|(key, at)| (key, node(at)));
        let services = self.services.into_iter();
        let services = services.map(|(service, lengths)| (service, lists.lengths(lengths)));
        let services = services.collect();
        let general = lists.lengths(self.general);
        Index {
            seed: self.seed,
            actions: Table::new(&actions.collect()),
            services: Table::new(&services),
            general,
            nodes: nodes.into(),
            resources: Table::new(&resources),
            lengths: lists.lengths.into(),
            entries: lists.entries.into(),
            crowds: lists.crowds.into(),
            texts: lists.texts,
        }
    }
}

/// The lists of an index that grow while it is made.
struct Lists<'a> {
    rules: &'a [&'a Rule<Resources>],
    lengths: Vec<u32>,
    entries: Vec<Entry>,
    crowds: Vec<Crowd>,
    texts: Texts,
}

impl Lists<'_> {
    fn lengths(&mut self, lengths: BTreeSet<u32>) -> Span {
        let at = small(self.lengths.len());
        let count = small(lengths.len());
        self.lengths.extend(lengths);
        Span { at, count }
    }

    fn entries(&mut self, hung: &[Hung]) -> Span {
        let at = small(self.entries.len());
        for hung in hung {
            if let Some(rule) = index(hung.rule).and_then(|at| self.rules.get(at)) {
                let entry = self.texts.pack(rule, hung.rule, hung.named);
                self.entries.push(entry);
            }
        }
        let count = small(self.entries.len()).saturating_sub(at);
        Span { at, count }
    }

    /// What hangs on one place.
    fn hang(&mut self, mut hung: Vec<Hung>) -> Span {
        hung.sort_unstable();
        hung.dedup();
        if hung.len() <= CROWDED {
            return self.entries(&hung);
        }
        let mut frequency: HashMap<u64, usize> = HashMap::new();
        for one in &hung {
            for gram in grams(one, self.rules) {
                let count = frequency.entry(gram).or_default();
                *count = count.saturating_add(1);
            }
        }
        let mut rest = Vec::new();
        let mut by_gram: HashMap<u64, Vec<Hung>> = HashMap::new();
        for one in hung {
            let rarest = grams(&one, self.rules)
                .into_iter()
                .min_by_key(|gram| frequency.get(gram).copied());
            match rarest {
                Some(gram) => by_gram.entry(gram).or_default().push(one),
                None => rest.push(one),
            }
        }
        let rest = self.entries(&rest);
        let by_gram = by_gram.into_iter();
        let grams = by_gram.map(|(gram, hung)| (gram, self.entries(&hung)));
        let grams = Table::new(&grams.collect());
        let at = small(self.crowds.len());
        self.crowds.push(Crowd { rest, grams });
        Span { at, count: CROWD }
    }
}

impl Draft {
    fn add(&mut self, seed: u64, salt: u64, hook: Hook<'_>, hung: Hung) {
        let key = match hook {
            Hook::Prefix("") => return self.any.push(hung),
            Hook::Whole(text) => {
                self.whole = true;
                hash(seed, text.as_bytes(), Reach::Whole, salt)
            }
            Hook::Prefix(text) => {
                self.lengths.insert(small(text.len().min(LONGEST)));
                hash(seed, text.as_bytes(), Reach::Prefix, salt)
            }
        };
        self.resources.entry(key).or_default().push(hung);
    }
}

fn resource_hook(pattern: &ResourcePattern) -> Hook<'_> {
    pattern.relative().map_or(Hook::Prefix(""), Hook::of)
}
