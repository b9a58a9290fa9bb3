use std::collections::HashMap;

use countersign_api::name::Workspace;
use sqlx::{PgConnection, Row, postgres::PgRow};

use crate::store::{
    Error,
    cells::{Cells, signed},
    content_keys::KeyNumber,
};

/// Empties what is sealed under the subject's key and notes which entry said so.
///
/// In the commit of that entry: either the log says that it is erased, and nothing sealed is left, or neither. The key itself is in a database
/// on another server and goes right after; a crash before that leaves a key whose sealed bytes no query gives any more, and whoever sees the
/// head next destroys it.
pub(super) async fn erase(
    connection: &mut PgConnection,
    workspace: &Workspace,
    subject: &str,
    erasure_index: u64,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE entries SET sealed = '' WHERE workspace = $1 AND content_key IN (SELECT content_key FROM subject_keys \
         WHERE workspace = $1 AND subject = $2 AND erasure_index IS NULL)",
    )
    .bind(workspace.id())
    .bind(subject)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "UPDATE subject_keys SET erasure_index = $3 WHERE workspace = $1 AND subject = $2 AND erasure_index IS NULL",
    )
    .bind(workspace.id())
    .bind(subject)
    .bind(signed(erasure_index))
    .execute(connection)
    .await?;
    Ok(())
}

/// Finds the entries that erased what was sealed under these keys of a log; a key that is in use has none.
pub(in crate::store) async fn erasures(
    connection: &mut PgConnection,
    workspace: &Workspace,
    keys: &[KeyNumber],
) -> Result<HashMap<KeyNumber, u64>, Error> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let asked: Vec<i64> = keys.iter().copied().map(signed).collect();
    let rows = sqlx::query(
        "SELECT content_key, erasure_index FROM subject_keys \
         WHERE workspace = $1 AND content_key = ANY($2) AND erasure_index IS NOT NULL",
    )
    .bind(workspace.id())
    .bind(asked)
    .fetch_all(connection)
    .await?;
    let read = |row| {
        let cells = Cells::new(row, "subject_keys", workspace.id());
        Ok((cells.number(0, "content_key")?, cells.number(1, "erasure_index")?))
    };
    rows.iter().map(read).collect()
}

/// Reads the keys that erasures destroyed, or were about to: of one erasure, or of all.
pub(in crate::store) async fn erased_keys(
    connection: &mut PgConnection,
    of: Option<(&Workspace, u64)>,
) -> Result<Vec<KeyNumber>, Error> {
    let query = match of {
        Some((workspace, erasure_index)) => {
            sqlx::query("SELECT content_key FROM subject_keys WHERE workspace = $1 AND erasure_index = $2")
                .bind(workspace.id())
                .bind(signed(erasure_index))
        }
        None => sqlx::query("SELECT content_key FROM subject_keys WHERE erasure_index IS NOT NULL"),
    };
    numbers(&query.fetch_all(connection).await?)
}

/// Reads the keys that the erasures of a log from an index on destroyed, or were about to.
///
/// # Errors
/// See [`Error`].
pub(crate) async fn erased_keys_from(
    connection: &mut PgConnection,
    workspace: &Workspace,
    start: u64,
) -> Result<Vec<KeyNumber>, Error> {
    let rows = sqlx::query(
        "SELECT content_key FROM subject_keys WHERE workspace = $1 AND erasure_index IS NOT NULL AND erasure_index >= $2",
    )
    .bind(workspace.id())
    .bind(signed(start))
    .fetch_all(connection)
    .await?;
    numbers(&rows)
}

/// Finds the latest entry that erased something of a subject.
pub(in crate::store) async fn latest_erasure(
    connection: &mut PgConnection,
    workspace: &Workspace,
    subject: &str,
) -> Result<Option<u64>, Error> {
    let row = sqlx::query(
        "SELECT erasure_index FROM subject_keys WHERE workspace = $1 AND subject = $2 AND erasure_index IS NOT NULL \
         ORDER BY first_index DESC LIMIT 1",
    )
    .bind(workspace.id())
    .bind(subject)
    .fetch_optional(connection)
    .await?;
    row.map(|row| Cells::new(&row, "subject_keys", workspace.id()).number(0, "erasure_index")).transpose()
}

/// Reads the erasures of a log from an index on, at most `limit` of them: whose contents, and the entry that says so.
pub(in crate::store) async fn erasures_from(
    connection: &mut PgConnection,
    workspace: &Workspace,
    start: u64,
    limit: usize,
) -> Result<Vec<(String, u64)>, Error> {
    let rows = sqlx::query(
        "SELECT subject, erasure_index FROM subject_keys \
         WHERE workspace = $1 AND erasure_index IS NOT NULL AND erasure_index >= $2 ORDER BY erasure_index LIMIT $3",
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
pub(in crate::store) async fn count_erased(
    connection: &mut PgConnection,
    workspace: &Workspace,
    erasure_index: u64,
) -> Result<u64, Error> {
    let row = sqlx::query(
        "SELECT count(*) FROM entries WHERE workspace = $1 AND content_key IN \
         (SELECT content_key FROM subject_keys WHERE workspace = $1 AND erasure_index = $2)",
    )
    .bind(workspace.id())
    .bind(signed(erasure_index))
    .fetch_one(connection)
    .await?;
    let count: i64 = row.try_get(0)?;
    Ok(count.unsigned_abs())
}

fn numbers(rows: &[PgRow]) -> Result<Vec<KeyNumber>, Error> {
    rows.iter().map(|row| Cells::new(row, "subject_keys", "unknown").number(0, "content_key")).collect()
}
