//! The real server on a database of its own, with a clock that stands where it is put and a
//! generator that draws the same every run.
//!
//! Callers are objects: `app.root()`, `app.user("alice", &[...])`, `app.session(...)`. A call is
//! signed freshly, sent through the router, and comes back as a [`Reply`].

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use rampart::credential::acs3::{self, Acs3Key, Algorithm};
use rampart::credential::params::Pair;
use rampart::credential::rpc::{self, RpcKey};
use rampart::credential::seal::MasterKey;
use rampart::credential::secret::SecretText;
use rampart::credential::{percent, time};
use rampart::iam::federation::FederationConfig;
use rampart::iam::{Iam, IamConfig};
use rampart::model::account::{Account, RevisionTag};
use rampart::model::key::{AccessKey, AccessKeyStatus, KeyOwner};
use rampart::model::quotas::Quotas;
use rampart::operator::service_key::{self, NewServiceKey};
use rampart::ops::call::Entry;
use rampart::ops::declare::Product;
use rampart::policy::ids::{AccessKeyId, AccountId};
use rampart::ports::{Clock, FixedClock, SeededEntropy};
use rampart::store::{self, Store};
use rampart::wire::{Api, WireSettings};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::postgres::Database;

/// 2026-11-22T00:00:00Z.
pub(crate) const START: i64 = 1_795_305_600;
/// The account that every test app has.
pub(crate) const ACCOUNT: &str = "1234567890123456";
/// The incarnation of every test database, unless a test says otherwise.
pub(crate) const INCARNATION: [u8; 16] = [7; 16];

/// Where a test runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum On {
    /// SQLite in memory.
    Memory,
    /// A SQLite file.
    File,
    /// PostgreSQL.
    Postgres,
}

/// Makes two tests of one function: `name::on_sqlite` and `name::on_postgres`.
#[macro_export]
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test]
            async fn on_sqlite() {
                super::$name($crate::app::On::Memory).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                super::$name($crate::app::On::Postgres).await;
            }
        }
    )+};
}

/// What is held so that the database stays.
enum Held {
    Nothing,
    Directory(tempfile::TempDir),
    Database(Option<Database>),
}

/// A running server without a socket.
pub(crate) struct TestApp {
    pub(crate) iam: Arc<Iam>,
    pub(crate) api: Arc<Api>,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) store: Arc<dyn Store>,
    /// What the store was opened with.
    pub(crate) url: String,
    /// Where an embedded server keeps what a restart must know.
    data_dir: Option<PathBuf>,
    held: Held,
    nonces: AtomicU64,
}

/// Who calls: a key, its secret, and for a session its token.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// The error's code; empty for a success.
    pub(crate) fn code(&self) -> String {
        if let Some((_, rest)) = self.text.split_once("<Code>") {
            return rest.split('<').next().unwrap_or_default().to_owned();
        }
        let json: Value = serde_json::from_str(&self.text).unwrap_or_default();
        json["Code"].as_str().unwrap_or_default().to_owned()
    }

    /// The error's text; empty for a success.
    pub(crate) fn message(&self) -> String {
        let json: Value = serde_json::from_str(&self.text).unwrap_or_default();
        json["Message"].as_str().unwrap_or_default().to_owned()
    }

    /// The body of a success.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()
    }

    /// Checks that the call was refused so.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str) {
        assert_eq!(
            (self.status.as_u16(), self.code().as_str()),
            (status, code),
            "{}",
            self.text
        );
    }
}

/// How a test app differs from the usual.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) on: On,
    pub(crate) quotas: Quotas,
    pub(crate) incarnation: [u8; 16],
    pub(crate) master: [u8; 32],
    pub(crate) other_master: Option<[u8; 32]>,
    pub(crate) max_nonces: usize,
    pub(crate) body_timeout_seconds: u64,
    pub(crate) registry: Option<&'static [Entry]>,
    pub(crate) trusted_proxies: Vec<String>,
    pub(crate) cache_bytes: usize,
    pub(crate) federation: FederationConfig,
}

impl Setup {
    pub(crate) fn on(on: On) -> Self {
        Self {
            on,
            quotas: Quotas::default(),
            incarnation: INCARNATION,
            master: [9; 32],
            other_master: None,
            max_nonces: 1 << 20,
            body_timeout_seconds: 10,
            registry: None,
            trusted_proxies: Vec::new(),
            cache_bytes: 64 << 20,
            federation: FederationConfig::default(),
        }
    }
}

impl TestApp {
    /// A server with one account, whose root key is [`Self::root`].
    pub(crate) async fn start(on: On) -> Self {
        Self::with(Setup::on(on)).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        let (url, held) = match setup.on {
            On::Memory => ("sqlite::memory:".to_owned(), Held::Nothing),
            On::File => {
                let directory = tempfile::tempdir().unwrap();
                let url = format!("sqlite://{}", directory.path().join("rampart.db").display());
                (url, Held::Directory(directory))
            }
            On::Postgres => {
                let database = Database::create().await;
                (database.url.clone(), Held::Database(Some(database)))
            }
        };
        let store = store::open(&url).await.unwrap();
        let data_dir = match &held {
            Held::Directory(directory) => Some(directory.path().to_owned()),
            Held::Nothing | Held::Database(_) => None,
        };
        let app = Self::on_store(store, url, data_dir, held, &setup).await;
        app.add_account(ACCOUNT).await;
        app
    }

    /// A server on a store that the test made, without an account.
    pub(crate) async fn over(store: Arc<dyn Store>, setup: &Setup) -> Self {
        Self::on_store(store, String::new(), None, Held::Nothing, setup).await
    }

    /// Another server on the same database and data directory, as after a restart.
    pub(crate) async fn again(&self, setup: &Setup) -> Self {
        self.beside(Arc::clone(&self.store), setup).await
    }

    /// A second replica: it shares the database with this one and nothing else.
    pub(crate) async fn replica(&self, setup: &Setup) -> Self {
        let store = store::open(&self.url).await.unwrap();
        self.beside(store, setup).await
    }

    async fn beside(&self, store: Arc<dyn Store>, setup: &Setup) -> Self {
        let (url, data_dir) = (self.url.clone(), self.data_dir.clone());
        let now = self.clock.now_millis();
        let again = Self::at(now, store, url, data_dir, Held::Nothing, setup).await;
        again.nonces.store(
            self.nonces.load(Ordering::Relaxed) + 1_000_000 * rand_seed(),
            Ordering::Relaxed,
        );
        again
    }

    async fn on_store(
        store: Arc<dyn Store>,
        url: String,
        data_dir: Option<PathBuf>,
        held: Held,
        setup: &Setup,
    ) -> Self {
        Self::at(START * 1000, store, url, data_dir, held, setup).await
    }

    async fn at(
        now_millis: i64,
        store: Arc<dyn Store>,
        url: String,
        data_dir: Option<PathBuf>,
        held: Held,
        setup: &Setup,
    ) -> Self {
        let clock = Arc::new(FixedClock::at_millis(now_millis));
        let iam = Iam::start(IamConfig {
            store: Arc::clone(&store),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            entropy: Arc::new(SeededEntropy::new(rand_seed())),
            master_key: match setup.other_master.map(MasterKey::generate) {
                None => MasterKey::generate(setup.master),
                Some(other) => MasterKey::generate(setup.master).with_other(&other),
            },
            incarnation: setup.incarnation,
            quotas: setup.quotas.clone(),
            clock_window_seconds: 900,
            data_dir: data_dir.clone(),
            new_database: true,
            cache_bytes: setup.cache_bytes,
            max_nonces: setup.max_nonces,
            max_staleness: Duration::ZERO,
            federation: setup.federation.clone(),
        })
        .await
        .unwrap();
        let settings = WireSettings {
            max_body_bytes: 1 << 20,
            default_rpc_format_json: false,
            body_timeout_seconds: setup.body_timeout_seconds,
            trusted_proxies: setup.trusted_proxies.clone(),
            secure_transport: false,
        };
        let api = match setup.registry {
            Some(registry) => Api::with_registry(Arc::clone(&iam), &settings, registry),
            None => Api::new(Arc::clone(&iam), &settings),
        };
        Self {
            iam,
            api: api.unwrap(),
            clock,
            store,
            url,
            data_dir,
            held,
            nonces: AtomicU64::new(1),
        }
    }

    /// Makes an account whose root key id is `LTAI<account>`.
    pub(crate) async fn add_account(&self, id: &str) -> Credentials {
        let account: AccountId = id.parse().unwrap();
        let now = self.clock.now();
        let mut tx = self
            .store
            .begin_write(AccountId::SYSTEM, self.tag())
            .await
            .unwrap();
        let name = "test".to_owned();
        let record = Account {
            id: account,
            name,
            alias: None,
            created_at: now,
            tag: self.tag(),
        };
        tx.create_account(&record).await.unwrap();
        tx.commit().await.unwrap();
        let root = root_of(id);
        self.add_root_key(id, &root.id, &root.secret).await;
        root
    }

    /// Gives an account's root one more key.
    pub(crate) async fn add_root_key(&self, account: &str, id: &str, secret: &str) {
        let account: AccountId = account.parse().unwrap();
        let key_id: AccessKeyId = id.parse().unwrap();
        let mut guard = self.iam.begin_write(account).await.unwrap();
        let key = AccessKey {
            sealed_secret: self.iam.secrets.seal_access_key(&key_id, secret).unwrap(),
            id: key_id,
            account,
            owner: KeyOwner::Root,
            status: AccessKeyStatus::Active,
            created_at: self.clock.now(),
            updated_at: self.clock.now(),
            network_policy: None,
        };
        guard.tx().create_key(&key).await.unwrap();
        guard.commit().await.unwrap();
    }

    /// Makes a key of a service that acts for that account, or for any.
    pub(crate) async fn service(
        &self,
        service: &str,
        account: Option<&str>,
        networks: &[&str],
    ) -> Credentials {
        let new = NewServiceKey {
            service: service.parse().unwrap(),
            account: account.map(|account| account.parse().unwrap()),
            any_account: account.is_none(),
            networks: networks.iter().map(ToString::to_string).collect(),
        };
        let made = service_key::create(&self.iam, new).await.unwrap();
        Credentials {
            id: made.access_key_id.to_string(),
            secret: made.access_key_secret.expose().to_owned(),
            token: None,
        }
    }

    fn tag(&self) -> RevisionTag {
        rampart::iam::generate::revision_tag(self.iam.entropy.as_ref())
    }

    /// The root of the account that every test app has.
    #[expect(
        clippy::unused_self,
        reason = "callers are objects of the app; every app has the same root"
    )]
    pub(crate) fn root(&self) -> Credentials {
        root_of(ACCOUNT)
    }

    /// Makes a user with these policies (documents) and a key.
    pub(crate) async fn user(&self, name: &str, policies: &[&str]) -> Credentials {
        self.user_of(&self.root(), name, policies).await
    }

    /// The same in another root's account.
    pub(crate) async fn user_of(
        &self,
        root: &Credentials,
        name: &str,
        policies: &[&str],
    ) -> Credentials {
        self.ram(root, "CreateUser", &[("UserName", name)])
            .await
            .ok();
        for (index, document) in policies.iter().enumerate() {
            let policy = format!("{name}-{index}");
            self.ram(
                root,
                "CreatePolicy",
                &[("PolicyName", &policy), ("PolicyDocument", document)],
            )
            .await
            .ok();
            let attach = [
                ("PolicyType", "Custom"),
                ("PolicyName", &policy),
                ("UserName", name),
            ];
            self.ram(root, "AttachPolicyToUser", &attach).await.ok();
        }
        let key = self
            .ram(root, "CreateAccessKey", &[("UserName", name)])
            .await
            .ok();
        let text = |member: &str| key["AccessKey"][member].as_str().unwrap().to_owned();
        Credentials {
            id: text("AccessKeyId"),
            secret: text("AccessKeySecret"),
            token: None,
        }
    }

    /// Makes a role that trusts `principal` (a JSON value of `Principal`) with these policies.
    pub(crate) async fn role(&self, name: &str, principal: &str, policies: &[&str]) -> Value {
        let root = self.root();
        let made = self
            .ram(
                &root,
                "CreateRole",
                &[
                    ("RoleName", name),
                    ("AssumeRolePolicyDocument", &trust(principal)),
                ],
            )
            .await
            .ok();
        for (index, document) in policies.iter().enumerate() {
            let policy = format!("{name}-role-{index}");
            self.ram(
                &root,
                "CreatePolicy",
                &[("PolicyName", &policy), ("PolicyDocument", document)],
            )
            .await
            .ok();
            let attach = [
                ("PolicyType", "Custom"),
                ("PolicyName", &policy),
                ("RoleName", name),
            ];
            self.ram(&root, "AttachPolicyToRole", &attach).await.ok();
        }
        made["Role"].clone()
    }

    /// Lets `caller` take a role; the session's credentials.
    pub(crate) async fn assume(
        &self,
        caller: &Credentials,
        role: &str,
        more: &[(&str, &str)],
    ) -> Result<Credentials, Reply> {
        let arn = if role.contains(':') {
            role.to_owned()
        } else {
            format!("acs:ram::{ACCOUNT}:role/{role}")
        };
        let mut params = vec![("RoleArn", arn.as_str()), ("RoleSessionName", "session")];
        params.extend(more);
        let reply = self.sts(caller, "AssumeRole", &params).await;
        if reply.status != StatusCode::OK {
            return Err(reply);
        }
        let json = reply.json();
        let text = |member: &str| json["Credentials"][member].as_str().unwrap().to_owned();
        Ok(Credentials {
            id: text("AccessKeyId"),
            secret: text("AccessKeySecret"),
            token: Some(text("SecurityToken")),
        })
    }

    /// A RAM call over the RPC scheme, answered in JSON.
    pub(crate) async fn ram(
        &self,
        caller: &Credentials,
        action: &str,
        params: &[(&str, &str)],
    ) -> Reply {
        self.rpc(caller, Product::Ram, action, params).await
    }

    /// An STS call over the RPC scheme, answered in JSON.
    pub(crate) async fn sts(
        &self,
        caller: &Credentials,
        action: &str,
        params: &[(&str, &str)],
    ) -> Reply {
        self.rpc(caller, Product::Sts, action, params).await
    }

    /// A call over the RPC scheme, everything in the query of a POST.
    pub(crate) async fn rpc(
        &self,
        caller: &Credentials,
        product: Product,
        action: &str,
        params: &[(&str, &str)],
    ) -> Reply {
        let query = self.rpc_query(caller, "POST", product.version(), action, params);
        self.send(
            "POST",
            &format!("/?{query}"),
            &[("host", "127.0.0.1:7267")],
            "",
        )
        .await
    }

    /// The signed query of an RPC call.
    pub(crate) fn rpc_query(
        &self,
        caller: &Credentials,
        method: &str,
        version: &str,
        action: &str,
        params: &[(&str, &str)],
    ) -> String {
        let (timestamp, nonce) = (time::format(self.clock.now()), self.nonce());
        let mut all = vec![
            ("AccessKeyId", caller.id.as_str()),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("SignatureNonce", &nonce),
            ("Timestamp", &timestamp),
            ("Action", action),
            ("Version", version),
        ];
        if !params.iter().any(|(name, _)| *name == "Format") {
            all.push(("Format", "JSON"));
        }
        if let Some(token) = &caller.token {
            all.push(("SecurityToken", token));
        }
        // A test may replace a common parameter, or leave it out with an empty name.
        for (name, value) in params {
            match all.iter_mut().find(|(n, _)| n == name) {
                Some(pair) => pair.1 = value,
                None => all.push((name, value)),
            }
        }
        let pairs: Vec<Pair<'_>> = all.iter().map(|(n, v)| Pair::new(*n, *v)).collect();
        let signature = RpcKey::new(&SecretText::from(caller.secret.as_str()))
            .sign(&rpc::string_to_sign(method, &pairs));
        all.push(("Signature", &signature));
        encode(&all)
    }

    /// A call over ACS3, everything in the query of a POST.
    pub(crate) async fn acs3(
        &self,
        caller: &Credentials,
        product: Product,
        action: &str,
        params: &[(&str, &str)],
    ) -> Reply {
        self.acs3_body(caller, product, action, params, None).await
    }

    /// The same with a body of a content type.
    pub(crate) async fn acs3_body(
        &self,
        caller: &Credentials,
        product: Product,
        action: &str,
        params: &[(&str, &str)],
        body: Option<(&str, &str)>,
    ) -> Reply {
        let headers = self.acs3_headers(caller, product.version(), action, params, body);
        let borrowed: Vec<(&str, &str)> = headers
            .iter()
            .map(|(n, v)| (n.as_str(), v.as_str()))
            .collect();
        let target = format!("/?{}", encode(params));
        self.send(
            "POST",
            &target,
            &borrowed,
            body.map_or("", |(_, text)| text),
        )
        .await
    }

    /// The headers of an ACS3 call, signed.
    pub(crate) fn acs3_headers(
        &self,
        caller: &Credentials,
        version: &str,
        action: &str,
        params: &[(&str, &str)],
        body: Option<(&str, &str)>,
    ) -> Vec<(String, String)> {
        let hash = Algorithm::HmacSha256.payload_hash(body.map_or("", |(_, text)| text).as_bytes());
        let mut headers = vec![
            ("host", "127.0.0.1:7267".to_owned()),
            (acs3::ACTION, action.to_owned()),
            (acs3::CONTENT_HASH, hash.clone()),
            (acs3::DATE, time::format(self.clock.now())),
            (acs3::NONCE, self.nonce()),
            (acs3::VERSION, version.to_owned()),
        ];
        if let Some((kind, _)) = body {
            headers.push(("content-type", kind.to_owned()));
        }
        if let Some(token) = &caller.token {
            headers.push((acs3::SECURITY_TOKEN, token.clone()));
            headers.push((acs3::ACCESS_KEY_ID, caller.id.clone()));
        }
        headers.sort();
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let signed = names.join(";");
        let values: Vec<(&str, &str)> = headers.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let pairs: Vec<Pair<'_>> = params.iter().map(|(n, v)| Pair::new(*n, *v)).collect();
        let canonical = acs3::canonical_request("POST", &pairs, &values, &signed, &hash);
        let text = acs3::string_to_sign(Algorithm::HmacSha256, &canonical);
        let signature = Acs3Key::new(&SecretText::from(caller.secret.as_str()))
            .sign(Algorithm::HmacSha256, &text);
        let authorization = format!(
            "ACS3-HMAC-SHA256 Credential={},SignedHeaders={signed},Signature={signature}",
            caller.id
        );
        let mut all: Vec<(String, String)> = headers
            .into_iter()
            .map(|(n, v)| (n.to_owned(), v))
            .collect();
        all.push(("authorization".to_owned(), authorization));
        all
    }

    /// Sends a request as it is.
    pub(crate) async fn send(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Reply {
        let peer = IpAddr::V4(Ipv4Addr::LOCALHOST);
        self.send_from(peer, method, target, headers, body.as_bytes())
            .await
    }

    /// Sends a request as it is, from this address.
    pub(crate) async fn send_from(
        &self,
        peer: IpAddr,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let mut request = Request::builder().method(method).uri(target);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_empty() {
            request = request.header("content-length", body.len());
        }
        let mut request = request.body(Body::from(body.to_vec())).unwrap();
        let peer = SocketAddr::new(peer, 40000);
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.api.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        // Every answer of ours carries the id, and it is the envelope's.
        let id = parts
            .headers
            .get("x-acs-request-id")
            .expect("x-acs-request-id")
            .to_str()
            .unwrap();
        assert!(text.contains(id), "{id} {text}");
        Reply {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    /// Listens on a port of its own, for tests at the level of bytes.
    pub(crate) async fn listen(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = self
            .api
            .router()
            .into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        address
    }

    /// A nonce that was not used before.
    pub(crate) fn nonce(&self) -> String {
        format!("nonce-{}", self.nonces.fetch_add(1, Ordering::Relaxed))
    }

    /// The URL-less end: gives a PostgreSQL database back.
    pub(crate) async fn end(mut self) {
        self.store.close().await;
        if let Held::Database(database) = &mut self.held
            && let Some(database) = database.take()
        {
            database.remove().await;
        }
    }
}

/// Ids must differ between two servers on one database, so each server draws from a seed of its own.
fn rand_seed() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The root key that [`TestApp::add_account`] gives an account.
pub(crate) fn root_of(account: &str) -> Credentials {
    Credentials {
        id: format!("LTAI{account}"),
        secret: format!("rootSecretOf{account}xx"),
        token: None,
    }
}

/// A trust policy for a JSON value of `Principal`.
pub(crate) fn trust(principal: &str) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{principal}}}]}}"#
    )
}

/// An identity policy of one statement.
pub(crate) fn policy(effect: &str, action: &str, resource: &str) -> String {
    format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"{effect}","Action":"{action}","Resource":"{resource}"}}]}}"#
    )
}

/// A query of these pairs.
pub(crate) fn encode(pairs: &[(&str, &str)]) -> String {
    let encoded: Vec<String> = pairs
        .iter()
        .map(|(n, v)| format!("{}={}", percent::encode(n), percent::encode(v)))
        .collect();
    encoded.join("&")
}
