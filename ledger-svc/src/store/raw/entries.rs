use countersign_api::name::Workspace;
use futures::{StreamExt, stream::BoxStream};
use sqlx::Row;

use super::{
    RawFile, Value,
    file::{RawConnection, fetch},
    value::RawRow,
};

/// A row of `entries`.
#[derive(Debug, Clone, PartialEq)]
pub struct RawEntry {
    /// The database's own number of the row: where it lies.
    pub row_id: i64,
    /// Column `entry_index`.
    pub entry_index: Value,
    /// Column `leaf_hash`.
    pub leaf_hash: Value,
    /// Column `content_key`.
    pub content_key: Value,
    /// Column `idempotency_key`.
    pub idempotency_key: Value,
    /// Column `leaf`.
    pub leaf: Value,
    /// Column `sealed`.
    pub sealed: Value,
}

/// After which row a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawPosition {
    /// The row's index.
    pub entry_index: i64,
    /// The row's number.
    pub row_id: i64,
}

/// Every column is read as an expression with a name of ours: what the schema says of it is not believed either.
const FIRST_PAGE: &str = "SELECT rowid AS a, +entry_index AS b, +leaf_hash AS c, +content_key AS d, +idempotency_key AS e, +leaf AS f, \
     +sealed AS g FROM entries WHERE workspace = ?1 ORDER BY entry_index, rowid LIMIT ?2";
const NEXT_PAGE: &str = "SELECT rowid AS a, +entry_index AS b, +leaf_hash AS c, +content_key AS d, +idempotency_key AS e, +leaf AS f, \
     +sealed AS g FROM entries WHERE workspace = ?1 AND (entry_index, rowid) > (?3, ?4) ORDER BY entry_index, rowid LIMIT ?2";

/// PostgreSQL has a row's place instead of a number; keys can stand twice there once somebody has taken a constraint away.
const PAGE_OF_POSTGRES: &str = "SELECT ctid::text, entry_index, leaf_hash, content_key, idempotency_key, leaf, sealed FROM entries \
     WHERE workspace = $1 AND entry_index >= $3 AND (entry_index > $3 OR ctid > $4::tid) ORDER BY entry_index, ctid LIMIT $2";

/// Bits of an offset within a block of PostgreSQL.
const OFFSET_BITS: u32 = 16;
const OFFSET_MASK: i64 = (1 << OFFSET_BITS) - 1;

impl RawFile {
    /// Reads about how many entries there are, of all logs: the highest row id.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn entries_about(&mut self) -> Result<u64, sqlx::Error> {
        let about: Vec<Option<i64>> =
            fetch!(self, "SELECT max(rowid) FROM entries", "SELECT sum(size)::bigint FROM heads", [], |row| row
                .try_get(0))?;
        Ok(about.first().copied().flatten().and_then(|about| u64::try_from(about).ok()).unwrap_or_default())
    }

    /// Streams at most `limit` rows of a log, in the order of their indices, after a position or from the beginning.
    pub fn entries(
        &mut self,
        workspace: &Workspace,
        after: Option<RawPosition>,
        limit: u32,
    ) -> BoxStream<'_, Result<RawEntry, sqlx::Error>> {
        let workspace = workspace.id().to_owned();
        let (index, row_id) = after.map(|position| (position.entry_index, position.row_id)).unzip();
        match self.connection() {
            RawConnection::Sqlite(connection) => {
                let query = sqlx::query(if after.is_some() { NEXT_PAGE } else { FIRST_PAGE });
                let rows = query.bind(workspace).bind(limit).bind(index).bind(row_id).fetch(connection);
                rows.map(|row| RawEntry::read(&row?, row_id_of_sqlite)).boxed()
            }
            RawConnection::Postgres(connection) => {
                let place = row_id.map(|id| format!("({},{})", id >> OFFSET_BITS, id & OFFSET_MASK));
                let query = sqlx::query(PAGE_OF_POSTGRES).bind(workspace).bind(i64::from(limit));
                let rows =
                    query.bind(index.unwrap_or(i64::MIN)).bind(place.unwrap_or("(0,0)".to_owned())).fetch(connection);
                rows.map(|row| RawEntry::read(&row?, row_id_of_postgres)).boxed()
            }
        }
    }

    /// Finds the lowest index whose key stands at a lower one already, in any log.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn doubled_key(&mut self) -> Result<Option<(Value, Value)>, sqlx::Error> {
        let doubled: Vec<(Value, Value)> = fetch!(
            self,
            "SELECT workspace AS a, max(entry_index) AS b FROM entries \
             GROUP BY workspace, idempotency_key HAVING count(*) > 1 ORDER BY b LIMIT 1",
            "SELECT workspace, max(entry_index) AS b FROM entries \
             GROUP BY workspace, idempotency_key HAVING count(*) > 1 ORDER BY b LIMIT 1",
            [],
            |row| Ok((row.value(0)?, row.value(1)?))
        )?;
        Ok(doubled.into_iter().next())
    }
}

impl RawEntry {
    fn read<R: RawRow>(row: &R, row_id: fn(&R) -> Result<i64, sqlx::Error>) -> Result<Self, sqlx::Error> {
        Ok(Self {
            row_id: row_id(row)?,
            entry_index: row.value(1)?,
            leaf_hash: row.value(2)?,
            content_key: row.value(3)?,
            idempotency_key: row.value(4)?,
            leaf: row.value(5)?,
            sealed: row.value(6)?,
        })
    }
}

fn row_id_of_sqlite(row: &sqlx::sqlite::SqliteRow) -> Result<i64, sqlx::Error> {
    row.try_get(0)
}

/// Reads `(block,offset)`, where PostgreSQL keeps a row, as one number.
fn row_id_of_postgres(row: &sqlx::postgres::PgRow) -> Result<i64, sqlx::Error> {
    let place: String = row.try_get(0)?;
    let numbers = place.trim_matches(['(', ')']).split_once(',');
    let number = numbers.and_then(|(block, offset)| Some((block.parse::<i64>().ok()?, offset.parse::<i64>().ok()?)));
    let (block, offset) =
        number.ok_or_else(|| sqlx::Error::Decode(format!("`{place}` is no place of a row").into()))?;
    Ok(block << OFFSET_BITS | offset)
}
