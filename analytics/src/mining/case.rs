//! The candidates of a slice, gathered from their entries.

use std::collections::{BTreeMap, HashMap};

use super::attribute::CASE_ATTRIBUTES;
use super::entry::Entry;
use super::relationship::{Relationship, of_candidate};

/// One candidate.
#[derive(Debug, Default)]
pub(super) struct Case {
    /// Its resource name.
    pub name: String,
    /// What its proposal says of it, and when.
    pub attributes: Vec<(&'static str, String)>,
    /// When it was proposed.
    pub proposed: Option<String>,
    /// What it is related to.
    pub relationships: Vec<Relationship>,
    /// The states it came to, and when.
    pub states: Vec<(String, String)>,
    /// The attempts at its execution, by the time of the first entry about them.
    pub attempts: BTreeMap<String, String>,
}

/// Candidates with what a format keeps of each, in the order of their slice bytes, and then of their first entries: the order is the same
/// however many slices there are.
pub(super) struct Cases<K> {
    cases: HashMap<String, (String, u64, Case, K)>,
}

impl<K: Default> Cases<K> {
    /// Starts without candidates.
    pub(super) fn new() -> Self {
        Self { cases: HashMap::new() }
    }

    /// Notes an entry about a candidate, and gives what is kept of that candidate.
    pub(super) fn note(&mut self, entry: &Entry<'_>) -> &mut K {
        if !self.cases.contains_key(entry.subject.as_ref()) {
            let name = entry.subject.to_string();
            let byte = entry.says("candidate_slice").unwrap_or_default();
            let case = Case { name: name.clone(), ..Case::default() };
            self.cases.insert(name, (format!("{byte:0>3}"), entry.index, case, K::default()));
        }
        let (_, _, case, kept) =
            self.cases.get_mut(entry.subject.as_ref()).expect("invariant: it was put there just now");
        case.note(entry);
        kept
    }

    /// Returns them in order.
    pub(super) fn in_order(self) -> impl Iterator<Item = (Case, K)> {
        let mut cases: Vec<_> = self.cases.into_values().collect();
        cases.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        cases.into_iter().map(|(_, _, case, kept)| (case, kept))
    }
}

impl Case {
    fn note(&mut self, entry: &Entry<'_>) {
        if entry.kind == "candidate_proposed" && self.proposed.is_none() {
            self.proposed = Some(entry.time.clone());
            self.relationships = of_candidate(entry);
            let said = CASE_ATTRIBUTES.into_iter().filter_map(|name| Some((name, entry.says(name)?.into_owned())));
            self.attributes = said.collect();
        }
        if let Some(state) = entry.says("state")
            && self.states.last().is_none_or(|(last, _)| *last != state)
        {
            self.states.push((state.into_owned(), entry.time.clone()));
        }
        if let Some(attempt) = entry.attempt() {
            self.attempts.entry(attempt).or_insert_with(|| entry.time.clone());
        }
    }
}
