//! What a candidate leaves on disk over its whole life.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::cast::SUBSTANCE_BYTES;
use crate::table::{Cell, Table};

/// Adds up the files that a server left behind when it ended in order, and what is in them.
///
/// # Errors
/// When a file cannot be read.
pub async fn table(data_dir: &Path, candidates: usize) -> anyhow::Result<Table> {
    let how = format!(
        "Files after an orderly end, for each of {candidates} candidates that went round the whole loop: four revisions, four \
         entries, their tiles and checkpoints. {SUBSTANCE_BYTES} bytes of each are payload and evidence."
    );
    let mut table = Table::new("Bytes on disk", how, &["file", "of it", "bytes", "bytes for each candidate"]);
    let mut all = 0;
    for file in ["candidates.db", "ledger.db", "fence.db"] {
        let path = data_dir.join(file);
        let bytes = usize::try_from(std::fs::metadata(&path)?.len())?;
        all += bytes;
        table.row(vec![Cell::text(file), Cell::text("all"), Cell::count(bytes), Cell::count(bytes / candidates)]);
        for (part, bytes) in parts(&path).await?.into_iter().filter(|(_, bytes)| bytes / candidates >= SMALL_BYTES) {
            table.row(vec![Cell::text(file), Cell::text(part), Cell::count(bytes), Cell::count(bytes / candidates)]);
        }
    }
    table.row(vec![Cell::text("together"), Cell::text("all"), Cell::count(all), Cell::count(all / candidates)]);
    Ok(table)
}

/// Parts below this, for each candidate, are not shown.
const SMALL_BYTES: usize = 16;

/// Returns the pages of each table and of all its indexes, in bytes, largest first.
async fn parts(file: &Path) -> anyhow::Result<Vec<(String, usize)>> {
    const PAGES: &str = "SELECT m.tbl_name || iif(m.type = 'index', ', indexes', ''), sum(s.pgsize) AS bytes \
                         FROM dbstat AS s JOIN sqlite_schema AS m ON m.name = s.name GROUP BY 1 ORDER BY bytes DESC";
    let mut connection = SqliteConnectOptions::new().filename(file).read_only(true).connect().await?;
    let parts: Vec<(String, i64)> = sqlx::query_as(PAGES).fetch_all(&mut connection).await?;
    connection.close().await?;
    parts.into_iter().map(|(part, bytes)| Ok((part, usize::try_from(bytes)?))).collect()
}
