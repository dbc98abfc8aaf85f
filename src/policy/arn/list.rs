//! Lists of resource patterns.

use std::fmt;
use std::ops::Deref;

use super::{PatternParts, Resource, ResourcePattern};
use crate::policy::pattern::Pattern;
use crate::policy::pattern::many::{Pack, sum, worth_packing};

/// A list of resource patterns, any of which may cover a resource.
#[derive(Clone, Default)]
pub struct ResourcePatterns {
    patterns: Box<[ResourcePattern]>,
    /// Those of five parts, the parts packed by their place: service, region, account, last. Empty
    /// where the patterns are looked at one by one.
    packs: Box<[[Pack; 4]]>,
    cost: u32,
}

impl ResourcePatterns {
    /// Whether one of the patterns covers the resource.
    pub fn cover(&self, resource: &Resource<'_>) -> bool {
        if self.packs.is_empty() {
            return self.iter().any(|pattern| pattern.matches(resource));
        }
        if self.iter().any(ResourcePattern::is_any) {
            return true;
        }
        let Some(parts) = resource.parts() else {
            return false;
        };
        let case = parts.case();
        let texts = [
            parts.service(),
            parts.region(),
            parts.account(),
            parts.relative(),
        ];
        self.packs.iter().any(|packs| {
            let parts = packs.iter().zip(texts);
            let mut found = u64::MAX;
            for (pack, text) in parts {
                found &= pack.covering(text, case);
                if found == 0 {
                    return false;
                }
            }
            true
        })
    }

    /// What looking at all of them costs; see [`Pattern::cost`].
    pub(in crate::policy) fn cost(&self) -> u32 {
        self.cost
    }
}

impl FromIterator<ResourcePattern> for ResourcePatterns {
    fn from_iter<T: IntoIterator<Item = ResourcePattern>>(patterns: T) -> Self {
        let patterns: Box<[ResourcePattern]> = patterns.into_iter().collect();
        let split: Vec<&PatternParts> = patterns
            .iter()
            .filter_map(|pattern| pattern.0.as_deref())
            .collect();
        let all = split.iter().flat_map(|parts| {
            [
                &parts.service,
                &parts.region,
                &parts.account,
                &parts.relative,
            ]
        });
        let packs = if worth_packing(all) {
            let chunks = split.chunks(Pack::SIZE);
            let packs = chunks.map(|chunk| {
                let pack = |part: fn(&PatternParts) -> &Pattern| {
                    Pack::new(chunk.iter().map(|parts| part(parts)))
                };
                [
                    pack(|parts| &parts.service),
                    pack(|parts| &parts.region),
                    pack(|parts| &parts.account),
                    pack(|parts| &parts.relative),
                ]
            });
            packs.collect()
        } else {
            Box::default()
        };
        let cost = if packs.is_empty() {
            sum(patterns.iter().map(ResourcePattern::cost))
        } else {
            sum(packs.iter().flatten().map(Pack::cost))
        };
        Self {
            patterns,
            packs,
            cost,
        }
    }
}

impl Deref for ResourcePatterns {
    type Target = [ResourcePattern];

    fn deref(&self) -> &[ResourcePattern] {
        &self.patterns
    }
}

impl PartialEq for ResourcePatterns {
    fn eq(&self, other: &Self) -> bool {
        self.patterns == other.patterns
    }
}

impl Eq for ResourcePatterns {}

impl fmt::Debug for ResourcePatterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
