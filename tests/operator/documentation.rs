//! The seed's page is right.

use rampart::operator::Disclosed;
use rampart::operator::seed::{Outcome, ResolvedSecrets, read, references, run};

use crate::support::{Bench, PLAIN, SECRET};

#[tokio::test]
async fn the_example_of_the_page_is_a_seed_that_works() {
    let page = include_str!("../../docs/seed.md");
    let (_, example) = page.split_once("```yaml\n").unwrap();
    let (example, _) = example.split_once("```").unwrap();
    let given = |reference| (reference, Disclosed::from(SECRET.to_owned()).into_secret());
    let secrets: ResolvedSecrets = references(example)
        .unwrap()
        .into_iter()
        .map(given)
        .collect();
    assert!(!secrets.is_empty());
    let seed = read(example, &secrets).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let bench = Bench::new().await;
    let report = run(&bench.iam, &seed, PLAIN).await.unwrap();
    assert!(
        report
            .steps
            .iter()
            .all(|line| line.outcome == Outcome::Applied),
        "{report}"
    );
    let again = run(&bench.iam, &seed, PLAIN).await.unwrap();
    assert_eq!(again.to_string(), "0 changes");
}
