//! What a call costs in an account with many roles, beside one with few, in interleaved rounds; and
//! how long a server with so many takes to start, and how much memory.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::{Connection as _, SqliteConnection};

use crate::client::{Caller, Load, Pool, run_all};
use crate::server::{self, Data, Server, Subject};
use crate::sign::Scheme;
use crate::{Result, Scale, rounds};

const CONNECTIONS: u32 = 64;
const MIB: f64 = 1024.0 * 1024.0;

/// An account with roles, each with a policy attached, and the server on it.
struct Account {
    roles: u32,
    server: Server,
    loads: Vec<Arc<Load>>,
}

impl Account {
    async fn new(directory: &Path, roles: u32, options: &Scale) -> Result<Self> {
        let core = Some(options.cores.server_core);
        let first = Server::rampart(core, Data::Directory(directory))?;
        let subject = server::set_up(first.address)?;
        let mut root = Caller::connect(first.address, &server::root())?;
        let attached = [
            ("PolicyType", "Custom"),
            ("PolicyName", "load"),
            ("RoleName", "load"),
        ];
        root.ram("AttachPolicyToRole", &attached)?;
        first.stop()?;
        fill(&directory.join("rampart.db"), roles).await?;

        let begin = Instant::now();
        let server = Server::rampart(core, Data::Directory(directory))?;
        Caller::connect(server.address, &subject.key)?.sts("GetCallerIdentity", &[])?;
        println!(
            "{roles} roles and attachments: first signed answer {:.1} ms after exec, {:.1} MiB resident",
            begin.elapsed().as_secs_f64() * 1e3,
            server.resident()? as f64 / MIB
        );
        // As many roles as there are connections, spread over all.
        let loads = (0..CONNECTIONS)
            .map(|number| {
                let role = u64::from(number) * u64::from(roles) / u64::from(CONNECTIONS);
                let subject = Subject {
                    key: subject.key.clone(),
                    role_arn: server::role_arn(&format!("load-{role}")),
                };
                Ok(Arc::new(rounds::assume_role(
                    server.address,
                    Scheme::Rpc,
                    &subject,
                )?))
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            roles,
            server,
            loads,
        })
    }

    /// CPU microseconds of the server for each call.
    async fn measure(&self, options: &Scale, ticks: f64) -> Result<f64> {
        let mut pools = Vec::new();
        for load in &self.loads {
            pools.push(Pool::open(Arc::clone(load), 1).await?);
        }
        let (pools, _) = run_all(pools, Duration::from_millis(300), options.requests).await?;
        let cpu = self.server.cpu(ticks)?;
        let time = Duration::from_secs(options.seconds.into());
        let (_, latencies) = run_all(pools, time, options.requests).await?;
        Ok((self.server.cpu(ticks)? - cpu) * 1e6 / latencies.len() as f64)
    }
}

/// Copies the role `load` and its attachment, while no server runs: through the API it would take
/// hours, and what is measured is not how they came.
async fn fill(database: &Path, roles: u32) -> Result<()> {
    let mut connection =
        SqliteConnection::connect(&format!("sqlite:{}", database.display())).await?;
    let mut tx = connection.begin().await?;
    for statement in [
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)
         INSERT INTO roles (id, account_id, name, name_key, description, trust_policy, max_session_duration, session_epoch, created_at, updated_at)
         SELECT printf('399%015d', i), account_id, printf('load-%d', i), printf('load-%d', i), description, trust_policy, max_session_duration, session_epoch, created_at, updated_at
         FROM roles, n WHERE name = 'load'",
        "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)
         INSERT INTO attachments (account_id, principal_kind, principal_id, policy_type, policy_name, policy_key, attached_at)
         SELECT a.account_id, a.principal_kind, printf('399%015d', i), a.policy_type, a.policy_name, a.policy_key, a.attached_at
         FROM attachments a JOIN roles r ON r.id = a.principal_id AND r.name = 'load', n",
    ] {
        sqlx::query(statement).bind(roles).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    connection.close().await?;
    Ok(())
}

pub(crate) async fn scale(options: Scale) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let ticks = server::ticks_per_second()?;
    let few = Account::new(&directory.path().join("few"), options.few, &options).await?;
    let many = Account::new(&directory.path().join("many"), options.many, &options).await?;
    server::move_to_core(options.cores.load_core)?;
    let mut ratios = Vec::new();
    for round in 1..=options.count {
        let micros = few.measure(&options, ticks).await?;
        let of_many = many.measure(&options, ticks).await?;
        println!(
            "round {round}: AssumeRole costs {micros:.2} µs of CPU with {} roles, {of_many:.2} with {}",
            few.roles, many.roles
        );
        ratios.push(of_many / micros);
    }
    ratios.sort_unstable_by(f64::total_cmp);
    println!(
        "median of the ratios {:.3}; resident afterwards {:.1} and {:.1} MiB",
        f64::midpoint(ratios[(ratios.len() - 1) / 2], ratios[ratios.len() / 2]),
        few.server.resident()? as f64 / MIB,
        many.server.resident()? as f64 / MIB
    );
    Ok(())
}
