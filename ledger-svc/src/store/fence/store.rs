use std::path::Path;

use ledger_format::Hash;
use service_kit::database::SqliteDatabase;
use sqlx::{
    Connection, SqliteConnection, SqlitePool,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::Fence;
use crate::{
    log::Head,
    store::{Error, cells::signed, migration_rows, statistics},
};

/// The migrations of the fence file, embedded.
pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("src/store/fence/migrations");

/// The fence file.
#[derive(Debug, Clone)]
pub struct FenceStore {
    database: SqliteDatabase,
    marks: SqlitePool,
}

/// One log's step from what was signed last to what is about to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advance {
    /// The log's name.
    pub origin: String,
    /// What the fence remembers; none for a log it does not know.
    pub from: Option<Head>,
    /// What it is to remember.
    pub to: Head,
    /// Root of the last checkpoint that is stored in the ledger; that of the empty tree when none is.
    pub stored_root: Hash,
}

/// Why the fence was not moved.
#[derive(Debug, thiserror::Error)]
pub enum AdvanceError {
    /// It does not remember what the caller thinks it does.
    #[error("the fence of `{origin}` is not where this process left it; stop the other process that signs this log")]
    Moved {
        /// The log's name.
        origin: String,
    },
    /// The file can not be written.
    #[error(transparent)]
    Store(#[from] Error),
}

impl FenceStore {
    /// Opens the file, makes it with mode 0600 when it is missing, and brings its schema up to date.
    ///
    /// # Errors
    /// [`Error::Open`], which names the file.
    pub async fn open(file: &Path) -> Result<Self, Error> {
        let database = SqliteDatabase::open(file, &MIGRATIONS).await?;
        migration_rows::blank(&database).await?;
        statistics::drop_all(&database).await?;
        // NORMAL syncs no commit by itself: see `mark_stored`.
        let unsynced = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        let marks = SqlitePoolOptions::new().max_connections(1).connect_with(unsynced).await?;
        Ok(Self { database, marks })
    }

    /// Closes all connections; the last one writes the WAL back into the file.
    pub async fn close(&self) {
        self.marks.close().await;
        self.database.close().await;
    }

    /// Reads every fence, sorted by origin.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn all(&self) -> Result<Vec<Fence>, Error> {
        let rows = sqlx::query("SELECT origin, size, root, stored_root FROM fences ORDER BY origin")
            .fetch_all(&self.database.readers)
            .await?;
        rows.iter().map(Fence::read).collect()
    }

    /// Moves the fences of several logs, all or none, and returns once that is on disk.
    ///
    /// A crash before the commit leaves the old fences, and nothing was signed. A crash after it leaves fences ahead of the last
    /// checkpoints: the next start finds the fenced heads in the ledger, signs from there on, and no other root ever gets that size.
    ///
    /// # Errors
    /// [`AdvanceError::Moved`] when one fence is elsewhere; then none is moved.
    pub async fn advance(&self, advances: &[Advance]) -> Result<(), AdvanceError> {
        let mut connection = self.database.writer.acquire().await.map_err(Error::from)?;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await.map_err(Error::from)?;
        for advance in advances {
            if !advance_one(&mut transaction, advance).await? {
                return Err(AdvanceError::Moved { origin: advance.origin.clone() });
            }
        }
        transaction.commit().await.map_err(Error::from)?;
        Ok(())
    }

    /// Notes that the checkpoints of the fenced heads are stored in the ledger.
    ///
    /// It tells a checkpoint that was taken out from one that a crash kept from being stored. Not synced: when a power loss takes
    /// the note, the fence says that a checkpoint may be missing which is there, and nobody is misled.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn mark_stored(&self, origins: &[&str]) -> Result<(), Error> {
        let mut connection = self.marks.acquire().await?;
        for origin in origins {
            sqlx::query("UPDATE fences SET stored_root = root WHERE origin = ?1")
                .bind(*origin)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }
}

/// Compares and swaps one fence; tells whether it stood where the caller thought.
async fn advance_one(connection: &mut SqliteConnection, advance: &Advance) -> Result<bool, Error> {
    let Advance { origin, from, to, stored_root } = advance;
    let moved = match from {
        None => {
            sqlx::query(
                "INSERT INTO fences (origin, size, root, stored_root) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
            )
            .bind(origin)
            .bind(signed(to.size))
            .bind(to.root.as_bytes().as_slice())
            .bind(stored_root.as_bytes().as_slice())
            .execute(connection)
            .await?
        }
        Some(from) => {
            assert!(to.size >= from.size, "L-2: a fence never moves back");
            sqlx::query(
                "UPDATE fences SET size = ?2, root = ?3, stored_root = ?4 WHERE origin = ?1 AND size = ?5 AND root = ?6",
            )
            .bind(origin)
            .bind(signed(to.size))
            .bind(to.root.as_bytes().as_slice())
            .bind(stored_root.as_bytes().as_slice())
            .bind(signed(from.size))
            .bind(from.root.as_bytes().as_slice())
            .execute(connection)
            .await?
        }
    };
    Ok(moved.rows_affected() == 1)
}

#[cfg(test)]
mod tests {
    use ledger_format::empty_root;
    use sqlx::ConnectOptions;

    use super::*;

    const ORIGIN: &str = "countersign.local/workspaces/demo";

    fn head(size: u64) -> Head {
        Head { size, root: Hash::new([u8::try_from(size).expect("small"); 32]) }
    }

    fn step(from: Option<Head>, to: Head) -> Advance {
        Advance { origin: ORIGIN.to_owned(), from, to, stored_root: from.map_or(empty_root(), |from| from.root) }
    }

    async fn store() -> (tempfile::TempDir, FenceStore) {
        let folder = tempfile::tempdir().expect("a folder");
        let store = FenceStore::open(&folder.path().join("fence.db")).await.expect("it opens");
        (folder, store)
    }

    #[tokio::test]
    async fn a_fence_moves_only_from_where_it_stands() {
        let (_folder, store) = store().await;
        store.advance(&[step(None, head(3))]).await.expect("first");
        store.advance(&[step(Some(head(3)), head(5))]).await.expect("second");
        for stale in [step(None, head(9)), step(Some(head(3)), head(9))] {
            assert!(matches!(store.advance(&[stale]).await, Err(AdvanceError::Moved { .. })));
        }
        let other_root = Head { size: 5, root: empty_root() };
        assert!(store.advance(&[step(Some(other_root), head(9))]).await.is_err());
        let fences = store.all().await.expect("read");
        assert_eq!(fences, [Fence { origin: ORIGIN.to_owned(), head: head(5), stored_root: head(3).root }]);
    }

    #[tokio::test]
    async fn all_fences_move_or_none() {
        let (_folder, store) = store().await;
        let elsewhere =
            |advance: Advance| Advance { origin: "countersign.local/workspaces/other".to_owned(), ..advance };
        store.advance(&[step(None, head(3)), elsewhere(step(None, head(1)))]).await.expect("both");
        let refused = store.advance(&[step(Some(head(3)), head(4)), elsewhere(step(None, head(2)))]).await;
        assert!(matches!(refused, Err(AdvanceError::Moved { .. })));
        let sizes: Vec<u64> = store.all().await.expect("read").iter().map(|fence| fence.head.size).collect();
        assert_eq!(sizes, [3, 1]);
    }

    #[tokio::test]
    async fn a_stored_checkpoint_is_noted() {
        let (_folder, store) = store().await;
        store.advance(&[step(None, head(3))]).await.expect("moved");
        assert_eq!(store.all().await.expect("read")[0].stored_root, empty_root());
        store.mark_stored(&[ORIGIN]).await.expect("noted");
        assert_eq!(store.all().await.expect("read")[0].stored_root, head(3).root);
    }

    #[tokio::test]
    async fn an_older_file_keeps_its_fences_and_what_is_known_as_stored() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("fence.db");
        let older = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let mut connection = older.connect().await.expect("it opens");
        MIGRATIONS.run_to(1, &mut connection).await.expect("the first schema");
        for (origin, stored_size) in [("quiet", 5), ("killed", 3)] {
            sqlx::query("INSERT INTO fences (origin, size, root, stored_size) VALUES (?1, 5, ?2, ?3)")
                .bind(origin)
                .bind(head(5).root.as_bytes().as_slice())
                .bind(stored_size)
                .execute(&mut connection)
                .await
                .expect("written");
        }
        connection.close().await.expect("it closes");

        let fences = FenceStore::open(&file).await.expect("it opens").all().await.expect("read");
        let fence = |origin: &str, stored_root| Fence { origin: origin.to_owned(), head: head(5), stored_root };
        assert_eq!(fences, [fence("killed", Hash::new([0; 32])), fence("quiet", head(5).root)]);
    }
}
