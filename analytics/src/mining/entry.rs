//! One ledger entry, read from the columns of a part.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use polars::prelude::*;

use super::attribute::{Attribute, attributes_of};

/// Columns without which nothing is an entry.
pub(super) const OF_ENTRIES: [&str; 5] = ["entry_index", "kind", "candidate", "occurred_at", "appended_at"];

/// Columns that say which records a proposal is about.
pub(super) const OF_RECORDS: [&str; 6] =
    ["record_system", "record_object_type", "record_key", "target_system", "target_object_type", "target_key"];

/// Columns besides these of which no attribute is made.
pub(super) const OTHERS: [&str; 11] = [
    "candidate_slice",
    "person",
    "proposer",
    "owner",
    "standing_approval",
    "supersedes_candidate",
    "attempt_number",
    "delegator",
    "delegate",
    "escalated_to",
    "policy_candidate",
];

/// The columns of some entries, typed.
pub(super) struct Columns<'f> {
    by_name: BTreeMap<&'f str, Values<'f>>,
}

/// The values of one column.
enum Values<'f> {
    Text(&'f StringChunked),
    Number(&'f UInt64Chunked),
    Count(&'f Int32Chunked),
    Flag(&'f BooleanChunked),
    Micros(&'f Int64Chunked),
}

/// One ledger entry.
pub(super) struct Entry<'f> {
    columns: &'f Columns<'f>,
    row: usize,
    /// Its position in the log.
    pub index: u64,
    /// What happened.
    pub kind: Cow<'f, str>,
    /// What it is about.
    pub subject: Cow<'f, str>,
    /// When it was committed, or, where that cannot be read, appended; RFC 3339, six digits of a second.
    pub time: String,
}

impl<'f> Columns<'f> {
    /// Takes the columns of a frame.
    pub(super) fn of(frame: &'f DataFrame) -> PolarsResult<Self> {
        let named = |column: &'f Column| Ok((column.name().as_str(), Values::of(column)?));
        Ok(Self { by_name: frame.columns().iter().map(named).collect::<PolarsResult<_>>()? })
    }

    /// Reads a row.
    ///
    /// # Errors
    ///
    /// When it lacks what every entry of a verified export has: the file is no longer the one that was verified.
    pub(super) fn entry(&'f self, row: usize) -> PolarsResult<Entry<'f>> {
        let required = |name: &str| {
            self.value(name, row).ok_or_else(|| PolarsError::NoData(format!("row `{row}` has no `{name}`").into()))
        };
        let index = required("entry_index")?.parse();
        Ok(Entry {
            columns: self,
            row,
            index: index.map_err(|_| PolarsError::SchemaMismatch("`entry_index` is no number".into()))?,
            kind: required("kind")?,
            subject: required("candidate")?,
            time: self.value("occurred_at", row).map_or_else(|| required("appended_at"), Ok)?.into_owned(),
        })
    }

    fn value(&self, name: &str, row: usize) -> Option<Cow<'f, str>> {
        self.by_name.get(name)?.word(row)
    }
}

impl<'f> Entry<'f> {
    /// Returns what a column says of it.
    pub(super) fn says(&self, column: &str) -> Option<Cow<'f, str>> {
        self.columns.value(column, self.row)
    }

    /// Tells whether it is about a candidate.
    pub(super) fn is_about_a_candidate(&self) -> bool {
        self.says("candidate_slice").is_some()
    }

    /// Returns what is told of it besides its kind, its time and whom it is about.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'static Attribute, Cow<'f, str>)> {
        attributes_of(&self.kind).filter_map(|attribute| Some((attribute, self.says(attribute.name)?)))
    }

    /// Returns the name of the attempt at execution that it is about.
    pub(super) fn attempt(&self) -> Option<String> {
        self.says("attempt_number").map(|number| format!("{}/attempts/{number}", self.subject))
    }
}

impl<'f> Values<'f> {
    fn of(column: &'f Column) -> PolarsResult<Self> {
        match column.dtype() {
            DataType::String => column.str().map(Self::Text),
            DataType::UInt64 => column.u64().map(Self::Number),
            DataType::Int32 => column.i32().map(Self::Count),
            DataType::Boolean => column.bool().map(Self::Flag),
            DataType::Datetime(TimeUnit::Microseconds, _) => Ok(Self::Micros(column.datetime()?.physical())),
            other => Err(PolarsError::SchemaMismatch(format!("`{}` is of type {other}", column.name()).into())),
        }
    }

    /// Returns a value as text: the form that both formats have for it.
    fn word(&self, row: usize) -> Option<Cow<'f, str>> {
        match self {
            Self::Text(texts) => texts.get(row).map(Cow::Borrowed),
            Self::Number(numbers) => numbers.get(row).map(|number| Cow::Owned(number.to_string())),
            Self::Count(counts) => counts.get(row).map(|count| Cow::Owned(count.to_string())),
            Self::Flag(flags) => flags.get(row).map(|flag| Cow::Borrowed(if flag { "true" } else { "false" })),
            Self::Micros(times) => times.get(row).and_then(written).map(Cow::Owned),
        }
    }
}

/// Writes a time down with all six digits: readers guess the form from the first one they see.
fn written(micros: i64) -> Option<String> {
    Timestamp::from_microsecond(micros).ok().map(|at| format!("{at:.6}"))
}
