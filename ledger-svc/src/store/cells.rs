//! Reads the columns of a row, or says which one is corrupt.

use ledger_format::Hash;
use sqlx::{ColumnIndex, Decode, Row, Type};

use super::Error;

/// One row of a table whose columns are read by position.
pub(super) struct Cells<'r, R> {
    row: &'r R,
    table: &'static str,
    /// The row's key, for errors.
    key: String,
}

impl<'r, R> Cells<'r, R>
where
    R: Row,
    usize: ColumnIndex<R>,
    &'r str: Decode<'r, R::Database> + Type<R::Database>,
    &'r [u8]: Decode<'r, R::Database> + Type<R::Database>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
{
    pub(super) fn new(row: &'r R, table: &'static str, key: impl Into<String>) -> Self {
        Self { row, table, key: key.into() }
    }

    pub(super) fn text(&self, position: usize, column: &'static str) -> Result<&'r str, Error> {
        self.get(position, column)
    }

    pub(super) fn bytes(&self, position: usize, column: &'static str) -> Result<&'r [u8], Error> {
        self.get(position, column)
    }

    /// Reads a number that can not be negative.
    pub(super) fn number(&self, position: usize, column: &'static str) -> Result<u64, Error> {
        let number: i64 = self.get(position, column)?;
        u64::try_from(number).map_err(|_| self.corrupt(column))
    }

    pub(super) fn hash(&self, position: usize, column: &'static str) -> Result<Hash, Error> {
        Hash::try_from(self.bytes(position, column)?).map_err(|_| self.corrupt(column))
    }

    pub(super) fn corrupt(&self, column: &'static str) -> Error {
        Error::CorruptRow { table: self.table, column, row: self.key.clone() }
    }

    fn get<T>(&self, position: usize, column: &'static str) -> Result<T, Error>
    where
        T: Decode<'r, R::Database> + Type<R::Database>,
    {
        self.row.try_get(position).map_err(|_| self.corrupt(column))
    }
}

/// Turns a number of ours into a database's.
///
/// # Panics
/// Above 2^63 - 1, which no log reaches.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).expect("invariant: a log holds fewer than 2^63 entries")
}
