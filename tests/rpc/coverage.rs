//! Every operation has its test file, and every test file its operation.

use std::collections::BTreeSet;
use std::path::Path;

use rampart::ops::REGISTRY;
use rampart::ops::declare::Product;

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut letters = name.chars().peekable();
    let mut after_capital = true;
    while let Some(letter) = letters.next() {
        // `GetUserMFAInfo`: of several capitals the last begins a word, where a small one follows.
        let begins = letters.peek().is_some_and(char::is_ascii_lowercase) || !after_capital;
        if letter.is_ascii_uppercase() && begins && !snake.is_empty() {
            snake.push('_');
        }
        after_capital = letter.is_ascii_uppercase();
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// The operations that `tests/rpc/<product>` has a file for and that its `mod.rs` names.
fn tested(product: Product) -> BTreeSet<String> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/rpc")
        .join(product.name().to_lowercase());
    let Ok(modules) = std::fs::read_to_string(directory.join("mod.rs")) else {
        return BTreeSet::new();
    };
    let files: BTreeSet<String> = std::fs::read_dir(directory)
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            name.strip_suffix(".rs").map(str::to_owned)
        })
        .filter(|name| name != "mod")
        .collect();
    for file in &files {
        let line = format!("mod {file};");
        assert!(
            modules.lines().any(|l| l == line),
            "{file}.rs is never compiled"
        );
    }
    files
}

#[test]
fn every_operation_has_its_test_file() {
    for product in Product::ALL {
        let operations: BTreeSet<String> = REGISTRY
            .iter()
            .filter(|entry| entry.declaration.product == product)
            .map(|entry| snake_case(entry.declaration.name))
            .collect();
        assert_eq!(tested(product), operations, "tests/rpc/{}", product.name());
    }
}
