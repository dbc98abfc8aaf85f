//! `rampart call`: signs one call, sends it, prints the answer.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use reqwest::Url;

use super::sign::{Call, Credentials, HeaderError, Scheme, sign};
use super::{USAGE, failure};
use crate::bootstrap::{CREDENTIALS_FILE, RootCredentials};
use crate::config::environment;
use crate::credential::secret::SecretText;
use crate::credential::time;
use crate::ports::{Clock as _, Entropy as _, SystemClock, SystemEntropy};

/// Where a server answers that nothing else is said of.
const DEFAULT_ENDPOINT: &str = "http://127.0.0.1:7267";

/// Where the data is that nothing else is said of.
const DEFAULT_DATA_DIR: &str = "./rampart-data";

/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Sign and send one call: `rampart call ram GetRole RoleName=ops`.
///
/// The credentials are those of the flags, else of --data-dir where it is given, else of
/// ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and ALIBABA_CLOUD_SECURITY_TOKEN,
/// else root's in the data directory. Prints the answer's body; ends with 1 on an error of the API.
#[derive(Debug, clap::Args)]
pub(super) struct CallArgs {
    /// Which product.
    product: Product,
    /// Which operation, as `AssumeRole`.
    action: String,
    /// Its parameters.
    #[arg(value_name = "Key=Value", value_parser = parameter)]
    parameters: Vec<(String, String)>,
    /// Where the server answers [default: as in the data directory, else http://127.0.0.1:7267].
    #[arg(long, value_name = "URL")]
    endpoint: Option<Url>,
    /// The AccessKey's id.
    #[arg(long, value_name = "ID", requires = "access_key_secret")]
    access_key_id: Option<String>,
    /// Its secret. Others on this machine can see it here: better in the environment.
    #[arg(long, value_name = "SECRET", requires = "access_key_id")]
    access_key_secret: Option<String>,
    /// The session's token, where the key is a session's.
    #[arg(long, value_name = "TOKEN", requires = "access_key_id")]
    security_token: Option<String>,
    /// A data directory whose root credentials sign.
    #[arg(long, value_name = "DIR", conflicts_with = "access_key_id")]
    data_dir: Option<PathBuf>,
    /// The signature scheme.
    #[arg(long, value_enum, default_value = "acs3")]
    scheme: Scheme,
    /// The answer's format.
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
    /// A certificate (PEM) to trust beside the system's.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

/// The products of one server.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Product {
    Ram,
    Sts,
    Ims,
    #[value(name = "resourcemanager")]
    ResourceManager,
    Rampart,
}

impl Product {
    const fn version(self) -> &'static str {
        match self {
            Self::Ram => "2015-05-01",
            Self::Sts => "2015-04-01",
            Self::Ims => "2019-08-15",
            Self::ResourceManager => "2020-03-31",
            Self::Rampart => "2026-11-01",
        }
    }
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Json,
    Xml,
}

#[derive(Debug, thiserror::Error)]
enum CallError {
    #[error(
        "no credentials: give --access-key-id and --access-key-secret, set \
         ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or name a data directory \
         that has a {CREDENTIALS_FILE} (none at `{}`)",
        .0.display()
    )]
    NoCredentials(PathBuf),
    #[error("cannot read `{}`", .0.display())]
    Unreadable(PathBuf, #[source] std::io::Error),
    #[error("`{}` holds no credentials", .0.display())]
    Malformed(PathBuf),
    #[error("`{0}` is no endpoint: it must be as `http://127.0.0.1:7267`")]
    Endpoint(String),
    #[error(transparent)]
    Header(#[from] HeaderError),
    #[error("cannot call `{0}`")]
    Send(String, #[source] reqwest::Error),
    #[error("cannot prepare the call")]
    Client(#[source] reqwest::Error),
    #[error("cannot start")]
    Runtime(#[source] std::io::Error),
}

/// An answer of the server.
struct Answer {
    success: bool,
    status: u16,
    body: String,
}

impl CallArgs {
    pub(super) fn run(self) -> ExitCode {
        match self.send() {
            Ok(answer) => {
                println!("{}", answer.body.trim_end());
                if answer.success {
                    return ExitCode::SUCCESS;
                }
                let (code, message) = code_and_message(&answer.body);
                eprintln!("rampart: HTTP {}: {code}: {message}", answer.status);
                ExitCode::FAILURE
            }
            Err(error) => failure(&error, USAGE),
        }
    }

    fn send(&self) -> Result<Answer, CallError> {
        let (credentials, kept_endpoint) = self.credentials()?;
        let endpoint = self.endpoint(kept_endpoint)?;
        let mut nonce = [0; 16];
        SystemEntropy::default().fill(&mut nonce);
        let signed = sign(
            &Call {
                endpoint: &endpoint,
                version: self.product.version(),
                action: &self.action,
                parameters: &self.parameters,
                format: match self.format {
                    Format::Json => "JSON",
                    Format::Xml => "XML",
                },
                date: &time::format(SystemClock::default().now()),
                nonce: &hex::encode(nonce),
            },
            &credentials,
            self.scheme,
        )?;
        // The server is the operator's own: no proxy of the environment stands between, and no
        // redirect takes the signature elsewhere.
        let mut client = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("rampart/", env!("CARGO_PKG_VERSION")));
        if let Some(path) = &self.ca_file {
            let pem = std::fs::read(path).map_err(|e| CallError::Unreadable(path.clone(), e))?;
            let trusted = reqwest::Certificate::from_pem_bundle(&pem).map_err(CallError::Client)?;
            client = client.tls_certs_merge(trusted);
        }
        let client = client.build().map_err(CallError::Client)?;
        let send = async {
            let answer = client
                .post(endpoint.clone())
                .headers(signed.headers)
                .body(signed.body)
                .send()
                .await?;
            let status = answer.status();
            Ok(Answer {
                success: status.is_success(),
                status: status.as_u16(),
                body: answer.text().await?,
            })
        };
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(CallError::Runtime)?
            .block_on(send)
            .map_err(|e: reqwest::Error| CallError::Send(endpoint.to_string(), e.without_url()))
    }

    /// The endpoint: given, else where the credentials are kept, else the default. At the root.
    fn endpoint(&self, kept: Option<String>) -> Result<Url, CallError> {
        let text = self
            .endpoint
            .as_ref()
            .map(Url::to_string)
            .or_else(|| environment("RAMPART_ENDPOINT"))
            .or(kept)
            .unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned());
        Url::parse(&text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.path() == "/")
            .filter(|url| url.query().is_none() && url.has_host())
            .ok_or(CallError::Endpoint(text))
    }

    /// Who signs, and the endpoint that is kept with the credentials.
    fn credentials(&self) -> Result<(Credentials, Option<String>), CallError> {
        let data_dir = self
            .data_dir
            .clone()
            .or_else(|| environment("RAMPART_DATA_DIR").map(PathBuf::from))
            .unwrap_or_else(|| PathBuf::from(DEFAULT_DATA_DIR));
        let file = data_dir.join(CREDENTIALS_FILE);
        if self.data_dir.is_none()
            && let Some(credentials) = self.given().or_else(from_environment)
        {
            // The server on this machine is meant unless another is named.
            let endpoint = kept(&file).ok().flatten().map(|kept| kept.endpoint);
            return Ok((credentials, endpoint));
        }
        let kept = kept(&file)?.ok_or(CallError::NoCredentials(file))?;
        let credentials = Credentials {
            access_key_id: kept.access_key_id.to_string(),
            access_key_secret: SecretText::from(kept.access_key_secret.expose()),
            security_token: None,
        };
        Ok((credentials, Some(kept.endpoint)))
    }

    fn given(&self) -> Option<Credentials> {
        Some(Credentials {
            access_key_id: self.access_key_id.clone()?,
            access_key_secret: SecretText::from(self.access_key_secret.as_deref()?),
            security_token: self.security_token.as_deref().map(SecretText::from),
        })
    }
}

fn from_environment() -> Option<Credentials> {
    Some(Credentials {
        access_key_id: environment("ALIBABA_CLOUD_ACCESS_KEY_ID")?,
        access_key_secret: environment("ALIBABA_CLOUD_ACCESS_KEY_SECRET")?.into(),
        security_token: environment("ALIBABA_CLOUD_SECURITY_TOKEN").map(Into::into),
    })
}

/// The credentials in a file, `None` if it is not there.
fn kept(file: &Path) -> Result<Option<RootCredentials>, CallError> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => zeroize::Zeroizing::new(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(CallError::Unreadable(file.to_owned(), error)),
    };
    RootCredentials::from_json(&text)
        .map(Some)
        .map_err(|_| CallError::Malformed(file.to_owned()))
}

fn parameter(text: &str) -> Result<(String, String), &'static str> {
    text.split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or("must be as `RoleName=ops`")
}

/// The error's code and message, in either format.
fn code_and_message(body: &str) -> (String, String) {
    let json: Option<serde_json::Value> = serde_json::from_str(body).ok();
    let of = |name: &str| {
        let found = match &json {
            Some(value) => value.get(name)?.as_str().map(str::to_owned),
            None => element(body, name),
        };
        found.filter(|text| !text.is_empty())
    };
    (
        of("Code").unwrap_or_else(|| "no code".to_owned()),
        of("Message").unwrap_or_else(|| "no message".to_owned()),
    )
}

/// The text of the first element of that name, its entities resolved.
fn element(body: &str, name: &str) -> Option<String> {
    let (_, rest) = body.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    quick_xml::escape::unescape(text)
        .ok()
        .map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_is_found_in_both_formats() {
        let expected = ("NoPermission".to_owned(), "a < b".to_owned());
        let json = r#"{"RequestId":"x","Code":"NoPermission","Message":"a < b"}"#;
        assert_eq!(code_and_message(json), expected);
        let xml = "<Error><Code>NoPermission</Code><Message>a &lt; b</Message></Error>";
        assert_eq!(code_and_message(xml), expected);
        assert_eq!(code_and_message("<html>").0, "no code");
    }

    #[test]
    fn parameters_are_split_at_the_first_sign() {
        assert_eq!(
            parameter("Policy={\"a\":\"b=c\"}").unwrap(),
            ("Policy".to_owned(), "{\"a\":\"b=c\"}".to_owned())
        );
        assert!(parameter("RoleName").is_err());
        assert!(parameter("=x").is_err());
    }
}
