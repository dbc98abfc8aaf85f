//! What the index proposes, of sets in which one statement in a thousand is wanted.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::{Asked, Index};
use crate::policy::arn::Resource;
use crate::policy::compile::CompiledPolicy;
use crate::policy::document::{Document, DocumentKind};
use crate::policy::pattern::{Case, Pattern};

/// Which statements the index of these proposes for a request, and whether some that fits is among
/// them.
fn proposed(statements: &[String], action: &str, resource: &str) -> (BTreeSet<u32>, bool) {
    let text = format!(
        r#"{{"Version":"1","Statement":[{}]}}"#,
        statements.join(",")
    );
    let document = Document::parse(DocumentKind::Identity, &text).unwrap();
    let policy = CompiledPolicy::new(&document);
    let rules = policy.rules.readable().unwrap();
    let index = Index::new(rules.iter()).unwrap();
    let mut proposed = BTreeSet::new();
    let mut fits = false;
    let parts = Resource::new(resource);
    let asked = Asked::new(action, resource, &parts);
    let outcome = index.candidates(&asked, |entry| {
        proposed.insert(entry.rule);
        fits |= match index.fits(entry, &asked) {
            Ok(fits) => fits,
            Err(named) => {
                let rule = &rules[entry.rule as usize];
                let action = named.action as usize;
                let covers = |pattern: &Pattern| pattern.matches(asked.action, Case::Ignored);
                rule.actions.entries.get(action).is_none_or(covers)
            }
        };
        ControlFlow::Continue(())
    });
    assert!(outcome.is_continue());
    (proposed, fits)
}

fn statements(action: &str, resource: &str) -> Vec<String> {
    let fill = |template: &str, n: usize| template.replace('#', &format!("{n:04}"));
    (0..1000)
        .map(|n| {
            format!(
                r#"{{"Effect":"Allow","Action":"{}","Resource":"{}"}}"#,
                fill(action, n),
                fill(resource, n)
            )
        })
        .collect()
}

#[test]
fn few_of_many_statements_are_proposed() {
    let deep = format!("acs:ecs:*:*:{}#/*", "f/".repeat(60));
    for (action, resource) in [
        ("ecs:Start", deep.as_str()),
        ("ecs:Start#", "*"),
        ("ecs:Start#*", "*"),
        ("ecs:*Start#", "*"),
        ("ecs:*#*", "*"),
        ("*:*#", "*"),
        ("*", "acs:ecs:*:*:instance/i-#"),
        ("*", "acs:ecs:*:*:instance/i-#*"),
        ("*", "acs:ecs:*:*:*/i-#"),
        ("*", "acs:ecs:*:*:*i-#*"),
        ("*", "acs:s#:*:*:*"),
        ("*", "acs:ecs:*:1#:*"),
        ("ecs:*", "acs:ecs:*:*:instance/*-#"),
        ("ecs:Start#", "acs:ecs:*:*:instance/i"),
        ("ecs:Start#*", "acs:ecs:*:*:instance/*"),
        ("ecs:*#", "acs:ecs:*:*:instance/*"),
        ("*:Start#", "acs:*:*:*:instance/i"),
        ("s#*:Get", "*"),
        ("s#*:Get", "acs:ecs:*:*:instance/i"),
    ] {
        let statements = statements(action, resource);
        let wanted = |template: &str| template.replace('#', "0517").replace('*', "xy");
        let (action, resource) = match (wanted(action), wanted(resource)) {
            (action, resource) if action == "xy" => ("ecs:Start".to_owned(), resource),
            pair => pair,
        };
        let (proposed, _) = proposed(&statements, &action, &resource);
        assert!(proposed.contains(&517), "{action} {resource}");
        assert!(
            proposed.len() <= 100,
            "{action} {resource}: {}",
            proposed.len()
        );
    }
}

#[test]
fn a_statement_of_many_pairs_is_found() {
    let list = |template: &str, n: usize| {
        (0..n)
            .map(|n| format!("\"{template}{n}\""))
            .collect::<Vec<_>>()
            .join(",")
    };
    let statement = format!(
        r#"{{"Effect":"Allow","Action":[{}],"Resource":[{}]}}"#,
        list("ecs:A", 50),
        list("acs:ecs:::", 50)
    );
    let (_, fits) = proposed(&[statement], "ECS:a7", "acs:ecs:::9");
    assert!(fits);
}

/// Only the beginning of a long name is hashed, so what follows must not count.
#[test]
fn statements_on_long_names_are_found() {
    let statement = |action: &str, resource: &str| {
        vec![format!(
            r#"{{"Effect":"Allow","Action":[{}],"Resource":"{resource}"}}"#,
            // Enough for an index.
            (0..10)
                .map(|n| format!("\"{}\"", action.replace('#', &n.to_string())))
                .collect::<Vec<_>>()
                .join(",")
        )]
    };
    for length in [1, 30, 55, 56, 57, 62, 63, 64, 65, 127, 128, 200] {
        let long = "x".repeat(length);
        for action in [
            format!("ecs:{long}#"),
            format!("ecs:{long}#*"),
            format!("{long}#:*"),
            format!("{long}#:Get*"),
        ] {
            for resource in [
                "*",
                &format!("acs:ecs:::{long}"),
                &format!("acs:ecs:::{long}*"),
            ] {
                let asked = action.replace('#', "7").replace('*', "Y");
                let name = resource.replace('*', "z");
                let (_, fits) = proposed(&statement(&action, resource), &asked, &name);
                assert!(fits, "{action} {resource} {length}");
            }
        }
    }
}
