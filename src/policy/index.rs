//! A cheap filter in front of a document's statements: by the service of the action.

use super::document::Actions;

/// Up to this many statements are simply looked at one by one.
const LINEAR: usize = 4;

/// Which statements can be about an action, by its service.
#[derive(Debug)]
pub(super) struct ServiceIndex {
    /// By service in lower case: the places of the statements that can be about it. Those for any
    /// service are in each list, so that one list holds all in their order.
    groups: Box<[Group]>,
    /// The places of the statements that can be about any service.
    others: Box<[usize]>,
}

#[derive(Debug)]
struct Group {
    service: Box<str>,
    places: Box<[usize]>,
}

impl ServiceIndex {
    pub(super) fn new<'a>(statements: impl ExactSizeIterator<Item = &'a Actions>) -> Self {
        if statements.len() <= LINEAR {
            return Self {
                groups: [].into(),
                others: (0..statements.len()).collect(),
            };
        }
        let named: Vec<Option<Vec<String>>> = statements.map(services).collect();
        let mut services: Vec<&String> = named.iter().flatten().flatten().collect();
        services.sort_unstable();
        services.dedup();
        let places = |wanted: Option<&String>| -> Box<[usize]> {
            let concerned = |named: &Option<Vec<String>>| match named {
                None => true,
                Some(named) => wanted.is_some_and(|wanted| named.contains(wanted)),
            };
            let concerned = named
                .iter()
                .enumerate()
                .filter(|(_, named)| concerned(named));
            concerned.map(|(at, _)| at).collect()
        };
        let groups = services.into_iter().map(|service| Group {
            service: service.as_str().into(),
            places: places(Some(service)),
        });
        Self {
            groups: groups.collect(),
            others: places(None),
        }
    }

    /// The places, ascending, of the statements that can be about `action`.
    pub(super) fn candidates(&self, action: &str) -> &[usize] {
        if self.groups.is_empty() {
            return &self.others;
        }
        let service = action.split_once(':').map_or("", |(service, _)| service);
        let lower = || service.bytes().map(|b| b.to_ascii_lowercase());
        let found = self
            .groups
            .binary_search_by(|group| group.service.bytes().cmp(lower()));
        found
            .ok()
            .and_then(|at| self.groups.get(at))
            .map_or(&self.others, |group| &group.places)
    }
}

/// The services that the actions name, in lower case; `None` if they can be about any.
fn services(actions: &Actions) -> Option<Vec<String>> {
    if actions.negated {
        return None;
    }
    let service = |text: &str| {
        let (service, _) = text.split_once(':')?;
        (!service.contains(['*', '?'])).then(|| service.to_ascii_lowercase())
    };
    actions
        .entries
        .iter()
        .map(|entry| service(entry.as_str()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::pattern::Pattern;

    fn actions(entries: &[&str], negated: bool) -> Actions {
        Actions {
            negated,
            entries: entries.iter().map(|text| Pattern::new(text)).collect(),
        }
    }

    #[test]
    fn statements_are_grouped_by_service() {
        let statements = [
            actions(&["ECS:Start*", "oss:*"], false),
            actions(&["ram:*"], true),
            actions(&["oss:GetObject"], false),
            actions(&["o?s:GetObject"], false),
            actions(&["vpc:*", "*"], false),
            actions(&["vpc:*"], false),
        ];
        let index = ServiceIndex::new(statements.iter());
        assert_eq!(index.candidates("ecs:StartInstance"), [0, 1, 3, 4]);
        assert_eq!(index.candidates("OSS:GetObject"), [0, 1, 2, 3, 4]);
        assert_eq!(index.candidates("vpc:CreateVpc"), [1, 3, 4, 5]);
        assert_eq!(index.candidates("slb:x"), [1, 3, 4]);
        assert_eq!(index.candidates("nonsense"), [1, 3, 4]);
        assert_eq!(
            ServiceIndex::new(statements.iter().take(4)).candidates("x:y"),
            [0, 1, 2, 3]
        );
    }
}
