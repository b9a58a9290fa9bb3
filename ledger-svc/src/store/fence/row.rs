use ledger_format::Hash;
use sqlx::sqlite::SqliteRow;

use crate::{
    log::Head,
    store::{Error, cells::Cells},
};

/// What is remembered of one log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The log's name.
    pub origin: String,
    /// Size and root that were about to be signed last.
    pub head: Head,
    /// Root of the last checkpoint known to be stored in the ledger; equal to the head's root whenever nothing is under way.
    pub stored_root: Hash,
}

impl Fence {
    pub(super) fn read(row: &SqliteRow) -> Result<Self, Error> {
        let origin = Cells::new(row, "fences", "unknown").text(0, "origin")?.to_owned();
        let cells = Cells::new(row, "fences", origin.clone());
        Ok(Self {
            head: Head { size: cells.number(1, "size")?, root: cells.hash(2, "root")? },
            stored_root: cells.hash(3, "stored_root")?,
            origin,
        })
    }
}
