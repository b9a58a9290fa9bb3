//! Rows of a file, inserted again by `SQLite` alone: prepared statements, WAL, synchronous FULL.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use service_kit::database::SqliteDatabase;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteRow};
use sqlx::{
    Arguments as _, AssertSqlSafe, ConnectOptions as _, Connection as _, Row as _, SqliteConnection, TypeInfo as _,
    ValueRef as _,
};

use crate::bare::{in_commits, rows_of};
use crate::callers::Done;

/// The most rows of one statement.
const STATEMENT_ROWS_MAX: usize = 256;

/// The rows of some tables: one row of the first for each item, and its share of each other's.
pub struct Replay {
    tables: Vec<TableRows>,
}

struct TableRows {
    name: String,
    /// The statement that makes the table, and those that make its indexes.
    table_sql: String,
    index_sql: Vec<String>,
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

#[derive(Clone)]
enum Value {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

impl Replay {
    /// Reads some tables, of the first no more than `items_max` rows, and how they are made.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn read(file: &Path, tables: &[&str], items_max: usize) -> anyhow::Result<Self> {
        let mut connection = SqliteConnectOptions::new().filename(file).read_only(true).connect().await?;
        let mut read = Vec::new();
        for table in tables {
            let rows_max = if read.is_empty() { items_max } else { usize::MAX };
            read.push(TableRows::read(&mut connection, table, rows_max).await?);
        }
        connection.close().await?;
        Ok(Self { tables: read })
    }

    /// Returns the number of items.
    pub fn items(&self) -> usize {
        self.tables.first().map_or(0, |table| table.rows.len())
    }

    /// Inserts items into a new file, `batch` in each commit, for as long as told or until there are no more.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn insert(&self, batch: usize, with_indexes: bool, within: Duration) -> anyhow::Result<Done> {
        let folder = tempfile::tempdir()?;
        let database = SqliteDatabase::open(&folder.path().join("bare.db"), &self.schema(with_indexes)).await?;
        let mut connection = database.writer.acquire().await?;
        let items = self.items();
        let done = in_commits(items, batch, within, async |commit| {
            let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
            for table in &self.tables {
                let rows = rows_of(&commit, items, table.rows.len());
                table.insert(&mut transaction, &table.rows[rows]).await?;
            }
            transaction.commit().await
        });
        let done = done.await?;
        drop(connection);
        database.close().await;
        Ok(done)
    }

    fn schema(&self, with_indexes: bool) -> Migrator {
        let mut sql = String::new();
        for table in &self.tables {
            let table_sql = if with_indexes {
                table.table_sql.clone()
            } else {
                format!("CREATE TABLE {} ({})", table.name, table.columns.join(", "))
            };
            writeln!(sql, "{table_sql};").expect("a text takes what is written");
            for index in table.index_sql.iter().filter(|_| with_indexes) {
                writeln!(sql, "{index};").expect("a text takes what is written");
            }
        }
        let sql = sqlx::SqlSafeStr::into_sql_str(AssertSqlSafe(sql));
        Migrator::with_migrations(vec![Migration::new(1, "rows".into(), MigrationType::Simple, sql, false)])
    }
}

impl TableRows {
    async fn read(connection: &mut SqliteConnection, name: &str, rows_max: usize) -> anyhow::Result<Self> {
        let schema =
            "SELECT type, sql FROM sqlite_schema WHERE tbl_name = ?1 AND sql IS NOT NULL AND type <> 'trigger'";
        let (mut table_sql, mut index_sql) = (String::new(), Vec::new());
        for row in sqlx::query(schema).bind(name).fetch_all(&mut *connection).await? {
            let sql: String = row.try_get("sql")?;
            match row.try_get::<String, _>("type")?.as_str() {
                "table" => table_sql = sql,
                _ => index_sql.push(sql),
            }
        }
        let info = "SELECT name FROM pragma_table_info(?1)";
        let columns: Vec<String> = sqlx::query_scalar(info).bind(name).fetch_all(&mut *connection).await?;
        let select = format!("SELECT {} FROM {name} LIMIT ?1", columns.join(", "));
        let limit = i64::try_from(rows_max).unwrap_or(i64::MAX);
        let rows = sqlx::query(AssertSqlSafe(select)).bind(limit).fetch_all(&mut *connection).await?;
        let rows = rows.iter().map(values).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { name: name.to_owned(), table_sql, index_sql, columns, rows })
    }

    async fn insert(&self, connection: &mut SqliteConnection, rows: &[Vec<Value>]) -> Result<(), sqlx::Error> {
        for chunk in rows.chunks(STATEMENT_ROWS_MAX) {
            let place = format!("({})", vec!["?"; self.columns.len()].join(", "));
            let places = vec![place.as_str(); chunk.len()].join(", ");
            let sql = format!("INSERT INTO {} ({}) VALUES {places}", self.name, self.columns.join(", "));
            let mut arguments = SqliteArguments::default();
            for value in chunk.iter().flatten() {
                value.add_to(&mut arguments);
            }
            sqlx::query_with(AssertSqlSafe(sql), arguments).execute(&mut *connection).await?;
        }
        Ok(())
    }
}

fn values(row: &SqliteRow) -> Result<Vec<Value>, sqlx::Error> {
    (0..row.len())
        .map(|column| {
            let raw = row.try_get_raw(column)?;
            if raw.is_null() {
                return Ok(Value::Null);
            }
            match raw.type_info().name() {
                "INTEGER" => row.try_get(column).map(Value::Integer),
                "BLOB" => row.try_get(column).map(Value::Blob),
                _ => row.try_get(column).map(Value::Text),
            }
        })
        .collect()
}

impl Value {
    fn add_to(&self, arguments: &mut SqliteArguments) {
        let added = match self {
            Self::Null => arguments.add(None::<i64>),
            Self::Integer(number) => arguments.add(*number),
            Self::Text(text) => arguments.add(text.clone()),
            Self::Blob(bytes) => arguments.add(bytes.clone()),
        };
        added.expect("SQLite takes integers, texts and bytes");
    }
}
