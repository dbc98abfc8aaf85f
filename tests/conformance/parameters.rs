//! Every parameter is parsed under the published constraint.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rampart::ops::declare::Access;
use rampart::ops::params::{Params as Parsed, Problem};

use crate::catalogue::{Built, Parameter, built};
use crate::constraints::Texts;
use crate::differences::{Kind, check};
use crate::world::{Params, World};

/// The parameter at fault, if one is, and whether it is missing.
fn fault(built: &Built, params: &Params) -> Option<(&'static str, bool)> {
    let pairs = params
        .iter()
        .map(|(name, value)| (Cow::Borrowed(name.as_str()), Cow::Borrowed(value.as_str())));
    let fault = (built.entry.parse)(&Parsed::new(pairs.collect())).err()?;
    let missing = matches!(fault.problem, Problem::Missing | Problem::Demanded);
    Some((fault.name, missing))
}

fn with(params: &Params, parameter: &Parameter, value: Option<&str>) -> Params {
    let own =
        |name: &str| name == parameter.name || name.starts_with(&format!("{}.", parameter.name));
    let mut all: Params = params
        .iter()
        .filter(|(name, _)| !own(name))
        .cloned()
        .collect();
    let name = match parameter.kind.as_str() {
        "RepeatList" => format!("{}.1", parameter.name),
        _ => parameter.name.clone(),
    };
    all.extend(value.map(|value| (name, value.to_owned())));
    all
}

/// What is wrong with one parameter of one operation.
fn try_parameter(built: &Built, parameter: &Parameter, params: &Params) -> Vec<String> {
    let name = parameter.name.as_str();
    let mut wrong = Vec::new();
    let empties: &[Option<&str>] = match parameter.kind.as_str() {
        // An empty place in a list is a text of no length.
        "RepeatList" => &[None],
        _ => &[None, Some("")],
    };
    for empty in empties.iter().copied() {
        let found = fault(built, &with(params, parameter, empty));
        let expected = parameter.required.then_some((name, true));
        if found.map(|(name, missing)| (name.to_owned(), missing))
            != expected.map(|(name, missing)| (name.to_owned(), missing))
        {
            wrong.push(format!("without it ({empty:?}): {found:?}"));
        }
    }
    let texts = Texts::of(parameter).unwrap_or_else(|what| {
        wrong.push(format!("{what}: teach it to `constraints`"));
        Texts::default()
    });
    for text in &texts.good {
        if let Some(found) = fault(built, &with(params, parameter, Some(text))) {
            wrong.push(format!("`{text}` is refused: {found:?}"));
        }
    }
    for text in &texts.bad {
        match fault(built, &with(params, parameter, Some(text))) {
            Some((found, false)) if found == name => {}
            other => wrong.push(format!("`{text}` is not refused: {other:?}")),
        }
    }
    for member in &parameter.members {
        let reads = built.entry.declaration.access == Access::Read;
        let own;
        let member = if reads && member.constraint.contains(';') {
            // What is looked for may be what can no longer be set.
            let (length, _) = member.constraint.split_once(';').unwrap();
            own = Parameter {
                name: member.name.clone(),
                kind: member.kind.clone(),
                required: member.required,
                constraint: length.to_owned(),
                members: Vec::new(),
            };
            &own
        } else {
            member
        };
        let texts = match Texts::of(member) {
            Ok(texts) => texts,
            Err(what) => panic!("{} {name}.{}: {what}", built.qualified(), member.name),
        };
        let good = texts.good.iter().map(|text| (text, true));
        for (text, good) in good.chain(texts.bad.iter().map(|text| (text, false))) {
            let bent = with_tag(params, parameter, &member.name, text);
            match (fault(built, &bent), good) {
                (None, true) => {}
                (Some((found, false)), false) if found == name => {}
                (other, _) => wrong.push(format!("{} `{text}`: {other:?}", member.name)),
            }
        }
    }
    wrong
}

/// The parameters with one tag of which one member is that text.
fn with_tag(params: &Params, parameter: &Parameter, member: &str, text: &str) -> Params {
    let mut all = with(params, parameter, None);
    let tag = [("Key", "k"), ("Value", "v")]
        .map(|(name, usual)| (name, if name == member { text } else { usual }));
    if parameter.kind == "RepeatList" {
        for (member, value) in tag {
            all.push((format!("{}.1.{member}", parameter.name), value.to_owned()));
        }
    } else {
        let tag: serde_json::Map<String, serde_json::Value> = tag
            .map(|(name, value)| (name.to_owned(), value.into()))
            .into_iter()
            .collect();
        all.push((parameter.name.clone(), serde_json::json!([tag]).to_string()));
    }
    all
}

#[tokio::test]
async fn every_parameter_is_parsed_with_its_constraint() {
    let (mut found, mut tried, mut shown) = (BTreeSet::new(), 0, Vec::new());
    let world = World::new("login").await;
    for built in built() {
        let declared = built.entry.declaration.params;
        let params = world.all(&built);
        assert_eq!(fault(&built, &params), None, "{}", built.qualified());
        let required = world.required(&built);
        assert_eq!(fault(&built, &required), None, "{}", built.qualified());
        for parameter in &built.published.params {
            let what = format!("{} {}", built.qualified(), parameter.name);
            if !declared.iter().any(|param| param.name == parameter.name) {
                shown.push(format!("{what}: not taken"));
                found.insert(what);
                continue;
            }
            tried += 1;
            let wrong = try_parameter(&built, parameter, &params);
            if !wrong.is_empty() {
                shown.push(format!("{what}: {}", wrong.join("; ")));
                found.insert(what);
            }
        }
        // What is taken beside that is in the list too.
        for param in declared {
            if !built
                .published
                .params
                .iter()
                .any(|known| known.name == param.name)
            {
                let what = format!("{} {}", built.qualified(), param.name);
                shown.push(format!("{what}: not published"));
                found.insert(what);
            }
        }
    }
    assert!(tried >= 200, "{tried}");
    eprintln!("{}", shown.join("\n"));
    check(Kind::Parameter, &found);
    world.app.end().await;
}
