use sqlx::{
    ConnectOptions, SqliteConnection,
    migrate::{MigrateError, Migration},
    sqlite::SqliteConnectOptions,
};

use super::{RawLedger, Value};
use crate::store::sqlite::MIGRATIONS;

/// An object of a schema: a table, an index, a trigger or a view.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaObject {
    /// Its name.
    pub name: Value,
    /// The statement that made it.
    pub sql: Value,
}

impl RawLedger {
    /// Reads the file's schema, statistics of the query planner left out.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn schema(&mut self) -> Result<Vec<SchemaObject>, sqlx::Error> {
        read_schema(&mut self.connection).await
    }

    /// Reads which migrations the file says were applied: version, description, success, checksum.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn migrations(&mut self) -> Result<Vec<[Value; 4]>, sqlx::Error> {
        let rows = sqlx::query(
            "SELECT +version AS a, +description AS b, +success AS c, +checksum AS d FROM _sqlx_migrations ORDER BY version",
        )
        .fetch_all(&mut self.connection)
        .await?;
        let read = |row| Ok([Value::read(row, 0)?, Value::read(row, 1)?, Value::read(row, 2)?, Value::read(row, 3)?]);
        rows.iter().map(read).collect()
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

/// Returns what [`RawLedger::migrations`] reads from a file that this release made, as far as its first `count` migrations.
pub fn expected_migrations(count: usize) -> Vec<[Value; 4]> {
    let text = |text: &str| Value::Text(text.as_bytes().to_vec());
    let expect = |migration: &Migration| {
        let checksum = Value::Blob(migration.checksum.to_vec());
        [Value::Integer(migration.version), text(&migration.description), Value::Integer(1), checksum]
    };
    MIGRATIONS.iter().take(count).map(expect).collect()
}

/// Returns the schema that the first `count` migrations of this release make.
///
/// # Errors
/// When a database in memory can not be made.
pub async fn expected_schema(count: usize) -> Result<Vec<SchemaObject>, MigrateError> {
    let mut connection = SqliteConnectOptions::new().in_memory(true).connect().await?;
    let last = MIGRATIONS.iter().take(count).next_back();
    MIGRATIONS.run_to(last.map_or(0, |migration| migration.version), &mut connection).await?;
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
