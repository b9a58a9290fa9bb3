//! How people and records show in an export: under keyed hashes, the same one for the same person or record.

use std::collections::HashMap;

use countersign_api::candidate::v1::RecordReference;

use super::export_key::ExportKey;

/// Most people remembered at a time; one more begins anew.
const PEOPLE_MAX: usize = 4_096;

/// What turns people and records into what an export shows of them.
pub(super) struct Disguise {
    key: ExportKey,
    people: HashMap<String, String>,
}

impl Disguise {
    /// Starts without having seen anybody.
    pub(super) fn new(key: ExportKey) -> Self {
        Self { key, people: HashMap::new() }
    }

    /// Returns the pseudonym of a person; none for an empty id.
    pub(super) fn person(&mut self, id: &str) -> Option<String> {
        if id.is_empty() {
            return None;
        }
        if let Some(known) = self.people.get(id) {
            return Some(known.clone());
        }
        if self.people.len() == PEOPLE_MAX {
            self.people.clear();
        }
        let pseudonym = self.key.pseudonym(id);
        self.people.insert(id.to_owned(), pseudonym.clone());
        Some(pseudonym)
    }

    /// Returns the keyed hash of a record; none for one without an id.
    pub(super) fn record(&self, record: &RecordReference) -> Option<String> {
        let is_named = !record.id.is_empty();
        is_named.then(|| self.key.hash_record([&record.system, &record.object_type, &record.id]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_records_show_as_the_same_under_the_same_key_only() {
        let mut ours = Disguise::new(ExportKey::new(&[1; 32]));
        let mut theirs = Disguise::new(ExportKey::new(&[2; 32]));
        let anna = ours.person("humans/anna").expect("a pseudonym");
        assert!(anna.starts_with("x_") && !anna.contains("anna"), "{anna}");
        assert_eq!(ours.person("humans/anna").as_ref(), Some(&anna));
        assert_ne!(ours.person("humans/ben").as_ref(), Some(&anna));
        assert_ne!(theirs.person("humans/anna").as_ref(), Some(&anna));
        assert_eq!(ours.person(""), None);

        let record = |system: &str, object_type: &str, id: &str| {
            let (system, object_type, id) = (system.to_owned(), object_type.to_owned(), id.to_owned());
            ours.record(&RecordReference { system, object_type, id, ..RecordReference::default() })
        };
        assert_eq!(record("crm", "deal", "1"), record("crm", "deal", "1"));
        assert_ne!(record("crm", "deal", "1"), record("crm", "deals", "1"));
        assert_ne!(record("crm", "deal", "1"), record("crmd", "eal", "1"), "where a word ends counts");
        assert_eq!(record("crm", "deal", ""), None);
    }

    #[test]
    fn a_full_memory_forgets_and_gives_the_same_pseudonyms_again() {
        let mut disguise = Disguise::new(ExportKey::new(&[1; 32]));
        let first = disguise.person("humans/0");
        for number in 0..=PEOPLE_MAX {
            disguise.person(&format!("humans/{number}"));
        }
        assert!(disguise.people.len() <= PEOPLE_MAX);
        assert_eq!(disguise.person("humans/0"), first);
    }
}
