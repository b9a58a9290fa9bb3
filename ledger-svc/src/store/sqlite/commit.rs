use std::collections::HashMap;

use countersign_api::name::Workspace;
use ledger_format::{Hash, Salt};
use sqlx::{Connection, QueryBuilder, Sqlite, SqliteConnection, pool::PoolConnection};

use super::{CheckpointRow, keys, ladder};
use crate::{
    entry::Standing,
    log::FullTile,
    store::{Error, cells::signed},
};

/// Everything that one commit writes.
#[derive(Debug, Default)]
pub struct Commit {
    /// New entries, each log's in the order of their indices.
    pub entries: Vec<EntryRow>,
    /// Tiles that those entries make full.
    pub tiles: Vec<TileRow>,
    /// Checkpoints signed since.
    pub checkpoints: Vec<CheckpointRow>,
}

/// An entry to be written.
#[derive(Debug)]
pub struct EntryRow {
    /// Whose log it goes to.
    pub workspace: Workspace,
    /// Its position, from 0.
    pub index: u64,
    /// The leaf's hash.
    pub leaf_hash: Hash,
    /// The commitment's salt.
    pub salt: Salt,
    /// Its key.
    pub idempotency_key: String,
    /// The encoded leaf.
    pub leaf: Vec<u8>,
    /// The content.
    pub content: Vec<u8>,
}

/// A full tile to be written.
#[derive(Debug)]
pub struct TileRow {
    /// Whose log it is of.
    pub workspace: Workspace,
    /// The tile.
    pub tile: FullTile,
}

/// The one connection that writes to the ledger's file.
#[derive(Debug)]
pub struct LedgerWriter {
    connection: PoolConnection<Sqlite>,
}

impl LedgerWriter {
    pub(super) fn new(connection: PoolConnection<Sqlite>) -> Self {
        Self { connection }
    }

    /// Finds which of `keys` stand in a log already.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn standing(&mut self, workspace: &Workspace, keys: &[&str]) -> Result<HashMap<String, Standing>, Error> {
        keys::standing(&mut self.connection, workspace, keys).await
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
        insert_tiles(&mut transaction, commit.tiles).await?;
        insert_checkpoints(&mut transaction, commit.checkpoints).await?;
        transaction.commit().await?;
        Ok(())
    }
}

async fn insert_entries(connection: &mut SqliteConnection, rows: Vec<EntryRow>) -> Result<(), sqlx::Error> {
    for piece in ladder::pieces(rows) {
        let mut insert: QueryBuilder<Sqlite> = QueryBuilder::new(
            "INSERT INTO entries (workspace, entry_index, leaf_hash, salt, idempotency_key, leaf, content) ",
        );
        insert.push_values(piece, |mut values, row| {
            values
                .push_bind(row.workspace.id())
                .push_bind(signed(row.index))
                .push_bind(row.leaf_hash.as_bytes().as_slice())
                .push_bind(row.salt.as_bytes().as_slice())
                .push_bind(row.idempotency_key)
                .push_bind(row.leaf)
                .push_bind(row.content);
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
