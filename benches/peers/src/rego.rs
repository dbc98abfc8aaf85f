//! regorus: the statements as data, and a rule over them that is prepared once.
//!
//! Three ways, as its guide offers them: the engine of its first page; the bytecode machine; and
//! the bytecode machine over statements that were filed by hand under their action or service,
//! which is what Rego's guide advises where a policy can be arranged around one key.

use std::collections::BTreeMap;

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Rc, Value};
use serde_json::{Value as Json, json};

use crate::workload::{Asked, Statement, Workload};
use crate::{Engine, Error};

/// What is asked.
const ENTRY: &str = "data.rampart.allowed";

const HEAD: &str = "
package rampart

default allowed := false

allowed if {
    granted
    not denied
}
";

/// Looks at each statement.
const EACH: &str = "
granted if {
    some statement in data.policies.allow.exact
    statement.action == input.action
    glob.match(statement.resource, null, input.resource)
}

granted if {
    some statement in data.policies.allow.prefix
    startswith(input.action, statement.action)
    glob.match(statement.resource, null, input.resource)
}

denied if {
    some statement in data.policies.deny.exact
    statement.action == input.action
    glob.match(statement.resource, null, input.resource)
}

denied if {
    some statement in data.policies.deny.prefix
    startswith(input.action, statement.action)
    glob.match(statement.resource, null, input.resource)
}
";

/// Looks at those of one action, and at those of one service that name several.
const FILED: &str = "
granted if {
    some statement in data.policies.allow.exact[input.action]
    glob.match(statement.resource, null, input.resource)
}

granted if {
    some statement in data.policies.allow.prefix[input.service]
    startswith(input.action, statement.action)
    glob.match(statement.resource, null, input.resource)
}

denied if {
    some statement in data.policies.deny.exact[input.action]
    glob.match(statement.resource, null, input.resource)
}

denied if {
    some statement in data.policies.deny.prefix[input.service]
    startswith(input.action, statement.action)
    glob.match(statement.resource, null, input.resource)
}
";

fn service(action: &str) -> &str {
    action.split_once(':').map_or("", |(service, _)| service)
}

/// The statements of one effect, those with one action apart from those with a prefix.
fn data(statements: &[Statement], allow: bool, filed: bool) -> Json {
    let mut exact: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    let mut prefix: BTreeMap<&str, Vec<Json>> = BTreeMap::new();
    for statement in statements.iter().filter(|one| one.allow == allow) {
        let (places, key, action) = match statement.action.strip_suffix('*') {
            None => (&mut exact, &*statement.action, &*statement.action),
            Some(action) => (&mut prefix, service(action), action),
        };
        let key = if filed { key } else { "" };
        places
            .entry(key)
            .or_default()
            .push(json!({"action": action, "resource": statement.resource}));
    }
    if filed {
        json!({"exact": exact, "prefix": prefix})
    } else {
        let all = |places: BTreeMap<&str, Vec<Json>>| places.into_values().flatten().collect();
        let (exact, prefix): (Vec<Json>, Vec<Json>) = (all(exact), all(prefix));
        json!({"exact": exact, "prefix": prefix})
    }
}

fn loaded(workload: &Workload, filed: bool) -> Result<(regorus::Engine, Value), Error> {
    // As many as it allows: else it compiles the patterns of a larger set anew at each decision.
    regorus::cache::configure(regorus::cache::Config {
        glob: regorus::cache::Config::MAX_CAPACITY,
        ..regorus::cache::Config::default()
    });
    let statements = &workload.statements;
    let data = Value::from(json!({"policies": {
        "allow": data(statements, true, filed),
        "deny": data(statements, false, filed),
    }}));
    let mut engine = regorus::Engine::new();
    let rules = format!("{HEAD}{}", if filed { FILED } else { EACH });
    engine.add_policy("rampart.rego".to_owned(), rules)?;
    engine.add_data(data.clone())?;
    Ok((engine, data))
}

fn inputs(requests: &[Asked], count: usize) -> Vec<Value> {
    let input = |asked: &Asked| {
        Value::from(json!({
            "action": asked.action,
            "service": service(&asked.action),
            "resource": asked.resource,
        }))
    };
    requests.iter().take(count).map(input).collect()
}

/// The engine of regorus with one workload.
pub struct Interpreter {
    engine: regorus::Engine,
    inputs: Vec<Value>,
}

impl Interpreter {
    /// Translates the statements and the first `requests` requests.
    ///
    /// # Errors
    /// Whatever regorus refuses.
    pub fn new(workload: &Workload, requests: usize) -> Result<Self, Error> {
        let (engine, _) = loaded(workload, false)?;
        let inputs = inputs(&workload.requests, requests);
        Ok(Self { engine, inputs })
    }
}

impl Engine for Interpreter {
    fn decide(&mut self, at: usize) -> Result<bool, Error> {
        self.engine.set_input(self.inputs[at].clone());
        Ok(self.engine.eval_rule(ENTRY.to_owned())? == Value::Bool(true))
    }
}

/// The bytecode machine of regorus with one workload.
pub struct Machine {
    machine: RegoVM,
    inputs: Vec<Value>,
}

impl Machine {
    /// Translates the statements and the first `requests` requests; `filed` is the arrangement by
    /// hand.
    ///
    /// # Errors
    /// Whatever regorus refuses.
    pub fn new(workload: &Workload, requests: usize, filed: bool) -> Result<Self, Error> {
        let (mut engine, data) = loaded(workload, filed)?;
        let policy = engine.compile_with_entrypoint(&Rc::from(ENTRY))?;
        let program = Compiler::compile_from_policy(&policy, &[ENTRY])?;
        let mut machine = RegoVM::new();
        machine.set_max_instructions(usize::MAX);
        machine.load_program(program);
        machine.set_data(data)?;
        let inputs = inputs(&workload.requests, requests);
        Ok(Self { machine, inputs })
    }
}

impl Engine for Machine {
    fn decide(&mut self, at: usize) -> Result<bool, Error> {
        self.machine.set_input(self.inputs[at].clone());
        Ok(self.machine.execute()? == Value::Bool(true))
    }
}
