//! The run: options, the cases, and the pairs on several threads.

use std::fmt::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::compare::{self, Both, Reading};
use super::generate::{self, Maker};
use super::minimise::minimise;
use super::question::{Documents, Effect, Question};
use super::random::Random;
use super::{metamorphic, stored};

/// How many questions are asked about one set of documents.
const QUESTIONS: u64 = 32;

/// Of how many sets one is held against the library's own properties, which cost as much as several
/// comparisons.
const PROPERTIES: u64 = 16;

#[derive(Debug)]
pub(crate) struct Options {
    pairs: u64,
    seed: u64,
    threads: u64,
    chunk: Option<u64>,
    disagreements: usize,
    /// Only the times of the corpus are asked for.
    pub(crate) time: bool,
    /// Only the test's name is asked for.
    pub(crate) list: bool,
    /// Whether a filter, as `cargo test some_name` passes it to every test, leaves this one.
    pub(crate) wanted: bool,
}

impl Options {
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut options = Self {
            pairs: 200_000,
            seed: 1,
            threads: cores as u64,
            chunk: None,
            disagreements: 1,
            time: false,
            list: false,
            wanted: true,
        };
        let mut arguments = arguments.peekable();
        while let Some(argument) = arguments.next() {
            let mut number = || {
                let value = arguments.next().unwrap_or_default();
                value
                    .parse::<u64>()
                    .map_err(|_| format!("{argument} needs a number, not `{value}`"))
            };
            match &*argument {
                "--pairs" => options.pairs = number()?,
                "--seed" => options.seed = number()?,
                "--threads" => options.threads = number()?.max(1),
                "--chunk" => options.chunk = Some(number()?),
                "--disagreements" => {
                    options.disagreements = usize::try_from(number()?.max(1)).unwrap_or(1);
                }
                "--time" => options.time = true,
                "--list" => options.list = true,
                // What cargo's own test runner takes, and is of no use here.
                "--nocapture" | "--no-capture" | "--quiet" | "-q" | "--exact" | "--show-output" => {
                }
                "--test-threads" | "--format" | "--color" | "--skip" => drop(arguments.next()),
                flag if flag.starts_with('-') => return Err(format!("unknown option {flag}")),
                filter => options.wanted = "policy_oracle".contains(filter),
            }
        }
        Ok(options)
    }
}

/// The naive evaluator passes every case of the specification.
pub(crate) fn cases() -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("tests/vectors/policy-cases.json");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    match super::cases::run(&text) {
        Ok((passed, misses)) => {
            println!("the naive evaluator passes {passed} cases");
            for miss in &misses {
                println!("  {miss}");
            }
            // A file of no cases proves nothing.
            misses.is_empty() && passed >= 218
        }
        Err(error) => {
            println!("{}: {error}", path.display());
            false
        }
    }
}

/// What has been counted.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    pairs: u64,
    sets: u64,
    allow: u64,
    deny: u64,
    implicit: u64,
    malformed: u64,
    /// Pairs of decisions that were held against a property.
    properties: u64,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.pairs += other.pairs;
        self.sets += other.sets;
        self.allow += other.allow;
        self.deny += other.deny;
        self.implicit += other.implicit;
        self.malformed += other.malformed;
        self.properties += other.properties;
    }

    fn count(&mut self, effect: Effect) {
        self.pairs += 1;
        match effect {
            Effect::Allow => self.allow += 1,
            Effect::Deny => self.deny += 1,
            Effect::ImplicitDeny => self.implicit += 1,
        }
    }
}

/// Compares the evaluators; whether they agree.
pub(crate) fn pairs(options: &Options) -> bool {
    let next = AtomicU64::new(options.chunk.unwrap_or(0));
    let done = AtomicU64::new(0);
    let found: Mutex<(Tally, Vec<String>)> = Mutex::default();
    let work = || {
        let mut tally = Tally::default();
        loop {
            let chunk = next.fetch_add(1, Ordering::Relaxed);
            let over = match options.chunk {
                Some(only) => chunk != only,
                None => done.load(Ordering::Relaxed) >= options.pairs,
            };
            if over {
                break;
            }
            let (counted, disagreement) = run_chunk(options.seed, chunk);
            done.fetch_add(counted.pairs, Ordering::Relaxed);
            tally.add(counted);
            if let Some(words) = disagreement {
                let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                found.1.push(words);
                if found.1.len() >= options.disagreements {
                    done.store(u64::MAX / 2, Ordering::Relaxed);
                }
            }
        }
        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
        found.0.add(tally);
    };
    std::thread::scope(|scope| {
        for _ in 0..options.threads {
            scope.spawn(work);
        }
    });
    let (tally, disagreements) = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    for words in &disagreements {
        println!("{words}\n");
    }
    println!(
        "seed {}: {} pairs, {} disagreements ({} sets of documents; {} Allow, {} Deny, {} ImplicitDeny, {} Malformed; {} decisions held against properties)",
        options.seed,
        tally.pairs,
        disagreements.len(),
        tally.sets,
        tally.allow,
        tally.deny,
        tally.implicit,
        tally.malformed,
        tally.properties
    );
    disagreements.is_empty()
}

/// One set of documents and the questions about it.
fn run_chunk(seed: u64, chunk: u64) -> (Tally, Option<String>) {
    let mut tally = Tally {
        sets: 1,
        ..Tally::default()
    };
    let mut maker = Maker::new(Random::of_chunk(seed, chunk));
    let style = maker.random.below(100);
    let set = maker.set(style < 12);
    let documents = match style {
        12..22 => set.spoilt_texts(&mut maker.random),
        22 => set.long_texts(&mut maker.random),
        _ => set.texts(&mut maker.random),
    };
    let both = match compare::read(&documents) {
        Reading::Sound(both) => both,
        // One pair, whatever would be asked.
        Reading::Malformed => {
            tally.pairs = 1;
            tally.malformed = 1;
            return (tally, None);
        }
        Reading::Disagreement(words) => {
            tally.pairs = 1;
            let question = generate::question(&mut maker, &set);
            let (documents, _) = minimise(&documents, &question, |documents, _| {
                matches!(compare::read(documents), Reading::Disagreement(_))
            });
            let words = match compare::read(&documents) {
                Reading::Disagreement(words) => words,
                _ => words,
            };
            return (tally, Some(show(seed, chunk, &words, &documents, None)));
        }
    };
    let questions: Vec<Question> = (0..QUESTIONS)
        .map(|_| generate::question(&mut maker, &set))
        .collect();
    for question in &questions {
        match both.ask(question) {
            Ok(answer) => tally.count(answer.all),
            Err(words) => {
                tally.pairs += 1;
                let ask =
                    |documents: &Documents, question: &Question| match compare::read(documents) {
                        Reading::Sound(both) => Both::ask(&both, question).err(),
                        _ => None,
                    };
                let (documents, question) =
                    minimise(&documents, question, |documents, question| {
                        ask(documents, question).is_some()
                    });
                let words = ask(&documents, &question).unwrap_or(words);
                return (
                    tally,
                    Some(show(seed, chunk, &words, &documents, Some(&question))),
                );
            }
        }
    }
    if chunk.is_multiple_of(PROPERTIES) && style >= 22 {
        let checked = stored::check_sound(&documents, both.engine(), &questions)
            .and_then(|sound| {
                Ok(sound + metamorphic::check(&mut maker, &set, both.engine(), &questions)?)
            })
            .and_then(|known| Ok(known + stored::check(&mut maker, &set, &questions)?));
        match checked {
            Ok(checked) => tally.properties += checked,
            Err(words) => {
                return (
                    tally,
                    Some(format!("property (--seed {seed} --chunk {chunk}): {words}")),
                );
            }
        }
    }
    (tally, None)
}

fn show(
    seed: u64,
    chunk: u64,
    words: &str,
    documents: &Documents,
    question: Option<&Question>,
) -> String {
    let mut shown = format!("disagreement (--seed {seed} --chunk {chunk}): {words}");
    for (kind, text) in documents.all() {
        let _ = write!(shown, "\n  {kind:?}: {text}");
    }
    if let Some(question) = question {
        let _ = write!(shown, "\n  {question:?}");
    }
    shown
}
