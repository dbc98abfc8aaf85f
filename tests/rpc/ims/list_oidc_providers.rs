//! `ListOIDCProviders`.

use serde_json::{Value, json};

use crate::app::{On, TestApp};
use crate::expect::{IDP, bad_type, incorrect, with};
use crate::on_both;

const ACTION: &str = "ListOIDCProviders";

on_both!(pages_by_name, refuses_bad_parameters, needs_permission);

async fn pages_by_name(on: On) {
    let app = TestApp::start(on).await;
    let empty = json!({"IsTruncated": false, "OIDCProviders": {"OIDCProvider": []}});
    assert_eq!(app.provided(ACTION, &[]).await, empty);
    let mut made: Vec<Value> = Vec::new();
    for name in ["b", "A", "c.d", "C-d", "0"] {
        let url = format!("https://{}.example", name.to_lowercase());
        let params = with(&with(IDP, "OIDCProviderName", name), "IssuerUrl", &url);
        made.push(app.provided("CreateOIDCProvider", &params).await["OIDCProvider"].clone());
    }
    let [b, a, cd, upper, zero] = &made[..] else {
        panic!()
    };
    let sorted = json!([zero, a, b, upper, cd]);
    let all = app.provided(ACTION, &[]).await;
    assert_eq!(all["OIDCProviders"]["OIDCProvider"], sorted);
    let (mut listed, mut marker, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = app
            .provided(ACTION, &[("MaxItems", "2"), ("Marker", &marker)])
            .await;
        let entries = page["OIDCProviders"]["OIDCProvider"].as_array().unwrap();
        listed.extend(entries.iter().cloned());
        pages += 1;
        match page.get("Marker") {
            Some(next) => next.as_str().unwrap().clone_into(&mut marker),
            None => break,
        }
        assert_eq!(page["IsTruncated"], true);
    }
    assert_eq!((json!(listed), pages), (sorted, 3));
    app.add_account("1000000000000002").await;
    app.end().await;
}

async fn refuses_bad_parameters(on: On) {
    let app = TestApp::start(on).await;
    for text in ["***", "a", "AAAA"] {
        app.provides_not(ACTION, &[("Marker", text)], &incorrect("Marker"))
            .await;
    }
    for text in ["0", "101", "-1"] {
        app.provides_not(ACTION, &[("MaxItems", text)], &incorrect("MaxItems"))
            .await;
    }
    app.provides_not(ACTION, &[("MaxItems", "x")], &bad_type("MaxItems"))
        .await;
    app.end().await;
}

async fn needs_permission(on: On) {
    let app = TestApp::with_idp(on).await;
    app.provider_call_needs(ACTION, &[], "*").await;
    app.end().await;
}
