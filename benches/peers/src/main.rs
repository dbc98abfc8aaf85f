//! Rampart's engine beside cedar-policy, casbin and regorus: nanoseconds per decision, as they
//! come when the engines take turns on one core.
//!
//! `peers [compare|alone] [--largest N] [--rounds N]`; without a word, both parts.

mod alone;
mod compare;

use rampart_bench_peers::Error;

/// What the command line says.
struct Settings {
    part: Option<String>,
    largest: usize,
    rounds: usize,
}

fn settings() -> Result<Settings, Error> {
    let mut settings = Settings {
        part: None,
        largest: 100_000,
        rounds: 7,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || -> Result<usize, Error> {
            Ok(arguments.next().ok_or("a number is missing")?.parse()?)
        };
        match argument.as_str() {
            "compare" | "alone" => settings.part = Some(argument),
            "--largest" => settings.largest = number()?,
            "--rounds" => settings.rounds = number()?.max(1),
            _ => return Err("peers [compare|alone] [--largest N] [--rounds N]".into()),
        }
    }
    Ok(settings)
}

fn main() -> Result<(), Error> {
    let settings = settings()?;
    let wanted = |part: &str| settings.part.as_deref().is_none_or(|named| named == part);
    if wanted("compare") {
        compare::run(settings.largest, settings.rounds)?;
    }
    if wanted("alone") {
        alone::run(settings.largest, settings.rounds)?;
    }
    Ok(())
}

/// A goal and whether it was met.
fn goal(name: &str, figure: f64, bound: f64, at_most: bool) {
    let (sign, met) = if at_most {
        ("≤", figure <= bound)
    } else {
        ("≥", figure >= bound)
    };
    let verdict = if met { "met" } else { "MISSED" };
    println!("- {name}: {figure:.1} (goal {sign} {bound}): {verdict}");
}
