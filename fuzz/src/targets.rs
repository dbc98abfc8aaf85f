//! What the targets do with their bytes. The tests run the kept corpus through the same functions.
//!
//! None panics unless the engine is wrong.

use rampart::policy::arn::ProviderArn;
use rampart::policy::compile::CompiledPolicy;
use rampart::policy::document::{Document, Fault};
use rampart::policy::ids::{AccountId, RoleName, UserName};
use rampart::policy::pattern::{Case, Pattern};
use rampart::policy::trust::TrustPolicy;

use super::compare::{self, Reading};
use super::engine::{self, Engine};
use super::oracle::wildcard;
use super::question::{Answer, Caller, Documents, Effect, Flow, Kind, Question};

/// The longest input that is looked at, in bytes: what a document may be long, in the longest
/// characters, and a request.
const LONGEST: usize = 4 * 6144 + 4096;

fn text(data: &[u8]) -> Option<&str> {
    std::str::from_utf8(data)
        .ok()
        .filter(|text| text.len() <= LONGEST)
}

/// A document: the engine takes it, as each kind, exactly when the naive parser does; its faults have
/// a place; as a stored one it has the same faults, and a flawed one never allows.
pub(crate) fn policy_document(data: &[u8]) {
    let Some(text) = text(data) else { return };
    for kind in [Kind::Identity, Kind::Session, Kind::Trust] {
        let documents = Documents {
            policies: Vec::from_iter((kind == Kind::Identity).then(|| text.to_owned())),
            session: (kind == Kind::Session).then(|| text.to_owned()),
            trust: (kind == Kind::Trust).then(|| text.to_owned()),
        };
        if let Reading::Disagreement(words) = compare::read(&documents) {
            panic!("{words}");
        }
        let faults = Document::parse(engine::kind(kind), text)
            .err()
            .unwrap_or_default();
        assert!(
            faults
                .iter()
                .all(|fault| fault.line > 0 && fault.column > 0 && !fault.message.is_empty())
        );
        let question = Question {
            flow: if kind == Kind::Trust {
                Flow::Trust
            } else {
                Flow::Call
            },
            resources: vec!["*".to_owned()],
            ..question("sts:AssumeRole")
        };
        let Some(decided) = Engine::stored(&documents).answer(&question) else {
            panic!("a name of the question is none");
        };
        let Answer {
            session,
            identity,
            trust,
            ..
        } = decided.answer;
        let step = match kind {
            Kind::Identity => identity,
            Kind::Session => session,
            Kind::Trust => trust,
        };
        assert!(faults.is_empty() || step != Some(Effect::Allow));
        assert!(!unreadable(kind, text, &faults) || step == Some(Effect::Deny));
    }
}

/// Whether the stored document cannot be read at all. As a stored one it has the same faults.
fn unreadable(kind: Kind, text: &str, faults: &[Fault]) -> bool {
    if kind == Kind::Trust {
        let stored = TrustPolicy::from_stored(text);
        assert_eq!(stored.faults(), faults);
        return stored.is_unreadable();
    }
    let stored = CompiledPolicy::from_stored(engine::kind(kind), text);
    assert_eq!(stored.faults(), faults);
    stored.is_unreadable()
}

/// A pattern, a line's end, and a text: the matcher agrees with the naive one.
pub(crate) fn policy_pattern(data: &[u8]) {
    let Some((pattern, text)) = text(data).and_then(|text| text.split_once('\n')) else {
        return;
    };
    // The naive one takes as long as their product.
    if pattern.len() > 4096 || text.len() > 4096 {
        return;
    }
    let compiled = Pattern::new(pattern);
    assert_eq!(
        compiled.matches(text, Case::Kept),
        wildcard::covers(pattern, text)
    );
    assert_eq!(
        compiled.matches(text, Case::Ignored),
        wildcard::covers_ignoring_case(pattern, text)
    );
}

/// A request and documents: the engine decides as the naive evaluator does, and a stored document that
/// is sound as a written one.
pub(crate) fn policy_decision(data: &[u8]) {
    let Some((documents, question)) = text(data).and_then(case) else {
        return;
    };
    match compare::read(&documents) {
        Reading::Sound(both) => match both.ask(&question) {
            Ok(answer) => {
                let stored = Engine::stored(&documents).answer(&question);
                assert_eq!(stored.map(|stored| stored.answer), Some(answer));
            }
            Err(words) => panic!("{words}"),
        },
        Reading::Malformed => {}
        Reading::Disagreement(words) => panic!("{words}"),
    }
}

/// The account of the role that is asked for.
const ACCOUNT: &str = "1000000000000001";

fn question(action: &str) -> Question {
    Question {
        flow: Flow::Call,
        caller: Caller::User {
            account: ACCOUNT.to_owned(),
            name: "alice".to_owned(),
        },
        action: action.to_owned(),
        resources: Vec::new(),
        role_account: ACCOUNT.to_owned(),
        context: Vec::new(),
    }
}

/// Reads a case: lines of the request, an empty line, and documents one behind the other, each but the
/// first behind a line `--- policy`, `--- session` or `--- trust`.
///
/// The request's first line is the action. The others: `on RESOURCE`, `with KEY=VALUE`, and
/// `by user NAME`, `by role NAME`, `by service NAME [ACCOUNT]`, `by provider ARN`, `by root`.
pub(crate) fn case(text: &str) -> Option<(Documents, Question)> {
    let (request, documents) = text.split_once("\n\n")?;
    let mut lines = request.lines();
    let mut question = question(lines.next()?);
    for line in lines {
        match line.split_once(' ')? {
            ("on", resource) => question.resources.push(resource.to_owned()),
            ("with", pair) => {
                let (key, value) = pair.split_once('=')?;
                add(&mut question.context, key, value)?;
            }
            ("by", who) => question.caller = caller(who)?,
            _ => return None,
        }
    }
    // No request asks for what has two colons.
    if question.action.matches(':').count() > 1 {
        return None;
    }
    let documents = read_documents(documents);
    let alone = !matches!(question.caller, Caller::User { .. } | Caller::Role { .. });
    question.flow = match (&documents.trust, alone) {
        (None, _) => Flow::Call,
        (Some(_), false) => Flow::Assume,
        (Some(_), true) => Flow::Trust,
    };
    Some((documents, question))
}

fn read_documents(text: &str) -> Documents {
    let mut documents = Documents {
        policies: Vec::new(),
        session: None,
        trust: None,
    };
    for part in text.split("\n--- ") {
        if let Some(text) = part.strip_prefix("session\n") {
            documents.session = Some(text.to_owned());
        } else if let Some(text) = part.strip_prefix("trust\n") {
            documents.trust = Some(text.to_owned());
        } else {
            let text = part.strip_prefix("policy\n").unwrap_or(part);
            documents.policies.push(text.to_owned());
        }
    }
    documents
}

fn caller(who: &str) -> Option<Caller> {
    let account = ACCOUNT.to_owned();
    let words: Vec<&str> = who.split(' ').collect();
    Some(match *words {
        ["root"] => Caller::Root { account },
        ["user", name] => Caller::User {
            account,
            name: name.parse::<UserName>().ok().map(|_| name.to_owned())?,
        },
        ["role", name] => Caller::Role {
            account,
            name: name.parse::<RoleName>().ok().map(|_| name.to_owned())?,
        },
        ["service", name] => Caller::Service {
            name: name.to_owned(),
            bound: None,
        },
        ["service", name, bound] => Caller::Service {
            name: name.to_owned(),
            bound: Some(bound.parse::<AccountId>().ok()?.to_string()),
        },
        ["provider", arn] => Caller::Federated {
            provider: arn.parse::<ProviderArn>().ok().map(|_| arn.to_owned())?,
        },
        _ => return None,
    })
}

/// Adds a value to its key, which stands once however it is written; `None` for what is no key.
fn add(context: &mut Vec<(String, Vec<String>)>, key: &str, value: &str) -> Option<()> {
    let (service, name) = key.split_once(':')?;
    if service.is_empty() || name.is_empty() {
        return None;
    }
    let (front, tag) = key.split_at(key.find('/').unwrap_or(key.len()));
    let key = front.to_ascii_lowercase() + tag;
    match context.iter_mut().find(|(known, _)| *known == key) {
        Some((_, values)) => values.push(value.to_owned()),
        None => context.push((key, vec![value.to_owned()])),
    }
    Some(())
}
