//! What AssumeRole costs once everything is warm: allocations, and nothing else.

#[path = "support/app.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod app;
#[path = "support/postgres.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod postgres;

use std::alloc::System;

use app::{ACCOUNT, On, TestApp, encode, policy};
use axum::body::Body;
use axum::http::Request;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

#[tokio::test]
async fn assume_role_allocates_little() {
    let app = TestApp::start(On::Memory).await;
    let alice = app
        .user("alice", &[&policy("Allow", "sts:AssumeRole", "*")])
        .await;
    app.role(
        "Reader",
        &format!(r#"{{"RAM":["acs:ram::{ACCOUNT}:root"]}}"#),
        &[],
    )
    .await;
    let arn = format!("acs:ram::{ACCOUNT}:role/Reader");
    let params = [("RoleArn", arn.as_str()), ("RoleSessionName", "session")];
    app.sts(&alice, "AssumeRole", &params).await.ok();
    app.sts(&alice, "AssumeRole", &params).await.ok();

    let rpc = |app: &TestApp| {
        let query = app.rpc_query(&alice, "POST", "2015-04-01", "AssumeRole", &params);
        Request::post(format!("/?{query}"))
            .header("host", "127.0.0.1")
            .body(Body::empty())
            .unwrap()
    };
    let acs3 = |app: &TestApp| {
        let mut request = Request::post(format!("/?{}", encode(&params)));
        for (name, value) in app.acs3_headers(&alice, "2015-04-01", "AssumeRole", &params, None) {
            request = request.header(name, value);
        }
        request.body(Body::empty()).unwrap()
    };
    for (scheme, request) in [("RPC", rpc(&app)), ("ACS3", acs3(&app))] {
        let region = Region::new(ALLOCATOR);
        let response = app.api.serve(request).await;
        let change = region.change();
        assert_eq!(response.status(), 200);
        println!(
            "{scheme}: {} allocations, {} bytes",
            change.allocations + change.reallocations,
            change.bytes_allocated
        );
    }
    let start = std::time::Instant::now();
    for (scheme, make) in [
        ("RPC", &rpc as &dyn Fn(&TestApp) -> Request<Body>),
        ("ACS3", &acs3),
    ] {
        let requests: Vec<_> = (0..2000).map(|_| make(&app)).collect();
        let start = std::time::Instant::now();
        for request in requests {
            assert_eq!(app.api.serve(request).await.status(), 200);
        }
        println!("{scheme}: {:?} a call", start.elapsed() / 2000);
    }
    let _ = start;
}
