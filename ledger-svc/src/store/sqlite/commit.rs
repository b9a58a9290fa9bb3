use ledger_format::Hash;
use service_kit::database::empty_wal;
use sqlx::{Connection, QueryBuilder, Sqlite, SqliteConnection, pool::PoolConnection};

use super::{erasures, holds, ladder, subject_keys};
use crate::{
    custody::Change,
    store::{CheckpointRow, Commit, EntryRow, Error, TileRow, cells::signed},
};

/// The one connection that writes to the ledger's file.
#[derive(Debug)]
pub struct SqliteWriter {
    connection: PoolConnection<Sqlite>,
}

impl SqliteWriter {
    pub(super) fn new(connection: PoolConnection<Sqlite>) -> Self {
        Self { connection }
    }

    /// Returns the connection, to read what the next commit depends on.
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }

    /// Cuts the WAL to nothing, so that what a commit overwrote is in no file any more.
    ///
    /// # Errors
    /// [`Error::WalInUse`] when somebody keeps reading an old part of it.
    pub async fn empty_wal(&mut self) -> Result<(), Error> {
        if empty_wal(&mut self.connection).await? { Ok(()) } else { Err(Error::WalInUse { file: "ledger.db" }) }
    }

    /// Writes everything or nothing, and returns once it is on disk (L-3).
    ///
    /// A crash before the commit leaves nothing of it; after it, all of it, though nobody may have been answered yet: who sends the
    /// same entry again gets the receipt it would have got.
    ///
    /// # Errors
    /// [`Error::Driver`]; then it is unknown whether the commit stands, and nothing may be written before a restart has looked.
    pub async fn commit(&mut self, commit: Commit) -> Result<(), Error> {
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        insert_entries(&mut transaction, commit.entries).await?;
        subject_keys::insert(&mut transaction, commit.subject_keys).await?;
        match commit.change {
            Some(Change::Erase { workspace, subject, index }) => {
                erasures::erase(&mut transaction, &workspace, &subject, index).await?;
            }
            Some(Change::PlaceHold { workspace, subject, index }) => {
                holds::place(&mut transaction, &workspace, &subject, index).await?;
            }
            Some(Change::ReleaseHold { workspace, subject, hold_index, index }) => {
                holds::release(&mut transaction, &workspace, &subject, hold_index, index).await?;
            }
            None => {}
        }
        insert_tiles(&mut transaction, commit.tiles).await?;
        insert_checkpoints(&mut transaction, commit.checkpoints).await?;
        transaction.commit().await?;
        Ok(())
    }
}

async fn insert_entries(connection: &mut SqliteConnection, rows: Vec<EntryRow>) -> Result<(), sqlx::Error> {
    for piece in ladder::pieces(rows) {
        let mut insert: QueryBuilder<Sqlite> = QueryBuilder::new(
            "INSERT INTO entries (workspace, entry_index, leaf_hash, content_key, idempotency_key, leaf, sealed) ",
        );
        insert.push_values(piece, |mut values, row| {
            values
                .push_bind(row.workspace.id())
                .push_bind(signed(row.index))
                .push_bind(row.leaf_hash.as_bytes().as_slice())
                .push_bind(signed(row.content_key))
                .push_bind(row.idempotency_key)
                .push_bind(row.leaf)
                .push_bind(row.sealed);
        });
        insert.build().execute(&mut *connection).await?;
    }
    Ok(())
}

async fn insert_tiles(connection: &mut SqliteConnection, rows: Vec<TileRow>) -> Result<(), sqlx::Error> {
    for TileRow { workspace, tile } in rows {
        let hashes: Vec<u8> = tile.hashes.iter().flat_map(Hash::as_bytes).copied().collect();
        sqlx::query("INSERT INTO tiles (workspace, level, tile_index, hashes) VALUES (?1, ?2, ?3, ?4)")
            .bind(workspace.id())
            .bind(i64::from(tile.level))
            .bind(signed(tile.index))
            .bind(hashes)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

async fn insert_checkpoints(connection: &mut SqliteConnection, rows: Vec<CheckpointRow>) -> Result<(), sqlx::Error> {
    for row in rows {
        sqlx::query("INSERT INTO checkpoints (workspace, size, previous_size, signed_note) VALUES (?1, ?2, ?3, ?4)")
            .bind(row.workspace.id())
            .bind(signed(row.size))
            .bind(signed(row.previous_size))
            .bind(row.signed_note)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
