//! What stands in a ledger's file, read without a server.

use ledger_format::{Leaf, leaf_hash};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, Row as _};

use super::Installation;

/// Reads the leaves of a workspace's log; asserts that its indices are dense (L-1), no key stands twice (L-5), and each leaf has its hash.
///
/// # Panics
///
/// When one of that is not so.
pub async fn leaves(installation: &Installation, workspace: &str) -> Vec<Leaf> {
    let file = installation.data_dir().join("ledger.db");
    let mut ledger = SqliteConnectOptions::new().filename(file).read_only(true).connect().await.expect("it opens");
    let rows =
        sqlx::query("SELECT entry_index, leaf, leaf_hash FROM entries WHERE workspace = ?1 ORDER BY entry_index")
            .bind(workspace)
            .fetch_all(&mut ledger)
            .await
            .expect("it reads");
    ledger.close().await.expect("it closes");
    let mut keys = std::collections::BTreeSet::new();
    let mut leaves = Vec::new();
    for (position, row) in rows.iter().enumerate() {
        let (index, bytes, hash): (i64, Vec<u8>, Vec<u8>) = (row.get(0), row.get(1), row.get(2));
        assert_eq!(usize::try_from(index), Ok(position), "L-1: indices are dense");
        assert_eq!(leaf_hash(&bytes).as_bytes().as_slice(), hash, "entry {index}");
        let leaf = Leaf::decode(&bytes).expect("a leaf").to_owned_leaf();
        assert!(keys.insert(leaf.idempotency_key.clone()), "L-5: `{}` stands twice", leaf.idempotency_key);
        leaves.push(leaf);
    }
    leaves
}
