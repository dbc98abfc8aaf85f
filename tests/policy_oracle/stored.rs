//! Documents that a store gives back with something in them that cannot be understood: the Allow
//! statements of such a document match nothing, and its Deny statements match at least what they did.
//! One that cannot be read at all denies whatever it takes part in.

use serde_json::{Value, json};

use super::engine::{self, Engine};
use super::generate::{Document, Maker, Set, Statement};
use super::question::{Answer, Documents, Effect, Kind, Question};

/// Checks one flaw in one document of a set; how many decisions were looked at, or what is wrong.
pub(crate) fn check(maker: &mut Maker, set: &Set, questions: &[Question]) -> Result<u64, String> {
    let documents = set.texts(&mut maker.random);
    let count = documents.all().count();
    if count == 0 {
        return Ok(0);
    }
    let chosen = maker.random.below(count);
    let (kind, text) = documents
        .all()
        .nth(chosen)
        .map(|(kind, text)| (kind, text.to_owned()))
        .ok_or("no such document")?;
    let unreadable = maker.random.chance(10);
    let flawed = if unreadable {
        cut(maker, &text)
    } else {
        flaw(maker, kind, &text).ok_or_else(|| format!("not a document: {text}"))?
    };
    if engine::parse(kind, &flawed).is_ok() {
        return Err(format!("a flaw was not seen: {kind:?}: {flawed}"));
    }
    let documents = replaced(documents, chosen, &flawed);
    let flawed = Engine::stored(&documents);
    // What is left to hold: only what the document denies.
    let mut rest = set.clone();
    if let Some(document) = rest.documents_mut().nth(chosen) {
        keep_denies(document);
    }
    let rest =
        Engine::new(&rest.texts(&mut maker.random)).map_err(|rule| format!("{rule}: {rest:?}"))?;
    for question in questions {
        let (Some(is), Some(rest)) = (flawed.answer(question), rest.answer(question)) else {
            return Err(format!("no answer: {question:?}"));
        };
        let fails = |rule: &str| {
            Err(format!(
                "a stored document: {rule}: {:?}, and what it denies alone: {:?}\n  {documents:?}\n  {question:?}",
                is.answer, rest.answer
            ))
        };
        let (step, rest_step) = (step(kind, is.answer), step(kind, rest.answer));
        if is.answer.all == Effect::Allow && rest.answer.all != Effect::Allow {
            return fails("it allows more");
        }
        if rest_step == Some(Effect::Deny) && step != Some(Effect::Deny) {
            return fails("it denies less");
        }
        if kind != Kind::Identity && step == Some(Effect::Allow) {
            return fails("it allows");
        }
        if unreadable && step.is_some_and(|effect| effect != Effect::Deny) {
            return fails("it cannot be read, and does not deny");
        }
    }
    Ok(questions.len() as u64)
}

/// A sound document decides as stored as it does as written.
pub(crate) fn check_sound(
    documents: &Documents,
    engine: &Engine,
    questions: &[Question],
) -> Result<u64, String> {
    let stored = Engine::stored(documents);
    for question in questions {
        let answers = (engine.answer(question), stored.answer(question));
        let (Some(written), Some(stored)) = answers else {
            return Err(format!("no answer: {question:?}"));
        };
        if written.answer != stored.answer {
            return Err(format!(
                "a sound document: {:?} as written, {:?} as stored\n  {documents:?}\n  {question:?}",
                written.answer, stored.answer
            ));
        }
    }
    Ok(questions.len() as u64)
}

fn step(kind: Kind, answer: Answer) -> Option<Effect> {
    match kind {
        Kind::Identity => answer.identity,
        Kind::Session => answer.session,
        Kind::Trust => answer.trust,
    }
}

fn replaced(mut documents: Documents, chosen: usize, by: &str) -> Documents {
    let Documents {
        policies,
        session,
        trust,
    } = &mut documents;
    let all = policies.iter_mut().chain(session).chain(trust);
    for text in all.skip(chosen).take(1) {
        by.clone_into(text);
    }
    documents
}

fn keep_denies(document: &mut Document) {
    document
        .statements
        .retain(|statement| statement.effect == "Deny");
    if document.statements.is_empty() {
        // A document has at least one statement: one that denies what nobody asks for.
        let principals = match document.kind {
            Kind::Trust => vec![("Service".to_owned(), vec!["nobody.aliyuncs.com".to_owned()])],
            _ => Vec::new(),
        };
        let resources = match document.kind {
            Kind::Trust => Vec::new(),
            _ => vec!["acs:none:none:none:none".to_owned()],
        };
        document.statements.push(Statement {
            effect: "Deny",
            not_action: false,
            actions: vec!["sts:none".to_owned()],
            not_resource: false,
            resources,
            principals,
            condition: None,
            sid: false,
        });
    }
}

/// The front of the text, which is not JSON.
fn cut(maker: &mut Maker, text: &str) -> String {
    let length = text.chars().count();
    text.chars().take(maker.random.below(length)).collect()
}

/// Adds something that no document may have, and takes nothing away.
fn flaw(maker: &mut Maker, kind: Kind, text: &str) -> Option<String> {
    let mut document: Value = serde_json::from_str(text).ok()?;
    let random = &mut maker.random;
    if random.chance(10) {
        let (key, value) = random
            .choose(&[
                ("Id", json!("x")),
                ("Version", json!("2")),
                ("statement", json!([])),
            ])
            .clone();
        document[key] = value;
        return Some(document.to_string());
    }
    if let one @ Value::Object(_) = &document["Statement"] {
        document["Statement"] = json!([one]);
    }
    let statements = document["Statement"].as_array_mut()?;
    if random.chance(10) {
        let odd = [json!(1), json!("x"), json!(null), json!([]), json!({})];
        let place = random.below(statements.len() + 1);
        statements.insert(place, random.choose(&odd).clone());
        return Some(document.to_string());
    }
    let place = random.below(statements.len());
    let statement = &mut statements[place];
    match random.below(6) {
        0 => statement["Foo"] = json!("x"),
        1 => statement["Sid"] = json!(1),
        2 => match kind {
            Kind::Trust => statement["Resource"] = json!("*"),
            _ => statement["Principal"] = json!({"RAM": "*"}),
        },
        3 => {
            let names = ["Action", "NotAction", "Resource", "NotResource"];
            let names: Vec<&str> = names
                .into_iter()
                .filter(|name| statement.get(name).is_some())
                .collect();
            let bad = [json!("x"), json!(""), json!(1), json!(["*"])];
            push(
                &mut statement[*random.choose(&names)],
                random.choose(&bad).clone(),
            );
        }
        4 if kind == Kind::Trust => {
            if random.chance(50) {
                statement["Principal"]["AWS"] = json!("*");
            } else if let Some((_, entries)) =
                statement["Principal"].as_object_mut()?.iter_mut().next()
            {
                push(entries, json!("user/x"));
            }
        }
        _ => {
            let operators = [
                ("StringMatches", json!({"acs:SourceIp": "x"})),
                ("BoolIfExists", json!({"acs:MFAPresent": "true"})),
                ("Null", json!({"acs:MFAPresent": "true"})),
                ("ForAllValues:Bool", json!({})),
                ("ForAllValues:Bool", json!({"acs:MFAPresent": []})),
                ("ForAllValues:Bool", json!({"acs:MFAPresent": "yes"})),
                ("ForAllValues:Bool", json!({"MFAPresent": "true"})),
                ("ForAllValues:Bool", json!({"acs:MFAPresent": true})),
                ("ForAllValues:Bool", json!("x")),
                ("IpAddress ", json!({"acs:SourceIp": "0.0.0.0/0"})),
            ];
            let (name, keys) = random.choose(&operators).clone();
            statement["Condition"][name] = keys;
        }
    }
    Some(document.to_string())
}

/// Adds to a text or a list of texts.
fn push(entries: &mut Value, entry: Value) {
    match entries {
        Value::Array(list) => list.push(entry),
        one => *one = json!([one, entry]),
    }
}
