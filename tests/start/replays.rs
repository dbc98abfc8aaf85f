//! What was accepted is not accepted again, whatever became of the files that remember it.

use crate::first_start::credentials;
use crate::server::{Server, exchange};
use crate::signed;

#[test]
fn t14_files_that_are_gone_open_nothing() {
    const CALL: [(&str, &str); 2] = [("Action", "GetCallerIdentity"), ("Version", "2015-04-01")];
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("rampart-data");
    let server = Server::start(dir.path(), &[]);
    let root = credentials(&data);
    let key = (root.access_key_id.as_str(), root.access_key_secret.expose());
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
