use std::collections::BTreeMap;
use std::path::Path;

use executor::connector::sandbox::Record;

use crate::failure::Failure;
use crate::propose::{self, BrokenRow, Item, Reading};

/// What a demonstration works on.
#[derive(Debug)]
pub struct Input {
    /// The proposals of each rule set, by the principal that proposes them.
    pub by_proposer: BTreeMap<String, Vec<Item>>,
    /// The source's records.
    pub records: Vec<Record>,
    /// Rows that could not be read.
    pub broken: Vec<BrokenRow>,
}

impl Input {
    /// Returns how many proposals there are.
    pub fn proposals(&self) -> usize {
        self.by_proposer.values().map(Vec::len).sum()
    }
}

/// Reads a CRM export, or the one that comes with the program.
///
/// # Errors
/// [`Failure::Unreachable`] naming the file that is missing or is not of its kind.
pub fn read(folder: Option<&Path>, seed: u64) -> Result<Input, Failure> {
    let Reading { items, records, broken } = match folder {
        Some(folder) => propose::read_folder(folder, seed).map_err(Failure::unreachable)?,
        None => propose::built_in(seed),
    };
    let mut by_proposer: BTreeMap<String, Vec<Item>> = BTreeMap::new();
    for item in items {
        by_proposer.entry(proposer_of(&item)).or_default().push(item);
    }
    Ok(Input { by_proposer, records, broken })
}

/// Each rule set proposes as a generator of its own name.
fn proposer_of(item: &Item) -> String {
    let generator = item.proposal.generator.as_ref().map_or("rules", |generator| &generator.name);
    format!("generators/{generator}")
}
