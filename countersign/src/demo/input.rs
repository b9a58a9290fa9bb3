use std::collections::BTreeMap;
use std::path::Path;

use executor::connector::sandbox::Record;

use super::request_id;
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
    pub fn proposals(&self) -> u64 {
        self.by_proposer.values().map(|items| items.len() as u64).sum()
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
    for mut item in items {
        let request_id = request_id::of_facts(&item.request_id, &item.proposal);
        // Another seed is another demonstration: it takes nothing back that this one proposed. A later export of the same seed does, where
        // a record says something new.
        item.proposal.dedup_key = format!("seed-{seed}/{}", item.proposal.dedup_key);
        by_proposer.entry(proposer_of(&item)).or_default().push(Item { request_id, ..item });
    }
    Ok(Input { by_proposer, records, broken })
}

/// Each rule set proposes as a generator of its own name.
fn proposer_of(item: &Item) -> String {
    let generator = item.proposal.generator.as_ref().map_or("rules", |generator| &generator.name);
    format!("generators/{generator}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;

    use super::*;

    const FILES: [&str; 5] =
        ["accounts.csv", "products.csv", "sales_pipeline.csv", "sales_teams.csv", "inquiries.jsonl"];

    /// Copies the export that comes with the program, with the deals changed.
    fn export(change: impl Fn(&str) -> String) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo-data");
        for file in FILES {
            let text = fs::read_to_string(from.join(file)).expect("it is there");
            let text = if file == "sales_pipeline.csv" { change(&text) } else { text };
            fs::write(folder.path().join(file), text).expect("it is written");
        }
        folder
    }

    fn ids(folder: &Path, seed: u64) -> BTreeSet<String> {
        let input = read(Some(folder), seed).expect("an export");
        let ids: BTreeSet<String> = input.by_proposer.values().flatten().map(|item| item.request_id.clone()).collect();
        assert_eq!(ids.len() as u64, input.proposals(), "no two proposals share an id");
        ids
    }

    #[test]
    fn only_what_changed_or_is_new_in_a_later_export_is_another_request() {
        let before = export(str::to_owned);
        // An engaged deal lost its account, and a deal was closed after all others: "today" has moved on.
        let after = export(|deals| {
            let changed =
                deals.lines().find(|line| line.contains(",Engaging,") && !line.contains('"')).expect("an engaged deal");
            let cells: Vec<&str> = changed.split(',').collect();
            let without = changed.replacen(&format!(",{},", cells[3]), ",,", 1);
            let won = deals.lines().rfind(|line| line.contains(",Won,") && !line.contains('"')).expect("a won deal");
            let cells: Vec<&str> = won.split(',').collect();
            let later = won.replacen(cells[0], "LATER-1", 1).replacen(cells[6], "12/30/2031", 1);
            format!("{}\n{later}\n", deals.trim_end().replacen(changed, &without, 1))
        });
        let (before, after) = (ids(before.path(), 1), ids(after.path(), 1));
        let new = after.difference(&before).count();
        assert!((1..=20).contains(&new), "`{new}` of `{}` are new", after.len());
        assert!(before.intersection(&after).count() >= 60, "the others are the requests of before");
    }

    #[test]
    fn another_seed_is_another_request_for_all_of_it() {
        let export = export(str::to_owned);
        assert_eq!(ids(export.path(), 1), ids(export.path(), 1));
        assert_eq!(ids(export.path(), 1).intersection(&ids(export.path(), 2)).count(), 0);
    }
}
