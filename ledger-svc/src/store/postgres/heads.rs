use countersign_api::name::Workspace;
use sqlx::{PgConnection, postgres::PgRow};

use crate::{
    log::Head,
    store::{Error, cells::Cells},
};

/// Where a log ends, as its row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeadRow {
    /// Whose log it is.
    pub workspace: Workspace,
    /// Size and root.
    pub head: Head,
    /// The size that the last stored checkpoint covers.
    pub signed_size: u64,
    /// How many erasures the log has.
    pub erasures: u64,
}

impl HeadRow {
    /// Returns where a log ends that nobody has written to.
    pub(crate) fn empty(workspace: Workspace) -> Self {
        Self { workspace, head: Head::empty(), signed_size: 0, erasures: 0 }
    }

    pub(super) fn read(row: &PgRow) -> Result<Self, Error> {
        let id = Cells::new(row, "heads", "unknown").text(0, "workspace")?;
        let cells = Cells::new(row, "heads", id);
        Ok(Self {
            workspace: Workspace::of_stored(id).map_err(|_| cells.corrupt("workspace"))?,
            head: Head { size: cells.number(1, "size")?, root: cells.hash(2, "root")? },
            signed_size: cells.number(3, "signed_size")?,
            erasures: cells.number(4, "erasures")?,
        })
    }
}

/// Reads where a log ends; none for a log that nobody has written to.
///
/// # Errors
/// See [`Error`].
pub(crate) async fn head(connection: &mut PgConnection, workspace: &Workspace) -> Result<Option<HeadRow>, Error> {
    let row = sqlx::query("SELECT workspace, size, root, signed_size, erasures FROM heads WHERE workspace = $1")
        .bind(workspace.id())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(HeadRow::read).transpose()
}

/// Reads where some logs end, or all.
///
/// # Errors
/// See [`Error`].
pub(crate) async fn heads(connection: &mut PgConnection, only: Option<&[String]>) -> Result<Vec<HeadRow>, Error> {
    let rows = sqlx::query(
        "SELECT workspace, size, root, signed_size, erasures FROM heads WHERE $1::text[] IS NULL OR workspace = ANY($1) ORDER BY workspace",
    )
    .bind(only)
    .fetch_all(connection)
    .await?;
    rows.iter().map(HeadRow::read).collect()
}

/// Reads the number of entries.
///
/// # Errors
/// See [`Error`].
pub(crate) async fn size(connection: &mut PgConnection, workspace: &Workspace) -> Result<u64, Error> {
    Ok(head(connection, workspace).await?.map_or(0, |row| row.head.size))
}
