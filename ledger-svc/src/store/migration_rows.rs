//! What sqlx notes about migrations, with nothing in it that nobody could check.

use service_kit::database::SqliteDatabase;

use super::Error;

/// What stands for the moment at which a migration ran.
pub(super) const INSTALLED_ON: &str = "1970-01-01 00:00:00";

/// What stands for the time that it took.
pub(super) const EXECUTION_TIME: i64 = 0;

/// Blanks when each migration ran and how long it took: every column that is kept must follow from something.
///
/// A crash before this leaves the notes of the last migration; the next start blanks them.
pub(super) async fn blank(database: &SqliteDatabase) -> Result<(), Error> {
    sqlx::query("UPDATE _sqlx_migrations SET installed_on = ?1, execution_time = ?2 WHERE installed_on <> ?1 OR execution_time <> ?2")
        .bind(INSTALLED_ON)
        .bind(EXECUTION_TIME)
        .execute(&database.writer)
        .await?;
    Ok(())
}
