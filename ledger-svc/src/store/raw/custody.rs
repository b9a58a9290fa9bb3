//! Keys of subjects and legal holds, as they stand in the ledger's file, and the keys themselves, as they stand in theirs.

use countersign_api::name::Workspace;
use futures::{Stream, StreamExt};

use super::{RawFile, Value};

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

/// By the table's own order, not by an index that could say something else.
const KEYS: &str = "SELECT +workspace AS a, +subject AS b, +first_index AS c, +content_key AS d, +erasure_index AS e \
                    FROM subject_keys NOT INDEXED ORDER BY workspace, subject, first_index";
const HOLDS: &str = "SELECT +workspace AS a, +subject AS b, +placed_index AS c, +released_index AS d \
                     FROM legal_holds NOT INDEXED ORDER BY workspace, subject, placed_index";

impl RawFile {
    /// Streams every row of `subject_keys`.
    pub fn subject_keys(&mut self) -> impl Stream<Item = Result<RawSubjectKey, sqlx::Error>> + Send {
        sqlx::query(KEYS).fetch(self.connection()).map(|row| {
            let row = row?;
            Ok(RawSubjectKey {
                workspace: Value::read(&row, 0)?,
                subject: Value::read(&row, 1)?,
                first_index: Value::read(&row, 2)?,
                content_key: Value::read(&row, 3)?,
                erasure_index: Value::read(&row, 4)?,
            })
        })
    }

    /// Reads every row of `legal_holds`.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn legal_holds(&mut self) -> Result<Vec<RawHold>, sqlx::Error> {
        let rows = sqlx::query(HOLDS).fetch_all(self.connection()).await?;
        let read = |row| {
            Ok(RawHold {
                workspace: Value::read(row, 0)?,
                subject: Value::read(row, 1)?,
                placed_index: Value::read(row, 2)?,
                released_index: Value::read(row, 3)?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Streams every row of `content_keys`.
    pub fn content_keys(&mut self) -> impl Stream<Item = Result<RawContentKey, sqlx::Error>> + Send {
        let query =
            "SELECT +number AS a, +secret AS b, +fingerprint AS c FROM content_keys NOT INDEXED ORDER BY number";
        sqlx::query(query).fetch(self.connection()).map(|row| {
            let row = row?;
            Ok(RawContentKey {
                number: Value::read(&row, 0)?,
                secret: Value::read(&row, 1)?,
                fingerprint: Value::read(&row, 2)?,
            })
        })
    }

    /// Reads what a subject's first entry under a key, or its erasure, should be: the leaves at some indices of a log.
    ///
    /// # Errors
    /// What the driver says.
    pub async fn leaf_at(&mut self, workspace: &Workspace, index: i64) -> Result<Option<(Value, Value)>, sqlx::Error> {
        let row =
            sqlx::query("SELECT +leaf AS a, +content_key AS b FROM entries WHERE workspace = ?1 AND entry_index = ?2")
                .bind(workspace.id())
                .bind(index)
                .fetch_optional(self.connection())
                .await?;
        row.map(|row| Ok((Value::read(&row, 0)?, Value::read(&row, 1)?))).transpose()
    }
}
