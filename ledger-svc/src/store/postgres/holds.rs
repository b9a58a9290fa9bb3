use countersign_api::name::Workspace;
use sqlx::{PgConnection, postgres::PgRow};

use crate::store::{
    Error, Hold,
    cells::{Cells, signed},
};

pub(super) async fn place(
    connection: &mut PgConnection,
    workspace: &Workspace,
    subject: &str,
    placed_index: u64,
) -> Result<(), Error> {
    sqlx::query("INSERT INTO legal_holds (workspace, subject, placed_index) VALUES ($1, $2, $3)")
        .bind(workspace.id())
        .bind(subject)
        .bind(signed(placed_index))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn release(
    connection: &mut PgConnection,
    workspace: &Workspace,
    subject: &str,
    placed_index: u64,
    released_index: u64,
) -> Result<(), Error> {
    sqlx::query(
        "UPDATE legal_holds SET released_index = $4 \
         WHERE workspace = $1 AND subject = $2 AND placed_index = $3 AND released_index IS NULL",
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
pub(in crate::store) async fn standing_hold(
    connection: &mut PgConnection,
    workspace: &Workspace,
    subjects: &[&str],
) -> Result<Option<Hold>, Error> {
    let row = sqlx::query(
        "SELECT subject, placed_index FROM legal_holds \
         WHERE workspace = $1 AND subject = ANY($2) AND released_index IS NULL ORDER BY placed_index LIMIT 1",
    )
    .bind(workspace.id())
    .bind(subjects)
    .fetch_optional(connection)
    .await?;
    row.map(|row| read(&row, workspace)).transpose()
}

/// Tells whether the hold that an entry placed on a subject stands.
pub(in crate::store) async fn hold_stands(
    connection: &mut PgConnection,
    workspace: &Workspace,
    subject: &str,
    placed_index: i64,
) -> Result<bool, Error> {
    let query = "SELECT EXISTS (SELECT 1 FROM legal_holds \
         WHERE workspace = $1 AND subject = $2 AND placed_index = $3 AND released_index IS NULL)";
    let stands = sqlx::query_scalar(query).bind(workspace.id()).bind(subject).bind(placed_index);
    Ok(stands.fetch_one(connection).await?)
}

/// Reads the holds that stand in a workspace, oldest first, after the one placed by an entry.
pub(in crate::store) async fn holds(
    connection: &mut PgConnection,
    workspace: &Workspace,
    after: Option<u64>,
    limit: usize,
) -> Result<Vec<Hold>, Error> {
    let rows = sqlx::query(
        "SELECT subject, placed_index FROM legal_holds \
         WHERE workspace = $1 AND released_index IS NULL AND placed_index > $2 ORDER BY placed_index LIMIT $3",
    )
    .bind(workspace.id())
    .bind(after.map_or(-1, signed))
    .bind(signed(limit as u64))
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| read(row, workspace)).collect()
}

fn read(row: &PgRow, workspace: &Workspace) -> Result<Hold, Error> {
    let cells = Cells::new(row, "legal_holds", workspace.id());
    Ok(Hold { subject: cells.text(0, "subject")?.to_owned(), placed_index: cells.number(1, "placed_index")? })
}
