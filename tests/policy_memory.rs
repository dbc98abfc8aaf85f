//! What a compiled statement costs in memory. Alone in its file, since it counts for the process.

use std::alloc::System;
use std::fmt::{self, Write};

use rampart::policy::compile::CompiledPolicy;
use rampart::policy::document::DocumentKind;
use rampart::policy::evaluate::{PolicySet, Request};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Few enough for an index on the heap, where it is counted.
const STATEMENTS: usize = 8_000;

/// The most that a statement may cost, its share of the index included, in bytes.
const MOST: usize = 700;

/// Statements on one action or on several, on folders and on single resources.
fn document() -> Result<String, fmt::Error> {
    let mut statements = String::new();
    for n in 0..STATEMENTS {
        let service = ["ecs", "oss", "rds", "vpc", "log"][n % 5];
        let action = ["GetThing", "Get*", "*", "CreateThing"][n % 4];
        let rest = if n % 3 == 0 { "" } else { "/*" };
        let comma = if n == 0 { "" } else { "," };
        write!(
            statements,
            r#"{comma}{{"Effect":"Allow","Action":"{service}:{action}",
                "Resource":"acs:{service}:*:1000000000000001:thing/team-{n:06}{rest}"}}"#
        )?;
    }
    Ok(format!(r#"{{"Version":"1","Statement":[{statements}]}}"#))
}

#[test]
fn a_compiled_statement_is_small() {
    let text = document().unwrap();
    let region = Region::new(ALLOCATOR);
    let policy = CompiledPolicy::from_stored(DocumentKind::Identity, &text);
    let of_the_set = Region::new(ALLOCATOR);
    let set = PolicySet::new(vec![policy.into()]);
    let [indexed, stats] = [of_the_set.change(), region.change()];
    let kept = stats.bytes_allocated - stats.bytes_deallocated;
    println!("{} bytes per statement", kept / STATEMENTS);
    assert!(
        kept / STATEMENTS <= MOST,
        "{} bytes per statement",
        kept / STATEMENTS
    );
    let resource = "acs:oss:cn:1000000000000001:thing/team-000001/x";
    let indexed = indexed.bytes_allocated - indexed.bytes_deallocated;
    assert!(
        set.index_bytes() <= indexed,
        "a part of the index is elsewhere"
    );
    let asked = Request::new("oss:GetThing", resource);
    assert!(set.evaluate(&asked).is_allowed());
}
