//! How an index is made.

use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher, RandomState};

use zerocopy::FromZeros;

use super::entry::Packer;
use super::hash::{ACTION, LONGEST, RESOURCE, Reach, gram, hash, root};
use super::table::Table;
use super::{
    ALL, CROWD, Crowd, Entry, Hung, Index, Lengths, NODE, Named, Node, OfService, Span, WHOLE,
    WithGram, index, small,
};
use crate::policy::arn::ResourcePattern;
use crate::policy::compile::Rule;
use crate::policy::document::{Resources, StatementEffect};
use crate::policy::pattern::Pattern;
use crate::policy::pattern::many::sum;

/// Up to this many pairs of action and resource are simply looked at one by one.
const LINEAR: usize = 8;
/// A statement that would hang in more places is about any resource, as far as the index goes: what an
/// index takes must not grow much faster than the text.
const MAX_PAIRS: usize = 64;
/// Up to this many entries at one place are not told apart by their actions.
const FEW: usize = 4;
/// Up to this many that nothing tells apart are looked at one by one.
const CROWDED: usize = 24;
/// What may be spent on candidates beside a quarter of what looking at each statement costs.
const SLACK: u32 = 64;
/// How many slots a table has for each key, at least. Of services there are few and each request asks
/// for one: in a roomy table it is mostly where it is looked for first.
const ROOMY: usize = 8;
const DENSE: usize = 2;
/// The rarest three letters in a row are looked for among so many at each end of a literal: names that
/// begin alike mostly end differently.
const LETTERS: usize = 16;

/// A statement as it hangs somewhere, before it is packed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Hanging {
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
    /// What every text begins with.
    const ANY: Self = Self::Prefix("");

    fn text(self) -> &'a str {
        let (Self::Whole(text) | Self::Prefix(text)) = self;
        text
    }

    fn of(pattern: &'a Pattern) -> Self {
        if pattern.is_literal() {
            Self::Whole(pattern.as_str())
        } else {
            Self::Prefix(pattern.prefix())
        }
    }

    fn hash(self, seed: u64, salt: u64) -> u64 {
        match self {
            Self::Whole(text) => hash(seed, text.as_bytes(), Reach::Whole, salt),
            Self::Prefix(text) => hash(seed, text.as_bytes(), Reach::Prefix, salt),
        }
    }

    fn length(self) -> Lengths {
        match self {
            Self::Whole(_) => WHOLE,
            Self::Prefix(text) => 1 << text.len().min(LONGEST),
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
        let seed = RandomState::new().hash_one(0_u8);
        Some(Builder::new(seed, &rules).finish(&rules))
    }
}

/// The grams of which a statement hangs on one: all stand in every request that it is about.
fn grams(hung: &Hanging, rules: &[&Rule<Resources>]) -> BTreeSet<u64> {
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
            let end = letters.len().saturating_sub(LETTERS).max(LETTERS);
            let letters = letters.clone().take(LETTERS).chain(letters.skip(end));
            found.extend(letters.map(|letters| gram(kind, *letters)));
        }
    }
    found
}

struct Builder<'a> {
    seed: u64,
    /// What can be about any resource.
    root: Vec<OnAction<'a>>,
    /// By what it hangs on.
    places: HashMap<u64, Vec<OnAction<'a>>>,
    services: HashMap<u64, Lengths>,
    general: Lengths,
}

/// What hangs on a place, and by which action it would hang below that.
type OnAction<'a> = (Hanging, Hook<'a>);

impl<'a> Builder<'a> {
    fn new(seed: u64, rules: &[&'a Rule<Resources>]) -> Self {
        let mut builder = Self {
            seed,
            root: Vec::new(),
            places: HashMap::new(),
            services: HashMap::new(),
            general: 0,
        };
        for (place, rule) in (0..).zip(rules) {
            builder.add(place, rule);
        }
        builder
    }

    fn add(&mut self, place: u32, rule: &'a Rule<Resources>) {
        let allows = rule.effect == StatementEffect::Allow;
        let hung = |action, resource| Hanging {
            allows,
            rule: place,
            named: Named { action, resource },
        };
        let (actions, resources) = (&rule.actions.entries, &rule.target.entries);
        // Statements on what is *not* named can be about anything.
        let actions: Vec<(u32, Hook<'_>)> = if rule.actions.negated {
            vec![(ALL, Hook::ANY)]
        } else {
            (0..).zip(actions.iter().map(Hook::of)).collect()
        };
        let pairs = actions.len().saturating_mul(resources.len());
        let on = |resource| {
            actions
                .iter()
                .map(move |&(action, hook)| (hung(action, resource), hook))
        };
        if rule.target.negated || pairs > MAX_PAIRS {
            self.root.extend(on(ALL));
            return;
        }
        for (at, resource) in (0..).zip(resources.iter()) {
            self.place(resource).extend(on(at));
        }
    }

    /// What hangs where the pattern does.
    fn place(&mut self, pattern: &ResourcePattern) -> &mut Vec<OnAction<'a>> {
        let hook = pattern.relative().map_or(Hook::ANY, Hook::of);
        if hook == Hook::ANY {
            return &mut self.root;
        }
        let service = pattern.parts().map(|[service, ..]| service);
        let service = service.filter(|service| service.is_literal());
        let lengths = match service.map(Pattern::as_str) {
            Some(service) => of_service(&mut self.services, self.seed, service, 0),
            None => &mut self.general,
        };
        *lengths |= hook.length();
        self.places.entry(hook.hash(self.seed, 0)).or_default()
    }

    fn finish(self, rules: &[&Rule<Resources>]) -> Index {
        let taken = self.places.keys().map(|key| (*key, Hung::new_zeroed()));
        let mut lists = Lists {
            rules,
            seed: self.seed,
            services: self.services,
            places: taken.collect(),
            nodes: Vec::new(),
            entries: Vec::new(),
            crowds: Vec::new(),
            packer: Packer::default(),
        };
        let costs = rules.iter().map(|rule| rule.cost(Named::EVERY));
        let budget = (sum(costs) / 4).saturating_add(SLACK);
        let root = lists.span(self.root, root(self.seed));
        for (key, hung) in self.places {
            lists.place(hung, key);
        }
        let services = lists.services.into_iter();
        let services = services.map(|(key, lengths)| OfService { key, lengths });
        Index {
            seed: self.seed,
            budget,
            root,
            general: self.general,
            services: Table::new(services, ROOMY),
            places: Table::new(lists.places.into_values(), DENSE),
            nodes: lists.nodes.into(),
            entries: lists.entries.into(),
            crowds: lists.crowds.into(),
            texts: lists.packer.finish(),
        }
    }
}

/// Which beginnings occur with a service, for what `salt` stands for.
fn of_service<'s>(
    services: &'s mut HashMap<u64, Lengths>,
    seed: u64,
    service: &str,
    salt: u64,
) -> &'s mut Lengths {
    let key = hash(seed, service.as_bytes(), Reach::Whole, salt);
    services.entry(key).or_default()
}

/// Those that deny first.
fn sorted(mut hung: Vec<Hanging>) -> Vec<Hanging> {
    hung.sort_unstable();
    hung
}

/// What of an index grows while it is made.
struct Lists<'a> {
    rules: &'a [&'a Rule<Resources>],
    seed: u64,
    services: HashMap<u64, Lengths>,
    places: HashMap<u64, Hung>,
    nodes: Vec<Node>,
    entries: Vec<Entry>,
    crowds: Vec<Crowd>,
    packer: Packer,
}

impl Lists<'_> {
    /// Puts down what hangs on `key`.
    fn place(&mut self, hung: Vec<OnAction<'_>>, key: u64) {
        let Some(first) = hung.iter().map(|(hung, _)| *hung).min() else {
            return;
        };
        let more = if hung.len() <= FEW {
            hung.into_iter()
                .filter(|(hung, _)| *hung != first)
                .collect()
        } else {
            hung
        };
        let more = self.span(more, key);
        self.put(key, &first, more);
    }

    fn put(&mut self, key: u64, first: &Hanging, more: Span) {
        if let Some(first) = self.entry(first) {
            self.places.insert(key, Hung { key, first, more });
        }
    }

    /// A list of what hangs on `key`; a node, if it is long.
    fn span(&mut self, hung: Vec<OnAction<'_>>, key: u64) -> Span {
        if hung.len() <= FEW {
            return self.list(hung.into_iter().map(|(hung, _)| hung).collect());
        }
        let mut any = Vec::new();
        let mut general = 0;
        let mut actions: HashMap<u64, Vec<Hanging>> = HashMap::new();
        for (hung, hook) in hung {
            if hook == Hook::ANY {
                any.push(hung);
                continue;
            }
            let lengths = match hook.text().split_once(':') {
                Some((service, _)) => of_service(&mut self.services, self.seed, service, key),
                None => &mut general,
            };
            *lengths |= hook.length();
            actions
                .entry(hook.hash(self.seed, key))
                .or_default()
                .push(hung);
        }
        for (key, hung) in actions {
            if self.places.contains_key(&key) {
                // Two hashes are the same, and something else hangs there.
                any.extend(hung);
                continue;
            }
            let hung = sorted(hung);
            if let Some((first, more)) = hung.split_first() {
                let more = self.list(more.to_vec());
                self.put(key, first, more);
            }
        }
        let at = small(self.nodes.len());
        let any = self.list(any);
        self.nodes.push(Node { any, general });
        Span { at, count: NODE }
    }

    fn entry(&mut self, hung: &Hanging) -> Option<Entry> {
        let rule = index(hung.rule).and_then(|at| self.rules.get(at))?;
        Some(self.packer.pack(rule, hung.rule, hung.named))
    }

    fn entries(&mut self, hung: &[Hanging]) -> Span {
        let at = small(self.entries.len());
        for hung in hung {
            if let Some(entry) = self.entry(hung) {
                self.entries.push(entry);
            }
        }
        let count = small(self.entries.len()).saturating_sub(at);
        Span { at, count }
    }

    /// A list of what hangs on one place; a crowd, if it is long.
    fn list(&mut self, hung: Vec<Hanging>) -> Span {
        let hung = sorted(hung);
        if hung.len() <= CROWDED {
            return self.entries(&hung);
        }
        let all = hung.into_iter().map(|one| (grams(&one, self.rules), one));
        let all: Vec<(BTreeSet<u64>, Hanging)> = all.collect();
        let mut frequency: HashMap<u64, usize> = HashMap::new();
        for gram in all.iter().flat_map(|(grams, _)| grams) {
            let count = frequency.entry(*gram).or_default();
            *count = count.saturating_add(1);
        }
        let mut rest = Vec::new();
        let mut by_gram: HashMap<u64, Vec<Hanging>> = HashMap::new();
        for (grams, one) in all {
            match grams.into_iter().min_by_key(|gram| frequency.get(gram)) {
                Some(gram) => by_gram.entry(gram).or_default().push(one),
                None => rest.push(one),
            }
        }
        let rest = self.entries(&rest);
        let by_gram = by_gram.into_iter();
        let grams = by_gram.map(|(key, hung)| WithGram {
            key,
            entries: self.entries(&hung),
        });
        let grams = Table::new(grams, DENSE);
        let at = small(self.crowds.len());
        self.crowds.push(Crowd { rest, grams });
        Span { at, count: CROWD }
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::super::Asked;
    use super::*;
    use crate::policy::arn::Resource;
    use crate::policy::compile::CompiledPolicy;
    use crate::policy::document::DocumentKind;

    /// Nothing is lost where an action below one resource hashes as another resource does.
    #[test]
    fn what_hangs_on_one_hash_is_told_apart() {
        let text = r#"{"Version":"1","Statement":[
            {"Effect":"Deny","Action":["a:A","a:B","a:C*","a:D","a:E"],"Resource":"acs:a:::x"},
            {"Effect":"Allow","Action":"a:F","Resource":"acs:a:::y"}]}"#;
        let policy = CompiledPolicy::from_stored(DocumentKind::Identity, text);
        let rules: Vec<_> = policy.statements().iter().collect();
        let (x, y) = (Hook::Whole("x").hash(7, 0), Hook::Whole("y").hash(7, 0));
        let proposes = |clash: Option<Hook<'_>>, action: &str| {
            let mut builder = Builder::new(7, &rules);
            if let Some(hook) = clash {
                let hung = builder.places.remove(&y).unwrap();
                builder.places.insert(hook.hash(7, x), hung);
            }
            let mut proposed = Vec::new();
            let resource = Resource::new("acs:a:::x");
            let asked = Asked::new(action, "acs:a:::x", &resource);
            let index = builder.finish(&rules);
            let outcome = index.candidates(&asked, |entry| {
                if let Ok(true) | Err(_) = index.fits(entry, &asked) {
                    proposed.push(entry.rule);
                }
                ControlFlow::Continue(())
            });
            assert!(outcome.is_continue());
            proposed.dedup();
            proposed
        };
        for (hook, action) in [
            (Hook::Whole("a:B"), "a:B"),
            (Hook::Prefix("a:C"), "a:Cx"),
            (Hook::Whole("a:E"), "a:E"),
        ] {
            assert_eq!(proposes(None, action), [0]);
            assert_eq!(proposes(Some(hook), action), [0], "{action}");
        }
    }
}
