//! Every refusal has the whole envelope, in the format that was asked for.

use rampart::ops::declare::Product;

use crate::app::{On, Reply, TestApp, policy};
use crate::calls;

fn whole(reply: &Reply, host: &str) {
    let json = reply.json();
    for member in ["RequestId", "HostId", "Code", "Message", "Recommend"] {
        assert!(json[member].is_string(), "{member}: {}", reply.text);
    }
    assert_eq!(json["HostId"], host, "{}", reply.text);
    assert_eq!(
        json["RequestId"],
        reply.headers["x-acs-request-id"].to_str().unwrap()
    );
    assert!(!json["Message"].as_str().unwrap().is_empty());
    assert_eq!(
        reply.headers["content-type"],
        "application/json;charset=utf-8"
    );
    if reply.code().starts_with("NoPermission") {
        assert!(json["AccessDeniedDetail"].is_object(), "{}", reply.text);
    }
}

#[tokio::test]
async fn every_refusal_has_the_whole_envelope() {
    let app = TestApp::start(On::Memory).await;
    let user = app.user("nobody", &[]).await;
    let root = app.root();
    for (sent, host) in [
        ("sts.aliyuncs.com", "sts.aliyuncs.com"),
        ("127.0.0.1:7267", "127.0.0.1"),
        ("http://127.0.0.1:7267", "127.0.0.1"),
        ("127.0.0.1:7267/", "127.0.0.1"),
        ("[::1]:7267", "[::1]"),
        ("[::1]", "[::1]"),
    ] {
        let headers = [("host", sent)];
        let at = |query: String| {
            let app = &app;
            async move { app.send("POST", &format!("/?{query}"), &headers, "").await }
        };
        let mut forger = root.clone();
        forger.secret.push('x');
        for query in [
            app.rpc_query(&forger, "POST", "2015-05-01", "ListRoles", &[]),
            app.rpc_query(&user, "POST", "2015-05-01", "ListRoles", &[]),
            app.rpc_query(
                &root,
                "POST",
                "2015-05-01",
                "GetRole",
                &[("RoleName", "none")],
            ),
            app.rpc_query(&root, "POST", "2015-05-01", "GetRole", &[]),
            app.rpc_query(&root, "POST", "2015-05-01", "Nothing", &[]),
            app.rpc_query(
                &root,
                "POST",
                "2015-05-01",
                "ListRoles",
                &[("Format", "YAML")],
            ),
            "A=%".to_owned(),
            "A=1&A=2".to_owned(),
            "Format=JSON".to_owned(),
        ] {
            whole(&at(query).await, host);
        }
        whole(&app.send("POST", "/nowhere", &headers, "").await, host);
        whole(&app.send("PUT", "/", &headers, "").await, host);
    }
    app.end().await;
}

#[tokio::test]
async fn xml_is_as_whole_and_always_well_formed() {
    let app = TestApp::start(On::Memory).await;
    let root = app.root();
    let user = app.user("nobody", &[&policy("Deny", "*", "*")]).await;
    let mut forger = root.clone();
    forger.secret.push('x');
    let strange = "<&>\"']]>\u{1}\u{b}\u{fffe}\r\n\u{1f600}";
    let xml = ("Format", "XML");
    for reply in [
        app.ram(&root, "GetRole", &[("RoleName", "none"), xml])
            .await,
        app.ram(&root, "GetRole", &[("RoleName", strange), xml])
            .await,
        app.ram(&user, "ListRoles", &[xml]).await,
        app.ram(&forger, "GetRole", &[("RoleName", strange), xml])
            .await,
        // No word of the format: XML in this scheme.
        app.ram(&root, "GetRole", &[("RoleName", "none"), ("Format", "")])
            .await,
    ] {
        assert_eq!(
            reply.headers["content-type"], "text/xml;charset=utf-8",
            "{}",
            reply.text
        );
        let names = elements(&reply.text);
        assert_eq!(
            names[..6],
            [
                "Error",
                "RequestId",
                "HostId",
                "Code",
                "Message",
                "Recommend"
            ],
            "{}",
            reply.text
        );
    }
    // ACS3 answers in JSON, or in XML where that alone is accepted.
    let missing = [("RoleName", "none")];
    let json = calls::acs3(&app, &root, Product::Ram, "GetRole", &missing);
    json.send(&app).await.refused(404, "EntityNotExist.Role");
    let xml = calls::acs3(&app, &root, Product::Ram, "GetRole", &missing)
        .header("accept", "application/xml");
    assert_eq!(elements(&xml.send(&app).await.text)[0], "Error");
    app.end().await;
}

/// The names of all elements, in order; fails where the text is not well formed.
fn elements(text: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut names = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(start) => {
                names.push(start.name().as_ref().to_owned());
            }
            quick_xml::events::Event::Text(text) => {
                let text: &str = &text;
                let held = |c: char| c < ' ' && !matches!(c, '\t' | '\n' | '\r');
                assert!(
                    !text.contains(held) && !text.contains('\u{fffe}'),
                    "{text:?}"
                );
            }
            quick_xml::events::Event::Eof => return names,
            _ => {}
        }
    }
}

#[tokio::test]
async fn the_request_id_is_ours() {
    let app = TestApp::start(On::Memory).await;
    let mut seen = std::collections::HashSet::new();
    for _ in 0..50 {
        let call = calls::rpc(&app, &app.root(), Product::Sts, "GetCallerIdentity", &[])
            .header("x-acs-request-id", "inbound")
            .header("x-request-id", "inbound");
        let reply = call.send(&app).await;
        let id = reply.headers["x-acs-request-id"]
            .to_str()
            .unwrap()
            .to_owned();
        assert_eq!(reply.ok()["RequestId"], id);
        assert!(id.len() == 36 && id != "inbound", "{id}");
        assert!(seen.insert(id));
    }
    app.end().await;
}
