use sqlx::{
    ConnectOptions, SqliteConnection,
    migrate::{MigrateError, Migration, Migrator},
    sqlite::SqliteConnectOptions,
};

use super::{RawFile, Value};
use crate::store::migration_rows::{EXECUTION_TIME, INSTALLED_ON};

/// An object of a schema: a table, an index, a trigger or a view.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaObject {
    /// Its name.
    pub name: Value,
    /// The statement that made it.
    pub sql: Value,
}

/// What is noted about an applied migration: version, description, when, success, checksum, how long.
#[derive(Debug, Clone, PartialEq)]
pub struct MigrationRow(Vec<Value>);

impl RawFile {
    /// Reads the file's schema, statistics of the query planner left out.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn schema(&mut self) -> Result<Vec<SchemaObject>, sqlx::Error> {
        read_schema(&mut self.connection).await
    }

    /// Reads which migrations the file says were applied.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn migrations(&mut self) -> Result<Vec<MigrationRow>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT +version AS a, +description AS b, +installed_on AS c, +success AS d, +checksum AS e, +execution_time AS f \
             FROM _sqlx_migrations ORDER BY version",
        )
        .fetch_all(&mut self.connection)
        .await?;
        let read = |row| (0..6).map(|column| Value::read(row, column)).collect::<Result<Vec<_>, _>>();
        rows.iter().map(|row| read(row).map(MigrationRow)).collect()
    }

    /// Lets SQLite compare tables with their indices and constraints; returns the first thing that it finds wrong.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn integrity(&mut self) -> Result<Option<String>, sqlx::Error> {
        let row = sqlx::query("PRAGMA integrity_check(1)").fetch_optional(&mut self.connection).await?;
        let said = row.map_or(Ok(Value::Null), |row| Value::read(&row, 0))?;
        Ok(if said == Value::Text(b"ok".to_vec()) { None } else { Some(said.to_string()) })
    }
}

/// Returns what [`RawFile::migrations`] reads from a file to which the first `count` migrations were applied.
pub fn expected_migrations(migrator: &Migrator, count: usize) -> Vec<MigrationRow> {
    let text = |text: &str| Value::Text(text.as_bytes().to_vec());
    let expect = |migration: &Migration| {
        MigrationRow(vec![
            Value::Integer(migration.version),
            text(&migration.description),
            text(INSTALLED_ON),
            Value::Integer(1),
            Value::Blob(migration.checksum.to_vec()),
            Value::Integer(EXECUTION_TIME),
        ])
    };
    migrator.iter().take(count).map(expect).collect()
}

/// Returns the schema that the first `count` migrations make.
///
/// # Errors
/// When a database in memory can not be made.
pub async fn expected_schema(migrator: &Migrator, count: usize) -> Result<Vec<SchemaObject>, MigrateError> {
    let mut connection = SqliteConnectOptions::new().in_memory(true).connect().await?;
    let last = migrator.iter().take(count).next_back();
    migrator.run_to(last.map_or(0, |migration| migration.version), &mut connection).await?;
    Ok(read_schema(&mut connection).await?)
}

async fn read_schema(connection: &mut SqliteConnection) -> Result<Vec<SchemaObject>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT name AS a, sql AS b FROM sqlite_schema WHERE name IS NULL OR name NOT IN ('sqlite_stat1', 'sqlite_stat4') \
         ORDER BY name, sql",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok(SchemaObject { name: Value::read(row, 0)?, sql: Value::read(row, 1)? })).collect()
}
