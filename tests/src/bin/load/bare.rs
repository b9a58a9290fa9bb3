//! The bare database: the same rows, inserted by nobody but SQLite, in commits of several sizes.

use std::path::Path;
use std::time::Duration;

use crate::device;
use crate::replay::Replay;
use crate::table::{Cell, Table};

/// Rows of one commit.
const BATCHES: [usize; 5] = [1, 64, 100, 256, 1_024];

/// The most rows kept in memory to be inserted again.
const ROWS_MAX: usize = 400_000;

/// Inserts the entries that a ledger holds, with and without the index over their keys.
///
/// # Errors
/// When a file cannot be read or written.
pub async fn entries(ledger: &Path, cell: Duration) -> anyhow::Result<Table> {
    let replay = Replay::read(ledger, &["entries"], ROWS_MAX).await?;
    let how = "The same rows out of the ledger's own table, inserted again by prepared statements of up to 256 rows: WAL, \
               synchronous FULL, one connection through sqlx, no gRPC, no hash, no tile, no look-up. `same indexes` keeps \
               the table's two indexes, `no index` has none but the row number.";
    const COLUMNS: [&str; 6] =
        ["commit", "same indexes, rows/s", "p50 ms", "no index, rows/s", "p50 ms ", "fdatasync p50 ms"];
    let mut table = Table::new("Bare SQLite, the ledger's rows", how, &COLUMNS);
    for batch in BATCHES {
        let sync = Cell::Fraction(device::sync_p50_ms()?);
        let indexed = replay.insert(batch, true, cell).await?;
        let plain = replay.insert(batch, false, cell).await?;
        let ([indexed_p50, _], [plain_p50, _]) = (indexed.latencies.cells(), plain.latencies.cells());
        let (indexed, plain) = (Cell::rate(indexed.items, indexed.secs), Cell::rate(plain.items, plain.secs));
        table.row(vec![Cell::count(batch), indexed, indexed_p50, plain, plain_p50, sync]);
    }
    Ok(table)
}
