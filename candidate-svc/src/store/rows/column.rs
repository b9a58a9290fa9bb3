//! Reads columns into the domain's types; what does not read back names table, column and row.

use std::fmt;

use countersign_api::name::Workspace;
use jiff::Timestamp;
use ledger_format::Hash;
use uuid::Uuid;

use crate::{domain::Moment, store::CorruptRow};

/// Where a value stands, for the error when it does not read back.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Column {
    pub(in crate::store) table: &'static str,
    pub(in crate::store) column: &'static str,
}

impl Column {
    pub(in crate::store) fn corrupt(self, row: impl fmt::Display, reason: impl fmt::Display) -> CorruptRow {
        CorruptRow { table: self.table, column: self.column, row: row.to_string(), reason: reason.to_string() }
    }
}

pub(in crate::store) fn uuid(at: Column, row: impl fmt::Display, bytes: &[u8]) -> Result<Uuid, CorruptRow> {
    Uuid::from_slice(bytes).map_err(|error| at.corrupt(row, error))
}

pub(in crate::store) fn hash(at: Column, row: impl fmt::Display, bytes: &[u8]) -> Result<Hash, CorruptRow> {
    Hash::try_from(bytes).map_err(|error| at.corrupt(row, error))
}

pub(in crate::store) fn workspace(at: Column, row: impl fmt::Display, id: &str) -> Result<Workspace, CorruptRow> {
    Workspace::new(id).map_err(|error| at.corrupt(row, error))
}

pub(in crate::store) fn moment(at: Column, row: impl fmt::Display, us: i64) -> Result<Moment, CorruptRow> {
    Timestamp::from_microsecond(us).map(Moment::from).map_err(|error| at.corrupt(row, error))
}

pub(in crate::store) fn natural<T: TryFrom<i64>>(
    at: Column,
    row: impl fmt::Display,
    number: i64,
) -> Result<T, CorruptRow> {
    T::try_from(number).map_err(|_| at.corrupt(row, format_args!("`{number}` is out of range")))
}

/// Counters go into 64-bit signed columns.
pub(in crate::store) fn signed(number: u64) -> i64 {
    i64::try_from(number).expect("invariant: a counter fits 63 bits")
}

/// Says where a JSON text breaks, without its values.
pub(in crate::store) fn said_of(error: &serde_json::Error) -> String {
    format!("it is not of its form at line {} column {}", error.line(), error.column())
}
