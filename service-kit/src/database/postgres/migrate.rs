use std::collections::HashMap;

use sqlx::{
    PgConnection, Row,
    migrate::{MigrateError, Migrator},
};

use super::PostgresError;

/// Brings a schema up to date: forwards only, and one process at a time, which holds an advisory lock meanwhile.
///
/// Where nothing is left to do nothing is written: a role that may not create tables is enough. Each migration is a transaction of its
/// own; a crash leaves the schema at one of them, and the lock goes with the connection.
///
/// # Errors
/// [`PostgresError::NewerSchema`] where a newer release has been, [`PostgresError::OtherSchema`] where another one,
/// [`PostgresError::Migration`] when the database refuses.
pub(super) async fn run(
    database: &str,
    migrations: &Migrator,
    connection: &mut PgConnection,
) -> Result<(), PostgresError> {
    let failed = |error: MigrateError| match error {
        MigrateError::VersionMissing(version) => PostgresError::NewerSchema { database: database.to_owned(), version },
        MigrateError::VersionMismatch(version) => PostgresError::OtherSchema { database: database.to_owned(), version },
        error => PostgresError::Migration { database: database.to_owned(), source: sqlx::Error::from(error).into() },
    };
    let is_current = is_current(migrations, connection).await.map_err(|error| failed(error.into()))?;
    if is_current { Ok(()) } else { migrations.run_direct(None, connection, false).await.map_err(failed) }
}

async fn is_current(migrations: &Migrator, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let table = migrations.table_name.as_ref();
    let exists: bool =
        sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(table).fetch_one(&mut *connection).await?;
    if !exists {
        return Ok(false);
    }
    // The name is one of ours.
    let question = sqlx::AssertSqlSafe(format!("SELECT version, checksum FROM {table} WHERE success"));
    let rows = sqlx::query(question).fetch_all(connection).await?;
    let applied: HashMap<i64, Vec<u8>> =
        rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Result<_, sqlx::Error>>()?;
    let is_applied = |version, checksum: &[u8]| applied.get(&version).is_some_and(|applied| applied == checksum);
    Ok(migrations.iter().len() == applied.len()
        && migrations.iter().all(|migration| is_applied(migration.version, &migration.checksum)))
}
