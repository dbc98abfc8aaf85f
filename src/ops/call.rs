//! An operation that is about to run: what the pipeline sees of it, whatever it is.

use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;

use crate::iam::Iam;
use crate::iam::authn::Established;
use crate::iam::authz::Check;
use crate::iam::caller::{Caller, Origin};
use crate::iam::freshness::Current;
use crate::ops::declare::{Declaration, Declared};
use crate::ops::error::OpError;
use crate::ops::params::{ParamFault, Params};
use crate::policy::arn::RoleArn;
use crate::policy::context::MapContext;
use crate::store::{Snapshot, Tx};

/// What an operation may look at beside its parameters.
#[derive(Debug, Clone)]
pub struct Context {
    /// The server's state.
    pub iam: Arc<Iam>,
    /// Who calls; `None` for an unsigned operation.
    pub caller: Option<Arc<Caller>>,
    /// Where the call comes from.
    pub origin: Origin,
    /// Now, in unix seconds.
    pub now: i64,
}

impl Context {
    /// The caller of a signed operation.
    ///
    /// # Errors
    /// An internal fault where there is none: the pipeline lets no unsigned call reach a signed
    /// operation.
    pub fn caller(&self) -> Result<&Caller, OpError> {
        self.caller
            .as_deref()
            .ok_or_else(|| OpError::Internal("a signed operation without a caller".into()))
    }
}

/// The members of an answer as JSON text, an object. In front of them there is room for the request
/// id, so that the envelope adds it without moving them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer(Vec<u8>);

impl Answer {
    /// What stands in the room until the id is known: the text that it becomes, and nobody's id.
    const ROOM: &str = r#"{"RequestId":"00000000-0000-0000-0000-000000000000""#;
    const ID: std::ops::Range<usize> = 14..50;

    /// From what an operation answers.
    ///
    /// # Errors
    /// Where it cannot be written as JSON, which is a fault of ours.
    pub fn of(value: &impl Serialize) -> Result<Self, OpError> {
        let mut text = Self::begin(512).into_bytes();
        serde_json::to_writer(&mut text, value)
            .map_err(|error| OpError::Internal(Box::new(error)))?;
        Ok(Self(text))
    }

    /// Begins one that is written by hand: its members follow, in braces and about as long as said.
    pub fn begin(members: usize) -> String {
        let mut text = String::with_capacity(Self::ROOM.len() + members);
        text.push_str(Self::ROOM);
        text
    }

    /// What was begun, with its members.
    pub fn end(text: String) -> Self {
        Self(text.into_bytes())
    }

    /// The members alone.
    pub fn members(&self) -> &[u8] {
        self.0.get(Self::ROOM.len()..).unwrap_or_default()
    }

    /// The whole as JSON: the request id, then the members.
    pub fn into_json(mut self, request_id: &str) -> Vec<u8> {
        let Some(place) = self.0.get_mut(Self::ID) else {
            return self.0;
        };
        if place.len() != request_id.len() {
            // Not the form of the ids that we draw: the members move.
            let mut text = format!(r#"{{"RequestId":"{request_id}""#).into_bytes();
            let at = text.len();
            text.extend_from_slice(self.members());
            return Self::joined(text, at);
        }
        place.copy_from_slice(request_id.as_bytes());
        Self::joined(self.0, Self::ROOM.len())
    }

    /// Makes one object of two, of which the second begins at `at`.
    fn joined(mut text: Vec<u8>, at: usize) -> Vec<u8> {
        if text.get(at + 1) == Some(&b'}') {
            text.remove(at);
        } else if let Some(brace) = text.get_mut(at) {
            *brace = b',';
        }
        text
    }
}

/// An answer without members.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Done {}

/// What every call can be asked before it runs.
#[async_trait]
pub trait Checked: Send + Sync {
    /// What must be allowed, for operations that say so by call.
    ///
    /// # Errors
    /// Where the parameters name no subject, or two.
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        let _ = cx;
        Ok(Vec::new())
    }

    /// The call's own condition keys, beside those that every call has.
    fn keys(&self) -> MapContext {
        MapContext::default()
    }

    /// Whether some of its own keys are known to the store only: then they are read before the call
    /// is decided, by [`loaded_keys`](Self::loaded_keys).
    fn loads_keys(&self) -> bool {
        false
    }

    /// Its own condition keys, from the store. What does not exist has none.
    ///
    /// # Errors
    /// As the store.
    async fn loaded_keys(&self, snapshot: &mut dyn Snapshot) -> Result<MapContext, OpError> {
        let _ = snapshot;
        Ok(self.keys())
    }

    /// What must be allowed, for operations whose resource only the store knows. What does not
    /// exist is checked against the wildcard of its kind, so that permission comes before
    /// existence.
    ///
    /// # Errors
    /// As the store.
    async fn loaded_checks(
        &self,
        cx: &Context,
        snapshot: &mut dyn Snapshot,
    ) -> Result<Vec<Check>, OpError> {
        let _ = (cx, snapshot);
        Ok(Vec::new())
    }

    /// The role that the call takes; its account's state is one that the call is decided on.
    fn role(&self) -> Option<&RoleArn> {
        None
    }
}

/// An operation that reads.
#[async_trait]
pub trait Read: Declared + Checked {
    /// What it answers.
    type Answer: Serialize + Send;

    /// Runs on a consistent view of the caller's account.
    ///
    /// # Errors
    /// [`OpError`].
    async fn run(&self, cx: &Context, snapshot: &mut dyn Snapshot)
    -> Result<Self::Answer, OpError>;
}

/// An operation that changes the caller's account.
#[async_trait]
pub trait Write: Declared + Checked {
    /// What it answers.
    type Answer: Serialize + Send;

    /// Runs in a transaction that holds the account's lock; an error rolls it back.
    ///
    /// # Errors
    /// [`OpError`].
    async fn run(&self, cx: &Context, tx: &mut dyn Tx) -> Result<Self::Answer, OpError>;
}

/// An operation that changes the caller's account, and before that does what takes long and would
/// hold up the account's other writers: hashing a password.
#[async_trait]
pub trait PreparedWrite: Declared + Checked {
    /// What it answers.
    type Answer: Serialize + Send;
    /// What it did before.
    type Prepared: Send;

    /// Runs once the call is allowed, before the transaction. What it read may be another by the
    /// time that the transaction begins.
    ///
    /// # Errors
    /// [`OpError`].
    async fn prepare(&self, cx: &Context) -> Result<Self::Prepared, OpError>;

    /// Runs in a transaction that holds the account's lock; an error rolls it back.
    ///
    /// # Errors
    /// [`OpError`].
    async fn run(
        &self,
        cx: &Context,
        tx: &mut dyn Tx,
        prepared: Self::Prepared,
    ) -> Result<Self::Answer, OpError>;
}

/// An operation that touches no stored state: it tells who calls, or mints a session.
#[async_trait]
pub trait Session: Checked {
    /// Runs on what the pipeline established; for an unsigned operation there is none.
    ///
    /// # Errors
    /// [`OpError`].
    async fn run(
        &self,
        cx: &Context,
        on: Option<(&Established, &Current)>,
    ) -> Result<Answer, OpError>;
}

/// [`Read`] without its type.
#[async_trait]
pub trait AnyRead: Checked {
    /// Runs and writes the answer.
    ///
    /// # Errors
    /// [`OpError`].
    async fn answer(&self, cx: &Context, snapshot: &mut dyn Snapshot) -> Result<Answer, OpError>;
}

#[async_trait]
impl<T: Read> AnyRead for T {
    async fn answer(&self, cx: &Context, snapshot: &mut dyn Snapshot) -> Result<Answer, OpError> {
        Answer::of(&self.run(cx, snapshot).await?)
    }
}

/// [`Write`] without its type.
#[async_trait]
pub trait AnyWrite: Checked {
    /// Does what comes before the transaction.
    ///
    /// # Errors
    /// [`OpError`].
    async fn prepare(&mut self, cx: &Context) -> Result<(), OpError> {
        let _ = cx;
        Ok(())
    }

    /// Runs and writes the answer.
    ///
    /// # Errors
    /// [`OpError`].
    async fn answer(&mut self, cx: &Context, tx: &mut dyn Tx) -> Result<Answer, OpError>;
}

#[async_trait]
impl<T: Write> AnyWrite for T {
    async fn answer(&mut self, cx: &Context, tx: &mut dyn Tx) -> Result<Answer, OpError> {
        Answer::of(&self.run(cx, tx).await?)
    }
}

/// A [`PreparedWrite`], and what it did before.
struct Ahead<T: PreparedWrite> {
    operation: T,
    prepared: Option<T::Prepared>,
}

#[async_trait]
impl<T: PreparedWrite> Checked for Ahead<T>
where
    T::Prepared: Sync,
{
    fn checks(&self, cx: &Context) -> Result<Vec<Check>, OpError> {
        self.operation.checks(cx)
    }

    fn keys(&self) -> MapContext {
        self.operation.keys()
    }

    fn loads_keys(&self) -> bool {
        self.operation.loads_keys()
    }

    async fn loaded_keys(&self, snapshot: &mut dyn Snapshot) -> Result<MapContext, OpError> {
        self.operation.loaded_keys(snapshot).await
    }

    async fn loaded_checks(
        &self,
        cx: &Context,
        snapshot: &mut dyn Snapshot,
    ) -> Result<Vec<Check>, OpError> {
        self.operation.loaded_checks(cx, snapshot).await
    }

    fn role(&self) -> Option<&RoleArn> {
        self.operation.role()
    }
}

#[async_trait]
impl<T: PreparedWrite> AnyWrite for Ahead<T>
where
    T::Prepared: Sync,
{
    async fn prepare(&mut self, cx: &Context) -> Result<(), OpError> {
        self.prepared = Some(self.operation.prepare(cx).await?);
        Ok(())
    }

    async fn answer(&mut self, cx: &Context, tx: &mut dyn Tx) -> Result<Answer, OpError> {
        let prepared = self.prepared.take();
        let prepared =
            prepared.ok_or_else(|| OpError::Internal("a call that was not prepared".into()))?;
        Answer::of(&self.operation.run(cx, tx, prepared).await?)
    }
}

/// A call with its parameters parsed.
pub enum Call {
    /// It reads.
    Read(Box<dyn AnyRead>),
    /// It changes the caller's account.
    Write(Box<dyn AnyWrite>),
    /// It touches no stored state.
    Session(Box<dyn Session>),
}

impl Call {
    /// What can be asked of it before it runs.
    pub fn checked(&self) -> &dyn Checked {
        match self {
            Self::Read(call) => call.as_ref(),
            Self::Write(call) => call.as_ref(),
            Self::Session(call) => call.as_ref(),
        }
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Read(_) => "Call::Read",
            Self::Write(_) => "Call::Write",
            Self::Session(_) => "Call::Session",
        })
    }
}

/// One operation in the registry.
#[derive(Clone, Copy)]
pub struct Entry {
    /// What it declares.
    pub declaration: &'static Declaration,
    /// Parses its parameters.
    pub parse: fn(&Params<'_>) -> Result<Call, ParamFault>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.declaration.name)
    }
}

/// The entry of an operation that reads.
pub const fn read<T: Read>() -> Entry {
    Entry {
        declaration: &T::DECLARATION,
        parse: |params| Ok(Call::Read(Box::new(T::parse(params)?))),
    }
}

/// The entry of an operation that changes.
pub const fn write<T: Write>() -> Entry {
    Entry {
        declaration: &T::DECLARATION,
        parse: |params| Ok(Call::Write(Box::new(T::parse(params)?))),
    }
}

/// The entry of an operation that changes, after what takes long.
pub const fn prepared<T: PreparedWrite>() -> Entry
where
    T::Prepared: Sync,
{
    Entry {
        declaration: &T::DECLARATION,
        parse: |params| {
            Ok(Call::Write(Box::new(Ahead {
                operation: T::parse(params)?,
                prepared: None,
            })))
        },
    }
}

/// The entry of an operation that touches no stored state.
pub const fn session<T: Session + Declared>() -> Entry {
    Entry {
        declaration: &T::DECLARATION,
        parse: |params| Ok(Call::Session(Box::new(T::parse(params)?))),
    }
}
