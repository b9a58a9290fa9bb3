use std::fmt;

use executor::connector::sandbox::Record;

use super::Item;

/// What came of reading an input.
#[derive(Debug, Default)]
pub struct Reading {
    /// What the rules propose, in the order of the source.
    pub items: Vec<Item>,
    /// The source's records as the system of record holds them.
    pub records: Vec<Record>,
    /// What could not be read; the rest went on without it.
    pub broken: Vec<BrokenRow>,
}

/// A row or line of an input file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenRow {
    /// The file.
    pub file: String,
    /// The line, from 1; the line of column names counts.
    pub line: u64,
    /// The column or field, where it is one.
    pub column: Option<String>,
    /// What is wrong with it, with the value.
    pub reason: String,
}

impl fmt::Display for BrokenRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} line {}", self.file, self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column `{column}`")?;
        }
        write!(f, ": {}", self.reason)
    }
}
