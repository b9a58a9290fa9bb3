use std::collections::BTreeMap;

use countersign_api::name::Workspace;

use super::{
    Commit, Error, Rows, StoredEntry,
    postgres::{HeadRow, PostgresWriter},
    read,
    sqlite::SqliteWriter,
};

/// What writes to the ledger.
#[derive(Debug)]
pub enum LedgerWriter {
    /// The only one that writes to a file.
    Sqlite(SqliteWriter),
    /// One of those that write to a database.
    Postgres(PostgresWriter),
}

impl LedgerWriter {
    /// Begins a turn in which nobody else writes to these logs; returns where those end that others write to as well. Without a log, it is a
    /// turn that only reads.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn begin(&mut self, workspaces: &[&Workspace]) -> Result<BTreeMap<Workspace, HeadRow>, Error> {
        match self {
            Self::Sqlite(_) => Ok(BTreeMap::new()),
            Self::Postgres(writer) => writer.begin(workspaces).await,
        }
    }

    /// Ends a turn in which nothing is written, if there is one.
    pub async fn leave(&mut self) {
        match self {
            Self::Sqlite(_) => {}
            Self::Postgres(writer) => writer.leave().await,
        }
    }

    /// Returns the rows as the turn sees them.
    pub fn rows(&mut self) -> Rows<'_> {
        match self {
            Self::Sqlite(writer) => Rows::Sqlite(writer.connection()),
            Self::Postgres(writer) => Rows::Postgres(writer.connection()),
        }
    }

    /// Finds which of `keys` stand in a log already.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn standing(
        &mut self,
        workspace: &Workspace,
        keys: &[&str],
    ) -> Result<Vec<(String, StoredEntry)>, Error> {
        read::standing(&mut self.rows(), workspace, keys).await
    }

    /// Writes everything or nothing and ends the turn; returns once it is on disk (L-3). Names the logs whose checkpoint was not stored,
    /// because somebody else's was meanwhile.
    ///
    /// # Errors
    /// See [`Error`]; then it is unknown whether the commit stands, and nothing may be written before somebody has looked: on a file a
    /// restart, on a database the next turn.
    pub async fn commit(&mut self, commit: Commit) -> Result<Vec<Workspace>, Error> {
        match self {
            Self::Sqlite(writer) => writer.commit(commit).await.map(|()| Vec::new()),
            Self::Postgres(writer) => writer.commit(commit).await,
        }
    }

    /// Cuts a file's WAL to nothing, so that what a commit overwrote is in no file any more. What a server keeps of it, nobody can open
    /// without the key.
    ///
    /// # Errors
    /// [`Error::WalInUse`] when somebody keeps reading an old part of it.
    pub async fn empty_wal(&mut self) -> Result<(), Error> {
        match self {
            Self::Sqlite(writer) => writer.empty_wal().await,
            Self::Postgres(_) => Ok(()),
        }
    }

    /// Says what is wrong with the database now: which one it is, the reason, and the mend.
    pub fn trouble(&self, error: &Error) -> String {
        match (self, error) {
            (Self::Postgres(writer), Error::Driver(error)) => writer.trouble(error),
            (Self::Sqlite(_) | Self::Postgres(_), error) => error.to_string(),
        }
    }

    /// Tells whether the next turn can go on after this error: a database says where each log ends, whatever became of the last commit.
    pub fn goes_on_after(&self, error: &Error) -> bool {
        match self {
            Self::Sqlite(_) => false,
            Self::Postgres(_) => error.passes(),
        }
    }
}
