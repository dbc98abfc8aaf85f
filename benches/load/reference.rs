//! What runs in the child processes that are not Rampart: the ceiling, and a fake that proves the
//! generator. The fake verifies plainly and slowly, sharing no code with `sign` but `encode`.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::request::Parts;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::Result;
use crate::sign::encode;

fn serve(port: u16, router: Router) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        axum::serve(listener, router).await?;
        Ok(())
    })
}

/// The ceiling: a router without layers and a handler without work.
pub(crate) fn hello(port: u16) -> Result<()> {
    serve(port, Router::new().route("/", get(|| async { "hello" })))
}

/// The user's key that the fake hands out.
const USER_KEY: [&str; 2] = ["LTAI5tLoadGeneratorUser1", "LoadGeneratorUserSecret0000001"];

struct Fake {
    nonces: Mutex<HashSet<String>>,
    answered: AtomicU64,
    refuse_after: Option<u64>,
}

/// Answers as Rampart would, as far as the generator looks.
pub(crate) fn fake(port: u16, refuse_after: Option<u64>) -> Result<()> {
    let fake = Arc::new(Fake {
        nonces: Mutex::default(),
        answered: AtomicU64::new(0),
        refuse_after,
    });
    let answer = move |request: Request<axum::body::Body>| {
        let fake = Arc::clone(&fake);
        async move {
            let (parts, _) = request.into_parts();
            match fake.answer(&parts) {
                Ok(body) => (StatusCode::OK, body),
                Err(error) => (StatusCode::BAD_REQUEST, error.to_string()),
            }
        }
    };
    serve(port, Router::new().fallback(answer))
}

impl Fake {
    fn answer(&self, request: &Parts) -> Result<String> {
        let (action, nonce) = match request.headers.get("authorization") {
            Some(authorization) => verify_acs3(request, authorization.to_str()?)?,
            None => verify_rpc(request)?,
        };
        if !self
            .nonces
            .lock()
            .map_err(|_| "a request panicked")?
            .insert(nonce)
        {
            return Err("a nonce came twice".into());
        }
        let answered = self.answered.fetch_add(1, Ordering::Relaxed);
        if self.refuse_after.is_some_and(|limit| answered >= limit) {
            return Err("refused as told".into());
        }
        let body = match action.as_str() {
            "CreateAccessKey" => {
                serde_json::json!({ "AccessKey": { "AccessKeyId": USER_KEY[0], "AccessKeySecret": USER_KEY[1] } })
            }
            "AssumeRole" => {
                serde_json::json!({ "Credentials": { "SecurityToken": "x".repeat(500) } })
            }
            "GetCallerIdentity" => {
                serde_json::json!({ "AccountId": "1", "IdentityType": "RAMUser" })
            }
            _ => serde_json::json!({}),
        };
        Ok(body.to_string())
    }
}

fn secret(id: &str) -> Result<String> {
    let root = crate::server::root();
    if id == root.id {
        Ok(root.secret)
    } else if id == USER_KEY[0] {
        Ok(USER_KEY[1].to_owned())
    } else {
        Err(format!("unknown key `{id}`").into())
    }
}

fn parameters(request: &Parts) -> Result<BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    for pair in request
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
    {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = percent_encoding::percent_decode_str(value)
            .decode_utf8()?
            .into_owned();
        if all.insert(name.to_owned(), value).is_some() {
            return Err(format!("`{name}` came twice").into());
        }
    }
    Ok(all)
}

fn canonical(parameters: &BTreeMap<String, String>) -> String {
    parameters
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect::<Vec<_>>()
        .join("&")
}

fn demand_now(time: &str) -> Result<()> {
    let time = chrono::DateTime::parse_from_rfc3339(time)?;
    let off = (chrono::Utc::now() - time.to_utc()).num_seconds().abs();
    if off <= 5 {
        Ok(())
    } else {
        Err(format!("the time is off by {off} s").into())
    }
}

fn demand_equal(ours: &str, sent: &str, signed: &str) -> Result<()> {
    if ours == sent {
        Ok(())
    } else {
        Err(format!("signature `{sent}`, expected `{ours}` over `{signed}`").into())
    }
}

fn verify_rpc(request: &Parts) -> Result<(String, String)> {
    let mut parameters = parameters(request)?;
    let sent = parameters.remove("Signature").ok_or("no signature")?;
    let signed = format!("{}&%2F&{}", request.method, encode(&canonical(&parameters)));
    let mut take = |name: &str| parameters.remove(name).ok_or_else(|| format!("no {name}"));
    let key = format!("{}&", secret(&take("AccessKeyId")?)?);
    let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(key.as_bytes())?;
    mac.update(signed.as_bytes());
    demand_equal(
        &STANDARD.encode(mac.finalize().into_bytes()),
        &sent,
        &signed,
    )?;
    demand_now(&take("Timestamp")?)?;
    Ok((take("Action")?, take("SignatureNonce")?))
}

fn verify_acs3(request: &Parts, authorization: &str) -> Result<(String, String)> {
    let rest = authorization
        .strip_prefix("ACS3-HMAC-SHA256 ")
        .ok_or("another algorithm")?;
    let fields: BTreeMap<_, _> = rest
        .split(',')
        .filter_map(|field| field.split_once('='))
        .collect();
    let field = |name: &str| {
        fields
            .get(name)
            .copied()
            .ok_or_else(|| format!("no {name}"))
    };
    let header = |name: &str| -> Result<&str> {
        Ok(request
            .headers
            .get(name)
            .ok_or_else(|| format!("no {name}"))?
            .to_str()?
            .trim())
    };
    let names = field("SignedHeaders")?;
    let mut lines = String::new();
    for name in names.split(';') {
        writeln!(lines, "{name}:{}", header(name)?)?;
    }
    let hash = header("x-acs-content-sha256")?;
    let canonical = format!(
        "{}\n/\n{}\n{lines}\n{names}\n{hash}",
        request.method,
        canonical(&parameters(request)?)
    );
    let signed = format!(
        "ACS3-HMAC-SHA256\n{}",
        hex::encode(Sha256::digest(canonical.as_bytes()))
    );
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(secret(field("Credential")?)?.as_bytes())?;
    mac.update(signed.as_bytes());
    demand_equal(
        &hex::encode(mac.finalize().into_bytes()),
        field("Signature")?,
        &canonical,
    )?;
    demand_now(header("x-acs-date")?)?;
    Ok((
        header("x-acs-action")?.to_owned(),
        header("x-acs-signature-nonce")?.to_owned(),
    ))
}
