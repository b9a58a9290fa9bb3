use std::collections::HashMap;

use countersign_api::name::Workspace;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::ladder;
use crate::store::{
    Error,
    cells::{Cells, signed},
    content_keys::KeyNumber,
};

/// Empties what is sealed under the subject's key and notes which entry said so.
///
/// In the commit of that entry: either the log says that it is erased, and nothing sealed is left, or neither. The key itself is in
/// another file and goes right after; a crash before that leaves a key that opens nothing here, and the next start destroys it.
pub(super) async fn erase(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    subject: &str,
    erasure_index: u64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE entries SET sealed = x'' WHERE content_key IN (SELECT content_key FROM subject_keys \
         WHERE workspace = ?1 AND subject = ?2 AND erasure_index IS NULL)",
    )
    .bind(workspace.id())
    .bind(subject)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "UPDATE subject_keys SET erasure_index = ?3 WHERE workspace = ?1 AND subject = ?2 AND erasure_index IS NULL",
    )
    .bind(workspace.id())
    .bind(subject)
    .bind(signed(erasure_index))
    .execute(connection)
    .await?;
    Ok(())
}

/// Finds the entries that erased what was sealed under these keys of a log; a key that is in use has none.
///
/// # Errors
/// See [`Error`].
pub async fn erasures(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    keys: &[KeyNumber],
) -> Result<HashMap<KeyNumber, u64>, Error> {
    let mut erasures = HashMap::new();
    for asked in keys.chunks(ladder::KEYS_MAX) {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "SELECT content_key, erasure_index FROM subject_keys WHERE erasure_index IS NOT NULL AND workspace = ",
        );
        query.push_bind(workspace.id()).push(" AND content_key IN (");
        let mut list = query.separated(", ");
        for position in 0..ladder::width_for(asked.len()) {
            list.push_bind(asked.get(position).copied().map(signed));
        }
        query.push(")");
        for row in query.build().fetch_all(&mut *connection).await? {
            let cells = Cells::new(&row, "subject_keys", "unknown");
            erasures.insert(cells.number(0, "content_key")?, cells.number(1, "erasure_index")?);
        }
    }
    Ok(erasures)
}

/// Reads the keys that erasures destroyed, or were about to: of one erasure, or of all.
///
/// # Errors
/// See [`Error`].
pub async fn erased_keys(
    connection: &mut SqliteConnection,
    of: Option<(&Workspace, u64)>,
) -> Result<Vec<KeyNumber>, Error> {
    let query = match of {
        Some((workspace, erasure_index)) => {
            sqlx::query("SELECT content_key FROM subject_keys WHERE workspace = ?1 AND erasure_index = ?2")
                .bind(workspace.id())
                .bind(signed(erasure_index))
        }
        None => sqlx::query("SELECT content_key FROM subject_keys WHERE erasure_index IS NOT NULL"),
    };
    let rows = query.fetch_all(connection).await?;
    rows.iter().map(|row| Cells::new(row, "subject_keys", "unknown").number(0, "content_key")).collect()
}

/// Finds the latest entry that erased something of a subject.
///
/// # Errors
/// See [`Error`].
pub async fn latest_erasure(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    subject: &str,
) -> Result<Option<u64>, Error> {
    let row = sqlx::query(
        "SELECT erasure_index FROM subject_keys WHERE workspace = ?1 AND subject = ?2 AND erasure_index IS NOT NULL \
         ORDER BY first_index DESC LIMIT 1",
    )
    .bind(workspace.id())
    .bind(subject)
    .fetch_optional(connection)
    .await?;
    row.map(|row| Cells::new(&row, "subject_keys", workspace.id()).number(0, "erasure_index")).transpose()
}

/// Reads the erasures of a log from an index on, at most `limit` of them: whose contents, and the entry that says so.
///
/// # Errors
/// See [`Error`].
pub async fn erasures_from(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    start: u64,
    limit: usize,
) -> Result<Vec<(String, u64)>, Error> {
    let rows = sqlx::query(
        "SELECT subject, erasure_index FROM subject_keys \
         WHERE workspace = ?1 AND erasure_index IS NOT NULL AND erasure_index >= ?2 ORDER BY erasure_index LIMIT ?3",
    )
    .bind(workspace.id())
    .bind(signed(start))
    .bind(signed(limit as u64))
    .fetch_all(connection)
    .await?;
    let read = |row| {
        let cells = Cells::new(row, "subject_keys", workspace.id());
        Ok((cells.text(0, "subject")?.to_owned(), cells.number(1, "erasure_index")?))
    };
    rows.iter().map(read).collect()
}

/// Counts the entries that an erasure took the content of.
///
/// # Errors
/// See [`Error`].
pub async fn count_erased(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    erasure_index: u64,
) -> Result<u64, Error> {
    let row = sqlx::query(
        "SELECT count(*) FROM entries WHERE content_key IN \
         (SELECT content_key FROM subject_keys WHERE workspace = ?1 AND erasure_index = ?2)",
    )
    .bind(workspace.id())
    .bind(signed(erasure_index))
    .fetch_one(connection)
    .await?;
    let count: i64 = row.try_get(0)?;
    Ok(count.unsigned_abs())
}
