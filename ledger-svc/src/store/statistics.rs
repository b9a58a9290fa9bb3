//! The query planner's statistics: an earlier release let SQLite keep them.

use service_kit::database::SqliteDatabase;

use super::Error;

/// Drops what the planner counted: nothing that is signed says what must stand there, and no query here needs it.
///
/// A crash before this leaves the statistics; the next start drops them.
pub(super) async fn drop_all(database: &SqliteDatabase) -> Result<(), Error> {
    for statement in ["DROP TABLE IF EXISTS sqlite_stat1", "DROP TABLE IF EXISTS sqlite_stat4"] {
        sqlx::query(statement).execute(&database.writer).await?;
    }
    Ok(())
}
