//! Signed requests as plain parts, to be bent before they are sent.

use rampart::credential::acs3::{self, Acs3Key, Algorithm};
use rampart::credential::params::Pair;
use rampart::credential::rpc::{self, RpcKey};
use rampart::credential::secret::SecretText;
use rampart::ops::declare::Product;
use rampart::policy::ids::AccountId;
use rampart::ports::Clock as _;

use crate::app::{ACCOUNT, Credentials, Reply, TestApp, encode};

/// A request, ready to send.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    pub(crate) method: &'static str,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Raw {
    /// Sends it as it is.
    pub(crate) async fn send(&self, app: &TestApp) -> Reply {
        let headers: Vec<(&str, &str)> = self
            .headers
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let target = format!("/?{}", self.query);
        let peer = std::net::Ipv4Addr::LOCALHOST.into();
        app.send_from(peer, self.method, &target, &headers, &self.body)
            .await
    }

    /// With one more header.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With more at the end of the query, as it is.
    pub(crate) fn and(mut self, more: &str) -> Self {
        self.query.push('&');
        self.query.push_str(more);
        self
    }

    /// With everything in a form, where there is room for more than in a URL.
    pub(crate) fn in_form(mut self) -> Self {
        let form = std::mem::take(&mut self.query);
        self.body("application/x-www-form-urlencoded", form.as_bytes())
    }

    /// With this body.
    pub(crate) fn body(mut self, content_type: &str, body: &[u8]) -> Self {
        if !content_type.is_empty() {
            self = self.header("content-type", content_type);
        }
        self.body = body.to_vec();
        self
    }
}

/// The parameters of an RPC call but for its signature.
pub(crate) fn rpc_pairs(
    app: &TestApp,
    caller: &Credentials,
    product: Product,
    action: &str,
    params: &[(&str, &str)],
) -> Vec<(String, String)> {
    let now = rampart::credential::time::format(app.clock.now());
    let nonce = app.nonce();
    let mut pairs = vec![
        ("AccessKeyId", caller.id.as_str()),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureVersion", "1.0"),
        ("SignatureNonce", nonce.as_str()),
        ("Timestamp", now.as_str()),
        ("Action", action),
        ("Version", product.version()),
        ("Format", "JSON"),
    ];
    if let Some(token) = &caller.token {
        pairs.push(("SecurityToken", token));
    }
    pairs.extend(params);
    pairs
        .into_iter()
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect()
}

/// Gives a parameter another value.
pub(crate) fn set(pairs: &mut [(String, String)], name: &str, value: &str) {
    let (_, old) = pairs.iter_mut().find(|(n, _)| n == name).unwrap();
    value.clone_into(old);
}

/// A POST of these parameters in the query, signed as they are.
pub(crate) fn sign(pairs: &[(String, String)], secret: &str) -> Raw {
    let mut all: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let signed: Vec<Pair<'_>> = all.iter().map(|(n, v)| Pair::new(*n, *v)).collect();
    let signature =
        RpcKey::new(&SecretText::from(secret)).sign(&rpc::string_to_sign("POST", &signed));
    all.push(("Signature", &signature));
    Raw {
        method: "POST",
        query: encode(&all),
        headers: vec![("host".to_owned(), "127.0.0.1:7267".to_owned())],
        body: Vec::new(),
    }
}

/// An RPC call.
pub(crate) fn rpc(
    app: &TestApp,
    caller: &Credentials,
    product: Product,
    action: &str,
    params: &[(&str, &str)],
) -> Raw {
    sign(
        &rpc_pairs(app, caller, product, action, params),
        &caller.secret,
    )
}

/// An ACS3 call.
pub(crate) fn acs3(
    app: &TestApp,
    caller: &Credentials,
    product: Product,
    action: &str,
    params: &[(&str, &str)],
) -> Raw {
    acs3_with(app, caller, product, action, params, &[], None)
}

/// An ACS3 call with other or more signed headers, and a body of a content type.
pub(crate) fn acs3_with(
    app: &TestApp,
    caller: &Credentials,
    product: Product,
    action: &str,
    params: &[(&str, &str)],
    replaced: &[(&str, &str)],
    body: Option<(&str, &str)>,
) -> Raw {
    let hash = Algorithm::HmacSha256.payload_hash(body.map_or("", |(_, text)| text).as_bytes());
    let now = rampart::credential::time::format(app.clock.now());
    let nonce = app.nonce();
    let mut headers = vec![
        ("host", "127.0.0.1:7267"),
        (acs3::ACTION, action),
        (acs3::CONTENT_HASH, &hash),
        (acs3::DATE, &now),
        (acs3::NONCE, &nonce),
        (acs3::VERSION, product.version()),
    ];
    if let Some((kind, _)) = body {
        headers.push(("content-type", kind));
    }
    if let Some(token) = &caller.token {
        headers.push((acs3::SECURITY_TOKEN, token));
        headers.push((acs3::ACCESS_KEY_ID, &caller.id));
    }
    for (name, value) in replaced {
        match headers.iter_mut().find(|(n, _)| n == name) {
            Some(header) => header.1 = value,
            None => headers.push((name, value)),
        }
    }
    headers.sort_unstable();
    let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
    let signed = names.join(";");
    let pairs: Vec<Pair<'_>> = params.iter().map(|(n, v)| Pair::new(*n, *v)).collect();
    let canonical = acs3::canonical_request("POST", &pairs, &headers, &signed, &hash);
    let text = acs3::string_to_sign(Algorithm::HmacSha256, &canonical);
    let signature =
        Acs3Key::new(&SecretText::from(caller.secret.as_str())).sign(Algorithm::HmacSha256, &text);
    let authorization = format!(
        "ACS3-HMAC-SHA256 Credential={},SignedHeaders={signed},Signature={signature}",
        caller.id
    );
    let mut all: Vec<(String, String)> = headers
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect();
    all.push(("authorization".to_owned(), authorization));
    Raw {
        method: "POST",
        query: encode(params),
        headers: all,
        body: body.map_or("", |(_, text)| text).into(),
    }
}

/// What a call may not move where it is refused: the state of the account, and its audit trail.
pub(crate) async fn state(app: &TestApp) -> (String, usize) {
    let account: AccountId = ACCOUNT.parse().unwrap();
    let mut snapshot = app.store.begin_read(account).await.unwrap();
    let tag = format!("{:?}", snapshot.account().tag);
    let trail = snapshot.list_audit(10_000).await.unwrap().len();
    (tag, trail)
}
