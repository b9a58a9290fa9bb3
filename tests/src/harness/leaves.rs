//! What stands in a ledger's file or database, read without a server.

use std::path::Path;

use ledger_format::{Leaf, leaf_hash};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, PgConnection};

use super::Installation;

/// Reads the leaves of a workspace's log; asserts that its indices are dense (L-1), no key stands twice (L-5), and each leaf has its hash.
///
/// # Panics
///
/// When one of that is not so.
pub async fn leaves(installation: &Installation, workspace: &str) -> Vec<Leaf> {
    let rows = match installation.databases() {
        None => of_file(&installation.data_dir().join("ledger.db"), workspace).await,
        Some(databases) => of_database(&databases.ledger, workspace).await,
    };
    let rows = rows.expect("it reads");
    let mut keys = std::collections::BTreeSet::new();
    let mut leaves = Vec::new();
    for (position, (index, bytes, hash)) in rows.into_iter().enumerate() {
        assert_eq!(usize::try_from(index), Ok(position), "L-1: indices are dense");
        assert_eq!(leaf_hash(&bytes).as_bytes().as_slice(), hash, "entry {index}");
        let leaf = Leaf::decode(&bytes).expect("a leaf").to_owned_leaf();
        assert!(keys.insert(leaf.idempotency_key.clone()), "L-5: `{}` stands twice", leaf.idempotency_key);
        leaves.push(leaf);
    }
    leaves
}

/// Index, leaf and leaf's hash.
type Row = (i64, Vec<u8>, Vec<u8>);

async fn of_file(file: &Path, workspace: &str) -> Result<Vec<Row>, sqlx::Error> {
    let mut ledger = SqliteConnectOptions::new().filename(file).read_only(true).connect().await?;
    let question = "SELECT entry_index, leaf, leaf_hash FROM entries WHERE workspace = ?1 ORDER BY entry_index";
    let rows = sqlx::query_as(question).bind(workspace).fetch_all(&mut ledger).await?;
    ledger.close().await?;
    Ok(rows)
}

async fn of_database(url: &str, workspace: &str) -> Result<Vec<Row>, sqlx::Error> {
    let mut ledger = PgConnection::connect(url).await?;
    let question =
        "SELECT entry_index, leaf, leaf_hash FROM countersign_ledger.entries WHERE workspace = $1 ORDER BY entry_index";
    let rows = sqlx::query_as(question).bind(workspace).fetch_all(&mut ledger).await?;
    ledger.close().await?;
    Ok(rows)
}
