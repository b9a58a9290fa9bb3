//! Things that happen again and again: in how many candidates, by how many people, and where to look.

use std::collections::{BTreeMap, BTreeSet};

use polars::prelude::*;

use super::tally::{Tally, counts, how_many, texts};

/// Examples that are named.
pub const EXAMPLES_MAX: usize = 3;

/// Gathers occurrences: rows with the key's columns, `candidate`, `actor` and `entry_index`.
pub(super) struct Occurrences {
    key: Vec<&'static str>,
    has_applies: bool,
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
    /// Of these candidates, how many it could have happened to as they were proposed; 0 where nobody asked.
    pub applied: u64,
    /// By how many people.
    pub people: u64,
    /// The names of the first candidates.
    pub examples: Vec<String>,
}

/// What is known of one key while slices are brought together.
#[derive(Default)]
struct Gathered {
    candidates: u64,
    applied: u64,
    people: BTreeSet<String>,
    examples: BTreeMap<u64, String>,
}

impl Occurrences {
    /// Starts for things told apart by these columns, all of them texts.
    pub(super) fn new(key: &[&'static str]) -> Self {
        let with_actor: Vec<&'static str> = key.iter().copied().chain(["actor"]).collect();
        Self {
            key: key.to_vec(),
            has_applies: false,
            candidates: Tally::new(key, &["count", "applied"]),
            people: Tally::new(&with_actor, &["count"]),
            examples: Vec::new(),
        }
    }

    /// Also counts the candidates that it could have happened to as they were proposed: rows have the flag `applies`.
    pub(super) fn with_applies(self) -> Self {
        Self { has_applies: true, ..self }
    }

    /// Adds the occurrences of a slice. A candidate counts once for each key.
    pub(super) fn add(&mut self, rows: LazyFrame) -> PolarsResult<()> {
        let key: Vec<Expr> = self.key.iter().map(|&name| col(name)).collect();
        let with = |name: &str| key.iter().cloned().chain([col(name)]).collect::<Vec<Expr>>();
        let rows = rows.collect()?;
        let applies = if self.has_applies { col("applies").any(true) } else { lit(false).first() };
        let once = rows.clone().lazy().group_by(with("candidate"));
        let once = once.agg([col("entry_index").min(), applies.alias("applies")]).collect()?;
        let sums = [len().alias("count"), how_many(col("applies")).alias("applied")];
        self.candidates.add(once.clone().lazy().group_by(&key).agg(sums))?;
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
        let sums = counts(&total, "count")?.into_iter().zip(counts(&total, "applied")?);
        for (key, (count, applied)) in keyed(&total, &self.key)?.into_iter().zip(sums) {
            let gathered = book.by_key.entry(key).or_default();
            gathered.candidates += count;
            gathered.applied += applied;
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
            into.applied += gathered.applied;
            into.people.extend(gathered.people.iter().cloned());
            into.examples.extend(gathered.examples.iter().map(|(index, name)| (*index, name.clone())));
        }
        let mut occurrences: Vec<Occurrence> = rolled
            .into_iter()
            .map(|(key, gathered)| Occurrence {
                key,
                candidates: gathered.candidates,
                applied: gathered.applied,
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
