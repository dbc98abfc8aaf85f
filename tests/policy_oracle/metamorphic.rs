//! Properties of the compiled evaluator that need no second one: what a change of the documents or of
//! the request may do to a decision, and what it must not.

use super::engine::Engine;
use super::generate::{Document, Maker, Set, Statement, flip_key, flip_word};
use super::question::{Effect, Flow, Kind, Question};

/// A change, and what has to hold between the decisions before and after it.
struct Property {
    name: &'static str,
    /// Changes the set and the questions; false where there is nothing to change.
    change: fn(&mut Maker, &mut Set, &mut [Question]) -> bool,
    holds: fn(Effect, Effect) -> bool,
}

const PROPERTIES: [Property; 11] = [
    Property {
        name: "adding a Deny never allows more",
        change: add_deny,
        holds: never_allows_more,
    },
    Property {
        name: "removing an Allow never allows more",
        change: remove_allow,
        holds: never_allows_more,
    },
    Property {
        name: "adding an Allow never allows less",
        change: add_allow,
        holds: never_allows_less,
    },
    Property {
        name: "a session policy never widens",
        change: add_session,
        holds: never_allows_more,
    },
    Property {
        name: "without its session policy a session can do no less",
        change: remove_session,
        holds: never_allows_less,
    },
    Property {
        name: "the order of statements, policies and entries never matters, nor how they are written",
        change: reorder,
        holds: same,
    },
    Property {
        name: "in which document a statement stands never matters",
        change: regroup,
        holds: same,
    },
    Property {
        name: "saying a thing twice never matters",
        change: repeat,
        holds: same,
    },
    Property {
        name: "the case of a condition key never matters, up to its slash",
        change: key_case,
        holds: same,
    },
    Property {
        name: "the case of an action never matters",
        change: action_case,
        holds: same,
    },
    Property {
        name: "the order of a key's values never matters",
        change: value_order,
        holds: same,
    },
];

fn never_allows_more(before: Effect, after: Effect) -> bool {
    after != Effect::Allow || before == Effect::Allow
}

fn never_allows_less(before: Effect, after: Effect) -> bool {
    never_allows_more(after, before)
}

fn same(before: Effect, after: Effect) -> bool {
    before == after
}

/// Checks every property on a set and its questions; how often, or which fails and on what.
pub(crate) fn check(
    maker: &mut Maker,
    set: &Set,
    engine: &Engine,
    questions: &[Question],
) -> Result<u64, String> {
    let mut checked = 0;
    for property in &PROPERTIES {
        let (mut changed, mut asked) = (set.clone(), questions.to_vec());
        if !(property.change)(maker, &mut changed, &mut asked) {
            continue;
        }
        let documents = changed.texts(&mut maker.random);
        let changed = Engine::new(&documents)
            .map_err(|rule| format!("{}: {rule}: {documents:?}", property.name))?;
        for (question, asked) in questions.iter().zip(&asked) {
            let (Some(before), Some(after)) = (engine.answer(question), changed.answer(asked))
            else {
                return Err(format!("{}: no answer: {question:?}", property.name));
            };
            if !(property.holds)(before.answer.all, after.answer.all) {
                return Err(format!(
                    "{}: {:?} became {:?}\n  {set:?}\n  {documents:?}\n  {question:?}\n  {asked:?}",
                    property.name, before.answer, after.answer
                ));
            }
            checked += 1;
        }
    }
    Ok(checked)
}

/// One document of the set.
fn some_document<'a>(maker: &mut Maker, set: &'a mut Set) -> Option<&'a mut Document> {
    let mut all: Vec<&mut Document> = set.documents_mut().collect();
    if all.is_empty() {
        return None;
    }
    let chosen = maker.random.below(all.len());
    Some(all.swap_remove(chosen))
}

fn add(maker: &mut Maker, set: &mut Set, effect: &'static str) {
    if set.documents_mut().next().is_none() {
        set.policies.push(Document {
            kind: Kind::Identity,
            statements: Vec::new(),
        });
    }
    if let Some(document) = some_document(maker, set) {
        let statement = Statement {
            effect,
            ..maker.statement(document.kind)
        };
        let place = maker.random.below(document.statements.len() + 1);
        document.statements.insert(place, statement);
    }
}

fn add_deny(maker: &mut Maker, set: &mut Set, _: &mut [Question]) -> bool {
    add(maker, set, "Deny");
    true
}

fn add_allow(maker: &mut Maker, set: &mut Set, _: &mut [Question]) -> bool {
    add(maker, set, "Allow");
    true
}

fn remove_allow(maker: &mut Maker, set: &mut Set, _: &mut [Question]) -> bool {
    let Some(document) = some_document(maker, set) else {
        return false;
    };
    let allows: Vec<usize> = (0..document.statements.len())
        .filter(|place| document.statements[*place].effect == "Allow")
        .collect();
    // A document has at least one statement.
    if allows.is_empty() || document.statements.len() == 1 {
        return false;
    }
    document.statements.remove(*maker.random.choose(&allows));
    true
}

fn add_session(maker: &mut Maker, set: &mut Set, _: &mut [Question]) -> bool {
    if set.session.is_some() {
        return false;
    }
    set.session = Some(Document {
        kind: Kind::Session,
        statements: vec![
            maker.statement(Kind::Session),
            maker.statement(Kind::Session),
        ],
    });
    true
}

fn remove_session(_: &mut Maker, set: &mut Set, _: &mut [Question]) -> bool {
    set.session.take().is_some()
}

fn reorder(maker: &mut Maker, set: &mut Set, _: &mut [Question]) -> bool {
    let random = &mut maker.random;
    random.shuffle(&mut set.policies);
    for document in set.documents_mut() {
        random.shuffle(&mut document.statements);
        for statement in &mut document.statements {
            random.shuffle(&mut statement.actions);
            random.shuffle(&mut statement.resources);
            random.shuffle(&mut statement.principals);
            for (_, entries) in &mut statement.principals {
                random.shuffle(entries);
            }
            let block = statement.condition.as_deref_mut().unwrap_or_default();
            random.shuffle(block);
            for (_, keys) in block {
                random.shuffle(keys);
                for (_, values) in keys {
                    random.shuffle(values);
                }
            }
        }
    }
    true
}

/// Every statement in a document of its own, or all in one.
fn regroup(maker: &mut Maker, set: &mut Set, _: &mut [Question]) -> bool {
    let documents = std::mem::take(&mut set.policies).into_iter();
    let statements: Vec<Statement> = documents.flat_map(|document| document.statements).collect();
    if statements.is_empty() {
        return false;
    }
    let groups = if maker.random.chance(50) {
        vec![statements]
    } else {
        statements.into_iter().map(|one| vec![one]).collect()
    };
    let policies = groups.into_iter().map(|statements| Document {
        kind: Kind::Identity,
        statements,
    });
    set.policies = policies.collect();
    true
}

fn repeat(maker: &mut Maker, set: &mut Set, _: &mut [Question]) -> bool {
    let Some(document) = some_document(maker, set) else {
        return false;
    };
    let again = maker.random.choose(&document.statements).clone();
    document.statements.push(again);
    for statement in &mut document.statements {
        let again = maker.random.choose(&statement.actions).clone();
        statement.actions.push(again);
    }
    true
}

fn key_case(maker: &mut Maker, set: &mut Set, questions: &mut [Question]) -> bool {
    let random = &mut maker.random;
    for document in set.documents_mut() {
        for statement in &mut document.statements {
            for (_, keys) in statement.condition.iter_mut().flatten() {
                for place in 0..keys.len() {
                    let flipped = flip_key(random, &keys[place].0);
                    // Two keys may have become one, which would be a fault.
                    if !keys.iter().any(|(known, _)| *known == flipped) {
                        keys[place].0 = flipped;
                    }
                }
            }
        }
    }
    for (key, _) in questions.iter_mut().flat_map(|one| &mut one.context) {
        *key = flip_key(random, key);
    }
    true
}

fn action_case(maker: &mut Maker, set: &mut Set, questions: &mut [Question]) -> bool {
    let random = &mut maker.random;
    for document in set.documents_mut() {
        let statements = document.statements.iter_mut();
        for action in statements.flat_map(|one| &mut one.actions) {
            *action = flip_word(random, action);
        }
    }
    for question in questions {
        question.action = flip_word(random, &question.action);
    }
    true
}

fn value_order(maker: &mut Maker, _: &mut Set, questions: &mut [Question]) -> bool {
    for question in questions {
        maker.random.shuffle(&mut question.context);
        for (_, values) in &mut question.context {
            maker.random.shuffle(values);
        }
        if question.flow == Flow::Call {
            maker.random.shuffle(&mut question.resources);
        }
    }
    true
}
