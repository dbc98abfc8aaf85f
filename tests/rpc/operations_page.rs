//! `docs/operations.md` says which operations of the vendor's catalogue there are; it is made from the
//! registry and from the catalogue (`tests/vectors/operations.json`: names, parameters, actions and
//! resources as the vendor's metadata and permission tables have them).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use rampart::ops::REGISTRY;
use rampart::ops::declare::{Declaration, Product, Resources};
use serde::Deserialize;

/// An operation as the vendor publishes it.
#[derive(Debug, Deserialize)]
struct Published {
    family: String,
    action: Option<String>,
    resource: Option<OneOrMore>,
    params: Vec<Parameter>,
    #[serde(default, rename = "sdk_only")]
    newer_clients_only: bool,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

#[derive(Debug, Deserialize)]
struct Parameter {
    name: String,
}

impl Published {
    fn action(&self) -> &str {
        self.action.as_deref().unwrap_or_default()
    }

    fn resources(&self) -> &[String] {
        match &self.resource {
            None => &[],
            Some(OneOrMore::One(one)) => std::slice::from_ref(one),
            Some(OneOrMore::More(more)) => more,
        }
    }
}

#[derive(Debug, Deserialize)]
struct Operations {
    operations: BTreeMap<String, Published>,
}

type Catalogue = BTreeMap<String, Operations>;

const PRODUCTS: [Product; 4] = [
    Product::Ram,
    Product::Sts,
    Product::Ims,
    Product::ResourceManager,
];

fn file(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn catalogue() -> Catalogue {
    let text = std::fs::read_to_string(file("tests/vectors/operations.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn built(product: Product, name: &str) -> Option<&'static Declaration> {
    let of =
        |declaration: &&Declaration| (declaration.product, declaration.name) == (product, name);
    REGISTRY.iter().map(|entry| entry.declaration).find(of)
}

fn list(texts: &[impl AsRef<str>]) -> String {
    let texts: Vec<String> = texts.iter().map(|t| format!("`{}`", t.as_ref())).collect();
    texts.join(", ")
}

/// Where an operation is declared otherwise than it is published.
fn deviations(published: &Published, declared: &Declaration) -> String {
    let mut found = Vec::new();
    let taken: Vec<&str> = declared.params.iter().map(|param| param.name).collect();
    let left: Vec<&String> = published
        .params
        .iter()
        .map(|parameter| &parameter.name)
        .filter(|name| !taken.contains(&name.as_str()))
        .collect();
    if !left.is_empty() {
        found.push(format!("ignores {}", list(&left)));
    }
    let more: Vec<&&str> = taken
        .iter()
        .filter(|name| !published.params.iter().any(|known| known.name == **name))
        .collect();
    if !more.is_empty() {
        found.push(format!("takes {} too", list(&more)));
    }
    if declared.action != published.action() {
        found.push(match declared.action {
            "" => "asks for no permission".to_owned(),
            action => format!("asks for `{action}`"),
        });
    }
    match declared.resources {
        Resources::Of(templates) => {
            let (mut here, mut there) = (templates.to_vec(), Vec::new());
            there.extend(published.resources().iter().map(String::as_str));
            here.sort_unstable();
            there.sort_unstable();
            if here != there {
                found.push(format!("asks for it on {}", list(templates)));
            }
        }
        // From the caller and the parameters: what is left out has a default.
        Resources::ByCall | Resources::Loaded if published.resources().is_empty() => {
            found.push("asks for it on a resource".to_owned());
        }
        Resources::None if !published.resources().is_empty() => {
            found.push("asks for it on no resource".to_owned());
        }
        Resources::ByCall | Resources::Loaded | Resources::None => {}
    }
    found.join("; ")
}

fn page() -> String {
    let catalogue = catalogue();
    let mut page = String::from(
        "# Operations\n\n\
         Every operation of the vendor's catalogue, and what is built of it. An operation that is not \
         built answers `InvalidAction.NotFound`, as the vendor's gateway does. What the answers and \
         errors of the others leave open is in [compatibility.md](compatibility.md).\n\n\
         Made from the registry: `RAMPART_WRITE=1 cargo test --test rpc operations_page` writes it \
         anew.\n\n\
         | product | version | published | only in newer clients | built |\n|---|---|---|---|---|\n",
    );
    let mut tables = String::new();
    for product in PRODUCTS {
        let operations = &catalogue[&product.name().to_lowercase()].operations;
        let newer = operations.values().filter(|o| o.newer_clients_only).count();
        let of_product = |name: &&String| built(product, name).is_some();
        let count = operations.keys().filter(of_product).count();
        let (name, version) = (product.name(), product.version());
        let published = operations.len() - newer;
        let _ = writeln!(
            page,
            "| {name} | {version} | {published} | {newer} | {count} |"
        );
        let _ = write!(
            tables,
            "\n## {name} {version}\n\n\
             | operation | family | built | action | resources | differs |\n|---|---|---|---|---|---|\n",
        );
        for (name, published) in operations {
            let declared = built(product, name);
            let (mark, differs) = match declared {
                Some(declared) => ("yes", deviations(published, declared)),
                None => ("no", String::new()),
            };
            let action = match published.action() {
                "" => "none".to_owned(),
                action => format!("`{action}`"),
            };
            let resources = list(published.resources()).replace('|', "\\|");
            let differs = differs.replace('|', "\\|");
            let _ = writeln!(
                tables,
                "| {name} | {} | {mark} | {action} | {resources} | {differs} |",
                published.family
            );
        }
    }
    page + &tables
}

#[test]
fn the_page_of_operations_is_the_one_of_the_registry() {
    let path = file("docs/operations.md");
    let page = page();
    if std::env::var_os("RAMPART_WRITE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        written, page,
        "RAMPART_WRITE=1 cargo test --test rpc operations_page"
    );
}

#[test]
fn every_operation_of_the_vendors_products_is_in_the_catalogue() {
    let catalogue = catalogue();
    for entry in REGISTRY {
        let Declaration { name, product, .. } = entry.declaration;
        if PRODUCTS.contains(product) {
            let operations = &catalogue[&product.name().to_lowercase()].operations;
            assert!(operations.contains_key(*name), "{product:?} {name}");
        }
    }
}
