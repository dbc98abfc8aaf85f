//! Backups of a database that serves, and what comes of them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Output;

use crate::house::{Place, ROOT, call_as, home, is_alive, json, reason, sql, works};
use crate::server::{entries, output, rampart};

fn backup(place: &Place, file: &Path) -> Output {
    let arguments = ["backup", "--format", "json", "--data-dir"];
    let mut command = rampart(Path::new("/"), &arguments);
    command.arg(&place.data_dir).arg(file);
    output(command)
}

fn restore(place: &Place, file: &Path, more: &[&str]) -> Output {
    let arguments = ["restore", "--format", "json", "--data-dir"];
    let mut command = rampart(Path::new("/"), &arguments);
    command.arg(&place.data_dir).args(more).arg(file);
    output(command)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn t09_a_backup_of_a_serving_database_becomes_another_one() {
    let home = home();
    let original = Place::file(home.path(), "original");
    let session = original.fill(home.path());
    let server = original.start();
    works(&server);
    let file = home.path().join("a backup.db");
    // While somebody writes.
    let made = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 0..10 {
                let name = format!("UserName=during-{number}");
                let made = call_as(&server, ROOT, &["ram", "CreateUser", &name]);
                assert!(made.status.success(), "{made:?}");
            }
        });
        let made = backup(&original, &file);
        writer.join().unwrap();
        made
    });
    let made = json(&made);
    let metadata = std::fs::metadata(&file).unwrap();
    assert_eq!(made["Bytes"], metadata.len());
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    let after = call_as(&server, ROOT, &["ram", "CreateUser", "UserName=after"]);
    assert!(after.status.success(), "{after:?}");
    assert!(is_alive(&server, &session));
    server.stop();
    let mut names = entries(home.path());
    names.retain(|name| name.contains("backup"));
    assert_eq!(names, ["a backup.db"], "nothing else is left");

    // Elsewhere, with the key that was kept elsewhere.
    let copy = Place::file(home.path(), "copy");
    let refusal = reason(&restore(&copy, &file, &[]));
    assert!(refusal.contains("master.key` is missing"), "{refusal}");
    let key = original.master_key.to_str().unwrap().to_owned();
    std::fs::copy(&key, &copy.master_key).unwrap();
    let restored = json(&restore(&copy, &file, &[]));
    assert!(restored["Secrets"].as_u64() >= Some(3), "{restored}");
    let incarnation = std::fs::read_to_string(copy.data_dir.join("incarnation")).unwrap();
    assert_eq!(restored["Incarnation"], incarnation.trim());
    let (one, other) = (original.start(), copy.start());
    works(&other);
    assert!(is_alive(&one, &session));
    assert!(!is_alive(&other, &session));
    let of_copy = crate::house::assume(&other);
    assert!(is_alive(&other, &of_copy));
    assert!(!is_alive(&one, &of_copy));
    one.stop();
    other.stop();
    let users = "SELECT name FROM users WHERE name = 'after'";
    assert!(sql(&copy.url, users).await.is_empty());
    let trail = "SELECT operation FROM audit WHERE operation LIKE 'operator.%' ORDER BY id DESC";
    assert_eq!(
        sql(&copy.url, trail).await[..2],
        ["operator.Restore", "operator.Backup"]
    );
}

#[test]
fn what_is_there_is_not_overwritten() {
    let home = home();
    let place = Place::file(home.path(), "data");
    place.fill(home.path());
    let file = home.path().join("backup.db");
    // Also where no server runs.
    json(&backup(&place, &file));
    let refusal = reason(&backup(&place, &file));
    assert!(
        refusal.contains("there is a file of that name"),
        "{refusal}"
    );
    let refusal = reason(&backup(&place, &home.path().join("none/backup.db")));
    assert!(refusal.contains("could not be written"), "{refusal}");
    let refusal = reason(&restore(&place, &file, &[]));
    assert!(refusal.contains("is there already"), "{refusal}");
    let server = place.start();
    let later = call_as(&server, ROOT, &["ram", "CreateUser", "UserName=later"]);
    assert!(later.status.success(), "{later:?}");
    let refusal = reason(&restore(&place, &file, &["--replace"]));
    assert!(refusal.contains("in use by another process"), "{refusal}");
    server.stop();

    let restored = json(&restore(&place, &file, &["--replace"]));
    let aside = restored["PutAside"].as_str().unwrap();
    assert!(Path::new(aside).exists());
    let server = place.start();
    works(&server);
    let gone = call_as(&server, ROOT, &["ram", "GetUser", "UserName=later"]);
    assert!(format!("{gone:?}").contains("EntityNotExist"), "{gone:?}");
    server.stop();
    // The one that was replaced does not come back by itself.
    std::fs::rename(aside, place.data_dir.join("rampart.db")).unwrap();
    let refusal = place.refusal();
    assert!(refusal.contains("is not the one that"), "{refusal}");
}

#[test]
fn what_cannot_be_restored_leaves_nothing_behind() {
    let home = home();
    let place = Place::file(home.path(), "data");
    place.fill(home.path());
    let file = home.path().join("backup.db");
    json(&backup(&place, &file));
    let other = Place::file(home.path(), "other");
    std::fs::create_dir(&other.data_dir).unwrap();
    let wrong = output(rampart(home.path(), &["key", "generate"]));
    std::fs::write(&other.master_key, wrong.stdout).unwrap();
    let refusal = reason(&restore(&other, &file, &[]));
    assert!(refusal.contains("is this the master key"), "{refusal}");
    let text = home.path().join("text");
    std::fs::write(&text, "no database").unwrap();
    for none in [&text, &home.path().join("none")] {
        let refusal = reason(&restore(&other, none, &[]));
        assert!(refusal.contains("there is no database at"), "{refusal}");
    }
    let cut = home.path().join("cut.db");
    let whole = std::fs::read(&file).unwrap();
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    reason(&restore(&other, &cut, &[]));
    assert_eq!(entries(&other.data_dir), ["lock", "master.key"]);
    // Nor does a backup make what it should save.
    let empty = Place::file(home.path(), "empty");
    let refusal = reason(&backup(&empty, &home.path().join("nothing.db")));
    assert!(refusal.contains("there is no database at"), "{refusal}");
    assert!(!empty.data_dir.exists());
}
