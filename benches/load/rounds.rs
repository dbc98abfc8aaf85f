//! Interleaved rounds: the ceiling, then each call, then again. Machines are noisy; what two servers
//! do within the same seconds is compared, and nothing else.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::client::{Caller, Load, Pool};
use crate::server::{self, Data, Server};
use crate::sign::{Call, Scheme, Template};
use crate::{Cores, Result, Rounds};

/// A round counts if the server had this much of its core; below it, something else ran there or the
/// load was too thin, and the figures say more about that.
const HELD: f64 = 0.93;

struct Kind<'a> {
    name: &'static str,
    server: &'a Server,
    load: Arc<Load>,
}

struct Row {
    name: &'static str,
    rate: f64,
    cpu_micros: f64,
    held: f64,
    micros: [f64; 3],
}

pub(crate) async fn rounds(options: Rounds) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let data = if options.ephemeral {
        Data::Ephemeral
    } else {
        Data::Directory(directory.path())
    };
    let rampart = Server::rampart(Some(options.cores.server_core), data)?;
    let hello = Server::own(options.cores.server_core, "hello", &[])?;
    let rows = play(&options, &hello, &rampart)
        .await
        .map_err(|error| format!("{error}\nthe server's last lines:\n{}", rampart.log()))?;
    report(&rows)
}

pub(crate) fn assume_role(
    server: SocketAddr,
    scheme: Scheme,
    subject: &server::Subject,
) -> Result<Load> {
    let params = [
        ("RoleArn", subject.role_arn.as_str()),
        ("RoleSessionName", "load-session"),
        ("DurationSeconds", "900"),
    ];
    let call = Call {
        action: "AssumeRole",
        version: "2015-04-01",
        params: &params,
    };
    Ok(Load {
        server,
        template: Template::new(scheme, server, &subject.key, &call)?,
        mark: "SecurityToken",
    })
}

pub(crate) fn get_caller_identity(server: SocketAddr, subject: &server::Subject) -> Result<Load> {
    let call = Call {
        action: "GetCallerIdentity",
        version: "2015-04-01",
        params: &[],
    };
    Ok(Load {
        server,
        template: Template::new(Scheme::Rpc, server, &subject.key, &call)?,
        mark: "IdentityType",
    })
}

/// The rows of each round, the ceiling's first.
async fn play(options: &Rounds, hello: &Server, rampart: &Server) -> Result<Vec<Vec<Row>>> {
    server::move_to_core(options.cores.load_core)?;
    let ticks = server::ticks_per_second()?;
    let subject = server::set_up(rampart.address)?;
    let bare = Load {
        server: hello.address,
        template: Template::plain(hello.address),
        mark: "hello",
    };
    let rpc = assume_role(rampart.address, Scheme::Rpc, &subject)?;
    let acs3 = assume_role(rampart.address, Scheme::Acs3, &subject)?;
    let identity = get_caller_identity(rampart.address, &subject)?;
    let kinds = [
        ("hello", hello, bare),
        ("AssumeRole RPC", rampart, rpc),
        ("AssumeRole ACS3", rampart, acs3),
        ("GetCallerIdentity", rampart, identity),
    ]
    .map(|(name, server, load)| Kind {
        name,
        server,
        load: Arc::new(load),
    });
    println!(
        "{:>5}  {:<18} {:>9} {:>9} {:>6}  {:>8} {:>8} {:>8}",
        "round", "", "req/s", "CPU µs", "held", "p50 µs", "p99", "p99.9"
    );
    let mut rows = Vec::new();
    for round in 1..=options.count {
        let mut of_round = Vec::new();
        for kind in &kinds {
            let row = kind
                .measure(options, ticks)
                .await
                .map_err(|error| format!("{}: {error}", kind.name))?;
            println!(
                "{round:>5}  {:<18} {:>9.0} {:>9.2} {:>6.3}  {:>8.0} {:>8.0} {:>8.0}{}",
                kind.name,
                row.rate,
                row.cpu_micros,
                row.held,
                row.micros[0],
                row.micros[1],
                row.micros[2],
                if row.counts() { "" } else { "  not counted" }
            );
            of_round.push(row);
        }
        rows.push(of_round);
    }
    Ok(rows)
}

impl Kind<'_> {
    async fn measure(&self, options: &Rounds, ticks: f64) -> Result<Row> {
        let mut pool = Pool::open(Arc::clone(&self.load), options.connections).await?;
        pool.run(Duration::from_millis(300), options.requests)
            .await?;
        let cpu = self.server.cpu(ticks)?;
        let begin = Instant::now();
        let mut latencies = pool
            .run(
                Duration::from_secs(options.seconds.into()),
                options.requests,
            )
            .await?;
        let seconds = begin.elapsed().as_secs_f64();
        let cpu = self.server.cpu(ticks)? - cpu;
        latencies.sort_unstable();
        let count = latencies.len() as f64;
        let at = |per_mille: usize| {
            latencies
                .get(latencies.len() * per_mille / 1000)
                .map_or(0.0, |nanos| f64::from(*nanos) / 1e3)
        };
        Ok(Row {
            name: self.name,
            rate: count / seconds,
            cpu_micros: cpu * 1e6 / count,
            held: cpu / seconds,
            micros: [at(500), at(990), at(999)],
        })
    }
}

impl Row {
    fn counts(&self) -> bool {
        self.held >= HELD
    }
}

/// Medians of the rounds that count, and of the ratios to the ceiling of the same round.
fn report(rows: &[Vec<Row>]) -> Result<()> {
    println!(
        "\n| | rounds counted | req/s | CPU µs | p50 / p99 / p99.9 µs | of hello, throughput | of hello, CPU |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut empty = Vec::new();
    for at in 0..rows.first().map_or(0, Vec::len) {
        let pairs: Vec<_> = rows
            .iter()
            .map(|round| (&round[0], &round[at]))
            .filter(|(hello, row)| hello.counts() && row.counts())
            .collect();
        if pairs.is_empty() {
            empty.push(rows[0][at].name);
            continue;
        }
        let median = |figure: &dyn Fn(&Row, &Row) -> f64| {
            let mut figures: Vec<f64> = pairs
                .iter()
                .map(|(hello, row)| figure(hello, row))
                .collect();
            figures.sort_unstable_by(f64::total_cmp);
            f64::midpoint(figures[(figures.len() - 1) / 2], figures[figures.len() / 2])
        };
        println!(
            "| {} | {} of {} | {:.0} | {:.2} | {:.0} / {:.0} / {:.0} | {:.3} | {:.3} |",
            rows[0][at].name,
            pairs.len(),
            rows.len(),
            median(&|_, row| row.rate),
            median(&|_, row| row.cpu_micros),
            median(&|_, row| row.micros[0]),
            median(&|_, row| row.micros[1]),
            median(&|_, row| row.micros[2]),
            median(&|hello, row| row.rate / hello.rate),
            median(&|hello, row| hello.cpu_micros / row.cpu_micros),
        );
    }
    if empty.is_empty() {
        return Ok(());
    }
    Err(format!(
        "no round counts for {}: the servers held less than {HELD} of their core",
        empty.join(", ")
    )
    .into())
}

/// Known signatures cannot be replayed (each is made with a fresh nonce and the present time), so the
/// fake, which verifies on its own, is the proof: every request of the load is verified by it.
pub(crate) async fn selftest(cores: Cores) -> Result<()> {
    let options = Rounds {
        count: 1,
        seconds: 1,
        requests: 1_000_000,
        connections: 64,
        ephemeral: false,
        cores,
    };
    let hello = Server::own(cores.server_core, "hello", &[])?;
    let fake = Server::own(cores.server_core, "fake", &[])?;
    play(&options, &hello, &fake)
        .await
        .map_err(|error| format!("{error}\n{}", fake.log()))?;

    let mut stranger = server::root();
    stranger.secret.push('x');
    if Caller::connect(fake.address, &stranger)?
        .sts("GetCallerIdentity", &[])
        .is_ok()
    {
        return Err("the fake takes a wrong secret, so it proves nothing".into());
    }
    if Caller::connect(SocketAddr::from(([192, 0, 2, 1], 80)), &stranger).is_ok() {
        return Err("an address beyond loopback is not refused".into());
    }
    let sulking = Server::own(cores.server_core, "fake", &["--refuse-after", "5000"])?;
    match play(&options, &hello, &sulking).await {
        Err(error) if error.to_string().contains("refused as told") => {}
        Err(error) => return Err(error),
        Ok(_) => return Err("an answer that is not 200 is not noticed".into()),
    }
    println!("\nself-test passed");
    Ok(())
}
