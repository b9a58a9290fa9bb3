//! What a candidate leaves on disk over its whole life.

use std::path::Path;

use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

use crate::cast::SUBSTANCE_BYTES;
use crate::place::{Database, Place, Rows};
use crate::table::{Cell, Table};

/// Parts below this, for each candidate, are not shown.
const SMALL_BYTES: usize = 16;

/// Adds up what a server left behind when it ended in order, and what is in it.
///
/// # Errors
/// When a database cannot be read.
pub async fn table(place: &Place, database: Database, candidates: usize) -> anyhow::Result<Table> {
    let counted = match database {
        Database::Sqlite => "Files",
        Database::Postgres => {
            "Tables, their indexes and what is stored beside them, not vacuumed, and the file of fences,"
        }
    };
    let how = format!(
        "{counted} after an orderly end, for each of {candidates} candidates that went round the whole loop: four revisions, four \
         entries, their tiles and checkpoints. {SUBSTANCE_BYTES} bytes of each are payload and evidence."
    );
    let mut table =
        Table::new("Bytes on disk", how, &["where", "of it", "bytes", "bytes for each candidate"]).on(database);
    let mut all = 0;
    let fences = Rows::File(place.installation.data_dir().join("fence.db"));
    let named = [
        ("candidates", place.candidates()),
        ("ledger", place.ledger()),
        ("content keys", place.content_keys()),
        ("fences", fences),
    ];
    for (name, rows) in named {
        let (bytes, parts) = match rows {
            Rows::File(file) => in_file(&file).await?,
            Rows::Schema { url, schema } => in_schema(&url, schema).await?,
        };
        all += bytes;
        table.row(vec![Cell::text(name), Cell::text("all"), Cell::count(bytes), Cell::count(bytes / candidates)]);
        for (part, bytes) in parts.into_iter().filter(|(_, bytes)| bytes / candidates >= SMALL_BYTES) {
            table.row(vec![Cell::text(name), Cell::text(part), Cell::count(bytes), Cell::count(bytes / candidates)]);
        }
    }
    table.row(vec![Cell::text("together"), Cell::text("all"), Cell::count(all), Cell::count(all / candidates)]);
    Ok(table)
}

/// Returns the bytes of a file, and the pages of each table and of all its indexes, in bytes, largest first.
async fn in_file(file: &Path) -> anyhow::Result<(usize, Vec<(String, usize)>)> {
    const PAGES: &str = "SELECT m.tbl_name || iif(m.type = 'index', ', indexes', ''), sum(s.pgsize) AS bytes \
                         FROM dbstat AS s JOIN sqlite_schema AS m ON m.name = s.name GROUP BY 1 ORDER BY bytes DESC";
    let bytes = usize::try_from(std::fs::metadata(file)?.len())?;
    let mut connection = SqliteConnectOptions::new().filename(file).read_only(true).connect().await?;
    let parts: Vec<(String, i64)> = sqlx::query_as(PAGES).fetch_all(&mut connection).await?;
    connection.close().await?;
    Ok((bytes, counted(parts)?))
}

/// Returns the bytes of a schema, and those of each table and of all its indexes, largest first.
async fn in_schema(url: &str, schema: &str) -> anyhow::Result<(usize, Vec<(String, usize)>)> {
    const PARTS: &str = "SELECT name, bytes FROM (\
                             SELECT relname::text AS name, pg_table_size(oid) AS bytes \
                             FROM pg_class WHERE relnamespace = $1::text::regnamespace AND relkind = 'r' \
                             UNION ALL SELECT relname || ', indexes', pg_indexes_size(oid) \
                             FROM pg_class WHERE relnamespace = $1::text::regnamespace AND relkind = 'r') AS parts \
                         ORDER BY bytes DESC";
    let mut connection = url.parse::<PgConnectOptions>()?.connect().await?;
    let parts: Vec<(String, i64)> = sqlx::query_as(PARTS).bind(schema).fetch_all(&mut connection).await?;
    connection.close().await?;
    let parts = counted(parts)?;
    Ok((parts.iter().map(|(_, bytes)| bytes).sum(), parts))
}

fn counted(parts: Vec<(String, i64)>) -> anyhow::Result<Vec<(String, usize)>> {
    parts.into_iter().map(|(part, bytes)| Ok((part, usize::try_from(bytes)?))).collect()
}
