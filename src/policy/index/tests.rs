//! What the index proposes, of sets in which one statement in a thousand is wanted.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::{Asked, Index};
use crate::policy::arn::Resource;
use crate::policy::compile::CompiledPolicy;
use crate::policy::document::{Document, DocumentKind};
use crate::policy::evaluate::{Effect, PolicySet, Request};
use crate::policy::pattern::{Case, Pattern};

fn compiled(statements: &[String]) -> CompiledPolicy {
    let text = format!(
        r#"{{"Version":"1","Statement":[{}]}}"#,
        statements.join(",")
    );
    let document = Document::parse(DocumentKind::Identity, &text).unwrap();
    CompiledPolicy::new(&document)
}

/// Which statements the index of these proposes for a request, and whether some that fits is among
/// them.
fn proposed(statements: &[String], action: &str, resource: &str) -> (BTreeSet<u32>, bool) {
    let policy = compiled(statements);
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
fn a_set_in_huge_pages_decides_as_its_statements_say() {
    const COUNT: usize = 9000;
    let effect = |n: usize| {
        if n.is_multiple_of(10) {
            "Deny"
        } else {
            "Allow"
        }
    };
    let statements: Vec<_> = (0..COUNT)
        .map(|n| {
            let effect = effect(n);
            format!(
                r#"{{"Effect":"{effect}","Action":"ecs:Start","Resource":"acs:ecs:*:*:i/{n}"}}"#
            )
        })
        .collect();
    let policy = compiled(&statements);
    let set = PolicySet::new(vec![policy.into()]);
    assert!(set.index_bytes() > 2 << 20, "{}", set.index_bytes());
    for n in 0..COUNT + 1000 {
        let resource = format!("acs:ecs:cn:1000000000000001:i/{n}");
        let decided = set.evaluate(&Request::new("ecs:Start", &resource)).effect;
        let said = match effect(n) {
            _ if n >= COUNT => Effect::ImplicitDeny,
            "Deny" => Effect::Deny,
            _ => Effect::Allow,
        };
        assert_eq!(decided, said, "{n}");
    }
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

/// The index proposes by the last part, whatever its case; all else is told by the entry.
#[test]
fn an_entry_is_about_what_its_statement_is() {
    let long = "x".repeat(40);
    let own = |resource: &str| format!("acs:ecs:cn-hangzhou:1000000000000001:{resource}");
    let cases = [
        (own("instance/i-1"), own("instance/i-1"), true),
        (own("instance/i-1"), own("instance/I-1"), false),
        (own("instance/i-1"), own("instance/i-1/x"), false),
        (own("instance/*"), own("instance/i-1"), true),
        (own("instance/*"), own("INSTANCE/i-1"), false),
        (own(&long), own(&long), true),
        (own(&long), own(&long.to_uppercase()), false),
        (
            own("instance/i-1"),
            "acs:oss:cn-hangzhou:1000000000000001:instance/i-1".to_owned(),
            false,
        ),
        (
            own("instance/i-1"),
            "acs:ecs:cn-beijing:1000000000000001:instance/i-1".to_owned(),
            false,
        ),
        (
            own("instance/i-1"),
            "acs:ecs:cn-hangzhou:1000000000000002:instance/i-1".to_owned(),
            false,
        ),
        (
            "acs:ecs:*:*:instance/i-1".to_owned(),
            "acs:ecs:cn-beijing:1000000000000002:instance/i-1".to_owned(),
            true,
        ),
        (
            "acs:ram:*:1000000000000001:role/Reader".to_owned(),
            "acs:ram::1000000000000001:role/reader".to_owned(),
            true,
        ),
        (
            "acs:RAM:*:1000000000000001:role/*".to_owned(),
            "acs:ram::1000000000000001:ROLE/reader".to_owned(),
            true,
        ),
        (
            "acs:ram:*:1000000000000001:role/Reader".to_owned(),
            "acs:ram::1000000000000002:role/Reader".to_owned(),
            false,
        ),
    ];
    for (pattern, asked, fits) in cases {
        // Enough of another action to be indexed, with each service's lengths.
        let mut all = statements("mns:Other#", "acs:oss:*:*:#*");
        for service in ["oss", "ecs", "ram"] {
            let others = ["o", "instance/other", "role/o*", "instance/o*"];
            all.extend(others.map(|other| {
                format!(r#"{{"Effect":"Allow","Action":"mns:Other","Resource":"acs:{service}:*:*:{other}"}}"#)
            }));
        }
        all.push(format!(
            r#"{{"Effect":"Allow","Action":"ecs:Start","Resource":"{pattern}"}}"#
        ));
        let (_, found) = proposed(&all, "ecs:start", &asked);
        assert_eq!(found, fits, "{pattern} {asked}");
    }
}
