use sqlx::{
    Connection, PgConnection, Row,
    migrate::{MigrateError, Migrator},
    postgres::PgRow,
};

use super::{PostgresError, PostgresUrl, open::connect};
use crate::database::schema::{Applied, SchemaStanding, SchemaStep};

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
    let applied = read(migrations, connection).await.map_err(|error| failed(error.into()))?;
    match SchemaStanding::of(&applied, migrations).step {
        SchemaStep::Nothing => Ok(()),
        SchemaStep::Fits => {
            tracing::info!(%database, "a newer release has added to the schema; this one goes on without what is new");
            Ok(())
        }
        _ => migrations.run_direct(None, connection, false).await.map_err(failed),
    }
}

/// Reads which migrations ran in a database; a standby is enough.
///
/// # Errors
/// When it can not be reached or read; see [`PostgresError`].
pub(in crate::database) async fn applied(
    url: &PostgresUrl,
    migrations: &Migrator,
) -> Result<Vec<Applied>, PostgresError> {
    let shown = url.to_string();
    let mut connection = connect(&shown, url.options()).await?;
    let applied = read(migrations, &mut connection).await;
    let applied = applied.map_err(|source| PostgresError::Driver { database: shown, source: source.into() })?;
    // Nothing was written: how the farewell ends is of no interest.
    let _ = connection.close().await;
    Ok(applied)
}

async fn read(migrations: &Migrator, connection: &mut PgConnection) -> Result<Vec<Applied>, sqlx::Error> {
    let table = migrations.table_name.as_ref();
    let exists: bool =
        sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(table).fetch_one(&mut *connection).await?;
    if !exists {
        return Ok(Vec::new());
    }
    // The name is one of ours.
    let question = sqlx::AssertSqlSafe(format!("SELECT version, checksum, description FROM {table} WHERE success"));
    let of_row =
        |row: PgRow| Ok(Applied { version: row.try_get(0)?, checksum: row.try_get(1)?, description: row.try_get(2)? });
    sqlx::query(question).try_map(of_row).fetch_all(connection).await
}
