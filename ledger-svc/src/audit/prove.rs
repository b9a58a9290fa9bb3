use std::path::{Path, PathBuf};

use countersign_api::name::Workspace;
use ledger_format::{InclusionProof, SignedCheckpoint, TlogProof};
use sqlx::{Connection, SqliteConnection};

use crate::store::{
    self,
    sqlite::{self, ReadOnlyFile, TileRoots},
};

/// Which entry a proof is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryId {
    /// By its index.
    Index(u64),
    /// By its idempotency key.
    Key(String),
}

/// A proof that verifies with nothing but the log's public key and its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The entry's position, from 0.
    pub index: u64,
    /// The entry's encoded leaf.
    pub leaf: Vec<u8>,
    /// The C2SP `tlog-proof`; its extra data is the leaf.
    pub tlog_proof: TlogProof,
}

/// Why no proof was made.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// There is no such entry.
    #[error("`{workspace}` has no such entry; ask by the index or the key of one that stands in it")]
    NoEntry {
        /// The log's workspace.
        workspace: Workspace,
    },
    /// No stored checkpoint covers the entry.
    #[error("entry `{index}` of `{workspace}` is under no stored checkpoint yet; start the service, which signs it")]
    Unsigned {
        /// The log's workspace.
        workspace: Workspace,
        /// The entry's position.
        index: u64,
    },
    /// The stored checkpoint can not be read.
    #[error("the last checkpoint of `{workspace}` is malformed; verify the ledger")]
    Checkpoint {
        /// The log's workspace.
        workspace: Workspace,
        /// What is wrong with it.
        source: ledger_format::checkpoint::Error,
    },
    /// A row is missing or malformed, or the file can not be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The file can not be opened.
    #[error("`{file}` can not be read; check that it is there and may be read by this user", file = file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the driver says.
        source: sqlx::Error,
    },
}

/// Proves from the ledger's file alone that an entry is under the log's last stored checkpoint.
///
/// # Errors
/// See [`ProveError`]. The proof is as good as the file: whoever gets it verifies it.
pub async fn prove(ledger: &Path, workspace: &Workspace, entry: &EntryId) -> Result<Proof, ProveError> {
    let unopened = |source| ProveError::File { file: ledger.to_owned(), source };
    let mut file = ReadOnlyFile::open(ledger).await.map_err(unopened)?;
    // One moment for all that is read.
    let mut moment = file.connection.begin().await.map_err(store::Error::from)?;
    let proof = prove_from(&mut moment, workspace, entry).await?;
    drop(moment);
    file.close().await.map_err(store::Error::from)?;
    Ok(proof)
}

async fn prove_from(
    connection: &mut SqliteConnection,
    workspace: &Workspace,
    entry: &EntryId,
) -> Result<Proof, ProveError> {
    let stored = match entry {
        // No log reaches what SQLite's numbers can not hold.
        EntryId::Index(index) if i64::try_from(*index).is_err() => None,
        EntryId::Index(index) => sqlite::entry(connection, workspace, *index).await?,
        EntryId::Key(key) => sqlite::entry_by_key(connection, workspace, key).await?,
    };
    let stored = stored.ok_or_else(|| ProveError::NoEntry { workspace: workspace.clone() })?;
    let index = stored.index;
    let unsigned = || ProveError::Unsigned { workspace: workspace.clone(), index };
    let row =
        sqlite::last_checkpoint(connection, workspace).await?.filter(|row| row.size > index).ok_or_else(unsigned)?;
    let checkpoint = SignedCheckpoint::parse(&row.signed_note)
        .map_err(|source| ProveError::Checkpoint { workspace: workspace.clone(), source })?;

    let subtrees = InclusionProof::subtrees(index, row.size).expect("invariant: the checkpoint covers the index");
    let hashes = sqlite::tree_hashes(connection, &TileRoots::default(), workspace, row.size, subtrees).await?;
    let proof = InclusionProof::build(index, row.size, &hashes).expect("invariant: every hash was read ahead");
    let leaf = stored.leaf.to_vec();
    let tlog_proof = TlogProof { extra: Some(leaf.clone()), index, hashes: proof.hashes, checkpoint };
    Ok(Proof { index, leaf, tlog_proof })
}
