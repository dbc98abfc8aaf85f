//! The engines side by side, from 1 statement to 100,000.

use std::time::Instant;

use rampart_bench_peers::casbin::Casbin;
use rampart_bench_peers::cedar::Cedar;
use rampart_bench_peers::ours::Ours;
use rampart_bench_peers::rego::{Interpreter, Machine};
use rampart_bench_peers::rounds::{Runner, interleave, median, ratio};
use rampart_bench_peers::workload::Workload;
use rampart_bench_peers::{Engine, Error};

use crate::goal;

const SIZES: [usize; 6] = [1, 10, 100, 1_000, 10_000, 100_000];

/// How many different requests ours is asked, whatever the size.
const REQUESTS: usize = 4096;

/// How long a round of one engine should take.
const ROUND_NS: u64 = 20_000_000;

/// A peer that would need more seconds than this to load a size, or to answer its requests once,
/// sits it out. Taken as ten times what the size before took.
const PATIENCE: f64 = 90.0;

type Load = for<'a> fn(&'a Workload, usize) -> Result<Box<dyn Engine + 'a>, Error>;

const PEERS: [(&str, Load); 5] = [
    ("cedar-policy", |workload, requests| {
        Ok(Box::new(Cedar::new(workload, requests)?))
    }),
    ("casbin", |workload, requests| {
        Ok(Box::new(Casbin::new(workload, requests)?))
    }),
    ("regorus", |workload, requests| {
        Ok(Box::new(Interpreter::new(workload, requests)?))
    }),
    ("regorus bytecode", |workload, requests| {
        Ok(Box::new(Machine::new(workload, requests, false)?))
    }),
    ("regorus filed by hand", |workload, requests| {
        Ok(Box::new(Machine::new(workload, requests, true)?))
    }),
];

/// What a peer needed for the size before.
#[derive(Clone, Copy, Default)]
struct Spent {
    load: f64,
    pass: f64,
}

/// The figures of one size; `None` for a peer that sat out.
struct Row {
    size: usize,
    ours: f64,
    peers: [Option<(f64, f64)>; PEERS.len()],
    /// Seconds to load: ours, then the peers.
    loads: Vec<Option<f64>>,
}

/// How many requests a peer is asked: all of them take about the same time for every size.
fn asked_of_peers(size: usize) -> usize {
    (200_000 / size).clamp(16, 1024)
}

fn measure(size: usize, rounds: usize, spent: &mut [Spent; PEERS.len()]) -> Result<Row, Error> {
    let workload = Workload::mixed(size, REQUESTS);
    let mut loads = Vec::new();

    let begin = Instant::now();
    let mut ours = Ours::new(&workload, 1)?;
    loads.push(Some(begin.elapsed().as_secs_f64()));
    let expected = (0..REQUESTS)
        .map(|at| ours.decide(at))
        .collect::<Result<Vec<bool>, Error>>()?;
    let mut first = Runner::new("Rampart", Box::new(ours), REQUESTS);
    first.verify(&expected, ROUND_NS)?;
    let mut runners = vec![first];

    let asked = asked_of_peers(size);
    let allowed = expected.iter().take(asked).filter(|one| **one).count();
    let mut places = [None; PEERS.len()];
    for (peer, (name, load)) in PEERS.iter().enumerate() {
        let before = spent[peer];
        if before.load.max(before.pass) * 10.0 > PATIENCE {
            loads.push(None);
            spent[peer] = Spent {
                load: f64::INFINITY,
                ..before
            };
            continue;
        }
        let begin = Instant::now();
        let engine = load(&workload, asked)?;
        let load = begin.elapsed().as_secs_f64();
        loads.push(Some(load));
        let mut runner = Runner::new(name, engine, asked);
        let begin = Instant::now();
        runner.verify(&expected, ROUND_NS)?;
        let pass = begin.elapsed().as_secs_f64();
        spent[peer] = Spent { load, pass };
        places[peer] = Some(runners.len());
        runners.push(runner);
    }
    eprintln!("{size}: {allowed} of the {asked} requests that all engines agree on are permitted");
    interleave(&mut runners, rounds)?;

    let ours = &runners[0].figures;
    Ok(Row {
        size,
        ours: median(ours.clone()),
        peers: places.map(|place| {
            let figures = &runners[place?].figures;
            Some((median(figures.clone()), ratio(figures, ours)))
        }),
        loads,
    })
}

/// Measures every size up to `largest` and prints the tables and the goals.
pub(crate) fn run(largest: usize, rounds: usize) -> Result<(), Error> {
    let mut spent = [Spent::default(); PEERS.len()];
    let mut rows = Vec::new();
    for size in SIZES.into_iter().filter(|size| *size <= largest) {
        rows.push(measure(size, rounds, &mut spent)?);
    }
    let names = PEERS.map(|(name, _)| name).join(" | ");
    let line = "|---".repeat(PEERS.len() + 2);

    println!("\nNanoseconds per decision, and how many times ours\n");
    println!("| statements | Rampart | {names} |\n{line}|");
    for row in &rows {
        print!("| {} | {:.0} |", row.size, row.ours);
        for peer in row.peers {
            match peer {
                Some((ns, times)) => print!(" {ns:.0} ({times:.0}×) |"),
                None => print!(" not loaded |"),
            }
        }
        println!();
    }
    println!("\nSeconds to load\n");
    println!("| statements | Rampart | {names} |\n{line}|");
    for row in &rows {
        print!("| {} |", row.size);
        for load in &row.loads {
            match load {
                Some(seconds) => print!(" {seconds:.4} |"),
                None => print!(" more than {PATIENCE} expected |"),
            }
        }
        println!();
    }

    println!("\nGoals\n");
    let times = |size: usize, peer: usize| {
        let row = rows.iter().find(|row| row.size == size)?;
        row.peers[peer].map(|(_, times)| times)
    };
    for (name, size, peer, bound) in [
        ("P7, 100 statements, cedar-policy", 100, 0, 1_000.0),
        ("P7, 100 statements, casbin", 100, 1, 600.0),
        ("P7, 100 statements, regorus", 100, 2, 700.0),
        ("P8, 1,000 statements, cedar-policy", 1_000, 0, 10_000.0),
        ("P8, 1 statement, cedar-policy", 1, 0, 15.0),
    ] {
        if let Some(times) = times(size, peer) {
            goal(name, times, bound, false);
        }
    }
    Ok(())
}
