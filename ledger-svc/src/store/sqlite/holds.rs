use countersign_api::name::Workspace;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::ladder;
use crate::store::{
    Error, Hold,
    cells::{Cells, signed},
};

pub(super) async fn place(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    subject: &str,
    placed_index: u64,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO legal_holds (workspace, subject, placed_index) VALUES (?1, ?2, ?3)")
        .bind(workspace.id())
        .bind(subject)
        .bind(signed(placed_index))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn release(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    subject: &str,
    placed_index: u64,
    released_index: u64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE legal_holds SET released_index = ?4 \
         WHERE workspace = ?1 AND subject = ?2 AND placed_index = ?3 AND released_index IS NULL",
    )
    .bind(workspace.id())
    .bind(subject)
    .bind(signed(placed_index))
    .bind(signed(released_index))
    .execute(connection)
    .await?;
    Ok(())
}

/// Finds the oldest hold that stands on any of `subjects`.
///
/// # Errors
/// See [`Error`].
pub async fn standing_hold(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    subjects: &[&str],
) -> Result<Option<Hold>, Error> {
    for asked in subjects.chunks(ladder::KEYS_MAX) {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new(
            "SELECT subject, placed_index FROM legal_holds WHERE released_index IS NULL AND workspace = ",
        );
        query.push_bind(workspace.id()).push(" AND subject IN (");
        let mut list = query.separated(", ");
        for position in 0..ladder::width_for(asked.len()) {
            list.push_bind(asked.get(position).copied());
        }
        query.push(") ORDER BY placed_index LIMIT 1");
        if let Some(row) = query.build().fetch_optional(&mut *connection).await? {
            return read(&row, workspace).map(Some);
        }
    }
    Ok(None)
}

/// Tells whether the hold that an entry placed on a subject stands.
///
/// # Errors
/// See [`Error`].
pub async fn hold_stands(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    subject: &str,
    placed_index: i64,
) -> Result<bool, Error> {
    let row = sqlx::query(
        "SELECT EXISTS (SELECT 1 FROM legal_holds \
         WHERE workspace = ?1 AND subject = ?2 AND placed_index = ?3 AND released_index IS NULL)",
    )
    .bind(workspace.id())
    .bind(subject)
    .bind(placed_index)
    .fetch_one(connection)
    .await?;
    Ok(sqlx::Row::try_get(&row, 0)?)
}

/// Reads the holds that stand in a workspace, oldest first, after the one placed by an entry.
///
/// # Errors
/// See [`Error`].
pub async fn holds(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    after: Option<u64>,
    limit: usize,
) -> Result<Vec<Hold>, Error> {
    let rows = sqlx::query(
        "SELECT subject, placed_index FROM legal_holds \
         WHERE released_index IS NULL AND workspace = ?1 AND placed_index > ?2 ORDER BY placed_index LIMIT ?3",
    )
    .bind(workspace.id())
    .bind(after.map_or(-1, signed))
    .bind(signed(limit as u64))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| read(row, workspace)).collect()
}

fn read(row: &sqlx::sqlite::SqliteRow, workspace: &Workspace) -> Result<Hold, Error> {
    let cells = Cells::new(row, "legal_holds", workspace.id());
    Ok(Hold { subject: cells.text(0, "subject")?.to_owned(), placed_index: cells.number(1, "placed_index")? })
}
