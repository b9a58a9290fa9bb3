//! Rows of a schema, inserted again by `PostgreSQL` alone: one statement a table, its columns handed over as arrays.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgRow};
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection, Postgres, Row as _};

use crate::bare::{in_commits, rows_of};
use crate::callers::Done;

/// The most rows of one statement, as the services have it.
const STATEMENT_ROWS_MAX: usize = 1_000;

/// The rows of some tables: one row of the first for each item, and its share of each other's.
pub struct Replay {
    url: String,
    schema: &'static str,
    tables: Vec<TableRows>,
}

struct TableRows {
    name: String,
    insert_sql: Arc<str>,
    columns: Vec<Column>,
    rows: usize,
}

struct Column {
    name: String,
    kind: String,
    values: Values,
}

enum Values {
    Text(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
    Large(Vec<Option<i64>>),
    Small(Vec<Option<i16>>),
    Truth(Vec<Option<bool>>),
}

impl Replay {
    /// Reads some tables, of the first no more than `items_max` rows.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn read(url: &str, schema: &'static str, tables: &[&str], items_max: usize) -> anyhow::Result<Self> {
        let mut connection = connect(url).await?;
        let mut read: Vec<TableRows> = Vec::new();
        for table in tables {
            let rows_max = if read.is_empty() { items_max } else { usize::MAX };
            read.push(TableRows::read(&mut connection, schema, table, rows_max).await?);
        }
        connection.close().await?;
        Ok(Self { url: url.to_owned(), schema, tables: read })
    }

    /// Inserts items into new tables beside the old ones, `batch` in each commit, for as long as told or until there are no more.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert(&self, batch: usize, with_indexes: bool, within: Duration) -> anyhow::Result<Done> {
        let mut connection = connect(&self.url).await?;
        sqlx::raw_sql(AssertSqlSafe(self.schema_sql(with_indexes))).execute(&mut connection).await?;
        let items = self.tables.first().map_or(0, |table| table.rows);
        let done = in_commits(items, batch, within, async |commit| match self.tables.as_slice() {
            // One statement is a transaction by itself.
            [table] if commit.len() <= STATEMENT_ROWS_MAX => table.insert(&mut connection, commit).await,
            tables => {
                let mut transaction = connection.begin().await?;
                for table in tables {
                    table.insert(&mut transaction, rows_of(&commit, items, table.rows)).await?;
                }
                transaction.commit().await
            }
        });
        let done = done.await?;
        sqlx::raw_sql("DROP SCHEMA bare CASCADE").execute(&mut connection).await?;
        connection.close().await?;
        Ok(done)
    }

    /// Makes the tables anew, without triggers: with everything that is checked and indexed, or with nothing of it.
    fn schema_sql(&self, with_indexes: bool) -> String {
        let like = if with_indexes { "INCLUDING ALL EXCLUDING IDENTITY" } else { "INCLUDING STORAGE" };
        let table = |table: &TableRows| {
            format!("CREATE TABLE bare.{} (LIKE {}.{} {like});", table.name, self.schema, table.name)
        };
        let tables: String = self.tables.iter().map(table).collect();
        format!("CREATE SCHEMA bare; {tables}")
    }
}

async fn connect(url: &str) -> anyhow::Result<PgConnection> {
    Ok(url.parse::<PgConnectOptions>()?.connect().await?)
}

impl TableRows {
    async fn read(connection: &mut PgConnection, schema: &str, name: &str, rows_max: usize) -> anyhow::Result<Self> {
        const COLUMNS: &str = "SELECT attname::text, format_type(atttypid, NULL) FROM pg_attribute \
                               WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum";
        let described: Vec<(String, String)> =
            sqlx::query_as(COLUMNS).bind(format!("{schema}.{name}")).fetch_all(&mut *connection).await?;
        let select = format!("SELECT * FROM {schema}.{name} LIMIT $1");
        let limit = i64::try_from(rows_max).unwrap_or(i64::MAX);
        let rows = sqlx::query(AssertSqlSafe(select)).bind(limit).fetch_all(&mut *connection).await?;
        let mut columns = Vec::with_capacity(described.len());
        for (place, (name, kind)) in described.into_iter().enumerate() {
            let values = Values::read(&rows, place, &kind)?;
            columns.push(Column { name, kind, values });
        }
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let arrays = columns.iter().enumerate().map(|(place, column)| format!("${}::{}[]", place + 1, column.kind));
        let insert_sql = format!(
            "INSERT INTO bare.{name} ({}) SELECT * FROM unnest({})",
            names.join(", "),
            arrays.collect::<Vec<_>>().join(", ")
        );
        Ok(Self { name: name.to_owned(), insert_sql: insert_sql.into(), columns, rows: rows.len() })
    }

    async fn insert(&self, connection: &mut PgConnection, rows: Range<usize>) -> Result<(), sqlx::Error> {
        for start in rows.clone().step_by(STATEMENT_ROWS_MAX) {
            let end = rows.end.min(start + STATEMENT_ROWS_MAX);
            let insert = sqlx::query(AssertSqlSafe(Arc::clone(&self.insert_sql)));
            let insert = self.columns.iter().fold(insert, |insert, column| column.values.bind(insert, start..end));
            insert.execute(&mut *connection).await?;
        }
        Ok(())
    }
}

impl Values {
    fn read(rows: &[PgRow], place: usize, kind: &str) -> anyhow::Result<Self> {
        Ok(match kind {
            "text" => Self::Text(rows.iter().map(|row| row.try_get(place)).collect::<Result<_, _>>()?),
            "bytea" => Self::Bytes(rows.iter().map(|row| row.try_get(place)).collect::<Result<_, _>>()?),
            "bigint" => Self::Large(rows.iter().map(|row| row.try_get(place)).collect::<Result<_, _>>()?),
            "smallint" => Self::Small(rows.iter().map(|row| row.try_get(place)).collect::<Result<_, _>>()?),
            "boolean" => Self::Truth(rows.iter().map(|row| row.try_get(place)).collect::<Result<_, _>>()?),
            other => anyhow::bail!("a column of type `{other}` cannot be inserted again; add it here"),
        })
    }

    fn bind<'q>(
        &'q self,
        query: Query<'q, Postgres, PgArguments>,
        rows: Range<usize>,
    ) -> Query<'q, Postgres, PgArguments> {
        match self {
            Self::Text(values) => query.bind(&values[rows]),
            Self::Bytes(values) => query.bind(&values[rows]),
            Self::Large(values) => query.bind(&values[rows]),
            Self::Small(values) => query.bind(&values[rows]),
            Self::Truth(values) => query.bind(&values[rows]),
        }
    }
}
