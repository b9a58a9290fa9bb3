use sqlx::{
    AssertSqlSafe, ConnectOptions, SqliteConnection,
    migrate::{MigrateError, Migration, Migrator},
    sqlite::SqliteConnectOptions,
};

use super::{
    RawFile, Value,
    file::{RawConnection, fetch},
    value::RawRow,
};
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
        let schema = self.schema_name();
        match self.connection() {
            RawConnection::Sqlite(connection) => read_schema(connection).await,
            RawConnection::Postgres(connection) => {
                let rows = sqlx::query(CATALOGUE).bind(schema).fetch_all(connection).await?;
                rows.iter().map(read_object).collect()
            }
        }
    }

    /// Reads which migrations the file says were applied.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn migrations(&mut self) -> Result<Vec<MigrationRow>, sqlx::Error> {
        // When a server ran a migration, and for how long, follows from nothing: it is not read there.
        fetch!(
            self,
            "SELECT +version AS a, +description AS b, +installed_on AS c, +success AS d, +checksum AS e, +execution_time AS f \
             FROM _sqlx_migrations ORDER BY version",
            "SELECT version, description, '1970-01-01 00:00:00', success, checksum, 0::bigint FROM migrations ORDER BY version",
            [],
            |row| Ok(MigrationRow([
                row.value(0)?,
                row.value(1)?,
                row.value(2)?,
                row.value(3)?,
                row.value(4)?,
                row.value(5)?,
            ]))
        )
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
        // A server has nothing of the kind that may be asked without rights of its own; its constraints are part of the catalogue.
        let RawConnection::Sqlite(connection) = self.connection() else { return Ok(None) };
        // A table's name is one of ours.
        let row = sqlx::query(AssertSqlSafe(pragma)).fetch_optional(connection).await?;
        let said = row.map_or(Ok(Value::Null), |row| row.value(0))?;
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
    rows.iter().map(read_object).collect()
}

fn read_object(row: &impl RawRow) -> Result<SchemaObject, sqlx::Error> {
    Ok(SchemaObject {
        kind: row.value(0)?,
        name: row.value(1)?,
        table: row.value(2)?,
        sql: row.value(3)?,
        has_pages: row.value(4)?,
    })
}

/// What a server keeps of a schema: columns with their types, what is unique and where, and the triggers, which one can turn off.
const CATALOGUE: &str = "\
    SELECT 'column', c.relname || '.' || a.attname, c.relname::text, \
        format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END, NULL::bigint \
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped \
    UNION ALL \
    SELECT 'index', i.relname::text, c.relname::text, \
        CASE WHEN x.indisunique AND x.indisvalid THEN 'unique ' ELSE '' END || ( \
            SELECT string_agg(a.attname, ', ' ORDER BY k.place) FROM unnest(x.indkey) WITH ORDINALITY AS k (attnum, place) \
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum) \
        || coalesce(' where ' || pg_get_expr(x.indpred, x.indrelid), ''), NULL::bigint \
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid \
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 \
    UNION ALL \
    SELECT 'trigger', t.tgname::text, c.relname::text, \
        CASE t.tgenabled WHEN 'D' THEN 'off ' WHEN 'R' THEN 'off ' ELSE '' END || t.tgtype::text || ' ' || p.proname || ' ' || md5(p.prosrc), \
        NULL::bigint \
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
        JOIN pg_proc p ON p.oid = t.tgfoid WHERE n.nspname = $1 AND NOT t.tgisinternal \
    ORDER BY 2, 1, 4";
