//! The compiled evaluator of policies against a naive one, on generated policies and requests.
//!
//! ```text
//! cargo test --release --test policy_oracle -- --pairs 10000000 --seed 7
//! ```
//!
//! Both read the same documents and answer the same questions; each document must be taken or refused
//! by both, each step of each decision must come out the same, and the statement that the compiled
//! evaluator names as its reason must be one that decides. A disagreement is made small and printed,
//! and the run fails. The same seed makes the same pairs.

mod cases;
mod compare;
mod corpus;
mod engine;
mod generate;
mod metamorphic;
mod minimise;
mod oracle;
mod question;
mod random;
mod run;
mod stored;
// What the fuzz targets do with their bytes.
#[path = "../../fuzz/src/targets.rs"]
mod targets;

use std::process::ExitCode;

const USAGE: &str =
    "policy_oracle [--pairs N] [--seed N] [--threads N] [--chunk N] [--time] [--disagreements N]

  --pairs N          how many pairs of policies and request are compared (200000)
  --seed N           where the pairs come from (1)
  --threads N        how many threads work (as many as the machine has cores)
  --chunk N          only the pairs of this chunk, as a disagreement names it
  --time             only times the decisions of the kept corpus: none may take longer than 1 ms
  --disagreements N  how many to show before the run ends (1)";

fn main() -> ExitCode {
    let options = match run::Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(fault) => {
            eprintln!("{fault}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if options.list {
        println!("policy_oracle: test");
        return ExitCode::SUCCESS;
    }
    if !options.wanted {
        return ExitCode::SUCCESS;
    }
    if options.time {
        return if corpus::time() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        };
    }
    if run::cases() && corpus::run() && run::pairs(&options) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
