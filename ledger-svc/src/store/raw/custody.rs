//! Keys of subjects and legal holds, as they stand in the ledger, and the keys themselves, as they stand in their own store.

use countersign_api::name::Workspace;
use futures::{StreamExt, stream::BoxStream};
use sqlx::{Row, postgres::PgRow};

use super::{
    RawFile, Value,
    file::{RawConnection, fetch},
    value::RawRow,
};
use crate::store::content_keys;

/// A row of `subject_keys`.
#[derive(Debug, Clone, PartialEq)]
pub struct RawSubjectKey {
    /// Column `workspace`.
    pub workspace: Value,
    /// Column `subject`.
    pub subject: Value,
    /// Column `first_index`.
    pub first_index: Value,
    /// Column `content_key`.
    pub content_key: Value,
    /// Column `erasure_index`.
    pub erasure_index: Value,
}

/// A row of `legal_holds`.
#[derive(Debug, Clone, PartialEq)]
pub struct RawHold {
    /// Column `workspace`.
    pub workspace: Value,
    /// Column `subject`.
    pub subject: Value,
    /// Column `placed_index`.
    pub placed_index: Value,
    /// Column `released_index`.
    pub released_index: Value,
}

/// A row of `content_keys`.
#[derive(Debug, Clone, PartialEq)]
pub struct RawContentKey {
    /// Column `number`.
    pub number: Value,
    /// Column `secret`.
    pub secret: Value,
    /// Column `fingerprint`.
    pub fingerprint: Value,
}

/// What a database says of a store of content keys.
#[derive(Debug, Clone, PartialEq)]
pub struct RawKeyStore {
    /// Column `identity`.
    pub identity: Value,
    /// Column `next`, where it is the store itself that says it.
    pub next: Option<Value>,
}

/// By the table's own order, not by an index that could say something else.
const KEYS: &str = "SELECT +workspace AS a, +subject AS b, +first_index AS c, +content_key AS d, +erasure_index AS e \
                    FROM subject_keys NOT INDEXED ORDER BY workspace, subject, first_index";
const KEYS_OF_POSTGRES: &str = "SELECT workspace, subject, first_index, content_key, erasure_index FROM subject_keys \
                                ORDER BY workspace, subject, first_index";
const SECRETS: &str =
    "SELECT +number AS a, +secret AS b, +fingerprint AS c FROM content_keys NOT INDEXED ORDER BY number";
const SECRETS_OF_POSTGRES: &str = "SELECT number, secret, fingerprint FROM content_keys ORDER BY number";

impl RawFile {
    /// Streams every row of `subject_keys`.
    pub fn subject_keys(&mut self) -> BoxStream<'_, Result<RawSubjectKey, sqlx::Error>> {
        match self.connection() {
            RawConnection::Sqlite(connection) => {
                sqlx::query(KEYS).fetch(connection).map(|row| RawSubjectKey::read(&row?)).boxed()
            }
            RawConnection::Postgres(connection) => {
                sqlx::query(KEYS_OF_POSTGRES).fetch(connection).map(|row| RawSubjectKey::read(&row?)).boxed()
            }
        }
    }

    /// Reads every row of `legal_holds`.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn legal_holds(&mut self) -> Result<Vec<RawHold>, sqlx::Error> {
        fetch!(
            self,
            "SELECT +workspace AS a, +subject AS b, +placed_index AS c, +released_index AS d \
             FROM legal_holds NOT INDEXED ORDER BY workspace, subject, placed_index",
            "SELECT workspace, subject, placed_index, released_index FROM legal_holds \
             ORDER BY workspace, subject, placed_index",
            [],
            |row| Ok(RawHold {
                workspace: row.value(0)?,
                subject: row.value(1)?,
                placed_index: row.value(2)?,
                released_index: row.value(3)?,
            })
        )
    }

    /// Streams every row of `content_keys`.
    pub fn content_keys(&mut self) -> BoxStream<'_, Result<RawContentKey, sqlx::Error>> {
        match self.connection() {
            RawConnection::Sqlite(connection) => {
                sqlx::query(SECRETS).fetch(connection).map(|row| RawContentKey::read(&row?)).boxed()
            }
            RawConnection::Postgres(connection) => {
                sqlx::query(SECRETS_OF_POSTGRES).fetch(connection).map(|row| RawContentKey::read(&row?)).boxed()
            }
        }
    }

    /// Reads what a database says of the store of content keys: a ledger, which one it is, the store itself, which number comes next, too. None
    /// where there are files, which belong together by where they are.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn key_store(&mut self) -> Result<Option<RawKeyStore>, sqlx::Error> {
        let is_store = self.schema_name() == content_keys::SCHEMA;
        let RawConnection::Postgres(connection) = self.connection() else { return Ok(None) };
        let query = if is_store { "SELECT identity, next FROM key_store" } else { "SELECT identity FROM key_store" };
        let row = sqlx::query(query).fetch_optional(connection).await?;
        let read = |row: PgRow| {
            let next = if is_store { Some(row.value(1)?) } else { None };
            Ok(RawKeyStore { identity: row.value(0)?, next })
        };
        // A row that is gone says nothing, which is not what was written.
        row.map_or(Ok(RawKeyStore { identity: Value::Null, next: is_store.then_some(Value::Null) }), read).map(Some)
    }

    /// Reads the highest number of a content key, 0 where there is none.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn highest_key(&mut self) -> Result<u64, sqlx::Error> {
        let query = "SELECT coalesce(max(number), 0) FROM content_keys";
        let highest: Vec<i64> = fetch!(self, query, query, [], |row| row.try_get(0))?;
        Ok(highest.first().and_then(|highest| u64::try_from(*highest).ok()).unwrap_or_default())
    }

    /// Reads what a subject's first entry under a key, or its erasure, should be: the leaves at some indices of a log.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn leaf_at(&mut self, workspace: &Workspace, index: i64) -> Result<Option<(Value, Value)>, sqlx::Error> {
        let leaves: Vec<(Value, Value)> = fetch!(
            self,
            "SELECT +leaf AS a, +content_key AS b FROM entries WHERE workspace = ?1 AND entry_index = ?2",
            "SELECT leaf, content_key FROM entries WHERE workspace = $1 AND entry_index = $2",
            [workspace.id(), index],
            |row| Ok((row.value(0)?, row.value(1)?))
        )?;
        Ok(leaves.into_iter().next())
    }
}

impl RawSubjectKey {
    fn read(row: &impl RawRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            workspace: row.value(0)?,
            subject: row.value(1)?,
            first_index: row.value(2)?,
            content_key: row.value(3)?,
            erasure_index: row.value(4)?,
        })
    }
}

impl RawContentKey {
    fn read(row: &impl RawRow) -> Result<Self, sqlx::Error> {
        Ok(Self { number: row.value(0)?, secret: row.value(1)?, fingerprint: row.value(2)? })
    }
}
