//! No answer has a member that is not published or lacks one that is always there, and every member
//! that is published is seen.

use std::collections::BTreeSet;

use crate::catalogue::{Built, built};
use crate::differences::{Kind, check, is_called};
use crate::tree::{Found, Node, paths};
use crate::world::{Params, World};
use rampart::ops::declare::Access;

/// Calls once and compares the answer with what is published.
async fn sample(world: &World, built: &Built, params: &Params, xml: bool, found: &mut Found) {
    let mut params = params.clone();
    let format = if xml { "XML" } else { "JSON" };
    params.push(("Format".to_owned(), format.to_owned()));
    let reply = world.call(built, &params).await;
    let name = built.qualified();
    if reply.status != 200 {
        let fault = format!("{params:?} does not go well: {}", reply.text);
        found.faults.push(fault);
    } else if xml {
        let root = format!("{}Response", built.name());
        let head = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><{root}>");
        let inner = reply.text.strip_prefix(&head);
        let inner = inner.and_then(|rest| rest.strip_suffix(&format!("</{root}>")));
        let inner = inner.unwrap_or_else(|| panic!("{name}: {}", reply.text));
        found.xml(inner, &built.published.response, "");
    } else {
        let node: Node = serde_json::from_str(&reply.text)
            .unwrap_or_else(|error| panic!("{name}: {error}: {}", reply.text));
        found.json(&node, &built.published.response, "");
    }
}

/// Every answer of an operation: with every parameter and with the required ones, in both formats.
async fn samples(built: &Built) -> Found {
    let mut found = Found::new(&built.published.conditional());
    let mut world = World::new(&built.published.family).await;
    let reads = built.entry.declaration.access == Access::Read;
    for xml in [false, true] {
        for every in [true, false] {
            let params = if every {
                world.all(built)
            } else {
                world.required(built)
            };
            sample(&world, built, &params, xml, &mut found).await;
            if !reads {
                // What a call changed is not there for the next one.
                world.app.end().await;
                world = World::new(&built.published.family).await;
            }
        }
    }
    world.app.end().await;
    found
}

#[tokio::test]
async fn answers_have_the_published_members_and_no_others() {
    let (mut missing, mut faults) = (BTreeSet::new(), Vec::new());
    for built in built().into_iter().filter(is_called) {
        let found = samples(&built).await;
        let name = built.qualified();
        faults.extend(found.faults.iter().map(|fault| format!("{name}: {fault}")));
        let published = paths(&built.published.response);
        // What a member holds is missing with it.
        let held = |path: &str| {
            let ends = path.match_indices(['.', '[']).map(|(end, _)| end);
            ends.into_iter()
                .any(|end| !found.seen.contains(&path[..end]))
        };
        let unseen = published.difference(&found.seen).filter(|path| !held(path));
        missing.extend(unseen.map(|path| format!("{name} {path}")));
        for path in built.published.conditional() {
            assert!(published.contains(&path), "{name}: {path} is of no answer");
        }
    }
    faults.sort();
    faults.dedup();
    assert_eq!(faults, [] as [String; 0]);
    check(Kind::Member, &missing);
}
