use std::collections::HashMap;

use countersign_api::name::Workspace;
use sqlx::PgConnection;

use crate::store::{Error, cells::Cells, content_keys::KeyNumber};

/// Reads the highest number that any subject's key has; none when no subject has one.
///
/// Log by log: each has its highest at the end of its part of an index.
pub(in crate::store) async fn assigned_max(connection: &mut PgConnection) -> Result<Option<KeyNumber>, Error> {
    let row = sqlx::query(
        "SELECT max(highest.content_key) FROM heads, LATERAL ( \
             SELECT content_key FROM subject_keys WHERE subject_keys.workspace = heads.workspace \
             ORDER BY content_key DESC LIMIT 1) AS highest HAVING count(*) > 0",
    )
    .fetch_optional(connection)
    .await?;
    row.map(|row| Cells::new(&row, "subject_keys", "unknown").number(0, "content_key")).transpose()
}

/// Finds the numbers of the keys in use for `subjects`; a subject without entries since its last erasure has none.
///
/// Asked as [`standing`](super::keys::standing) is, for the same reason.
pub(in crate::store) async fn keys_in_use(
    connection: &mut PgConnection,
    workspace: &Workspace,
    subjects: &[&str],
) -> Result<HashMap<String, KeyNumber>, Error> {
    if subjects.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(
        "SELECT first.* FROM unnest($2::text[]) AS asked (subject) CROSS JOIN LATERAL ( \
             SELECT subject_keys.subject, content_key FROM subject_keys \
             WHERE workspace = $1 AND subject_keys.subject >= asked.subject COLLATE \"C\" AND erasure_index IS NULL \
             ORDER BY subject_keys.subject LIMIT 1) AS first \
         WHERE first.subject = asked.subject COLLATE \"C\"",
    )
    .bind(workspace.id())
    .bind(subjects)
    .fetch_all(connection)
    .await?;
    let read = |row| {
        let cells = Cells::new(row, "subject_keys", workspace.id());
        Ok((cells.text(0, "subject")?.to_owned(), cells.number(1, "content_key")?))
    };
    rows.iter().map(read).collect()
}

/// Tells whether there is, or was, anything sealed for a subject.
pub(in crate::store) async fn knows_subject(
    connection: &mut PgConnection,
    workspace: &Workspace,
    subject: &str,
) -> Result<bool, Error> {
    let query = "SELECT EXISTS (SELECT 1 FROM subject_keys WHERE workspace = $1 AND subject = $2)";
    Ok(sqlx::query_scalar(query).bind(workspace.id()).bind(subject).fetch_one(connection).await?)
}
