//! What was accepted is not accepted again, whatever became of the files that remember it.

use std::path::Path;

use crate::server::{Server, exchange};
use crate::signed;

#[test]
fn t14_files_that_are_gone_open_nothing() {
    const CALL: [(&str, &str); 2] = [("Action", "GetCallerIdentity"), ("Version", "2015-04-01")];
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("rampart-data");
    let server = Server::start(dir.path(), &[]);
    let (id, secret) = root(&data);
    let key = (id.as_str(), secret.as_str());
    let taken = signed::request(key, "taken", &CALL);
    let ask = |server: &Server, request: &str| {
        let last = request.replace("Host: x", "Host: x\r\nConnection: close");
        exchange(server.connect(), &last)
    };
    assert!(ask(&server, &taken).starts_with("HTTP/1.1 200 "));
    server.stop();
    for gone in [
        &[][..],
        &["replay.nonces"],
        &["replay.mark", "replay.nonces"],
    ] {
        for name in gone {
            std::fs::remove_file(data.join(name)).unwrap();
        }
        let server = Server::start(dir.path(), &[]);
        let answer = ask(&server, &taken);
        assert!(answer.starts_with("HTTP/1.1 400 "), "{gone:?}: {answer}");
        // Requests of now are taken.
        let fresh = signed::request(key, &format!("fresh{}", gone.len()), &CALL);
        let answer = ask(&server, &fresh);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{gone:?}: {answer}");
        server.stop();
    }
}

/// The key that the first start made.
fn root(data: &Path) -> (String, String) {
    let text = std::fs::read(data.join("root-credentials.json")).unwrap();
    let file: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let member = |name: &str| file[name].as_str().unwrap().to_owned();
    (member("AccessKeyId"), member("AccessKeySecret"))
}
