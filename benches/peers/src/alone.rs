//! Rampart alone: how the cost grows, and what a hostile set of policies can make of it.

use std::time::Instant;

use rampart_bench_peers::ours::Ours;
use rampart_bench_peers::rounds::{Runner, interleave, median, ratio};
use rampart_bench_peers::workload::{ACCOUNT, Asked, Random, Statement, Workload};
use rampart_bench_peers::{Engine, Error};

use crate::goal;

const ROUND_NS: u64 = 20_000_000;

/// Requests of a workload.
const REQUESTS: usize = 4096;

/// Enters ours, having looked at each request once.
fn runner(mut ours: Ours, requests: usize) -> Result<Runner<'static>, Error> {
    let expected = (0..requests)
        .map(|at| ours.decide(at))
        .collect::<Result<Vec<bool>, Error>>()?;
    let mut runner = Runner::new("Rampart", Box::new(ours), requests);
    runner.verify(&expected, ROUND_NS)?;
    Ok(runner)
}

/// Measures and prints everything.
pub(crate) fn run(largest: usize, rounds: usize) -> Result<(), Error> {
    growth(largest, rounds)?;
    conditions(rounds)?;
    split(largest, rounds)?;
    hostile(largest, rounds)?;
    worst(rounds)?;
    Ok(())
}

/// The same mix in larger and larger sets: few requests over and over, and many at random.
fn growth(largest: usize, rounds: usize) -> Result<(), Error> {
    let sizes: Vec<usize> = [1, 10, 100, 1_000, 10_000, 100_000]
        .into_iter()
        .filter(|size| *size <= largest)
        .collect();
    let workloads: Vec<Workload> = sizes
        .iter()
        .map(|size| Workload::mixed(*size, REQUESTS))
        .collect();
    let mut runners = Vec::new();
    let mut compiled = Vec::new();
    for workload in &workloads {
        let begin = Instant::now();
        drop(Ours::new(workload, 1)?);
        compiled.push(begin.elapsed());
        runners.push(runner(Ours::new(workload, 1)?, 64)?);
        runners.push(runner(Ours::new(workload, 1)?, REQUESTS)?);
    }
    interleave(&mut runners, rounds)?;
    println!("\nRampart alone: nanoseconds per decision as the set grows\n");
    println!(
        "| statements | 64 requests in turn | 4,096 requests in turn | read and compiled, µs per statement |"
    );
    println!("|---|---|---|---|");
    for ((size, pair), compiled) in sizes.iter().zip(runners.chunks(2)).zip(&compiled) {
        println!(
            "| {size} | {:.0} | {:.0} | {:.2} |",
            median(pair[0].figures.clone()),
            median(pair[1].figures.clone()),
            compiled.as_secs_f64() * 1e6 / *size as f64
        );
    }
    println!();
    let at = |size: usize| sizes.iter().position(|one| *one == size);
    if let (Some(ten), Some(most)) = (at(10), at(100_000)) {
        for (column, name) in ["64 requests in turn", "4,096 requests in turn"]
            .iter()
            .enumerate()
        {
            let times = ratio(
                &runners[2 * most + column].figures,
                &runners[2 * ten + column].figures,
            );
            goal(
                &format!("P9, 100,000 statements to 10, {name}"),
                times,
                1.5,
                true,
            );
        }
    }
    Ok(())
}

/// Three conditions that hold, on every statement, beside none.
fn conditions(rounds: usize) -> Result<(), Error> {
    const ONE: &str = r#"{"IpAddress":{"acs:SourceIp":["10.0.0.0/8","192.168.0.0/16"]}}"#;
    const THREE: &str = r#"{"IpAddress":{"acs:SourceIp":["10.0.0.0/8","192.168.0.0/16"]},
        "Bool":{"acs:SecureTransport":"true"},
        "StringLike":{"acs:PrincipalARN":"acs:ram::*:user/*"}}"#;
    const WITH_TIME: &str = r#"{"IpAddress":{"acs:SourceIp":["10.0.0.0/8","192.168.0.0/16"]},
        "Bool":{"acs:SecureTransport":"true"},
        "DateLessThan":{"acs:CurrentTime":"2030-01-01T00:00:00Z"}}"#;
    println!("\nRampart alone: conditions on every statement, nanoseconds per decision\n");
    println!("| statements | none | one | three | three, one of them on the time |");
    println!("|---|---|---|---|---|");
    let mut goals = Vec::new();
    for size in [1, 100] {
        let workload = Workload::mixed(size, REQUESTS);
        let mut runners = Vec::new();
        for condition in ["{}", ONE, THREE, WITH_TIME] {
            let ours = Ours::with_condition(&workload, 1, condition)?;
            runners.push(runner(ours, REQUESTS)?);
        }
        interleave(&mut runners, rounds)?;
        print!("| {size} |");
        for runner in &runners {
            print!(" {:.0} |", median(runner.figures.clone()));
        }
        println!();
        for (column, name) in [(2, "three conditions"), (3, "three with the time")] {
            let times = ratio(&runners[column].figures, &runners[0].figures);
            goals.push((format!("P10, {name}, {size} statements"), times));
        }
    }
    println!();
    for (name, times) in goals {
        goal(&name, times, 8.0, true);
    }
    Ok(())
}

/// One set in one document, in ten, in thirty.
fn split(largest: usize, rounds: usize) -> Result<(), Error> {
    println!("\nRampart alone: one set in several documents, nanoseconds per decision\n");
    println!("| statements | 1 document | 10 documents | 30 documents |\n|---|---|---|---|");
    for size in [100, 1_000, 10_000] {
        if size > largest {
            continue;
        }
        let workload = Workload::mixed(size, REQUESTS);
        let mut runners = Vec::new();
        for documents in [1, 10, 30] {
            runners.push(runner(Ours::new(&workload, documents)?, REQUESTS)?);
        }
        interleave(&mut runners, rounds)?;
        print!("| {size} |");
        for runner in &runners {
            print!(" {:.0} |", median(runner.figures.clone()));
        }
        println!();
    }
    Ok(())
}

/// A statement and the request for it, by their number.
type Shape = fn(usize) -> (Statement, Asked);

fn made(action: String, resource: String, asked: [String; 2]) -> (Statement, Asked) {
    let [asked_action, asked_resource] = asked;
    (
        Statement {
            allow: true,
            action,
            resource,
        },
        Asked {
            action: asked_action,
            resource: asked_resource,
        },
    )
}

fn object(path: &str) -> String {
    format!("acs:oss:cn-hangzhou:{ACCOUNT}:{path}")
}

const SHAPES: [(&str, Shape); 7] = [
    ("resource `*`, actions `ecs:Op<n>*`", |n| {
        made(
            format!("ecs:Op{n:06}*"),
            "*".into(),
            [format!("ecs:Op{n:06}Status"), "*".into()],
        )
    }),
    ("resource `*`, actions `ecs:*Op<n>`", |n| {
        made(
            format!("ecs:*Op{n:06}"),
            "*".into(),
            [format!("ecs:DescribeOp{n:06}"), "*".into()],
        )
    }),
    ("resource `*`, actions `ecs:*Op<n>*`", |n| {
        made(
            format!("ecs:*Op{n:06}*"),
            "*".into(),
            [format!("ecs:DescribeOp{n:06}Status"), "*".into()],
        )
    }),
    ("one action, resources `*/team-<n>/*`", |n| {
        made(
            "oss:GetObject".into(),
            format!("acs:oss:*:*:*/team-{n:06}/*"),
            ["oss:GetObject".into(), object(&format!("b/team-{n:06}/x"))],
        )
    }),
    ("one action, resources `bucket/*/<n>.csv`", |n| {
        made(
            "oss:GetObject".into(),
            format!("acs:oss:*:*:bucket/*/{n:06}.csv"),
            [
                "oss:GetObject".into(),
                object(&format!("bucket/y/{n:06}.csv")),
            ],
        )
    }),
    ("one action, folders in 256 depths", |n| {
        let folders = "f/".repeat(n % 256);
        made(
            "oss:GetObject".into(),
            format!("acs:oss:*:*:bucket/{folders}{n:06}/*"),
            [
                "oss:GetObject".into(),
                object(&format!("bucket/{folders}{n:06}/x")),
            ],
        )
    }),
    ("any service: actions `*:Op<n>`", |n| {
        made(
            format!("*:Op{n:06}"),
            format!("acs:*:*:*:team-{n:06}/*"),
            [format!("ecs:Op{n:06}"), object(&format!("team-{n:06}/x"))],
        )
    }),
];

/// One pattern of 6,000 characters that has to try as much as a pattern can, against 2 KiB.
fn worst(rounds: usize) -> Result<(), Error> {
    let patterns = [
        format!("{}b", "*a?".repeat(1_990)),
        format!("{}b", "*?".repeat(2_900)),
        format!("*{}b*", "a".repeat(2_000)),
    ];
    println!("\nRampart alone: the worst single pattern, microseconds per decision\n");
    println!("| pattern | µs |\n|---|---|");
    for pattern in patterns {
        let name: String = pattern.chars().take(12).collect();
        let (statement, asked) = made(
            "oss:GetObject".into(),
            format!("acs:oss:*:*:{pattern}"),
            ["oss:GetObject".into(), object(&"a".repeat(2_048))],
        );
        let workload = Workload {
            statements: vec![statement],
            requests: vec![asked],
        };
        let mut runners = [runner(Ours::new(&workload, 1)?, 1)?];
        interleave(&mut runners, rounds)?;
        let ns = median(runners[0].figures.clone());
        println!("| `{name}…` | {:.1} |", ns / 1e3);
    }
    Ok(())
}

/// Sets that defeat an index by service, action or literal prefix.
fn hostile(largest: usize, rounds: usize) -> Result<(), Error> {
    println!(
        "\nRampart alone: shapes that an index does not help with, nanoseconds per decision\n"
    );
    println!("| shape | 10 | 100 | 1,000 | 10,000 |\n|---|---|---|---|---|");
    for (name, shape) in SHAPES {
        print!("| {name} |");
        for size in [10, 100, 1_000, 10_000] {
            if size > largest {
                print!(" |");
                continue;
            }
            let (statements, all): (Vec<Statement>, Vec<Asked>) = (0..size).map(shape).unzip();
            let mut random = Random::new(11);
            let requests = (0..512).map(|_| all[random.below(size)].clone()).collect();
            let workload = Workload {
                statements,
                requests,
            };
            let mut runners = [runner(Ours::new(&workload, 1)?, 512)?];
            interleave(&mut runners, rounds.min(5))?;
            print!(" {:.0} |", median(runners[0].figures.clone()));
        }
        println!();
    }
    Ok(())
}
