//! Holds the row in which a database keeps the end of a log against the log.

use ledger_format::HASH_BYTES;

use super::{
    Extent, LogVerified, What,
    fault::{Fault, Source, Trouble},
    place::HEADS,
    typed::Typed,
};
use crate::store::raw::{RawFile, RawHead};

/// Checks the head of a log that was read to its end.
pub(super) async fn check(
    source: Source<'_>,
    ledger: &mut RawFile,
    log: &LogVerified,
    erasures: u64,
) -> Result<(), Trouble> {
    let heads = ledger.heads(&log.workspace).await.map_err(source.refuse(HEADS.name))?;
    let Some(heads) = heads else { return Ok(()) };
    check_rows(&heads, log, erasures).map_err(|fault| {
        let fault = fault.in_row(|| format!("workspace = '{}'", log.workspace.id()));
        fault.at(Extent::span(log.workspace.id(), log.signed_size, log.size)).into()
    })
}

fn check_rows(heads: &[RawHead], log: &LogVerified, erasures: u64) -> Result<(), Fault> {
    let row = match heads {
        [row] => row,
        // A log that was read and found empty needs no head.
        [] if log.size == 0 => return Ok(()),
        rows => return Err(Fault::of_table(HEADS, What::HeadCount { found: rows.len() })),
    };
    let numbers = [
        ("size", &row.size, log.size),
        ("signed_size", &row.signed_size, log.signed_size),
        ("erasures", &row.erasures, erasures),
    ];
    for (name, value, expected) in numbers {
        let column = Typed::new(HEADS, name);
        let found = column.count(value)?;
        if found != expected {
            return Err(column.fault(What::HeadDiffers { expected, found }));
        }
    }
    let column = Typed::new(HEADS, "root");
    if column.array::<HASH_BYTES>(&row.root)? != *log.root.as_bytes() {
        return Err(column.fault(What::HeadRootDiffers { size: log.size }));
    }
    Ok(())
}
