//! `ListSAMLProviders`.

use serde_json::{Value, json};

use crate::app::{On, TestApp};
use crate::expect::{bad_type, incorrect, saml_idp, saml_provider, with};
use crate::on_both;

const ACTION: &str = "ListSAMLProviders";

on_both!(pages_by_name, refuses_bad_parameters, needs_permission);

async fn pages_by_name(on: On) {
    let app = TestApp::start(on).await;
    let empty = json!({"IsTruncated": false, "SAMLProviders": {"SAMLProvider": []}});
    assert_eq!(app.provided(ACTION, &[]).await, empty);
    let good = saml_idp();
    let mut made: Vec<Value> = Vec::new();
    for name in ["b", "A", "c.d", "C-d", "0"] {
        let params = with(&good, "SAMLProviderName", name);
        let mut one = app.provided("CreateSAMLProvider", &params).await["SAMLProvider"].clone();
        // An item is thinner.
        one.as_object_mut().unwrap().shift_remove("AuthnSignAlgo");
        made.push(one);
    }
    let [b, a, cd, upper, zero] = &made[..] else {
        panic!()
    };
    let sorted = json!([zero, a, b, upper, cd]);
    let all = app.provided(ACTION, &[]).await;
    assert_eq!(all["SAMLProviders"]["SAMLProvider"], sorted);
    let (mut listed, mut marker, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = app
            .provided(ACTION, &[("MaxItems", "2"), ("Marker", &marker)])
            .await;
        let entries = page["SAMLProviders"]["SAMLProvider"].as_array().unwrap();
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
    let app = TestApp::with_saml_idp(on).await;
    app.provider_call_needs(ACTION, &[], &saml_provider("*"))
        .await;
    app.end().await;
}
