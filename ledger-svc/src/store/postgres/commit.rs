use countersign_api::name::Workspace;
use ledger_format::Hash;
use sqlx::{PgConnection, Row};

use super::{Notices, erasures, holds};
use crate::{
    custody::Change,
    store::{CheckpointRow, Commit, EntryRow, Error, HeadMove, SubjectKeyRow, TileRow, cells::signed},
};

/// Rows of one statement: above some hundred the time of a row does not fall any more, and a statement stays small.
const ROWS_MAX: usize = 1_000;

/// Writes what a commit holds and names the logs whose checkpoint was not stored, because somebody else's was meanwhile.
pub(super) async fn write(turn: &mut PgConnection, commit: Commit) -> Result<Vec<Workspace>, Error> {
    for rows in commit.entries.chunks(ROWS_MAX) {
        insert_entries(turn, rows).await?;
    }
    for rows in commit.subject_keys.chunks(ROWS_MAX) {
        insert_subject_keys(turn, rows).await?;
    }
    for rows in commit.tiles.chunks(ROWS_MAX) {
        insert_tiles(turn, rows).await?;
    }
    let erased = match &commit.change {
        Some(Change::Erase { workspace, subject, index }) => {
            erasures::erase(turn, workspace, subject, *index).await?;
            Some(workspace)
        }
        Some(Change::PlaceHold { workspace, subject, index }) => {
            holds::place(turn, workspace, subject, *index).await?;
            None
        }
        Some(Change::ReleaseHold { workspace, subject, hold_index, index }) => {
            holds::release(turn, workspace, subject, *hold_index, *index).await?;
            None
        }
        None => None,
    };
    if !commit.moves.is_empty() {
        move_heads(turn, &commit.moves, erased).await?;
    }
    let stored = store_checkpoints(turn, &commit.checkpoints).await?;
    notify(turn, commit.moves.iter().map(|step| step.workspace.id()).chain(stored.iter().map(String::as_str))).await?;
    let is_stored = |workspace: &Workspace| stored.iter().any(|stored| stored == workspace.id());
    Ok(commit.checkpoints.into_iter().map(|row| row.workspace).filter(|workspace| !is_stored(workspace)).collect())
}

async fn insert_entries(connection: &mut PgConnection, rows: &[EntryRow]) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO entries (workspace, entry_index, leaf_hash, content_key, idempotency_key, leaf, sealed) \
         SELECT * FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bigint[], $5::text[], $6::bytea[], $7::bytea[])",
    )
    .bind(column(rows, |row| row.workspace.id()))
    .bind(column(rows, |row| signed(row.index)))
    .bind(column(rows, |row| row.leaf_hash.as_bytes().as_slice()))
    .bind(column(rows, |row| signed(row.content_key)))
    .bind(column(rows, |row| row.idempotency_key.as_str()))
    .bind(column(rows, |row| row.leaf.as_slice()))
    .bind(column(rows, |row| row.sealed.as_slice()))
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_subject_keys(connection: &mut PgConnection, rows: &[SubjectKeyRow]) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO subject_keys (workspace, subject, first_index, content_key) \
         SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])",
    )
    .bind(column(rows, |row| row.workspace.id()))
    .bind(column(rows, |row| row.subject.as_str()))
    .bind(column(rows, |row| signed(row.first_index)))
    .bind(column(rows, |row| signed(row.content_key)))
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert_tiles(connection: &mut PgConnection, rows: &[TileRow]) -> Result<(), Error> {
    let hashes = |row: &TileRow| row.tile.hashes.iter().flat_map(Hash::as_bytes).copied().collect::<Vec<u8>>();
    sqlx::query(
        "INSERT INTO tiles (workspace, level, tile_index, hashes) \
         SELECT * FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::bytea[])",
    )
    .bind(column(rows, |row| row.workspace.id()))
    .bind(column(rows, |row| i16::from(row.tile.level)))
    .bind(column(rows, |row| signed(row.tile.index)))
    .bind(column(rows, hashes))
    .execute(connection)
    .await?;
    Ok(())
}

/// Moves heads from where they were locked, and counts the erasure of one of the logs.
async fn move_heads(
    connection: &mut PgConnection,
    moves: &[HeadMove],
    erased: Option<&Workspace>,
) -> Result<(), Error> {
    let updated = sqlx::query(
        "UPDATE heads SET size = new.size, root = new.root, erasures = heads.erasures + new.erasures \
         FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bigint[], $5::bytea[], $6::bigint[]) \
             AS new (workspace, size, root, from_size, from_root, erasures) \
         WHERE heads.workspace = new.workspace AND heads.size = new.from_size AND heads.root = new.from_root",
    )
    .bind(column(moves, |step| step.workspace.id()))
    .bind(column(moves, |step| signed(step.to.size)))
    .bind(column(moves, |step| step.to.root.as_bytes().to_vec()))
    .bind(column(moves, |step| signed(step.from.size)))
    .bind(column(moves, |step| step.from.root.as_bytes().to_vec()))
    .bind(column(moves, |step| i64::from(erased == Some(&step.workspace))))
    .execute(connection)
    .await?
    .rows_affected();
    // The rows are locked and were compared when they were: nothing but a change behind the service's back leads here.
    if usize::try_from(updated) == Ok(moves.len()) { Ok(()) } else { Err(Error::HeadMoved) }
}

/// Stores the checkpoints that follow on what is stored, and returns whose those are.
async fn store_checkpoints(connection: &mut PgConnection, rows: &[CheckpointRow]) -> Result<Vec<String>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let stored = sqlx::query(
        "WITH followed AS ( \
             UPDATE heads SET signed_size = new.size \
             FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[]) AS new (workspace, size, previous_size, signed_note) \
             WHERE heads.workspace = new.workspace AND heads.signed_size = new.previous_size AND heads.size >= new.size \
             RETURNING new.workspace, new.size, new.previous_size, new.signed_note) \
         INSERT INTO checkpoints (workspace, size, previous_size, signed_note) SELECT * FROM followed RETURNING workspace",
    )
    .bind(column(rows, |row| row.workspace.id()))
    .bind(column(rows, |row| signed(row.size)))
    .bind(column(rows, |row| signed(row.previous_size)))
    .bind(column(rows, |row| row.signed_note.as_str()))
    .fetch_all(connection)
    .await?;
    Ok(stored.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

/// Tells the other processes where to look, once a commit.
async fn notify<'w>(connection: &mut PgConnection, workspaces: impl Iterator<Item = &'w str>) -> Result<(), Error> {
    let mut named: Vec<&str> = workspaces.collect();
    named.sort_unstable();
    named.dedup();
    if named.is_empty() {
        return Ok(());
    }
    sqlx::query("SELECT pg_notify($1, $2)")
        .bind(Notices::CHANNEL)
        .bind(Notices::text(named.into_iter()))
        .execute(connection)
        .await?;
    Ok(())
}

fn column<'r, R, T>(rows: &'r [R], read: impl Fn(&'r R) -> T) -> Vec<T> {
    rows.iter().map(read).collect()
}
