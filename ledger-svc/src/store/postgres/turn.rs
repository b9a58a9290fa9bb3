use std::collections::BTreeMap;

use countersign_api::name::Workspace;
use ledger_format::empty_root;
use service_kit::database::PostgresDatabase;
use sqlx::{PgConnection, Postgres, Transaction};

use super::{HeadRow, commit::write};
use crate::store::{Commit, Error};

/// Writes to the logs of a database that others write to as well, one turn after the other.
#[derive(Debug)]
pub struct PostgresWriter {
    database: PostgresDatabase,
    /// The turn that is under way; dropping it takes it back.
    turn: Option<Transaction<'static, Postgres>>,
}

impl PostgresWriter {
    pub(super) fn new(database: PostgresDatabase) -> Self {
        Self { database, turn: None }
    }

    /// Says what is wrong with the database now: which one it is, the reason, and the mend.
    pub(in crate::store) fn trouble(&self, error: &sqlx::Error) -> String {
        self.database.trouble(error)
    }

    /// Begins a turn: locks the heads of these logs until the commit, and returns them.
    ///
    /// Heads are locked in the order of their workspaces, so that two writers never wait for each other.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn begin(&mut self, workspaces: &[&Workspace]) -> Result<BTreeMap<Workspace, HeadRow>, Error> {
        // What is left of a turn that failed is taken back first.
        self.turn = None;
        let mut names: Vec<&str> = workspaces.iter().map(|workspace| workspace.id()).collect();
        names.sort_unstable();
        names.dedup();
        // Every statement must see what was committed while it waited for a lock, whatever the database's default says.
        let mut turn = self.database.writers.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE").await?;
        let mut locked = BTreeMap::new();
        if !names.is_empty() {
            locked = lock(&mut turn, &names).await?;
            if locked.len() < names.len() {
                make(&mut turn, &names).await?;
                locked = lock(&mut turn, &names).await?;
            }
        }
        self.turn = Some(turn);
        Ok(locked)
    }

    /// Ends a turn in which nothing is written, if there is one.
    pub async fn leave(&mut self) {
        if let Some(turn) = self.turn.take() {
            // The locks go with the connection where this fails.
            let _ = turn.rollback().await;
        }
    }

    /// Returns the connection of the turn.
    ///
    /// # Panics
    /// Outside a turn.
    pub fn connection(&mut self) -> &mut PgConnection {
        self.turn.as_mut().expect("invariant: a turn has begun")
    }

    /// Writes everything or nothing and ends the turn; returns once it is on disk (L-3). Names the logs whose checkpoint was not stored,
    /// because somebody else's was meanwhile.
    ///
    /// A crash before the commit leaves nothing of it; after it, all of it, though nobody may have been answered yet: who sends the
    /// same entry again gets the receipt it would have got.
    ///
    /// # Errors
    /// See [`Error`]; then it is unknown whether the commit stands, and the next turn reads what does before anything is written.
    ///
    /// # Panics
    /// Outside a turn.
    pub async fn commit(&mut self, commit: Commit) -> Result<Vec<Workspace>, Error> {
        let mut turn = self.turn.take().expect("invariant: a turn has begun");
        let superseded = write(&mut turn, commit).await?;
        turn.commit().await?;
        Ok(superseded)
    }
}

async fn lock(connection: &mut PgConnection, names: &[&str]) -> Result<BTreeMap<Workspace, HeadRow>, Error> {
    let rows = sqlx::query(
        "SELECT workspace, size, root, signed_size, erasures FROM heads WHERE workspace = ANY($1) ORDER BY workspace FOR UPDATE",
    )
    .bind(names)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| HeadRow::read(row).map(|row| (row.workspace.clone(), row))).collect()
}

/// Makes the heads that are missing; another writer may make them at the same time.
async fn make(connection: &mut PgConnection, names: &[&str]) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO heads (workspace, size, root, signed_size, erasures) \
         SELECT name, 0, $2, 0, 0 FROM unnest($1::text[]) AS name ORDER BY name ON CONFLICT (workspace) DO NOTHING",
    )
    .bind(names)
    .bind(empty_root().as_bytes().as_slice())
    .execute(connection)
    .await?;
    Ok(())
}
