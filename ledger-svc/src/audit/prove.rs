use std::path::PathBuf;

use countersign_api::name::Workspace;
use ledger_format::{InclusionProof, SignedCheckpoint, TlogProof};
use service_kit::database::Location;

use crate::store::{self, Rows, TileRoots, raw::RawFile, read, tree};

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
    /// The file or database can not be opened.
    #[error("`{file}` can not be read; check that it is there and may be read by this user", file = file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// What the driver says.
        source: sqlx::Error,
    },
}

/// Proves from the ledger's file or database alone that an entry is under the log's last stored checkpoint.
///
/// # Errors
/// See [`ProveError`]. The proof is as good as the file: whoever gets it verifies it.
pub async fn prove(ledger: &Location, workspace: &Workspace, entry: &EntryId) -> Result<Proof, ProveError> {
    let unopened = |source| ProveError::File { file: ledger.to_string().into(), source };
    let mut moment = RawFile::open(ledger).await.map_err(unopened)?;
    let proof = prove_from(&mut moment.rows(), workspace, entry).await?;
    moment.close().await.map_err(store::Error::from)?;
    Ok(proof)
}

async fn prove_from(rows: &mut Rows<'_>, workspace: &Workspace, entry: &EntryId) -> Result<Proof, ProveError> {
    let stored = match entry {
        // No log reaches what a database's numbers can not hold.
        EntryId::Index(index) if i64::try_from(*index).is_err() => None,
        EntryId::Index(index) => read::entry(rows, workspace, *index).await?,
        EntryId::Key(key) => read::entry_by_key(rows, workspace, key).await?,
    };
    let stored = stored.ok_or_else(|| ProveError::NoEntry { workspace: workspace.clone() })?;
    let index = stored.index;
    let unsigned = || ProveError::Unsigned { workspace: workspace.clone(), index };
    let row = read::last_checkpoint(rows, workspace).await?.filter(|row| row.size > index).ok_or_else(unsigned)?;
    let checkpoint = SignedCheckpoint::parse(&row.signed_note)
        .map_err(|source| ProveError::Checkpoint { workspace: workspace.clone(), source })?;

    let subtrees = InclusionProof::subtrees(index, row.size).expect("invariant: the checkpoint covers the index");
    let hashes = tree::tree_hashes(rows, &TileRoots::default(), workspace, row.size, subtrees).await?;
    let proof = InclusionProof::build(index, row.size, &hashes).expect("invariant: every hash was read ahead");
    let leaf = stored.leaf.to_vec();
    let tlog_proof = TlogProof { extra: Some(leaf.clone()), index, hashes: proof.hashes, checkpoint };
    Ok(Proof { index, leaf, tlog_proof })
}
