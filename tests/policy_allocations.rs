//! A decision allocates nothing, whatever it is. Alone in its file, since it counts for the process.

use std::alloc::System;
use std::error::Error;
use std::fmt::Write;
use std::hint::black_box;

use rampart::policy::compile::CompiledPolicy;
use rampart::policy::context::MapContext;
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
            r#"{{"Effect":"Allow","Action":"s{n}:Get*","Resource":"acs:s{n}:*:*:b*{n}/?x","Condition":{{
                "IpAddress":{{"acs:SourceIp":["10.0.0.0/8","2001:db8::/32"]}},
                "StringLike":{{"acs:ResourceTag/Team":["*a?","*é*b"]}},
                "StringEqualsIgnoreCase":{{"acs:PrincipalARN":["x","É"]}},
                "ForAllValues:NumericLessThan":{{"kms:RecoveryWindowInDays":["7.50","-1"]}},
                "DateLessThan":{{"acs:CurrentTime":"2030-01-01T00:00:00.5+08:00"}},
                "Bool":{{"acs:SecureTransport":["true","false"]}}}}}},"#
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

    let pairs = [
        ("acs:SourceIp", vec!["::ffff:10.1.2.3"]),
        ("acs:ResourceTag/Team", vec!["xab", "é"]),
        ("acs:PrincipalARN", vec!["é"]),
        ("kms:RecoveryWindowInDays", vec!["7", "-3.25"]),
        ("acs:CurrentTime", vec!["2026-11-25T07:00:00Z"]),
        ("acs:SecureTransport", vec!["TRUE"]),
    ];
    let contexts: [MapContext; 2] = [pairs.into_iter().collect(), MapContext::default()];

    let mut allowed = 0;
    let region = Region::new(ALLOCATOR);
    for _ in 0..100 {
        for action in ["s7:GetObject", "S49:getobject", "ecs:StartInstance", "none"] {
            for resource in ["acs:s7:cn:1:bucket7/xx", "acs:ram::1:role/ops", "*", "é"] {
                let request = Request::new(action, resource);
                black_box(set.evaluate(&request));
                for context in &contexts {
                    let on = |resource| Request::new(action, resource).with_context(context);
                    allowed += usize::from(set.evaluate(&on(resource)).is_allowed());
                    black_box(set.evaluate_all([on(resource), on("*")]));
                }
            }
        }
        black_box(trust.evaluate(&TrustRequest {
            action: "sts:AssumeRole",
            principal: &principal,
            role_account: account,
            context: &contexts[0],
        }));
    }
    let stats = region.change();
    // The conditions were reached, and held.
    assert_eq!(allowed, 100);
    assert_eq!((stats.allocations, stats.reallocations), (0, 0));
}
