//! Requests that nearly meet a statement.

use super::super::question::{Caller, Flow, Question};
use super::super::random::Random;
use super::conditions::{given, stray};
use super::principals::caller;
use super::words::{ACCOUNTS, flip_case, instance, near};
use super::{Document, Maker, Set, Statement};

/// A question about the documents of a set.
pub(crate) fn question(maker: &mut Maker, set: &Set) -> Question {
    let caller = caller(&mut maker.random);
    let flow = flow(&mut maker.random, set, &caller);
    let about: Vec<&Document> = match flow {
        Flow::Call => set.policies.iter().chain(&set.session).collect(),
        Flow::Assume => {
            let all = set.policies.iter().chain(&set.session);
            all.chain(&set.trust).collect()
        }
        Flow::Trust => set.trust.iter().collect(),
    };
    // Mostly the parts of a request are near to one and the same statement.
    let focus = statement(&mut maker.random, &about);
    let action = action(maker, &about, focus, flow);
    let count = *maker.random.choose(&[1, 1, 1, 1, 1, 1, 2, 3]);
    let count = if flow == Flow::Call { count } else { 1 };
    let resources = (0..count).map(|_| resource(maker, &about, focus)).collect();
    let context = context(&mut maker.random, &about, focus);
    Question {
        flow,
        caller,
        action,
        resources,
        role_account: maker.random.pick(&ACCOUNTS).to_owned(),
        context,
    }
}

fn flow(random: &mut Random, set: &Set, caller: &Caller) -> Flow {
    let alone = matches!(
        caller,
        Caller::Service { .. } | Caller::Federated { .. } | Caller::Root { .. }
    );
    match (&set.trust, alone) {
        (Some(_), true) => Flow::Trust,
        (Some(_), false) if random.chance(60) => Flow::Assume,
        _ => Flow::Call,
    }
}

fn statement<'a>(random: &mut Random, documents: &[&'a Document]) -> Option<&'a Statement> {
    if documents.is_empty() {
        return None;
    }
    let document = *random.choose(documents);
    Some(random.choose(&document.statements))
}

/// The statement in focus, or at times another.
fn around<'a>(
    random: &mut Random,
    documents: &[&'a Document],
    focus: Option<&'a Statement>,
) -> Option<&'a Statement> {
    if random.chance(75) {
        focus
    } else {
        statement(random, documents)
    }
}

fn action(maker: &mut Maker, about: &[&Document], focus: Option<&Statement>, flow: Flow) -> String {
    let trust = flow != Flow::Call;
    let pattern = match around(&mut maker.random, about, focus) {
        Some(statement) if !maker.random.chance(10) => {
            Some(maker.random.choose(&statement.actions).clone())
        }
        _ => None,
    };
    let random = &mut maker.random;
    let action = match pattern {
        _ if trust && random.chance(60) => "sts:AssumeRole".to_owned(),
        Some(pattern) if pattern != "*" => instance(random, &pattern),
        _ => maker.plain_action(),
    };
    let random = &mut maker.random;
    let action = match random.below(100) {
        0..12 => near(random, &action),
        12..22 => flip_case(random, &action),
        _ => action,
    };
    // What has not exactly one colon is no action, and nothing asks for it; without any, it is but
    // some text.
    match action.matches(':').count() {
        0 | 1 => action,
        _ => "ecs:Get".to_owned(),
    }
}

fn resource(maker: &mut Maker, about: &[&Document], focus: Option<&Statement>) -> String {
    let pattern = match around(&mut maker.random, about, focus) {
        Some(statement) if !statement.resources.is_empty() && !maker.random.chance(15) => {
            maker.random.choose(&statement.resources).clone()
        }
        _ => "*".to_owned(),
    };
    let resource = if pattern == "*" {
        maker.plain_resource()
    } else {
        instance(&mut maker.random, &pattern)
    };
    let random = &mut maker.random;
    match random.below(100) {
        0..12 => near(random, &resource),
        12..20 => flip_case(random, &resource),
        _ => resource,
    }
}

fn context(
    random: &mut Random,
    about: &[&Document],
    focus: Option<&Statement>,
) -> Vec<(String, Vec<String>)> {
    let mut context: Vec<(String, Vec<String>)> = Vec::new();
    let other = statement(random, about);
    for statement in focus.into_iter().chain(other) {
        for (operator, keys) in statement.condition.iter().flatten() {
            for (key, listed) in keys {
                if random.chance(10) {
                    continue;
                }
                let count = *random.choose(&[1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 0]);
                let values = (0..count)
                    .map(|_| given(random, operator, listed))
                    .collect();
                let key = if random.chance(15) {
                    flip_case(random, key)
                } else {
                    key.clone()
                };
                context.push((key, values));
            }
        }
    }
    for _ in 0..random.below(3) {
        context.push(stray(random));
    }
    // A request gives each key once, however it is written.
    let mut known: Vec<String> = Vec::new();
    context.retain(|(key, _)| {
        let (name, tag) = key.split_at(key.find('/').unwrap_or(key.len()));
        let key = name.to_ascii_lowercase() + tag;
        let new = !known.contains(&key);
        known.push(key);
        new
    });
    context
}
