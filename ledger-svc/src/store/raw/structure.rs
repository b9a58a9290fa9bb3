use sqlx::{
    AssertSqlSafe, ConnectOptions, SqliteConnection,
    migrate::{MigrateError, Migration, Migrator},
    sqlite::SqliteConnectOptions,
};

use super::{RawFile, Value};
use crate::store::migration_rows::{EXECUTION_TIME, INSTALLED_ON};

/// An object of a schema.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaObject {
    /// What it is: a table, an index, a trigger or a view.
    pub kind: Value,
    /// Its name.
    pub name: Value,
    /// The table that it is of.
    pub table: Value,
    /// The statement that made it.
    pub sql: Value,
    /// Whether it has pages of its own: tables and indices do, triggers do not.
    pub has_pages: Value,
}

/// What is noted about an applied migration.
#[derive(Debug, Clone, PartialEq)]
pub struct MigrationRow([Value; MIGRATION_COLUMNS.len()]);

/// The columns of `_sqlx_migrations`; the first is the key.
const MIGRATION_COLUMNS: [&str; 6] =
    ["version", "description", "installed_on", "success", "checksum", "execution_time"];

impl MigrationRow {
    /// Returns the key of the row.
    pub fn version(&self) -> &Value {
        &self.0[0]
    }

    /// Returns the first column in which another row differs.
    pub fn differing_column(&self, other: &Self) -> Option<&'static str> {
        differing(&MIGRATION_COLUMNS, &self.0, &other.0)
    }

    /// Tells whether another row says the same of another version.
    pub fn differs_in_version_only(&self, other: &Self) -> bool {
        self.version() != other.version() && differing(&MIGRATION_COLUMNS[1..], &self.0[1..], &other.0[1..]).is_none()
    }
}

impl SchemaObject {
    /// Returns the first column in which another object differs.
    pub fn differing_column(&self, other: &Self) -> Option<&'static str> {
        let values = |object: &Self| {
            [&object.kind, &object.name, &object.table, &object.sql, &object.has_pages].map(Clone::clone)
        };
        differing(&["type", "name", "tbl_name", "sql", "rootpage"], &values(self), &values(other))
    }
}

fn differing(columns: &[&'static str], one: &[Value], other: &[Value]) -> Option<&'static str> {
    let values = one.iter().zip(other);
    columns.iter().zip(values).find_map(|(column, (one, other))| (one != other).then_some(*column))
}

impl RawFile {
    /// Reads the file's schema.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn schema(&mut self) -> Result<Vec<SchemaObject>, sqlx::Error> {
        read_schema(self.connection()).await
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
        .fetch_all(self.connection())
        .await?;
        let read = |row| {
            Ok(MigrationRow([
                Value::read(row, 0)?,
                Value::read(row, 1)?,
                Value::read(row, 2)?,
                Value::read(row, 3)?,
                Value::read(row, 4)?,
                Value::read(row, 5)?,
            ]))
        };
        rows.iter().map(read).collect()
    }

    /// Lets SQLite compare tables with their indices and constraints; returns the first thing that it finds wrong.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn integrity(&mut self) -> Result<Option<String>, sqlx::Error> {
        self.check_integrity("PRAGMA integrity_check(1)".to_owned()).await
    }

    /// Lets SQLite compare one table with its indices and constraints; returns the first thing that it finds wrong.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn integrity_of(&mut self, table: &'static str) -> Result<Option<String>, sqlx::Error> {
        self.check_integrity(format!("PRAGMA integrity_check({table})")).await
    }

    async fn check_integrity(&mut self, pragma: String) -> Result<Option<String>, sqlx::Error> {
        // A table's name is one of ours.
        let row = sqlx::query(AssertSqlSafe(pragma)).fetch_optional(self.connection()).await?;
        let said = row.map_or(Ok(Value::Null), |row| Value::read(&row, 0))?;
        Ok(if said == Value::Text(b"ok".to_vec()) { None } else { Some(said.to_string()) })
    }
}

/// Returns what [`RawFile::migrations`] reads from a file to which all migrations were applied.
pub fn expected_migrations(migrator: &Migrator) -> Vec<MigrationRow> {
    let text = |text: &str| Value::Text(text.as_bytes().to_vec());
    let expect = |migration: &Migration| {
        MigrationRow([
            Value::Integer(migration.version),
            text(&migration.description),
            text(INSTALLED_ON),
            Value::Integer(1),
            Value::Blob(migration.checksum.to_vec()),
            Value::Integer(EXECUTION_TIME),
        ])
    };
    migrator.iter().map(expect).collect()
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
        "SELECT type AS a, name AS b, tbl_name AS c, sql AS d, rootpage <> 0 AS e \
         FROM sqlite_schema ORDER BY name, type, sql",
    )
    .fetch_all(connection)
    .await?;
    let read = |row| {
        Ok(SchemaObject {
            kind: Value::read(row, 0)?,
            name: Value::read(row, 1)?,
            table: Value::read(row, 2)?,
            sql: Value::read(row, 3)?,
            has_pages: Value::read(row, 4)?,
        })
    };
    rows.iter().map(read).collect()
}
