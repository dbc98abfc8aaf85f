//! Both evaluators side by side.

use rampart::policy::evaluate::{Decision, Reason};

use super::engine::{self, Engine};
use super::oracle::decide::{self, Read, Step, Steps};
use super::oracle::document;
use super::question::{Answer, Documents, Effect, Question};

/// The documents as both have read them.
#[derive(Debug)]
pub(crate) struct Both {
    read: Read,
    engine: Engine,
}

/// What came of reading documents on both sides.
pub(crate) enum Reading {
    Sound(Box<Both>),
    /// Both refuse the same documents.
    Malformed,
    /// Only one refuses; says which and what.
    Disagreement(String),
}

pub(crate) fn read(documents: &Documents) -> Reading {
    for (kind, text) in documents.all() {
        if document::fits(kind, text) != engine::fits(kind, text) {
            let length = text.chars().count();
            return Reading::Disagreement(format!(
                "{kind:?}: {length} characters are not too long for both"
            ));
        }
        let naive = document::parse(kind, text).is_some();
        let compiled = engine::parse(kind, text);
        if naive != compiled.is_ok() {
            let compiled =
                compiled.map_or_else(|rule| format!("refuses ({rule})"), |_| "accepts".to_owned());
            let naive = if naive { "accepts" } else { "refuses" };
            return Reading::Disagreement(format!(
                "{kind:?}: the naive one {naive}, the compiled one {compiled}"
            ));
        }
    }
    match (decide::read(documents), Engine::new(documents)) {
        (Some(read), Ok(engine)) => Reading::Sound(Box::new(Both { read, engine })),
        (None, Err(_)) => Reading::Malformed,
        _ => Reading::Disagreement("the documents together are not what each is alone".to_owned()),
    }
}

impl Both {
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What both say to a question, or in words how they differ.
    pub(crate) fn ask(&self, question: &Question) -> Result<Answer, String> {
        let steps = decide::steps(&self.read, question);
        let naive = decide::answer(&steps);
        let Some(decided) = self.engine.answer(question) else {
            return Err("the compiled one cannot read a name of the question".to_owned());
        };
        if naive != decided.answer {
            return Err(format!(
                "the naive one says {naive:?}, the compiled one {:?}",
                decided.answer
            ));
        }
        let parts = [
            ("session", &steps.session, decided.session),
            ("identity", &steps.identity, decided.identity),
            ("trust", &steps.trust, decided.trust),
        ];
        for (name, step, decision) in parts {
            if let (Some(step), Some(decision)) = (step, decision)
                && !is_true(&decision, step)
            {
                return Err(format!(
                    "{name}: the compiled one's reason is untrue: {decision:?}, and {step:?} match"
                ));
            }
        }
        self.check_matching(&steps, question)?;
        Ok(naive)
    }

    /// Both find the same statements, whatever comes of them.
    fn check_matching(&self, steps: &Steps, question: &Question) -> Result<(), String> {
        let identity = question.resources.first();
        let identity = identity.map(|resource| self.engine.matching(question, resource));
        let trust = self.engine.matching_trust(question);
        let parts = [
            ("identity", &steps.identity, identity),
            ("trust", &steps.trust, trust),
        ];
        for (name, step, compiled) in parts {
            let naive = step.as_ref().and_then(|Step(found)| found.first());
            if let (Some(naive), Some(compiled)) = (naive, compiled)
                && *naive != compiled
            {
                return Err(format!(
                    "{name}: the naive one finds {naive:?}, the compiled one {compiled:?}"
                ));
            }
        }
        Ok(())
    }
}

/// Whether a reason is true: the statement it names matches and has that effect.
fn is_true(decision: &Decision, step: &Step) -> bool {
    let Some(found) = step.0.get(decision.resource) else {
        // A call of no resources has none that decided.
        return step.0.is_empty() && decision.reason == Reason::NoStatement;
    };
    match (engine::effect(decision.effect), decision.reason) {
        (Effect::ImplicitDeny, Reason::NoStatement) => {
            decide::one_resource(found) == Effect::ImplicitDeny
        }
        (effect @ (Effect::Allow | Effect::Deny), Reason::Statement(by)) => {
            found.contains(&(by.policy, by.statement, effect == Effect::Allow))
        }
        _ => false,
    }
}
