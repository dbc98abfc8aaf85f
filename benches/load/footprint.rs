//! What the server takes when nobody measures its speed: memory, and time to start.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::client::{Caller, Pool};
use crate::server::{self, Data, Server, Subject};
use crate::sign::Key;
use crate::{Cores, Result, rounds};

const MIB: f64 = 1024.0 * 1024.0;

/// The allocator and the server's background work are given this long to settle.
const SETTLE: Duration = Duration::from_secs(1);

/// Connections that create and assume at the same time.
const WORKERS: u32 = 8;

/// Does `call` once for each of `count` numbers, over a few connections.
fn for_each(
    count: u32,
    server: &Server,
    key: &Key,
    call: impl Fn(&mut Caller, u32) -> Result<()> + Sync,
) -> Result<()> {
    let next = AtomicU32::new(0);
    std::thread::scope(|scope| {
        let work = || -> Result<()> {
            let mut caller = Caller::connect(server.address, key)?;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    return Ok(());
                }
                if let Err(error) = call(&mut caller, number) {
                    // The others stop too.
                    next.store(count, Ordering::Relaxed);
                    return Err(error);
                }
            }
        };
        let threads: Vec<_> = (0..WORKERS).map(|_| scope.spawn(work)).collect();
        threads.into_iter().try_for_each(|thread| {
            thread
                .join()
                .unwrap_or_else(|_| Err("a worker panicked".into()))
        })
    })
}

fn create_roles(server: &Server, count: u32) -> Result<()> {
    let trust = server::trust_policy();
    for_each(count, server, &server::root(), |root, number| {
        root.ram(
            "CreateRole",
            &[
                ("RoleName", &format!("load-{number}")),
                ("AssumeRolePolicyDocument", &trust),
            ],
        )?;
        Ok(())
    })
}

fn assume_roles(server: &Server, subject: &Subject, count: u32) -> Result<()> {
    for_each(count, server, &subject.key, |user, number| {
        let arn = server::role_arn(&format!("load-{number}"));
        user.sts(
            "AssumeRole",
            &[
                ("RoleArn", &arn),
                ("RoleSessionName", "load-session"),
                ("DurationSeconds", "900"),
            ],
        )?;
        Ok(())
    })
}

fn settled(server: &Server) -> Result<f64> {
    std::thread::sleep(SETTLE);
    Ok(server.resident()? as f64)
}

pub(crate) fn memory(roles: u32) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let server = Server::rampart(None, Data::Directory(directory.path()))?;
    let idle = settled(&server)?;
    println!(
        "idle after the first start             {:8.2} MiB",
        idle / MIB
    );
    let subject = server::set_up(server.address)?;
    let before = settled(&server)?;
    println!(
        "with a user, a policy and a role       {:8.2} MiB",
        before / MIB
    );
    create_roles(&server, roles)?;
    let created = settled(&server)?;
    println!(
        "with {roles} roles more{:<21}{:8.2} MiB, {:.0} B a role",
        "",
        created / MIB,
        (created - before) / f64::from(roles)
    );
    assume_roles(&server, &subject, roles)?;
    let assumed = settled(&server)?;
    println!(
        "with each of them assumed once         {:8.2} MiB, {:.0} B a role",
        assumed / MIB,
        (assumed - before) / f64::from(roles)
    );
    server.stop()?;

    let server = Server::rampart(None, Data::Directory(directory.path()))?;
    Caller::connect(server.address, &subject.key)?.sts("GetCallerIdentity", &[])?;
    println!(
        "started again on that database         {:8.2} MiB",
        settled(&server)? / MIB
    );
    server.stop()?;
    let binary = std::fs::metadata(server::rampart_binary()?)?.len();
    println!(
        "the binary                             {:8.2} MiB ({binary} B)",
        binary as f64 / MIB
    );
    Ok(())
}

pub(crate) fn start(runs: u32, roles: u32) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let begin = Instant::now();
    let server = Server::rampart(None, Data::Directory(directory.path()))?;
    Caller::connect(server.address, &server::root())?.sts("GetCallerIdentity", &[])?;
    println!(
        "first start, which makes the database  {:8.2} ms",
        begin.elapsed().as_secs_f64() * 1e3
    );
    let subject = server::set_up(server.address)?;
    create_roles(&server, roles)?;
    server.stop()?;

    let mut millis = Vec::new();
    for _ in 0..runs {
        let begin = Instant::now();
        let server = Server::rampart(None, Data::Directory(directory.path()))?;
        Caller::connect(server.address, &subject.key)?.sts("GetCallerIdentity", &[])?;
        millis.push(begin.elapsed().as_secs_f64() * 1e3);
        server.stop()?;
    }
    millis.sort_unstable_by(f64::total_cmp);
    println!(
        "exec to the first signed answer, {runs} runs, {roles} roles: median {:.2} ms, least {:.2}, most {:.2}",
        millis[millis.len() / 2],
        millis[0],
        millis[millis.len() - 1]
    );
    Ok(())
}

pub(crate) async fn nonces(requests: u64, steps: u32, cores: Cores) -> Result<()> {
    let directory = tempfile::tempdir()?;
    let server = Server::rampart(Some(cores.server_core), Data::Directory(directory.path()))?;
    server::move_to_core(cores.load_core)?;
    let subject = server::set_up(server.address)?;
    let load = Arc::new(rounds::get_caller_identity(server.address, &subject)?);
    let mut pool = Pool::open(load, 64).await?;
    pool.run(Duration::from_mins(1), 50_000).await?;
    let before = settled(&server)?;
    println!("after 50000 requests: {:.2} MiB", before / MIB);
    let mut total = 0.0;
    for _ in 0..steps {
        let sent = pool
            .run(Duration::from_mins(2), requests)
            .await
            .map_err(|error| format!("{error}\n{}", server.log()))?;
        total += sent.len() as f64;
        let now = settled(&server)?;
        println!(
            "after {total:.0} more: {:.2} MiB, {:.1} B a nonce",
            now / MIB,
            (now - before) / total
        );
    }
    Ok(())
}
