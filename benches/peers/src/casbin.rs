//! casbin: one rule per statement, an enforcer that is built once, and a matching function of our
//! own, as its guide advises where the built-in ones do not fit: `keyMatch` ends at the first star,
//! and the built-in `globMatch` compiles its pattern anew at each call.

use casbin::rhai::{Dynamic, ImmutableString};
use casbin::{
    CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi, function_map::OperatorFunction,
};

use crate::workload::Workload;
use crate::{Engine, Error};

const MODEL: &str = "
[request_definition]
r = act, obj

[policy_definition]
p = act, obj, eft

[policy_effect]
e = some(where (p.eft == allow)) && !some(where (p.eft == deny))

[matchers]
m = wild(r.act, p.act) && wild(r.obj, p.obj)
";

/// casbin with one workload.
pub struct Casbin {
    enforcer: Enforcer,
    requests: Vec<Vec<Dynamic>>,
}

impl Casbin {
    /// Translates the statements and the first `requests` requests.
    ///
    /// # Errors
    /// Whatever casbin refuses.
    pub fn new(workload: &Workload, requests: usize) -> Result<Self, Error> {
        let rules = workload.statements.iter().map(|statement| {
            let effect = if statement.allow { "allow" } else { "deny" };
            vec![
                statement.action.clone(),
                statement.resource.clone(),
                effect.to_owned(),
            ]
        });
        let enforcer = pollster::block_on(async {
            let model = DefaultModel::from_str(MODEL).await?;
            let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await?;
            enforcer.add_function("wild", OperatorFunction::Arg2(wild));
            enforcer.add_policies(rules.collect()).await?;
            Ok::<_, casbin::Error>(enforcer)
        })?;
        let requests = workload.requests.iter().take(requests).map(|asked| {
            [&asked.action, &asked.resource]
                .map(|text| Dynamic::from(ImmutableString::from(text.as_str())))
                .to_vec()
        });
        Ok(Self {
            enforcer,
            requests: requests.collect(),
        })
    }
}

impl Engine for Casbin {
    fn decide(&mut self, at: usize) -> Result<bool, Error> {
        Ok(self.enforcer.enforce(Shared(&self.requests[at]))?)
    }
}

/// A request that is built already: its texts are shared, not copied.
struct Shared<'a>(&'a [Dynamic]);

impl casbin::EnforceArgs for Shared<'_> {
    fn try_into_vec(self) -> casbin::Result<Vec<Dynamic>> {
        Ok(self.0.to_vec())
    }

    fn cache_key(&self) -> u64 {
        0
    }
}

/// Whether the pattern covers the text; stars only.
fn wild(text: Dynamic, pattern: Dynamic) -> Dynamic {
    let texts = text
        .into_immutable_string()
        .and_then(|text| Ok((text, pattern.into_immutable_string()?)));
    texts
        .is_ok_and(|(text, pattern)| covers(pattern.as_bytes(), text.as_bytes()))
        .into()
}

fn covers(mut pattern: &[u8], mut text: &[u8]) -> bool {
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => return true,
            (Some((b'*', rest)), _) => {
                if rest.is_empty() {
                    return true;
                }
                retry = Some((rest, text));
                pattern = rest;
                continue;
            }
            (Some((wanted, rest)), Some((found, after))) if wanted == found => {
                (pattern, text) = (rest, after);
                continue;
            }
            _ => {}
        }
        let Some((rest, from)) = retry else {
            return false;
        };
        let Some((_, after)) = from.split_first() else {
            return false;
        };
        retry = Some((rest, after));
        (pattern, text) = (rest, after);
    }
}
