//! The bare database: the rows that a service wrote, inserted again by nobody but the database, in commits of several sizes. It is
//! the limit that the service is held against.

use std::ops::Range;
use std::time::{Duration, Instant};

use crate::callers::Done;
use crate::latency::Latencies;
use crate::place::{Database, Rows};
use crate::table::{Cell, Table};
use crate::{bare_postgres, bare_sqlite, device};

/// Rows of one commit.
const BATCHES: [usize; 5] = [1, 64, 100, 256, 1_024];

/// Rows that a service wrote.
pub enum Replay {
    /// Into a file.
    File(bare_sqlite::Replay),
    /// Into a schema of `PostgreSQL`.
    Schema(bare_postgres::Replay),
}

/// Inserts the entries that a ledger holds, with and without its indexes.
///
/// # Errors
/// When the database cannot be written.
pub async fn entries(replay: &Replay, database: Database, cell: Duration) -> anyhow::Result<Table> {
    const COLUMNS: [&str; 6] =
        ["commit", "same indexes, rows/s", "p50 ms", "no index, rows/s", "p50 ms ", "fdatasync p50 ms"];
    let by = match database {
        Database::Sqlite => "prepared statements of up to 256 rows: WAL, synchronous FULL, one connection through sqlx",
        Database::Postgres => {
            "one prepared INSERT … SELECT FROM unnest(…) a commit (two for 1,024 rows), one connection to the same server through sqlx"
        }
    };
    let how = format!(
        "The same rows out of the ledger's own table, inserted again by {by}, no gRPC, no hash, no tile, no look-up. `same indexes` keeps \
         the table's indexes, `no index` has none."
    );
    let mut table = Table::new("Bare database, the ledger's rows", how, &COLUMNS).on(database);
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

impl Replay {
    /// Reads some tables, of the first no more than `items_max` rows: one for each item.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn read(rows: &Rows, tables: &[&str], items_max: usize) -> anyhow::Result<Self> {
        Ok(match rows {
            Rows::File(file) => Self::File(bare_sqlite::Replay::read(file, tables, items_max).await?),
            Rows::Schema { url, schema } => {
                Self::Schema(bare_postgres::Replay::read(url, schema, tables, items_max).await?)
            }
        })
    }

    /// Inserts items into new tables, `batch` in each commit, for as long as told or until there are no more.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert(&self, batch: usize, with_indexes: bool, within: Duration) -> anyhow::Result<Done> {
        match self {
            Self::File(replay) => replay.insert(batch, with_indexes, within).await,
            Self::Schema(replay) => replay.insert(batch, with_indexes, within).await,
        }
    }
}

/// Commits items one batch after the other, for as long as told or until there are no more.
///
/// # Errors
/// What the database says.
pub async fn in_commits(
    items: usize,
    batch: usize,
    within: Duration,
    mut commit: impl AsyncFnMut(Range<usize>) -> Result<(), sqlx::Error>,
) -> Result<Done, sqlx::Error> {
    let (mut done, mut latencies) = (0, Latencies::default());
    let started = Instant::now();
    while started.elapsed() < within && done < items {
        let end = items.min(done + batch);
        let asked = Instant::now();
        commit(done..end).await?;
        latencies.note(asked.elapsed());
        done = end;
    }
    Ok(Done { items: done, secs: started.elapsed().as_secs_f64(), latencies })
}

/// Returns which of a table's rows belong to some items, where the table has as many rows for each.
pub fn rows_of(some: &Range<usize>, items: usize, rows: usize) -> Range<usize> {
    some.start * rows / items..some.end * rows / items
}
