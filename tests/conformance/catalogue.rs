//! The catalogue, and the operations of it that are built.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use rampart::ops::REGISTRY;
use rampart::ops::call::Entry;
use rampart::ops::declare::Product;
use serde::Deserialize;
use serde_json::Value;

/// A parameter as it is published.
#[derive(Debug, Deserialize)]
pub(crate) struct Parameter {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default)]
    pub(crate) constraint: String,
    #[serde(default)]
    pub(crate) members: Vec<Parameter>,
}

/// An operation as it is published.
#[derive(Debug, Deserialize)]
pub(crate) struct Operation {
    pub(crate) params: Vec<Parameter>,
    pub(crate) response: Value,
    #[serde(default)]
    conditional: Vec<String>,
    #[serde(default)]
    notes: Vec<String>,
    pub(crate) family: String,
    /// `None` where no permission is asked for.
    pub(crate) action: Option<String>,
    /// One template or several.
    resource: Value,
    #[serde(default)]
    pub(crate) errors: Vec<String>,
}

impl Operation {
    /// The members that are not in every answer; some are spoken of in a note alone.
    pub(crate) fn conditional(&self) -> Vec<String> {
        let mut all = self.conditional.clone();
        let is_marker = |note: &String| note.starts_with("Marker present only when");
        if self.notes.iter().any(is_marker) && !all.iter().any(|path| path == "Marker") {
            all.push("Marker".to_owned());
        }
        if self
            .notes
            .iter()
            .any(|note| note.ends_with("ActivateDate absent"))
        {
            all.push("VirtualMFADevices.VirtualMFADevice[].ActivateDate".to_owned());
        }
        all
    }

    /// The templates of the resources that the action must be allowed on.
    pub(crate) fn resources(&self) -> Vec<&str> {
        match &self.resource {
            Value::Array(all) => all.iter().map(|one| one.as_str().unwrap()).collect(),
            Value::String(one) => vec![one],
            _ => Vec::new(),
        }
    }
}

#[derive(Debug, Deserialize)]
struct Published {
    version: String,
    operations: BTreeMap<String, Operation>,
}

/// An operation that is built and published.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Built {
    pub(crate) entry: &'static Entry,
    pub(crate) published: &'static Operation,
}

impl Built {
    pub(crate) fn product(&self) -> Product {
        self.entry.declaration.product
    }

    /// The name of the operation.
    pub(crate) fn name(&self) -> &'static str {
        self.entry.declaration.name
    }

    /// `Ram.CreateRole`.
    pub(crate) fn qualified(&self) -> String {
        self.entry.declaration.qualified_name()
    }
}

pub(crate) fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

const VECTOR: &str = "tests/vectors/operations.json";

fn catalogue() -> &'static BTreeMap<String, Published> {
    static CATALOGUE: OnceLock<BTreeMap<String, Published>> = OnceLock::new();
    CATALOGUE.get_or_init(|| {
        let text = std::fs::read_to_string(file(VECTOR)).unwrap();
        serde_json::from_str(&text).unwrap()
    })
}

/// Every operation of the vendor's products that the registry has.
pub(crate) fn built() -> Vec<Built> {
    let of_the_vendor = |entry: &&Entry| entry.declaration.product != Product::Rampart;
    let look_up = |entry: &'static Entry| {
        let product = entry.declaration.product;
        let published = &catalogue()[&product.name().to_lowercase()];
        assert_eq!(published.version, product.version());
        let published = published.operations.get(entry.declaration.name);
        let published = published.unwrap_or_else(|| panic!("{entry:?} is not published"));
        Built { entry, published }
    };
    REGISTRY.iter().filter(of_the_vendor).map(look_up).collect()
}

#[test]
fn the_catalogue_is_the_one_of_the_specification() {
    let own = file(VECTOR);
    let shared = file("../shared/spec/operations.json");
    if !shared.exists() {
        // A clone alone has nothing to compare with.
        return;
    }
    assert_eq!(
        std::fs::read_to_string(own).unwrap(),
        std::fs::read_to_string(shared).unwrap()
    );
}
