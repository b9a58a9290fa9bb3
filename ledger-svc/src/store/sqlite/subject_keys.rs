use std::collections::HashMap;

use countersign_api::name::Workspace;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::ladder;
use crate::store::{
    Error, SubjectKeyRow,
    cells::{Cells, signed},
    content_keys::KeyNumber,
};

pub(super) async fn insert(connection: &mut SqliteConnection, rows: Vec<SubjectKeyRow>) -> Result<(), sqlx::Error> {
    for piece in ladder::pieces(rows) {
        let mut insert: QueryBuilder<Sqlite> =
            QueryBuilder::new("INSERT INTO subject_keys (workspace, subject, first_index, content_key) ");
        insert.push_values(piece, |mut values, row| {
            values
                .push_bind(row.workspace.id().to_owned())
                .push_bind(row.subject)
                .push_bind(signed(row.first_index))
                .push_bind(signed(row.content_key));
        });
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}

/// Reads the highest number that any subject's key has; none when no subject has one.
///
/// # Errors
/// See [`Error`].
pub async fn assigned_max(connection: &mut SqliteConnection) -> Result<Option<KeyNumber>, Error> {
    let row = sqlx::query("SELECT content_key FROM subject_keys ORDER BY content_key DESC LIMIT 1")
        .fetch_optional(connection)
        .await?;
    row.map(|row| Cells::new(&row, "subject_keys", "unknown").number(0, "content_key")).transpose()
}

/// Finds the numbers of the keys in use for `subjects`; a subject without entries since its last erasure has none.
///
/// # Errors
/// See [`Error`].
pub async fn keys_in_use(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    subjects: &[&str],
) -> Result<HashMap<String, KeyNumber>, Error> {
    let mut in_use = HashMap::with_capacity(subjects.len());
    for asked in subjects.chunks(ladder::KEYS_MAX) {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "SELECT subject, content_key FROM subject_keys WHERE erasure_index IS NULL AND workspace = ",
        );
        query.push_bind(workspace.id()).push(" AND subject IN (");
        let mut list = query.separated(", ");
        for position in 0..ladder::width_for(asked.len()) {
            list.push_bind(asked.get(position).copied());
        }
        query.push(")");
        for row in query.build().fetch_all(&mut *connection).await? {
            let cells = Cells::new(&row, "subject_keys", workspace.id());
            in_use.insert(cells.text(0, "subject")?.to_owned(), cells.number(1, "content_key")?);
        }
    }
    Ok(in_use)
}

/// Tells whether there is, or was, anything sealed for a subject.
///
/// # Errors
/// See [`Error`].
pub async fn knows_subject(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    subject: &str,
) -> Result<bool, Error> {
    let row = sqlx::query("SELECT EXISTS (SELECT 1 FROM subject_keys WHERE workspace = ?1 AND subject = ?2)")
        .bind(workspace.id())
        .bind(subject)
        .fetch_one(connection)
        .await?;
    Ok(row.try_get(0)?)
}
