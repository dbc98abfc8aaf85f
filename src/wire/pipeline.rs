//! THE pipeline: one function runs every call, in one order.
//!
//! 1. bounds, parameters, the request id, the answer's format;
//! 2. the operation, and the scheme's own fields;
//! 3. key, token, time, signature;
//! 4. the operation's parameters, whose fault is kept;
//! 5. freshness and nonce;
//! 6. whether the caller still stands;
//! 7. the kept fault, then authorisation;
//! 8. the operation, in one transaction with its audit row;
//! 9. encoding and counting.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{Method, Response};
use http_body_util::Full;
use hyper::body::{Body as _, Bytes};

use crate::credential::verify::{RawRequest, Request as SignedText, Scheme};
use crate::iam::authn::{AuthnError, Established, Proof, SignedRequest, Verified};
use crate::iam::caller::{self, Origin};
use crate::iam::freshness::Current;
use crate::iam::generate;
use crate::iam::maps::NameMap;
use crate::iam::sessions::SessionError;
use crate::model::audit::RefusalKey;
use crate::ops::call::{Answer, Call, Context, Entry, Session};
use crate::ops::declare::{Access, Auth, Product, Resources};
use crate::ops::error::OpError;
use crate::policy::ids::AccountId;
use crate::store::StoreError;
use crate::wire::decision::Decision;
use crate::wire::envelope::{self, ErrorBody, Format};
use crate::wire::error::{Fault, Strings};
use crate::wire::mutation::Mutation;
use crate::wire::signed::KeptProof;
use crate::wire::{Api, signed};

/// The operations of a registry.
pub(super) struct Operations {
    /// Each with its place.
    by_name: NameMap<(Product, &'static str), (usize, &'static Entry)>,
    /// How often each went well, by place; refusals are counted by code.
    answered: Vec<metrics::Counter>,
}

impl std::fmt::Debug for Operations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Operations(..)")
    }
}

impl Operations {
    pub(super) fn of(registry: &'static [Entry]) -> Self {
        let name = |entry: &Entry| (entry.declaration.product, entry.declaration.name);
        let counter = |entry: &Entry| {
            let (product, name) = name(entry);
            metrics::counter!(
                "rampart_requests_total",
                "product" => product.name(),
                "operation" => name,
                "code" => "OK",
            )
        };
        let places = registry.iter().enumerate();
        Self {
            by_name: places.map(|place| (name(place.1), place)).collect(),
            answered: registry.iter().map(counter).collect(),
        }
    }
}

/// What is known of a call so far, for whatever answer it gets.
struct Progress {
    request_id: String,
    format: Format,
    product: Option<Product>,
    entry: Option<(usize, &'static Entry)>,
    /// Whose signature it is, once it is verified.
    verified: Option<Verified>,
}

impl Progress {
    fn new(api: &Api) -> Self {
        Self {
            request_id: generate::request_id(api.iam.entropy.as_ref()),
            format: Format::Json,
            product: None,
            entry: None,
            verified: None,
        }
    }
}

/// Runs one request. `peer` is the other end of the connection. The request is taken apart before the
/// call begins: an `async fn` would keep it beside its parts, in a call that is moved about.
pub(super) fn run(
    api: &Api,
    request: Request,
    peer: IpAddr,
) -> impl Future<Output = Response<Full<Bytes>>> + Send {
    let mut progress = Progress::new(api);
    let (parts, mut body) = request.into_parts();
    let origin = api.proxies.origin(peer, api.secure, &parts.headers);
    async move {
        match step_by_step(api, &mut progress, &parts, &mut body, origin).await {
            Ok(answer) => {
                let name = progress.entry.map_or("", |(index, entry)| {
                    if let Some(counter) = api.operations.answered.get(index) {
                        counter.increment(1);
                    }
                    entry.declaration.name
                });
                tracing::debug!(
                    request.id = progress.request_id,
                    operation = name,
                    "answered"
                );
                envelope::success(progress.format, name, progress.request_id, answer)
            }
            Err(fault) => {
                api.read_on(&parts.headers, body, &fault);
                refuse(api, &progress, &parts, origin, &fault)
            }
        }
    }
}

/// Steps 1 to 8.
async fn step_by_step(
    api: &Api,
    progress: &mut Progress,
    parts: &Parts,
    body: &mut Body,
    origin: Origin,
) -> Result<Answer, Fault> {
    // 1. Bounds and parameters.
    if !matches!(parts.method, Method::GET | Method::POST) {
        return Err(Fault::Method);
    }
    let target = signed::target(parts);
    let announced = !body.is_end_stream();
    let is_acs3 = |value: &axum::http::HeaderValue| value.as_bytes().starts_with(b"ACS3-");
    if announced && parts.headers.get("authorization").is_some_and(is_acs3) {
        // Boxed, so that what fewer calls need makes no room for itself in every call.
        return Box::pin(signed_before_body(api, progress, parts, body, origin)).await;
    }
    let bytes = if announced {
        Box::pin(api.read_body(&parts.headers, body)).await?
    } else {
        Bytes::new()
    };
    let raw = signed::raw(parts, target, &bytes)?;
    let (request, entry) = read(api, progress, &raw)?;
    let signed = match entry.declaration.auth {
        Auth::Unsigned => None,
        _ => Some(verify(api, &request).await?),
    };
    if matches!(request.scheme(), Scheme::Acs3(_)) && !request.body_matches() {
        return Err(Fault::BodyHash(Box::new(signed::strings(&request))));
    }
    let caller = signed.map(|(verified, caller)| {
        progress.verified = Some(verified);
        caller
    });
    call(api, progress, &request, caller.as_ref(), entry, origin).await
}

/// The same for a call under ACS3 with a body. The hash of the body is signed: of who has not signed
/// none is kept, and he is answered before it comes.
async fn signed_before_body(
    api: &Api,
    progress: &mut Progress,
    parts: &Parts,
    body: &mut Body,
    origin: Origin,
) -> Result<Answer, Fault> {
    let target = signed::target(parts);
    let raw = signed::raw(parts, target, b"")?;
    let (request, entry) = read(api, progress, &raw)?;
    let (verified, _) = verify(api, &request).await?;
    let bytes = api.read_body(&parts.headers, body).await?;
    let raw = signed::raw(parts, target, &bytes)?;
    let (request, _) = read(api, progress, &raw)?;
    if !request.body_matches() {
        return Err(Fault::BodyHash(Box::new(signed::strings(&request))));
    }
    let caller = signed::signed(&request)?;
    progress.verified = Some(verified);
    call(api, progress, &request, Some(&caller), entry, origin).await
}

/// Reads the request (1) and finds its operation (2).
fn read<'a>(
    api: &Api,
    progress: &mut Progress,
    raw: &'a RawRequest<'a>,
) -> Result<(SignedText<'a>, &'static Entry), Fault> {
    let (request, format) =
        signed::read(raw, api.default_rpc_format).map_err(|(fault, format)| {
            progress.format = format;
            fault
        })?;
    progress.format = format;
    let version = request.version().ok_or(Fault::Missing("Version"))?;
    let product = crate::ops::product(version).ok_or(Fault::Version)?;
    progress.product = Some(product);
    let action = request.action().ok_or(Fault::Missing("Action"))?;
    let found = api.operations.by_name.get(&(product, action));
    let (index, entry) = *found.ok_or(Fault::Action)?;
    progress.entry = Some((index, entry));
    if entry.declaration.auth == Auth::Unsigned && request.scheme() != Scheme::Unsigned {
        return Err(Fault::Credentials);
    }
    Ok((request, entry))
}

/// 3. Key, token, time, signature.
async fn verify<'r>(
    api: &Api,
    request: &'r SignedText<'_>,
) -> Result<(Verified, SignedRequest<'r>), Fault> {
    let signed = signed::signed(request)?;
    match api.iam.verify(&signed).await {
        Ok(verified) => Ok((verified, signed)),
        Err(error) => Err(authn(error, request)),
    }
}

fn authn(error: AuthnError, request: &SignedText<'_>) -> Fault {
    let strings = match error {
        AuthnError::SignatureMismatch => signed::strings(request),
        _ => Strings::default(),
    };
    Fault::Authn(error, Box::new(strings))
}

/// Steps 4 to 8. `caller` is what the call is signed with, verified; an unsigned one has none.
async fn call(
    api: &Api,
    progress: &mut Progress,
    request: &SignedText<'_>,
    caller: Option<&SignedRequest<'_>>,
    entry: &'static Entry,
    origin: Origin,
) -> Result<Answer, Fault> {
    // 4. All parameters; a fault is kept.
    let params = signed::params(request);
    let parsed = (entry.parse)(&params);
    let other = parsed
        .as_ref()
        .ok()
        .and_then(|call| call.checked().role())
        .map(|role| role.account);
    let mut cx = Context {
        iam: Arc::clone(&api.iam),
        caller: None,
        origin,
        now: api.iam.clock.now(),
    };

    // 5 and 6. Freshness, nonce, and whether the caller still stands.
    let Some(caller) = caller else {
        let call = parsed.map_err(OpError::from)?;
        let Call::Session(call) = call else {
            return Err(Fault::Missing("AccessKeyId"));
        };
        return Ok(call.run(&cx, None).await?);
    };
    let verified = progress.verified.as_mut().ok_or(Fault::Credentials)?;
    let may_be_stale = entry.declaration.access == Access::Decision;
    let established = api.iam.establish(
        caller,
        verified,
        origin.source_ip,
        (other, may_be_stale),
        cx.now,
    );
    let (established, current) = established.await.map_err(|error| authn(error, request))?;
    cx.caller = Some(Arc::clone(&established.caller));
    let auth = entry.declaration.auth;
    if !auth.admits(&established.caller, origin.source_ip) {
        return Err(OpError::NotForCaller.into());
    }

    // 7. The kept fault, then authorisation.
    let call = parsed.map_err(OpError::from)?;
    let mut checks = entry.declaration.check(established.caller.account, &params);
    checks.extend(call.checked().checks(&cx)?);
    let mut decision = Decision {
        checks,
        keys: call.checked().keys(),
        loaded: entry.declaration.resources == Resources::Loaded,
    };
    // What only the store tells is read where the call runs, and so is it decided there.
    let asks_the_store =
        !matches!(call, Call::Session(_)) && decision.asks_the_store(call.checked(), &established);
    if !asks_the_store {
        decision.decide(&established, &cx)?;
    }

    // 8. The operation.
    match call {
        Call::Session(call) => {
            session(
                call.as_ref(),
                &mut cx,
                (verified, caller.proof),
                (established, current),
            )
            .await
        }
        // Boxed: who waits for the database makes no room for that in calls that need none.
        Call::Read(call) => {
            Box::pin(async {
                let account = established.caller.account;
                let mut snapshot = api.iam.begin_read(account).await.map_err(OpError::from)?;
                if asks_the_store {
                    let snapshot = snapshot.as_mut();
                    let decided =
                        decision.decide_within(call.as_ref(), &established, &cx, snapshot);
                    decided.await?;
                }
                Ok(call.answer(&cx, snapshot.as_mut()).await?)
            })
            .await
        }
        Call::Write(call) => {
            let write = Mutation {
                call,
                cx,
                decision,
                asks_the_store,
                verified: verified.clone(),
                proof: KeptProof::of(request, caller.proof),
                decided_on: current.own.state.tag,
                request_id: progress.request_id.clone(),
                operation: entry.declaration.qualified_name(),
            };
            // In a task of its own: a client that goes away must not stop it between the commit
            // and the moment when what is cached is dropped.
            tokio::spawn(write.run(established))
                .await
                .map_err(|_| Fault::Lost)?
        }
    }
}

/// Runs a call that is decided on the views alone. Where something is not kept and the account moved
/// on meanwhile, it is decided once more, on one snapshot of the caller's account.
async fn session(
    call: &dyn Session,
    cx: &mut Context,
    (verified, proof): (&Verified, Proof<'_>),
    (established, mut current): (Established, Current),
) -> Result<Answer, Fault> {
    let answer = call.run(cx, Some((&established, &current))).await;
    if !matches!(
        &answer,
        Err(OpError::Session(SessionError::Store(StoreError::Conflict)))
    ) {
        return Ok(answer?);
    }
    let iam = Arc::clone(&cx.iam);
    let account = established.caller.account;
    let mut snapshot = iam.begin_read(account).await.map_err(OpError::from)?;
    let established =
        Box::pin(iam.establish_within(snapshot.as_mut(), verified, cx.origin.source_ip, proof))
            .await
            .map_err(|error| Fault::Authn(error, Box::default()))?;
    current.own = iam.freshness.pinned(snapshot.as_ref());
    // Another account's role is not decided on a view that may be behind.
    if let Some(role) = call.role().filter(|role| role.account == account) {
        Box::pin(iam.pin_role(&current.own, snapshot.as_mut(), &role.name))
            .await
            .map_err(OpError::from)?;
    }
    // A database in memory has one connection.
    drop(snapshot);
    cx.caller = Some(Arc::clone(&established.caller));
    Ok(call.run(cx, Some((&established, &current))).await?)
}

/// 9. The refusal: logged once, counted, written to the audit behind.
fn refuse(
    api: &Api,
    progress: &Progress,
    parts: &Parts,
    origin: Origin,
    fault: &Fault,
) -> Response<Full<Bytes>> {
    let mut refusal = fault.refusal(progress.product);
    if let (Some(detail), Some(denial)) = (&mut refusal.detail, fault.denial()) {
        match api.iam.diagnoses.encode(denial) {
            Ok(message) => detail.encoded_diagnostic_message = message,
            Err(error) => tracing::warn!(%error, "a denial goes out without its explanation"),
        }
    }
    let operation = progress.entry.map(|(_, entry)| entry.declaration);
    let name = operation
        .map(crate::ops::declare::Declaration::qualified_name)
        .unwrap_or_default();
    metrics::counter!(
        "rampart_requests_total",
        "product" => progress.product.map_or("", Product::name),
        "operation" => operation.map_or("", |declaration| declaration.name),
        "code" => refusal.code.clone(),
    )
    .increment(1);
    let source_ip = origin.source_ip;
    if refusal.status.is_server_error() {
        let error: &dyn std::error::Error = fault;
        tracing::error!(
            request.id = progress.request_id,
            operation = name,
            code = refusal.code,
            error = error,
            "failed"
        );
    } else {
        tracing::info!(
            request.id = progress.request_id,
            operation = name,
            code = refusal.code,
            caller = progress.verified.as_ref().map_or("", Verified::access_key_id),
            %source_ip,
            "refused"
        );
    }
    if fault.is_refused_caller() {
        let verified = progress.verified.as_ref();
        let principal = verified.map_or_else(|| peer(source_ip), Verified::principal);
        api.iam.refusals.count(RefusalKey {
            account: verified.map_or(AccountId::SYSTEM, Verified::account),
            minute: api.iam.clock.now().div_euclid(60),
            principal,
            operation: name,
            code: refusal.code.clone(),
        });
    }
    let recommend = format!(
        "https://api.aliyun.com/troubleshoot?q={}&product={}&requestId={}",
        refusal.code,
        progress.product.map_or("", Product::name),
        progress.request_id
    );
    let format = if fault.is_unread() {
        Format::Json
    } else {
        progress.format
    };
    let body = ErrorBody {
        request_id: progress.request_id.clone(),
        host_id: host_id(parts),
        code: refusal.code,
        message: refusal.message,
        recommend,
        access_denied_detail: refusal.detail,
    };
    envelope::failure(format, refusal.status, refusal.retry_after, &body)
}

/// The peer as refusals are counted.
fn peer(address: IpAddr) -> String {
    match caller::peer(address) {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(network) => format!("{network}/64"),
    }
}

/// The host that was called: the `Host` header without scheme, port and trailing slash.
fn host_id(parts: &Parts) -> String {
    let host = parts
        .headers
        .get("host")
        .and_then(|host| host.to_str().ok());
    let host = host.or_else(|| parts.uri.host()).unwrap_or_default();
    let host = host.split_once("://").map_or(host, |(_, rest)| rest);
    let host = host.trim_end_matches('/');
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
            name.to_owned()
        }
        _ => host.to_owned(),
    }
}

impl Api {
    /// The refusal of a path that has no API.
    pub(super) fn no_such_path(&self, request: Request, peer: IpAddr) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        self.read_on(&parts.headers, body, &Fault::Path);
        let origin = self.proxies.origin(peer, self.secure, &parts.headers);
        refuse(self, &Progress::new(self), &parts, origin, &Fault::Path)
    }
}
