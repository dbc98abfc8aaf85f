//! Policies and requests, the same for every engine.

use std::fmt::Write as _;

/// One statement: an action, or all that begin with a text, on the resources of one pattern.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Whether it permits or forbids.
    pub allow: bool,
    /// `service:Name`, perhaps with a star at its end.
    pub action: String,
    /// `acs:service:region:account:relative-id` with stars.
    pub resource: String,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Asked {
    /// `service:Name`.
    pub action: String,
    /// The resource's name.
    pub resource: String,
}

/// Statements, and requests over all of them.
#[derive(Debug)]
pub struct Workload {
    /// The statements.
    pub statements: Vec<Statement>,
    /// The requests, in random order.
    pub requests: Vec<Asked>,
}

/// Numbers that are the same in every run.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// The series that begins with this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// The next number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).map_or(0, |number| number % bound)
    }
}

/// The account that owns everything.
pub const ACCOUNT: &str = "1000000000000001";

const SERVICES: [(&str, &str); 20] = [
    ("ecs", "instance"),
    ("oss", "bucket"),
    ("rds", "dbinstance"),
    ("vpc", "vpc"),
    ("slb", "loadbalancer"),
    ("log", "project"),
    ("kms", "key"),
    ("cdn", "domain"),
    ("dds", "dbinstance"),
    ("kvstore", "instance"),
    ("fc", "services"),
    ("mns", "queues"),
    ("ots", "instance"),
    ("cs", "cluster"),
    ("cms", "alarm"),
    ("ess", "scalinggroup"),
    ("nas", "filesystem"),
    ("emr", "cluster"),
    ("dts", "job"),
    ("cr", "repository"),
];

const VERBS: [&str; 8] = [
    "Describe", "Get", "List", "Create", "Modify", "Delete", "Start", "Stop",
];

const NOUNS: [&str; 6] = ["Attribute", "Status", "Tags", "Backup", "Policy", "Member"];

/// What a statement is about, from which a request for it can be made.
struct Subject {
    service: usize,
    verb: usize,
    noun: Option<usize>,
    whole_service: bool,
    folder: bool,
}

impl Workload {
    /// A workload of that many statements and requests.
    ///
    /// Of the statements 60 in 100 name one action, 30 those that begin with a verb, 10 all of a
    /// service; 70 in 100 name a folder of a resource, the others one resource in one region; one
    /// in ten denies a part of what the statement before it allows. Three quarters of
    /// the requests are for resources that some statement names, some of which it denies, a quarter
    /// for resources that no statement names.
    #[must_use]
    pub fn mixed(statements: usize, requests: usize) -> Self {
        let mut random = Random::new(7);
        let mut subjects = Vec::with_capacity(statements);
        let mut made = Vec::with_capacity(statements);
        while made.len() < statements {
            let at = made.len();
            let denies = at % 10 == 9;
            let subject = if denies {
                let before: &Subject = &subjects[at - 1];
                Subject {
                    noun: before.noun,
                    ..*before
                }
            } else {
                let kind = random.below(10);
                Subject {
                    service: random.below(SERVICES.len()),
                    verb: random.below(VERBS.len()),
                    noun: (kind < 6).then(|| random.below(NOUNS.len())),
                    whole_service: kind == 9,
                    folder: at % 10 == 8 || random.below(10) < 7,
                }
            };
            made.push(Statement {
                allow: !denies,
                action: action_pattern(&subject),
                resource: if denies {
                    resource(&subject, at - 1, "*", "/secret/*")
                } else if subject.folder {
                    resource(&subject, at, "*", "/*")
                } else {
                    resource(&subject, at, "cn-hangzhou", "")
                },
            });
            subjects.push(subject);
        }
        let requests = (0..requests)
            .map(|number| {
                let at = random.below(statements);
                let subject = &subjects[at];
                let denied = !made[at].allow;
                let named = if number % 4 == 3 {
                    statements + at
                } else {
                    at - usize::from(denied)
                };
                let leaf = match (subject.folder, denied && number % 4 != 0) {
                    (false, _) => "",
                    (true, false) => "/report-2026.csv",
                    (true, true) => "/secret/plan.txt",
                };
                Asked {
                    action: action(subject, &mut random),
                    resource: resource(subject, named, "cn-hangzhou", leaf),
                }
            })
            .collect();
        Self {
            statements: made,
            requests,
        }
    }

    /// The statements as documents of about the same size; each keeps their order.
    ///
    /// Each statement has the condition, which is that of a document, with its braces; `{}` is none.
    #[must_use]
    pub fn documents(&self, count: usize, condition: &str) -> Vec<String> {
        let size = self.statements.len().div_ceil(count.max(1)).max(1);
        let chunks = self.statements.chunks(size);
        chunks.map(|part| document(part, condition)).collect()
    }
}

fn document(statements: &[Statement], condition: &str) -> String {
    let mut text = String::from(r#"{"Version":"1","Statement":["#);
    for (at, statement) in statements.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let effect = if statement.allow { "Allow" } else { "Deny" };
        let _ = write!(
            text,
            r#"{comma}{{"Effect":"{effect}","Action":"{}","Resource":"{}","Condition":{condition}}}"#,
            statement.action, statement.resource
        );
    }
    text.push_str("]}");
    text
}

fn action_pattern(subject: &Subject) -> String {
    let service = SERVICES[subject.service].0;
    let verb = VERBS[subject.verb];
    match subject.noun {
        Some(noun) => format!("{service}:{verb}{}", NOUNS[noun]),
        None if subject.whole_service => format!("{service}:*"),
        None => format!("{service}:{verb}*"),
    }
}

fn action(subject: &Subject, random: &mut Random) -> String {
    let service = SERVICES[subject.service].0;
    let verb = if subject.whole_service {
        random.below(VERBS.len())
    } else {
        subject.verb
    };
    let noun = subject.noun.unwrap_or_else(|| random.below(NOUNS.len()));
    format!("{service}:{}{}", VERBS[verb], NOUNS[noun])
}

/// Every name is one that no other name begins with.
fn resource(subject: &Subject, at: usize, region: &str, rest: &str) -> String {
    let (service, kind) = SERVICES[subject.service];
    format!("acs:{service}:{region}:{ACCOUNT}:{kind}/team-{at:06}{rest}")
}
