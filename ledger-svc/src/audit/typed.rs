use ledger_format::Hash;

use super::{What, fault::Fault, place::Table};
use crate::store::raw::Value;

/// Reads a stored value as what was written into its column, or says what it is instead.
pub(super) struct Typed {
    table: Table,
    column: &'static str,
}

impl Typed {
    pub(super) const fn new(table: Table, column: &'static str) -> Self {
        Self { table, column }
    }

    pub(super) fn number(&self, value: &Value) -> Result<i64, Fault> {
        match value {
            Value::Integer(number) => Ok(*number),
            other => Err(self.wrong_type("INTEGER", other)),
        }
    }

    /// Reads a size or an index.
    pub(super) fn count(&self, value: &Value) -> Result<u64, Fault> {
        let found = self.number(value)?;
        u64::try_from(found).map_err(|_| self.fault(What::WrongNumber { found }))
    }

    pub(super) fn bytes<'v>(&self, value: &'v Value) -> Result<&'v [u8], Fault> {
        match value {
            Value::Blob(bytes) => Ok(bytes),
            other => Err(self.wrong_type("BLOB", other)),
        }
    }

    pub(super) fn text<'v>(&self, value: &'v Value) -> Result<&'v str, Fault> {
        match value {
            Value::Text(bytes) => str::from_utf8(bytes).map_err(|_| self.fault(What::NotUtf8)),
            other => Err(self.wrong_type("TEXT", other)),
        }
    }

    pub(super) fn array<const N: usize>(&self, value: &Value) -> Result<[u8; N], Fault> {
        let bytes = self.bytes(value)?;
        let wrong = || self.fault(What::WrongLength { expected: N, found: bytes.len() });
        bytes.try_into().map_err(|_| wrong())
    }

    pub(super) fn hash(&self, value: &Value) -> Result<Hash, Fault> {
        self.array(value).map(Hash::new)
    }

    pub(super) fn fault(&self, what: What) -> Fault {
        Fault::of_table(self.table, what).in_column(self.column)
    }

    fn wrong_type(&self, expected: &'static str, found: &Value) -> Fault {
        self.fault(What::WrongType { expected, found: found.type_name() })
    }
}
