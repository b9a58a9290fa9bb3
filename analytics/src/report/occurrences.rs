//! Things that happen again and again: in how many candidates, by how many people, and where to look.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::tally::{Tally, counts, texts};

/// Examples that are named.
pub const EXAMPLES_MAX: usize = 3;

/// Gathers occurrences: rows with the key's columns, `candidate`, `actor` and `entry_index`.
pub(super) struct Occurrences {
    key: Vec<&'static str>,
    candidates: Tally,
    people: Tally,
    examples: Vec<DataFrame>,
}

/// One thing that happened, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Occurrence {
    /// What happened: the values of the key's columns.
    pub key: Vec<String>,
    /// In how many candidates.
    pub candidates: u64,
    /// By how many people.
    pub people: u64,
    /// The names of the first candidates.
    pub examples: Vec<String>,
}

/// What is known of one key while slices are brought together.
#[derive(Default)]
struct Gathered {
    candidates: u64,
    people: BTreeSet<String>,
    examples: BTreeMap<u64, String>,
}

impl Occurrences {
    /// Starts for things told apart by these columns, all of them texts.
    pub(super) fn new(key: &[&'static str]) -> Self {
        let with_actor: Vec<&'static str> = key.iter().copied().chain(["actor"]).collect();
        Self {
            key: key.to_vec(),
            candidates: Tally::new(key, &["count"]),
            people: Tally::new(&with_actor, &["count"]),
            examples: Vec::new(),
        }
    }

    /// Adds the occurrences of a slice. A candidate counts once for each key.
    pub(super) fn add(&mut self, rows: LazyFrame) -> PolarsResult<()> {
        let key: Vec<Expr> = self.key.iter().map(|&name| col(name)).collect();
        let with = |name: &str| key.iter().cloned().chain([col(name)]).collect::<Vec<Expr>>();
        let rows = rows.collect()?;
        let once = rows.clone().lazy().group_by(with("candidate")).agg([col("entry_index").min()]).collect()?;
        self.candidates.add(once.clone().lazy().group_by(&key).agg([len().alias("count")]))?;
        self.people.add(rows.lazy().group_by(with("actor")).agg([len().alias("count")]))?;
        let earliest = |name: &str| {
            col(name).sort_by([col("entry_index")], SortMultipleOptions::default()).head(Some(EXAMPLES_MAX))
        };
        let examples = once
            .lazy()
            .group_by(&key)
            .agg([earliest("candidate"), earliest("entry_index")])
            .explode(
                by_name(["candidate", "entry_index"], true, false),
                ExplodeOptions { empty_as_null: false, keep_nulls: false },
            )
            .collect()?;
        self.examples.push(examples);
        Ok(())
    }

    /// Brings the slices together.
    pub(super) fn finish(self) -> PolarsResult<OccurrenceBook> {
        let mut book = OccurrenceBook { by_key: BTreeMap::new() };
        let total = self.candidates.total()?;
        for (key, count) in keyed(&total, &self.key)?.into_iter().zip(counts(&total, "count")?) {
            book.by_key.entry(key).or_default().candidates += count;
        }
        let total = self.people.total()?;
        for (key, actor) in keyed(&total, &self.key)?.into_iter().zip(texts(&total, "actor")?) {
            book.by_key.entry(key).or_default().people.insert(actor);
        }
        for frame in &self.examples {
            let rows = counts(frame, "entry_index")?.into_iter().zip(texts(frame, "candidate")?);
            for (key, (index, candidate)) in keyed(frame, &self.key)?.into_iter().zip(rows) {
                book.by_key.entry(key).or_default().examples.insert(index, candidate);
            }
        }
        Ok(book)
    }
}

/// All occurrences, ready to be told by the whole key or by some of its columns.
pub(super) struct OccurrenceBook {
    by_key: BTreeMap<Vec<String>, Gathered>,
}

impl OccurrenceBook {
    /// Tells the occurrences by some columns of the key, the most frequent first.
    ///
    /// The columns left out must be such that a candidate has one value of each: then its count is right in the sum.
    pub(super) fn by(&self, columns: &[usize]) -> Vec<Occurrence> {
        let mut rolled: BTreeMap<Vec<String>, Gathered> = BTreeMap::new();
        for (key, gathered) in &self.by_key {
            let key = columns.iter().map(|&column| key[column].clone()).collect();
            let into = rolled.entry(key).or_default();
            into.candidates += gathered.candidates;
            into.people.extend(gathered.people.iter().cloned());
            into.examples.extend(gathered.examples.iter().map(|(index, name)| (*index, name.clone())));
        }
        let mut occurrences: Vec<Occurrence> = rolled
            .into_iter()
            .map(|(key, gathered)| Occurrence {
                key,
                candidates: gathered.candidates,
                people: gathered.people.len() as u64,
                examples: gathered.examples.into_values().take(EXAMPLES_MAX).collect(),
            })
            .collect();
        occurrences.sort_by(|a, b| b.candidates.cmp(&a.candidates).then_with(|| a.key.cmp(&b.key)));
        occurrences
    }
}

fn keyed(frame: &DataFrame, key: &[&'static str]) -> PolarsResult<Vec<Vec<String>>> {
    let mut keys = vec![Vec::with_capacity(key.len()); frame.height()];
    for name in key {
        for (key, text) in keys.iter_mut().zip(texts(frame, name)?) {
            key.push(text);
        }
    }
    Ok(keys)
}
