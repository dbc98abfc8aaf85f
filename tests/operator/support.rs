//! A server's state on a database in memory, with a clock that stands and a generator that repeats.

use std::sync::Arc;
use std::time::Duration;

use rampart::credential::seal::MasterKey;
use rampart::iam::federation::FederationConfig;
use rampart::iam::{Iam, IamConfig};
use rampart::model::account::RevisionTag;
use rampart::model::audit::AuditRecord;
use rampart::model::key::{AccessKey, KeyOwner};
use rampart::model::policy::PolicyRef;
use rampart::model::principal::{PrincipalId, Role, User};
use rampart::model::quotas::Quotas;
use rampart::operator::seed::{self, Options, Outcome, Report, ResolvedSecrets};
use rampart::policy::ids::AccountId;
use rampart::ports::{FixedClock, SeededEntropy};
use rampart::store::{Snapshot, SqliteStore, StoreError};

/// 2026-11-22T00:00:00Z.
pub(crate) const NOW: i64 = 1_795_305_600;

pub(crate) const ACCOUNT: &str = "1000000000000001";
pub(crate) const OTHER: &str = "1000000000000002";

pub(crate) const SECRET: &str = "Zk4vQ8mX1pT7bN3wR6yCaa";
pub(crate) const OTHER_SECRET: &str = "Yk4vQ8mX1pT7bN3wR6yCbb";

/// An account with one of each.
pub(crate) const SEED: &str = r#"
accounts:
  - id: 1000000000000001
    name: Main
    alias: main
    root:
      access_keys:
        - {id: LTAIroot, secret: Zk4vQ8mX1pT7bN3wR6yCaa}
    policies:
      - name: read-logs
        description: Reads logs
        document:
          Version: "1"
          Statement: [{Effect: Allow, Action: "log:Get*", Resource: "*"}]
    users:
      - name: alice
        display_name: Alice
        email: alice@example.com
        mobile_phone: 86-18600001234
        access_keys:
          - {id: LTAIalice, secret: Yk4vQ8mX1pT7bN3wR6yCbb}
        policies: [Custom/read-logs, System/AliyunRAMReadOnlyAccess]
    roles:
      - name: ci
        max_session_duration: 7200
        trust_policy: |
          {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"RAM": "acs:ram::1000000000000001:root"}}]}
        policies: [{type: Custom, name: read-logs}]
"#;

pub(crate) const PLAIN: Options = Options {
    dry_run: false,
    prune: false,
    restore: false,
};
pub(crate) const DRY: Options = Options {
    dry_run: true,
    ..PLAIN
};
pub(crate) const PRUNE: Options = Options {
    prune: true,
    ..PLAIN
};
pub(crate) const RESTORE: Options = Options {
    restore: true,
    ..PLAIN
};

pub(crate) struct Bench {
    pub(crate) iam: Arc<Iam>,
    pub(crate) clock: Arc<FixedClock>,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(Quotas::default()).await
    }

    pub(crate) async fn with(quotas: Quotas) -> Self {
        let clock = Arc::new(FixedClock::at_millis(NOW * 1000));
        let iam = Iam::start(IamConfig {
            store: Arc::new(SqliteStore::in_memory().await.unwrap()),
            clock: Arc::clone(&clock) as _,
            entropy: Arc::new(SeededEntropy::new(7)),
            master_key: MasterKey::generate([7; 32]),
            incarnation: [1; 16],
            quotas,
            clock_window_seconds: 900,
            data_dir: None,
            new_database: true,
            cache_bytes: 1 << 20,
            max_nonces: 1000,
            max_staleness: Duration::ZERO,
            federation: FederationConfig::default(),
        });
        Self {
            iam: iam.await.unwrap(),
            clock,
        }
    }

    pub(crate) async fn run(&self, text: &str, options: Options) -> Report {
        let seed = seed::read(text, &ResolvedSecrets::new());
        let seed = seed.unwrap_or_else(|faults| panic!("{faults:#?}"));
        seed::run(&self.iam, &seed, options).await.unwrap()
    }

    /// A server that [`SEED`] was given to.
    pub(crate) async fn seeded() -> Self {
        let bench = Self::new().await;
        let report = bench.run(SEED, PLAIN).await;
        assert_eq!(report.impossible(), 0, "{report}");
        bench
    }

    pub(crate) async fn read(&self, account: &str) -> Box<dyn Snapshot> {
        self.iam.begin_read(id(account)).await.unwrap()
    }

    pub(crate) async fn exists(&self, account: &str) -> bool {
        match self.iam.begin_read(id(account)).await {
            Ok(_) => true,
            Err(StoreError::NotFound) => false,
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) async fn tag(&self, account: &str) -> RevisionTag {
        self.read(account).await.account().tag
    }

    pub(crate) async fn user(&self, account: &str, name: &str) -> Option<User> {
        let name = name.parse().unwrap();
        self.read(account).await.get_user(&name).await.unwrap()
    }

    pub(crate) async fn role(&self, account: &str, name: &str) -> Option<Role> {
        let name = name.parse().unwrap();
        self.read(account).await.get_role(&name).await.unwrap()
    }

    /// The default version's number and document.
    pub(crate) async fn document(&self, name: &str) -> Option<(String, String)> {
        let name = name.parse().unwrap();
        let mut snapshot = self.read(ACCOUNT).await;
        let policy = snapshot.get_policy(&name).await.unwrap()?;
        let version = policy.default_version;
        let version = snapshot
            .get_policy_version(&name, version)
            .await
            .unwrap()
            .unwrap();
        Some((version.version.to_string(), version.document))
    }

    pub(crate) async fn attached(&self, to: PrincipalId) -> Vec<String> {
        let attachments = self.read(ACCOUNT).await.list_attachments(to).await.unwrap();
        let names = attachments.into_iter().map(|attachment| attachment.policy);
        names
            .map(|policy| format!("{}/{}", policy.policy_type, policy.name))
            .collect()
    }

    pub(crate) async fn keys(&self, owner: KeyOwner) -> Vec<AccessKey> {
        self.read(ACCOUNT).await.list_keys(&owner).await.unwrap()
    }

    pub(crate) async fn audit(&self, account: AccountId) -> Vec<AuditRecord> {
        let mut snapshot = self.iam.begin_read(account).await.unwrap();
        snapshot.list_audit(1000).await.unwrap()
    }
}

pub(crate) fn id(account: &str) -> AccountId {
    account.parse().unwrap()
}

pub(crate) fn custom(name: &str) -> PolicyRef {
    PolicyRef {
        policy_type: rampart::model::policy::PolicyType::Custom,
        name: name.parse().unwrap(),
    }
}

/// The report's lines of one outcome.
pub(crate) fn lines(report: &Report, outcome: Outcome) -> Vec<String> {
    let lines = report.steps.iter().filter(|line| line.outcome == outcome);
    lines.map(ToString::to_string).collect()
}

/// Does something to an account as a call would.
macro_rules! call {
    ($bench:expr, |$tx:ident| $body:expr) => {{
        let mut guard = $bench
            .iam
            .begin_write(crate::support::id(crate::support::ACCOUNT))
            .await;
        let guard_ref = guard.as_mut().unwrap();
        let $tx = guard_ref.tx();
        $body;
        guard.unwrap().commit().await.unwrap();
    }};
}
pub(crate) use call;
