//! Generators: policies and requests that nearly meet. A request is made from the patterns and values
//! of a statement, and then often spoilt a little: its case, a prefix, one character more or less.

mod conditions;
mod faults;
mod model;
mod principals;
mod requests;
mod values;
mod words;

pub(crate) use model::{Block, Document, Statement};
pub(crate) use requests::question;
pub(crate) use words::{flip_case as flip_word, flip_key};

use super::question::{Documents, Kind};
use super::random::Random;

/// Makes documents from a stream of random numbers.
#[derive(Debug)]
pub(crate) struct Maker {
    pub(crate) random: Random,
    /// Whether what is made may be malformed.
    faulty: bool,
}

/// Documents as they were meant; [`Set::texts`] writes them down.
#[derive(Debug, Clone)]
pub(crate) struct Set {
    pub(crate) policies: Vec<Document>,
    pub(crate) session: Option<Document>,
    pub(crate) trust: Option<Document>,
}

impl Maker {
    pub(crate) fn new(random: Random) -> Self {
        Self {
            random,
            faulty: false,
        }
    }

    /// Documents, among which one may be malformed if `faulty`.
    pub(crate) fn set(&mut self, faulty: bool) -> Set {
        self.faulty = faulty;
        let count = *self.random.choose(&[0, 1, 1, 1, 1, 2, 2, 3]);
        let policies = (0..count).map(|_| self.document(Kind::Identity)).collect();
        let session = self.random.chance(25).then(|| self.document(Kind::Session));
        let trust = self.random.chance(40).then(|| self.document(Kind::Trust));
        self.faulty = false;
        Set {
            policies,
            session,
            trust,
        }
    }

    fn document(&mut self, kind: Kind) -> Document {
        let count = match (self.random.below(100), kind) {
            (0..60, _) => 1 + self.random.below(3),
            (60..96, _) | (_, Kind::Session | Kind::Trust) => 3 + self.random.below(8),
            _ => 16 + self.random.below(32),
        };
        Document {
            kind,
            statements: (0..count).map(|_| self.statement(kind)).collect(),
        }
    }

    pub(crate) fn statement(&mut self, kind: Kind) -> Statement {
        let trust = kind == Kind::Trust;
        let effect = if self.random.chance(65) {
            "Allow"
        } else {
            "Deny"
        };
        let actions = self.list(|maker| maker.action(trust));
        let resources = if trust {
            Vec::new()
        } else {
            self.list(Self::resource_pattern)
        };
        let condition = match self.random.below(100) {
            0..50 => None,
            50..53 => Some(Block::default()),
            _ => Some(self.condition()),
        };
        Statement {
            effect,
            not_action: !trust && self.random.chance(12),
            actions,
            not_resource: !trust && self.random.chance(12),
            resources,
            principals: if trust { self.principals() } else { Vec::new() },
            condition,
            sid: self.random.chance(10),
        }
    }

    /// One to four of what `make` makes, or at times so many that the engine looks at them together.
    fn list(&mut self, make: impl Fn(&mut Self) -> String) -> Vec<String> {
        let count = if self.random.chance(1) {
            8 + self.random.below(80)
        } else {
            *self.random.choose(&[1, 1, 1, 1, 2, 2, 3, 4])
        };
        (0..count).map(|_| make(self)).collect()
    }

    /// Whether to make a fault here.
    fn fault(&mut self) -> bool {
        self.faulty && self.random.chance(4)
    }
}

impl Set {
    /// The texts of the documents, one of many that say the same.
    pub(crate) fn texts(&self, random: &mut Random) -> Documents {
        Documents {
            policies: self.policies.iter().map(|one| one.text(random)).collect(),
            session: self.session.as_ref().map(|one| one.text(random)),
            trust: self.trust.as_ref().map(|one| one.text(random)),
        }
    }

    /// The same, one document of about the length that its kind may have, in characters of any size.
    pub(crate) fn long_texts(&self, random: &mut Random) -> Documents {
        let mut documents = self.texts(random);
        let length = *random.choose(&[2046, 2047, 2048, 2049, 6143, 6144, 6145]);
        let space = random.pick(&["\n", " "]);
        let Documents {
            policies,
            session,
            trust,
        } = &mut documents;
        for text in policies.iter_mut().chain(session).chain(trust).take(1) {
            if let Some(rest) = text.strip_suffix('}') {
                let count = length - text.chars().count().min(length);
                *text = format!("{rest}{}}}", space.repeat(count));
            }
        }
        documents
    }

    /// Every document, in the order in which [`Documents::all`] has their texts.
    pub(crate) fn documents_mut(&mut self) -> impl Iterator<Item = &mut Document> {
        let policies = self.policies.iter_mut();
        policies.chain(&mut self.session).chain(&mut self.trust)
    }

    /// The same with a fault in the text of one document, if there is a document.
    pub(crate) fn spoilt_texts(&self, random: &mut Random) -> Documents {
        let mut documents = self.texts(random);
        let count = documents.all().count();
        if count > 0 {
            let chosen = random.below(count);
            let Documents {
                policies,
                session,
                trust,
            } = &mut documents;
            let all = policies.iter_mut().chain(session).chain(trust);
            for text in all.skip(chosen).take(1) {
                *text = faults::spoil(text, random);
            }
        }
        documents
    }
}
