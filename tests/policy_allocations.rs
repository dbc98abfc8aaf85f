//! A decision allocates nothing, whatever it is. Alone in its file, since it counts for the process.

use std::alloc::System;
use std::error::Error;
use std::fmt::Write;
use std::hint::black_box;

use rampart::policy::compile::CompiledPolicy;
use rampart::policy::document::{Document, DocumentKind, Fault};
use rampart::policy::evaluate::{PolicySet, Request};
use rampart::policy::ids::{AccountId, UserName};
use rampart::policy::principal::Principal;
use rampart::policy::trust::{TrustPolicy, TrustRequest};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn parse(kind: DocumentKind, text: &str) -> Result<Document, Box<dyn Error>> {
    Document::parse(kind, text).map_err(|faults| {
        faults
            .iter()
            .map(Fault::to_string)
            .collect::<String>()
            .into()
    })
}

fn identity() -> Result<PolicySet, Box<dyn Error>> {
    let mut statements = String::new();
    for n in 0..50 {
        write!(
            statements,
            r#"{{"Effect":"Allow","Action":"s{n}:Get*","Resource":"acs:s{n}:*:*:b*{n}/?x"}},"#
        )?;
    }
    let text = format!(
        r#"{{"Version":"1","Statement":[{statements}
            {{"Effect":"Deny","NotAction":"s*:*","NotResource":"acs:ram:*:*:role/*"}}]}}"#
    );
    let policy = CompiledPolicy::new(&parse(DocumentKind::Identity, &text)?);
    Ok(PolicySet::new(vec![policy.into()]))
}

#[test]
fn decisions_allocate_nothing() {
    let set = identity().unwrap();
    let trust = parse(
        DocumentKind::Trust,
        r#"{"Version":"1","Statement":{"Effect":"Allow","Action":"sts:AssumeRole",
            "Principal":{"RAM":["acs:ram::1000000000000001:user/alice"]}}}"#,
    );
    let trust = TrustPolicy::new(&trust.unwrap());
    let account: AccountId = "1000000000000001".parse().unwrap();
    let name: UserName = "Alice".parse().unwrap();
    let principal = Principal::User {
        account,
        name: &name,
    };

    let region = Region::new(ALLOCATOR);
    for _ in 0..100 {
        for action in ["s7:GetObject", "S49:getobject", "ecs:StartInstance", "none"] {
            for resource in ["acs:s7:cn:1:bucket7/xx", "acs:ram::1:role/ops", "*", "é"] {
                black_box(set.evaluate(&Request::new(action, resource)));
                black_box(set.evaluate_all(action, [resource, "*"]));
            }
        }
        black_box(trust.evaluate(&TrustRequest {
            action: "sts:AssumeRole",
            principal: &principal,
            role_account: account,
        }));
    }
    let stats = region.change();
    assert_eq!((stats.allocations, stats.reallocations), (0, 0));
}
