//! What the operator reads at the first start.

use std::fmt::Write as _;
use std::path::Path;

use super::RootCredentials;

/// The text: whose credentials they are, and two ways to try them that work when pasted.
///
/// `file` is where the credentials are kept, `None` where nothing is kept. The secret is in the text
/// only if `show_secret`; what is to be pasted reads the file wherever there is one. `program` is
/// how the operator calls this binary.
pub fn greeting(
    credentials: &RootCredentials,
    file: Option<&Path>,
    show_secret: bool,
    program: &str,
) -> String {
    let mut text = format!(
        "This is the first start. Account {} was made, with an AccessKey of its root:\n\n  \
         AccessKeyId      {}\n",
        credentials.account_id, credentials.access_key_id
    );
    let secret = credentials.access_key_secret.expose();
    if show_secret {
        push(&mut text, format_args!("  AccessKeySecret  {secret}\n"));
    }
    match file {
        Some(file) => push(
            &mut text,
            format_args!("  kept in          {}\n", file.display()),
        ),
        None => text.push_str("  kept nowhere: it ends with this process\n"),
    }
    text.push_str("\nTry it from a shell:\n\n");
    push(
        &mut text,
        format_args!("  {}\n", call(credentials, file, program)),
    );
    if credentials.endpoint.starts_with("https:") {
        text.push_str(
            "\n  (with --ca-file FILE, and SSL_CERT_FILE=FILE before Python, where this machine does \
             not know the certificate's authority)\n",
        );
    }
    text.push_str(
        "\nor from Python (pip install alibabacloud_sts20150401):\n\n\
         import json\n\
         from alibabacloud_sts20150401.client import Client\n\
         from alibabacloud_tea_openapi.models import Config\n",
    );
    push(
        &mut text,
        format_args!("{}\n", python_key(credentials, file)),
    );
    text.push_str(
        "protocol, host = key[\"Endpoint\"].split(\"://\")\n\
         config = Config(access_key_id=key[\"AccessKeyId\"], \
         access_key_secret=key[\"AccessKeySecret\"], endpoint=host, protocol=protocol)\n\
         print(Client(config).get_caller_identity().body.to_map())\n\n",
    );
    text
}

/// Writing to a text does not fail.
fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(arguments);
}

fn call(credentials: &RootCredentials, file: Option<&Path>, program: &str) -> String {
    let program = shell_quoted(program);
    match file.and_then(Path::parent) {
        Some(dir) => format!(
            "{program} call sts GetCallerIdentity --data-dir {}",
            shell_quoted(&dir.display().to_string())
        ),
        None => format!(
            "ALIBABA_CLOUD_ACCESS_KEY_ID={} ALIBABA_CLOUD_ACCESS_KEY_SECRET={} {program} call sts \
             GetCallerIdentity --endpoint {}",
            credentials.access_key_id,
            shell_quoted(credentials.access_key_secret.expose()),
            credentials.endpoint
        ),
    }
}

fn python_key(credentials: &RootCredentials, file: Option<&Path>) -> String {
    match file {
        Some(file) => format!(
            "key = json.load(open({}))",
            serde_json::Value::from(file.display().to_string())
        ),
        // A JSON object of texts is a Python dictionary too.
        None => format!(
            "key = {}",
            serde_json::json!({
                "AccessKeyId": credentials.access_key_id,
                "AccessKeySecret": credentials.access_key_secret.expose(),
                "Endpoint": credentials.endpoint,
            })
        ),
    }
}

/// A text as one word of a POSIX shell.
fn shell_quoted(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-+:=@%,".contains(&b);
    if !text.is_empty() && text.bytes().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials() -> RootCredentials {
        RootCredentials {
            account_id: crate::policy::ids::AccountId::from_random(1),
            access_key_id: "LTAIx".parse().unwrap(),
            access_key_secret: "s3cr3t's3cr3t".to_owned().into(),
            endpoint: "http://127.0.0.1:1".to_owned(),
        }
    }

    #[test]
    fn t22_the_secret_is_shown_only_where_told() {
        let file = Path::new("/data dir/root-credentials.json");
        let hidden = greeting(&credentials(), Some(file), false, "rampart");
        assert!(!hidden.contains("s3cr3t"));
        assert!(hidden.contains("rampart call sts GetCallerIdentity --data-dir '/data dir'"));
        assert!(hidden.contains("json.load(open(\"/data dir/root-credentials.json\"))"));
        assert!(greeting(&credentials(), Some(file), true, "rampart").contains("s3cr3t's3cr3t"));
        assert!(!hidden.contains("--ca-file"));
    }

    #[test]
    fn over_tls_it_says_how_an_authority_is_trusted() {
        let mut credentials = credentials();
        credentials.endpoint = "https://localhost:1".to_owned();
        let text = greeting(&credentials, Some(Path::new("/d/c.json")), false, "rampart");
        for word in ["--ca-file FILE", "SSL_CERT_FILE=FILE"] {
            assert!(text.contains(word), "{text}");
        }
    }

    #[test]
    fn without_a_file_the_lines_carry_the_credentials() {
        let text = greeting(&credentials(), None, true, "./rampart");
        assert!(
            text.contains(r"ALIBABA_CLOUD_ACCESS_KEY_SECRET='s3cr3t'\''s3cr3t' ./rampart call")
        );
        assert!(text.contains(r#""AccessKeySecret":"s3cr3t's3cr3t""#));
    }
}
