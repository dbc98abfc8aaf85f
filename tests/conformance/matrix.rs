//! Who may call what: principals times operations, as `authz-matrix.txt` shows them.
//!
//! What is expected is computed here, from the published actions and resources, by code that shares
//! nothing with the server; the server is then asked. The table is written from what is expected.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::app::{ACCOUNT, Credentials};
use crate::catalogue::{Built, built, file};
use crate::differences::is_called;
use crate::world::{Params, World};

const HEAD: &str = "\
# Who may call what. Made by `RAMPART_WRITE=1 cargo test --test conformance matrix`.
#
# R allowed: the account itself        F allowed: no permission is asked for
# A allowed: a statement allows it     I denied: no statement allows it
# E denied: a statement forbids it     S denied: the session policy does not allow it
# N not for this kind of caller, whatever it may
#
# root        the account itself
# nobody      a user without policies
# everything  a user who is allowed `*` on `*`
# exact       a user who is allowed the action on exactly the resources
# half        a user who is allowed the action on the first resource
# elsewhere   a user who is allowed the action on other resources of the account
# others      a user who is allowed everything but the action
# forbidden   a user who is allowed everything, and forbidden the action on the last resource
# member      a user without policies, in a group that has those of `exact`
# session     a session of a role that is allowed everything
# narrowed    the same with a session policy that allows something else
#
";

/// One statement, as the test thinks of it and as the server is told.
#[derive(Debug, Clone)]
struct Statement {
    allows: bool,
    /// The one action that it is about; everything but that with `but`; everything with neither.
    action: Option<String>,
    but: Option<String>,
    resources: Vec<String>,
}

impl Statement {
    fn json(&self) -> Value {
        let mut statement = json!({
            "Effect": if self.allows { "Allow" } else { "Deny" },
            "Resource": self.resources,
        });
        match (&self.action, &self.but) {
            (Some(action), _) => statement["Action"] = json!(action),
            (None, Some(but)) => statement["NotAction"] = json!(but),
            (None, None) => statement["Action"] = json!("*"),
        }
        statement
    }

    fn speaks_of(&self, action: &str, resource: &str) -> bool {
        let of_action = match (&self.action, &self.but) {
            (Some(only), _) => only == action,
            (None, Some(but)) => but != action,
            (None, None) => true,
        };
        let covers = |pattern: &String| pattern == "*" || pattern == resource;
        of_action && self.resources.iter().any(covers)
    }
}

fn document(statements: &[Statement]) -> String {
    let statements: Vec<Value> = statements.iter().map(Statement::json).collect();
    json!({"Version": "1", "Statement": statements}).to_string()
}

/// `A`, `I` or `E` of one who has these statements.
fn decide(statements: &[Statement], action: &str, resources: &[String]) -> char {
    let said = |allows: bool, resource: &String| {
        let speak = |s: &&Statement| s.allows == allows && s.speaks_of(action, resource);
        statements.iter().find(speak).is_some()
    };
    if resources.iter().any(|resource| said(false, resource)) {
        'E'
    } else if resources.iter().all(|resource| said(true, resource)) {
        'A'
    } else {
        'I'
    }
}

fn allow(action: Option<&str>, but: Option<&str>, resources: &[&str]) -> Statement {
    Statement {
        allows: true,
        action: action.map(str::to_owned),
        but: but.map(str::to_owned),
        resources: resources.iter().map(|one| (*one).to_owned()).collect(),
    }
}

const USERS: [&str; 8] = [
    "nobody",
    "everything",
    "exact",
    "half",
    "elsewhere",
    "others",
    "forbidden",
    "member",
];

/// The resources as one caller has them: some are the caller itself.
fn of_caller(resources: &[String], name: &str) -> Vec<String> {
    let own = |resource: &String| resource.replace("{caller}", name);
    resources.iter().map(own).collect()
}

/// The statements that a user has itself or by its group.
fn statements(name: &str, action: &str, resources: &[String]) -> Vec<Statement> {
    let resources = of_caller(resources, name);
    let all: Vec<&str> = resources.iter().map(String::as_str).collect();
    let everything = allow(None, None, &["*"]);
    let elsewhere = format!("acs:ram:*:{ACCOUNT}:elsewhere/*");
    match name {
        "everything" => vec![everything],
        "exact" | "member" => vec![allow(Some(action), None, &all)],
        "half" => vec![allow(Some(action), None, &all[..1])],
        "elsewhere" => vec![allow(Some(action), None, &[&elsewhere])],
        "others" => vec![allow(None, Some(action), &["*"])],
        "forbidden" => {
            let forbid = Statement {
                allows: false,
                ..allow(Some(action), None, &all[all.len() - 1..])
            };
            vec![everything, forbid]
        }
        _ => Vec::new(),
    }
}

/// What stands in a place of a template.
fn place(name: &str, params: &Params) -> String {
    let get = |name: &str| {
        params
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    };
    let local = |text: &str| text.split(['@']).next().unwrap().to_owned();
    let last = |text: &str| text.rsplit('/').next().unwrap().to_owned();
    match name {
        "account|system" if get("PolicyType") == Some("System") => "system".to_owned(),
        "account" | "account|system" => ACCOUNT.to_owned(),
        "UserName" => get("UserName").map_or_else(
            || local(get("UserPrincipalName").unwrap_or("{caller}")),
            str::to_owned,
        ),
        "DeviceName" | "SerialNumber" => last(get("SerialNumber").unwrap()),
        "RoleName" => get("RoleName").map_or_else(|| last(get("RoleArn").unwrap()), str::to_owned),
        other => get(other)
            .unwrap_or_else(|| panic!("{other} is not sent"))
            .to_owned(),
    }
}

/// The resources of a call, from their published templates.
pub(crate) fn resources(built: &Built, params: &Params) -> Vec<String> {
    let kind = params
        .iter()
        .find(|(name, _)| name == "PrincipalType")
        .map(|(_, kind)| kind.clone());
    let fill = |template: &str| {
        // `per PrincipalType: <kind> <template> | …`
        let template = match template.strip_prefix("per PrincipalType: ") {
            Some(each) => {
                let start = format!("{} ", kind.as_deref().unwrap());
                let own = each.split(" | ").find_map(|one| one.strip_prefix(&start));
                own.unwrap()
            }
            None => template,
        };
        let (mut filled, mut rest) = (String::new(), template);
        while let Some((before, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap();
            filled += before;
            filled += &place(name, params);
            rest = after;
        }
        filled + rest
    };
    let filled: Vec<String> = built.published.resources().into_iter().map(fill).collect();
    if filled.is_empty() && built.published.action.is_some() {
        // An action without a published resource is asked for on every one.
        return vec!["*".to_owned()];
    }
    filled
}

/// Calls that ask for no permission, whatever their published action says: documented so.
fn is_free(built: &Built) -> bool {
    built.published.action.is_none() || built.name() == "GetCallerIdentity"
}

/// The callers that an operation is not for, and the code that they get.
fn not_for(built: &Built, principal: &str) -> Option<&'static str> {
    match (built.name(), principal) {
        ("AssumeRole", "root") => Some("NoPermission"),
        ("ChangePassword", "root" | "session" | "narrowed") => Some("NotSupport.Account"),
        _ => None,
    }
}

/// What is expected of every principal.
fn expected(built: &Built, action: &str, resources: &[String]) -> Vec<(&'static str, char)> {
    let mut row = vec![("root", 'R')];
    for name in USERS {
        let statements = statements(name, action, resources);
        let resources = of_caller(resources, name);
        row.push((name, decide(&statements, action, &resources)));
    }
    row.push(("session", 'A'));
    row.push(("narrowed", 'S'));
    for (name, cell) in &mut row {
        if not_for(built, name).is_some() {
            *cell = 'N';
        } else if is_free(built) {
            *cell = 'F';
        }
    }
    row
}

async fn make(world: &World, action: &str, params: &[(&str, &str)]) -> Value {
    world.app.ram(&world.app.root(), action, params).await.ok()
}

/// The principals, in the order of the table.
async fn callers(world: &World, action: &str, resources: &[String]) -> Vec<Credentials> {
    let mut callers = vec![world.app.root()];
    for name in USERS {
        let statements = statements(name, action, resources);
        let own = document(&statements);
        let policies: &[&str] = if statements.is_empty() || name == "member" {
            &[]
        } else {
            &[&own]
        };
        callers.push(world.app.user(name, policies).await);
        if name == "member" {
            make(world, "CreateGroup", &[("GroupName", "members")]).await;
            make(
                world,
                "AddUserToGroup",
                &[("GroupName", "members"), ("UserName", name)],
            )
            .await;
            make(
                world,
                "CreatePolicy",
                &[("PolicyName", "members"), ("PolicyDocument", &own)],
            )
            .await;
            let attach = [
                ("GroupName", "members"),
                ("PolicyName", "members"),
                ("PolicyType", "Custom"),
            ];
            make(world, "AttachPolicyToGroup", &attach).await;
        }
    }
    let everything = document(&[allow(None, None, &["*"])]);
    world
        .app
        .role("taken", r#"{"RAM":"*"}"#, &[&everything])
        .await;
    // Of another action than any that is asked for.
    let narrow = document(&[allow(Some("rampart:Nothing"), None, &["*"])]);
    for more in [&[][..], &[("Policy", narrow.as_str())]] {
        callers.push(world.app.assume(&world.ann, "taken", more).await.unwrap());
    }
    callers
}

/// What the server says to one: `+` for every answer but a denial, else as in the table.
async fn asked(
    world: &World,
    built: &Built,
    caller: &Credentials,
    params: &Params,
) -> (char, String) {
    let pairs: Vec<(&str, &str)> = params
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let pairs = [&pairs[..], &[("Format", "JSON")]].concat();
    let reply = world
        .app
        .rpc(caller, built.product(), built.name(), &pairs)
        .await;
    let code = reply.code();
    if code != "NoPermission" {
        return ('+', code);
    }
    let detail = &reply.json()["AccessDeniedDetail"];
    let text = |name: &str| detail[name].as_str().unwrap_or_default().to_owned();
    let cell = match (
        text("NoPermissionType").as_str(),
        text("PolicyType").as_str(),
    ) {
        ("ImplicitDeny", "SessionPolicy") => 'S',
        ("ImplicitDeny", "AccountLevelIdentityBasedPolicy") => 'I',
        ("ExplicitDeny", "AccountLevelIdentityBasedPolicy") => 'E',
        _ => '?',
    };
    (cell, code)
}

/// The parameters of a call that asks for no more than what is published: a new name is asked for
/// too, and so is a source identity.
fn parameters(world: &World, built: &Built) -> Params {
    let more = [
        "NewUserName",
        "NewGroupName",
        "NewUserPrincipalName",
        "SourceIdentity",
    ];
    let mut params = world.all(built);
    params.retain(|(name, _)| !more.contains(&name.as_str()));
    params
}

#[tokio::test]
async fn every_principal_may_what_the_published_permissions_say() {
    let mut table = HEAD.to_owned();
    let mut wrong = Vec::new();
    for built in built().into_iter().filter(is_called) {
        let world = World::new(&built.published.family).await;
        let params = parameters(&world, &built);
        let action = built.published.action.as_deref().unwrap_or("none:None");
        let mut on = resources(&built, &params);
        if on.is_empty() {
            on.push("*".to_owned());
        }
        let row = expected(&built, action, &on);
        let callers = callers(&world, action, &on).await;
        assert_eq!(row.len(), callers.len());
        let cells: String = row.iter().flat_map(|(_, cell)| [' ', *cell]).collect();
        if table.len() == HEAD.len() {
            let names: Vec<&str> = row.iter().map(|(name, _)| *name).collect();
            let _ = writeln!(table, "# {}\n", names.join(" "));
        }
        let name = built.qualified();
        let asked_for = if is_free(&built) {
            "nothing".to_owned()
        } else {
            format!("{action} on {}", on.join(", "))
        };
        let _ = writeln!(table, "{name:48}{cells}   {asked_for}");
        for ((principal, cell), caller) in row.iter().zip(&callers) {
            let (said, code) = asked(&world, &built, caller, &params).await;
            let fits = match cell {
                'N' => not_for(&built, principal) == Some(code.as_str()),
                'A' | 'R' | 'F' => said == '+',
                cell => said == *cell,
            };
            if !fits {
                wrong.push(format!(
                    "{name} {principal}: {cell} expected, {said} ({code})"
                ));
            }
        }
        world.app.end().await;
    }
    assert_eq!(wrong, [] as [String; 0]);
    let path = file("tests/authz-matrix.txt");
    if std::env::var_os("RAMPART_WRITE").is_some() {
        std::fs::write(&path, &table).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == table,
        "RAMPART_WRITE=1 cargo test --test conformance matrix"
    );
}

#[test]
fn the_tests_own_decision_is_sound() {
    let on = |names: &[&str]| -> Vec<String> { names.iter().map(|n| (*n).to_owned()).collect() };
    let both = on(&["a", "b"]);
    let cases = |who: &str| decide(&statements(who, "x:Y", &both), "x:Y", &both);
    assert_eq!(USERS.map(cases), ['I', 'A', 'A', 'I', 'I', 'I', 'E', 'A']);
}
