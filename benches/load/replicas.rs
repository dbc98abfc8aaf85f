//! What sharing costs: one, two and three servers over one PostgreSQL database beside one server on
//! SQLite, in interleaved rounds. One connection shows what freshness adds to a call, many show how
//! far calls share its round trips.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::client::{Pool, run_all, scrape};
use crate::server::{self, Data, Server, Subject};
use crate::sign::Scheme;
use crate::{Replicas, Result, rounds};

const MOST: usize = 3;

/// PostgreSQL counts what a session did when it was idle for a second.
const COUNTED: Duration = Duration::from_millis(1500);

/// A database of this run's own, dropped at its end.
struct Database {
    server: String,
    name: String,
    admin: PgConnection,
}

impl Database {
    async fn create(server: &str) -> Result<Self> {
        let name = format!("rampart_load_{}", std::process::id());
        let mut admin = PgConnection::connect(server).await?;
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut admin)
            .await?;
        Ok(Self {
            server: server.to_owned(),
            name,
            admin,
        })
    }

    fn url(&self) -> String {
        let (before, _) = self.server.rsplit_once('/').unwrap_or((&self.server, ""));
        format!("{before}/{}", self.name)
    }

    /// Transactions so far: every statement of a call that only decides is one.
    async fn transactions(&mut self) -> Result<f64> {
        tokio::time::sleep(COUNTED).await;
        let query = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = $1";
        let count: i64 = sqlx::query_scalar(query)
            .bind(&self.name)
            .fetch_one(&mut self.admin)
            .await?;
        Ok(count as f64)
    }

    async fn remove(mut self) -> Result<()> {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        sqlx::query(AssertSqlSafe(drop))
            .execute(&mut self.admin)
            .await?;
        Ok(())
    }
}

/// Servers that are loaded together.
struct Fleet<'a> {
    name: &'static str,
    servers: &'a [Server],
    subject: &'a Subject,
}

/// What a fleet did in a round.
struct Row {
    rate: f64,
    cpu_micros: f64,
    /// With many connections, and with one.
    micros: [f64; 2],
    alone: [f64; 2],
    batches: f64,
    transactions: f64,
}

pub(crate) async fn replicas(options: Replicas) -> Result<()> {
    let mut database = Database::create(&options.postgres).await?;
    let result = play(&options, &mut database).await;
    database.remove().await?;
    result
}

fn master_key(directory: &Path) -> Result<std::path::PathBuf> {
    let path = directory.join("master.key");
    let made = Command::new(server::rampart_binary()?)
        .args(["key", "generate"])
        .output()?;
    std::fs::write(&path, made.stdout)?;
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&path, private)?;
    Ok(path)
}

async fn play(options: &Replicas, database: &mut Database) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let core = Some(options.cores.server_core);
    let place = |name: &str| directory.path().join(name);
    let sqlite = [Server::rampart(core, Data::Directory(&place("sqlite")))?];
    let (url, master) = (database.url(), master_key(directory.path())?);
    let mut servers = Vec::new();
    for number in 0..MOST {
        let data = place(&format!("replica{number}"));
        let data = Data::Postgres {
            url: &url,
            directory: &data,
            master_key: &master,
        };
        servers.push(Server::rampart(core, data)?);
    }
    let alone = server::set_up(sqlite[0].address)?;
    let shared = server::set_up(servers[0].address)?;
    let fleets = [
        ("SQLite", &sqlite[..], &alone),
        ("1 replica", &servers[..1], &shared),
        ("2 replicas", &servers[..2], &shared),
        ("3 replicas", &servers[..MOST], &shared),
    ]
    .map(|(name, servers, subject)| Fleet {
        name,
        servers,
        subject,
    });
    server::move_to_core(options.cores.load_core)?;
    let mut rows: Vec<Vec<Row>> = Vec::new();
    for round in 1..=options.count {
        let mut of_round = Vec::new();
        for fleet in &fleets {
            let row = fleet.measure(options, database).await;
            let row = row.map_err(|error| {
                let log = fleet.servers[0].log();
                format!("{}: {error}\nthe server's last lines:\n{log}", fleet.name)
            })?;
            println!("round {round}  {:<11} {:>8.0} req/s", fleet.name, row.rate);
            of_round.push(row);
        }
        rows.push(of_round);
    }
    report(&fleets, &rows);
    Ok(())
}

fn percentiles(mut nanos: Vec<u32>) -> [f64; 2] {
    nanos.sort_unstable();
    [500, 990].map(|per_mille| {
        let found = nanos.get(nanos.len() * per_mille / 1000);
        found.map_or(0.0, |nanos| f64::from(*nanos) / 1e3)
    })
}

impl Fleet<'_> {
    async fn pools(&self, connections: u16) -> Result<Vec<Pool>> {
        let count = u16::try_from(self.servers.len())?;
        let mut pools = Vec::new();
        for server in self.servers.iter().take(connections.into()) {
            let load = rounds::assume_role(server.address, Scheme::Rpc, self.subject)?;
            pools.push(Pool::open(load.into(), connections.div_ceil(count)).await?);
        }
        Ok(pools)
    }

    fn batches(&self) -> Result<f64> {
        let each = self
            .servers
            .iter()
            .map(|server| scrape(server.address, "rampart_freshness_batches_total"));
        each.sum()
    }

    fn cpu(&self, ticks: f64) -> Result<f64> {
        self.servers.iter().map(|server| server.cpu(ticks)).sum()
    }

    async fn measure(&self, options: &Replicas, database: &mut Database) -> Result<Row> {
        let ticks = server::ticks_per_second()?;
        let time = Duration::from_secs(options.seconds.into());
        let warm = run_all(
            self.pools(1).await?,
            Duration::from_millis(300),
            options.requests,
        );
        let (pools, _) = warm.await?;
        let (_, one) = run_all(pools, time, options.requests).await?;
        let pools = self.pools(options.connections).await?;
        let warm = run_all(pools, Duration::from_millis(300), options.requests);
        let (pools, _) = warm.await?;
        let (transactions, batches) = (database.transactions().await?, self.batches()?);
        let (cpu, begin) = (self.cpu(ticks)?, Instant::now());
        let (_, many) = run_all(pools, time, options.requests).await?;
        let (seconds, cpu) = (begin.elapsed().as_secs_f64(), self.cpu(ticks)? - cpu);
        let (batches, count) = (self.batches()? - batches, many.len() as f64);
        let transactions = database.transactions().await? - transactions;
        Ok(Row {
            rate: count / seconds,
            cpu_micros: cpu * 1e6 / count,
            micros: percentiles(many),
            alone: percentiles(one),
            batches: batches * 1e3 / count,
            transactions: transactions * 1e3 / count,
        })
    }
}

/// Medians over the rounds; the rate's ratio is to SQLite in the same round.
fn report(fleets: &[Fleet<'_>], rows: &[Vec<Row>]) {
    println!(
        "\n| | req/s | of SQLite | server CPU µs | p50 / p99 µs | one connection, p50 / p99 µs | batches per 1,000 | transactions per 1,000 |\n|---|---|---|---|---|---|---|---|"
    );
    for (at, fleet) in fleets.iter().enumerate() {
        let median = |figure: &dyn Fn(&Row, &Row) -> f64| {
            let mut figures: Vec<f64> = rows
                .iter()
                .map(|round| figure(&round[0], &round[at]))
                .collect();
            figures.sort_unstable_by(f64::total_cmp);
            f64::midpoint(figures[(figures.len() - 1) / 2], figures[figures.len() / 2])
        };
        println!(
            "| {} | {:.0} | {:.3} | {:.1} | {:.0} / {:.0} | {:.0} / {:.0} | {:.1} | {:.1} |",
            fleet.name,
            median(&|_, row| row.rate),
            median(&|first, row| row.rate / first.rate),
            median(&|_, row| row.cpu_micros),
            median(&|_, row| row.micros[0]),
            median(&|_, row| row.micros[1]),
            median(&|_, row| row.alone[0]),
            median(&|_, row| row.alone[1]),
            median(&|_, row| row.batches),
            median(&|_, row| row.transactions),
        );
    }
}
