//! The work of the worst documents that are kept for the fuzzers is bounded. It is counted, not timed:
//! a busy machine changes nothing.

use std::path::Path;

use super::*;
use crate::policy::context::MapContext;
use crate::policy::document::{Document, DocumentKind};
use crate::policy::pattern::automaton::work;

/// A kept case: lines of the request, an empty line, and the document. `fuzz/src/targets.rs` has the
/// whole format; these have no more of it.
fn steps(case: &str) -> (usize, usize) {
    let (request, document) = case.split_once("\n\n").unwrap();
    let mut lines = request.lines();
    let action = lines.next().unwrap();
    let (mut resource, mut context) = ("*", MapContext::default());
    for line in lines {
        match line.split_once(' ').unwrap() {
            ("on", name) => resource = name,
            ("with", pair) => {
                let (key, value) = pair.split_once('=').unwrap();
                context.insert(key, value);
            }
            other => panic!("{other:?}"),
        }
    }
    let parsed = Document::parse(DocumentKind::Identity, document).unwrap();
    let set = PolicySet::new(vec![Arc::new(CompiledPolicy::new(&parsed))]);
    work::take();
    set.evaluate(&Request::new(action, resource).with_context(&context));
    // Over every byte of the request, four times the words that the whole document would fill: short
    // patterns leave a word empty, and the index proposes some in vain.
    let bound = document.len().div_ceil(64) * 4 * request.len();
    (work::take(), bound)
}

#[test]
fn the_worst_documents_cost_no_more_than_their_length_allows() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/policy_decision");
    let mut most = 0;
    for entry in corpus.read_dir().unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if !name.starts_with("worst-") {
            continue;
        }
        let (steps, bound) = steps(&std::fs::read_to_string(entry.path()).unwrap());
        assert!(
            steps <= bound,
            "{name}: {steps} steps, {bound} are the most"
        );
        most = most.max(steps);
    }
    // The count counts: some of them are hard.
    assert!(most > 100_000, "{most}");
}
